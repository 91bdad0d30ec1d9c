# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""harness.racadm in a node, at the place where Dell's packages put racadm."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from harness import racadm as stand_in
from harness.node import Node

PROGRAM = "/opt/dell/srvadmin/sbin/racadm"
FOLDER = "/srv/racadm"
_CALL = f'#!/bin/sh\nexec /usr/bin/python3 -I -S {FOLDER}/racadm.py {FOLDER} racadm "$@"\n'
_SYSTEM = """\
RAC Information:
RAC Date/Time           = Wed Nov 12 10:00:00 2025
Firmware Version        = 7.00.00.181
Firmware Build          = 36
MAC Address             = 02:00:00:00:00:01

System Information:
System Model            = PowerEdge R740
System BIOS Version     = 2.22.1
Service Tag             = ABC1234
Host Name               = {host}
OS Name                 = {system}
Power Status            = ON
"""
_NOT_THERE = "ERROR: Unable to perform requested operation.\n"


class NodeRacadm:
    """An iDRAC to begin with that hears of the agent; ``folder`` is one here, in which its answers are kept."""

    def __init__(self, machine: Node, folder: Path) -> None:
        self._machine = machine
        self._here = folder / "racadm"
        self._racadm = stand_in.Racadm(self._here)
        machine.copy(Path(stand_in.__file__), FOLDER)
        machine.copy(self._here / "settings.json", FOLDER)
        machine.must(f"mkdir -p {Path(PROGRAM).parent} && cat > {PROGRAM} && chmod 755 {PROGRAM}", stdin=_CALL.encode())
        self.see()

    def answer(self, subcommand: str, output: str = "", **behaviour: Any) -> None:
        """As harness.racadm.Racadm's."""
        self._racadm.answer(subcommand, output, **behaviour)
        self._lay()

    def see(self, pass_through: bool = True) -> None:
        """The iDRAC hears of the agent; ``pass_through``: whether the way from the operating system to it is open."""
        self._knows("node", "Debian GNU/Linux")
        self._racadm.answer("gethostnetworkinterfaces", "Local Area Connection eth0\nDescription : eth0\nStatus : UP\n")
        self._racadm.answer(
            "get iDRAC.ServiceModule", "[Key=iDRAC.Embedded.1#ServiceModule.1]\nServiceModuleEnable=Enabled\n"
        )
        state = "AdminState={}\n"
        then = {f"get iDRAC.OS-BMC{name}": state.format("Enabled") for name in ("", ".AdminState")}
        for subcommand in then:
            self._racadm.answer(subcommand, state.format("Enabled" if pass_through else "Disabled"))
        self._racadm.answer("set iDRAC.OS-BMC.AdminState", "Object value modified successfully\n", then=then)
        self._lay()

    def be_blind(self) -> None:
        """The iDRAC hears of no agent: no interfaces, no names."""
        self._knows("", "")
        self._racadm.answer("gethostnetworkinterfaces", _NOT_THERE, status=1)
        self._lay()

    def be_dead(self) -> None:
        """The iDRAC does not answer at all."""
        for subcommand in ("getsysinfo", "gethostnetworkinterfaces", "get"):
            self._racadm.answer(subcommand, _NOT_THERE, status=1)
        for answer in (self._here / "answers").glob("get *"):
            answer.unlink()
        self._lay()

    @property
    def calls(self) -> list[str]:
        """The subcommands that were asked, with their words."""
        told = self._machine.must(f"cat {FOLDER}/calls.jsonl 2> /dev/null || true")
        return [" ".join(json.loads(line)["subcommand"]) for line in told.splitlines()]

    def _knows(self, host: str, system: str) -> None:
        self._racadm.answer("getsysinfo", _SYSTEM.format(host=host, system=system))

    def _lay(self) -> None:
        self._machine.must(f"rm -rf {FOLDER}/answers")
        self._machine.copy(self._here / "answers", FOLDER)
