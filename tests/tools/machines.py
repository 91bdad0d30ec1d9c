# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The machines of a Molecule scenario: started by its create.yml, kept by a process of their own, ended by destroy.yml.

    machines.py start INVENTORY PLATFORMS    PLATFORMS: molecule.yml's, as JSON
    machines.py stop INVENTORY
    machines.py console ADDRESS PORT COMMAND    to a BMC's ipmi_sim: bmc_host, bmc_console_port

A platform with ``release`` is a node of that release; ``bmc``, an .emu file, is a BMC that it reaches by LAN on port
623. One without ``release`` is a guest of QEMU's, whose own BMC that is. Once all are up, INVENTORY has the connections
and the variables bmc_host, bmc_username, bmc_password and bmc_console_port. They end as soon as that file is gone.
A node with ``agents`` has a racadm and a repository with vendors' agents, the variables repository_url, repository_key.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from image_cache import NOT_TO_BE_HAD, say
from tree import ROOT

sys.path.insert(0, str(ROOT / "tests" / "integration"))

from harness.agents import NodeRacadm, Repository, amsd, dcism, dcism_osc
from harness.guest import NoGuest, guest
from harness.ipmi_sim import IpmiSim
from harness.node import Node, NoNode, node

START_DEADLINE_S = 1500.0
STOP_DEADLINE_S = 30.0
POLL_S = 0.2
PORT = 623


def _address(number: int) -> str:
    """A loopback address for a platform's BMC, since on one address only one has port 623."""
    pid = os.getpid()
    return f"127.{192 + number}.{pid >> 8 & 0xFF}.{pid & 0xFF}"


def _bmc(sim: IpmiSim) -> dict[str, Any]:
    return {
        "bmc_host": sim.host,
        "bmc_username": sim.username,
        "bmc_password": sim.password,
        "bmc_console_port": sim.console_port,
    }


def _agents(machine: Node, stack: ExitStack) -> dict[str, Any]:
    """What the vendors' agents come from, and a racadm that hears of them."""
    repository = stack.enter_context(Repository())
    repository.offer(dcism("5.4.0.0-3646"), dcism_osc(), amsd("3.0.0"))
    NodeRacadm(machine, Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="racadm-"))))
    return {"repository_url": repository.url, "repository_key": str(repository.key)}


def _start(platform: dict[str, Any], number: int, stack: ExitStack) -> dict[str, Any]:
    """Start a platform; the variables of its host."""
    place = {"host": _address(number), "port": PORT}
    if "release" not in platform:
        one = stack.enter_context(guest(ROOT / platform["bmc"], **place))
        return one.inventory(**_bmc(one.bmc))
    machine = stack.enter_context(node(platform["release"]))
    if platform.get("agents"):
        return machine.inventory(**_agents(machine, stack))
    if "bmc" not in platform:
        return machine.inventory()
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bmc-")))
    return machine.inventory(**_bmc(stack.enter_context(IpmiSim(ROOT / platform["bmc"], folder, **place))))


def keep(inventory: Path, platforms: list[dict[str, Any]]) -> int:
    """Start the machines, write the inventory, and stay until it is gone."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with ExitStack() as stack:
        try:
            hosts = {one["name"]: _start(one, number, stack) for number, one in enumerate(platforms)}
        except (NoGuest, NoNode) as why:
            say(str(why))
            return NOT_TO_BE_HAD
        written = inventory.with_suffix(".half")
        written.write_text(json.dumps({"all": {"hosts": hosts, "vars": {"machines_pid": os.getpid()}}}, indent=2))
        stack.callback(inventory.unlink, missing_ok=True)
        written.rename(inventory)
        while inventory.exists():
            time.sleep(POLL_S)
    return 0


def start(inventory: Path, platforms: str) -> int:
    """Start the process that keeps the machines and wait until they are up."""
    log = inventory.with_suffix(".log")
    command = [sys.executable, str(Path(__file__).resolve()), "keep", str(inventory), platforms]
    with log.open("wb") as told:
        keeper = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=told, stderr=told, start_new_session=True, cwd="/"
        )
    until = time.monotonic() + START_DEADLINE_S
    while not inventory.exists():
        if keeper.poll() is not None or time.monotonic() > until:
            keeper.terminate()
            say(log.read_text(errors="replace").strip()[-2000:])
            return keeper.wait() or 1
        time.sleep(POLL_S)
    return 0


def stop(inventory: Path) -> int:
    """End the machines and wait until they have ended; harmless where none run."""
    try:
        pid = json.loads(inventory.read_text())["all"]["vars"]["machines_pid"]
    except FileNotFoundError:
        return 0
    inventory.unlink()
    command_line = Path(f"/proc/{pid}/cmdline")
    until = time.monotonic() + STOP_DEADLINE_S
    while command_line.exists() and os.fsencode(inventory) in command_line.read_bytes():
        if time.monotonic() > until:
            say(f"the machines of {inventory} did not end in {STOP_DEADLINE_S:g} s: process {pid}")
            return 1
        time.sleep(POLL_S)
    return 0


def console(address: str, port: str, command: str) -> int:
    """Run a command of the .emu language in a running ipmi_sim."""
    sim = IpmiSim(Path("running"), Path(), host=address)
    sim.console_port = int(port)
    print(sim.console(command))
    sim.stop()
    return 0


def main() -> int:
    action, *arguments = sys.argv[1:]
    if action == "console":
        return console(*arguments)
    inventory, *platforms = arguments
    if action == "keep":
        return keep(Path(inventory), json.loads(platforms[0]))
    return start(Path(inventory), *platforms) if action == "start" else stop(Path(inventory))


if __name__ == "__main__":
    sys.exit(main())
