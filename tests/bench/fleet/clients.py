# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clients of the fleet part, each a way to read every sensor of many BMCs."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

import clients
import playing
from clients import COLD, NO_CACHE, WARM, Client, Site
from measure import Usage
from server_model import PASSWORD, USER

AT_A_TIME = 64
NOTHING = "ansible.builtin.debug, once (reads nothing)"
FLEET = "ipmi_fleet_info"
FLEET_TARGETS = "ipmi_fleet_info, targets in a list"
FLEET_PYGHMI = "ipmi_fleet_info, transport: pyghmi"
FACTS = "ipmi_sensor_facts"
FACTS_PYGHMI = "ipmi_sensor_facts, transport: pyghmi"
COMMAND = "ansible.builtin.command: ipmitool"
IPMITOOL = "ipmitool under xargs"
FREEIPMI = "ipmi-sensors"
PYGHMI = "pyghmi in threads"
Task = Callable[[Site], dict[str, Any]]
_SHOW = {"ansible.builtin.debug": {"var": "told.summary"}, "run_once": True}


def fleet_task(site: Site, **options: Any) -> dict[str, Any]:
    """The task for the BMCs of the play's hosts, as it is documented: once, on the controller."""
    cache = str(site.work / "sdr")
    task = {"baremetal.ipmi.ipmi_fleet_info": {"thresholds": "sdr", "sdr_cache_dir": cache, **options}}
    return {**task, "run_once": True, "delegate_to": "localhost", "register": "told"}


def _with_targets(site: Site) -> dict[str, Any]:
    """The same with a list of targets, in a play on the controller itself."""
    targets = [{"name": host, "host": host} for host in site.hosts]
    return fleet_task(site, targets=targets, port=site.port, username=USER, password=PASSWORD)


def _facts(site: Site, **options: Any) -> dict[str, Any]:
    return playing.here(playing.sensor_facts(thresholds="sdr", sdr_cache_dir=str(site.work / "sdr"), **options))


def play(task: Task, name: str, hosts: str = "all") -> Callable[[Site], Usage]:
    """A play of one task, and another one that shows the summary of what the first has registered."""

    def run(site: Site) -> Usage:
        file, wanted = site.folder / f"{name}.yml", task(site)
        more = [_SHOW] if "register" in wanted else []
        playing.write_play(file, wanted, *more, hosts=hosts)
        command = playing.ansible_playbook(site.folder / "inventory.yml", file, site.forks)
        told = str(site.folder / "summary")
        return site.measure(command, ANSIBLE_CALLBACKS_ENABLED="summary", BENCH_SUMMARY=told)

    return run


def told_by(client_run: Callable[[Site], Usage], site: Site) -> tuple[Usage, Mapping[str, int] | None]:
    """A run, and what a task for the fleet says of it: how many BMCs it ``read``, among them ``incomplete``, and
    ``unread``. None where it was no such task, or one that failed."""
    told = site.folder / "summary"
    told.unlink(missing_ok=True)
    usage = client_run(site)
    return usage, json.loads(told.read_text()) if told.exists() else None


def _pyghmi(site: Site) -> Usage:
    command = [sys.executable, "-m", "fleet.pyghmi_threads", str(site.port), str(site.forks)]
    return site.measure(command, stdin=site.folder / "hosts", PYTHONPATH=str(clients.HERE))


def all_clients() -> list[Client]:
    """All of them, in the order in which they are run: what runs cold leaves what the next ones, warm, find."""
    nothing = {"ansible.builtin.debug": {"msg": "nothing"}, "run_once": True}
    fleet, facts = play(fleet_task, "fleet"), play(_facts, "facts")
    fleet_pyghmi = play(lambda site: fleet_task(site, transport="pyghmi"), "fleet-pyghmi")
    facts_pyghmi = play(lambda site: _facts(site, transport="pyghmi"), "facts-pyghmi")
    command = play(lambda _site: playing.here(playing.command_task()), "command")
    return [
        Client(NOTHING, NO_CACHE, play(lambda _site: nothing, "nothing"), reads=False, delayed=False),
        Client(FLEET, COLD, fleet, keeps="sdr", delayed=False),
        Client(FLEET, WARM, fleet, keeps="sdr", judged=True),
        Client(FLEET_TARGETS, WARM, play(_with_targets, "targets", "localhost"), keeps="sdr", delayed=False),
        Client(FLEET_PYGHMI, WARM, fleet_pyghmi, keeps="sdr"),
        Client(FACTS, WARM, facts, keeps="sdr"),
        Client(FACTS_PYGHMI, WARM, facts_pyghmi, keeps="sdr"),
        Client(COMMAND, NO_CACHE, command, program="ipmitool", delayed=False),
        Client(IPMITOOL, NO_CACHE, clients.one_process_each(clients.ipmitool), program="ipmitool"),
        Client(FREEIPMI, COLD, clients.freeipmi, keeps="freeipmi", program="ipmi-sensors", delayed=False),
        Client(FREEIPMI, WARM, clients.freeipmi, keeps="freeipmi", program="ipmi-sensors", judged=True),
        Client(PYGHMI, NO_CACHE, _pyghmi),
    ]
