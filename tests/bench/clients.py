# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clients of the comparison, each a way to read every sensor of one BMC or of many."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import playing
from measure import DEADLINE_S, Usage, measure
from server_model import PASSWORD, USER

COLD, WARM, NO_CACHE = "cold", "warm", "none"
HERE = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Site:
    """What is read, and from where: ``forks`` BMCs at a time, in the folder ``work``, for at most ``deadline_s``."""

    work: Path
    env: Mapping[str, str]
    hosts: list[str]
    port: int
    forks: int
    deadline_s: float = DEADLINE_S

    @property
    def folder(self) -> Path:
        return self.work / f"{len(self.hosts)}"

    def lay_out(self) -> None:
        self.folder.mkdir()
        ports = [self.port] * len(self.hosts)
        playing.write_inventory(self.folder / "inventory.yml", self.hosts, ports)
        (self.folder / "hosts").write_text("".join(f"{host}\n" for host in self.hosts))
        config = self.work / "freeipmi.conf"
        config.touch(mode=0o600)
        config.write_text(f"username {USER}\npassword {PASSWORD}\n")

    def measure(self, command: list[str], stdin: Path | None = None, **env: str) -> Usage:
        """What a program costs here; ``env``: variables that it has besides."""
        return measure(command, {**self.env, **env}, self.folder, stdin, self.deadline_s)


@dataclass(frozen=True)
class Client:
    """One row of the table for each number of BMCs and delay.

    ``keeps``: the folder, in the site's ``work``, of what it keeps between reads. ``reads``: whether it talks to BMCs
    at all. ``program``: what has to be installed. ``judged``: whether a figure that must hold depends on it, so that
    its run is repeated however long it takes. ``delayed``: whether it is measured with many BMCs that are slow, too.
    """

    name: str
    cache: str
    run: Callable[[Site], Usage]
    keeps: str = ""
    reads: bool = True
    program: str = ""
    judged: bool = False
    delayed: bool = True

    @property
    def installed(self) -> bool:
        search = os.pathsep.join([os.environ.get("PATH", os.defpath), *playing.SBIN])
        return not self.program or shutil.which(self.program, path=search) is not None

    def measure(self, site: Site) -> Usage:
        """One run, with nothing kept where the row says cold, and as the run before left it where it says warm."""
        if self.keeps and (self.cache == COLD or not (site.work / self.keeps).exists()):
            folder = site.work / self.keeps
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o700)
        return self.run(site)


def _play(task: dict[str, Any], name: str) -> Callable[[Site], Usage]:
    def run(site: Site) -> Usage:
        play = site.folder / f"{name}.yml"
        playing.write_play(play, task)
        command = playing.ansible_playbook(site.folder / "inventory.yml", play, site.forks)
        return site.measure(command)

    return run


def one_process_each(command: Callable[[str, Site], list[str]]) -> Callable[[Site], Usage]:
    """A program that reads one BMC: as it is for one, under xargs for many."""

    def run(site: Site) -> Usage:
        if len(site.hosts) == 1:
            return site.measure(command(site.hosts[0], site))
        fan_out = ["xargs", "-P", str(site.forks), "-I", "{}", *command("{}", site)]
        return site.measure(fan_out, stdin=site.folder / "hosts")

    return run


def ipmitool(host: str, site: Site) -> list[str]:
    return ["ipmitool", "-I", "lanplus", "-C", "3", "-H", host, "-p", str(site.port), "-U", USER, "-E", "sensor"]


def _pyghmi(host: str, site: Site) -> list[str]:
    return [sys.executable, str(HERE / "pyghmi_read.py"), host, str(site.port)]


def freeipmi(site: Site) -> Usage:
    """ipmi-sensors takes a list of hosts and reads them in threads of one process."""
    hosts = ",".join(f"{host}:{site.port}" for host in site.hosts)
    session = [f"--config-file={site.work / 'freeipmi.conf'}", "-D", "LAN_2_0", "-I", "3", "-l", "USER"]
    cache = [f"--sdr-cache-directory={site.work / 'freeipmi'}", "--quiet-cache"]
    return site.measure(["ipmi-sensors", *session, *cache, "-F", str(site.forks), "-h", hosts])


ACTION_SDR, ACTION_BMC = "ipmi_sensor_facts, thresholds: sdr", "ipmi_sensor_facts, thresholds: bmc"
MODULE = "ipmi_sensor_facts as a module, thresholds: sdr"
NOTHING = "ansible.builtin.debug (does nothing)"
COMMAND = "ansible.builtin.command: ipmitool -C 3 sensor"


def clients(work: Path) -> list[Client]:
    """All of them, in the order in which they are run: what runs cold leaves what the next one, warm, finds."""

    def ours(thresholds: str) -> dict[str, Any]:
        return playing.sensor_facts(thresholds=thresholds, sdr_cache_dir=str(work / "sdr"))

    nothing = playing.here({"ansible.builtin.debug": {"msg": "nothing"}})
    sdr, bmc = _play(playing.here(ours("sdr")), "sdr"), _play(playing.here(ours("bmc")), "bmc")
    module = _play(playing.elsewhere(ours("sdr")), "module")
    command = _play(playing.here(playing.command_task()), "command")
    return [
        Client(NOTHING, NO_CACHE, _play(nothing, "nothing"), reads=False, judged=True),
        Client(ACTION_SDR, COLD, sdr, keeps="sdr"),
        Client(ACTION_SDR, WARM, sdr, keeps="sdr", judged=True),
        Client(ACTION_BMC, COLD, bmc, keeps="sdr"),
        Client(ACTION_BMC, WARM, bmc, keeps="sdr"),
        Client(MODULE, WARM, module, keeps="sdr", delayed=False),
        Client(COMMAND, NO_CACHE, command, program="ipmitool", delayed=False),
        Client("ipmitool -C 3 sensor", NO_CACHE, one_process_each(ipmitool), program="ipmitool", delayed=False),
        Client("ipmi-sensors", COLD, freeipmi, keeps="freeipmi", program="ipmi-sensors", delayed=False),
        Client("ipmi-sensors", WARM, freeipmi, keeps="freeipmi", program="ipmi-sensors", delayed=False),
        Client("pyghmi, get_sensor_data()", NO_CACHE, one_process_each(_pyghmi), delayed=False),
    ]
