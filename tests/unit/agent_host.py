# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host of an agent for tests: services and daemons by the time, and an iDRAC that answers as it is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.agents.checks import Service
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.racadm.verdict import (
    EXITED,
    Ended,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.agents_verify import (
    VerifyRequest,
    VerifyResult,
    run,
)

UNIT, DAEMON = "dcismeng.service", "dsm_ism_srvmgrd"
REQUEST = VerifyRequest([UNIT], [DAEMON])
SYSTEM = """\
RAC Information:
Firmware Version        = {firmware}
System Information:
System Model            = PowerEdge R740
Service Tag             = ABC1234
Host Name               = {host}
OS Name                 = {system}
Power Status            = ON
"""
WELL = SYSTEM.format(firmware="7.00.00.181", host="db01.example.org", system="Debian GNU/Linux")
BLIND = SYSTEM.format(firmware="7.00.00.181", host="", system="")
FAILS = "ERROR: Unable to perform requested operation."
LISTED = "Local Area Connection 12\nDescription : iDRAC Virtual NIC USB Device\nStatus : Up\nDHCPServerV4 :\n"
MODULE = "[Key=iDRAC.Embedded.1#ServiceModule.1]\nOSInfo=Enabled\nServiceModuleEnable={}\n"
STATE = "[Key=iDRAC.Embedded.1#OS-BMC.1]\nAdminState={}\n"
ASK = "get iDRAC.OS-BMC.AdminState"
OPEN = "set iDRAC.OS-BMC.AdminState 1"


def said(text: str, status: int | None = 0, how: str = EXITED, problem: str = "") -> Ended:
    return Ended(how, text.encode(), status, problem)


def answers(**changes: Ended) -> dict[str, Ended]:
    """What racadm says of an iDRAC that hears its agent."""
    well = {
        "getsysinfo": said(WELL),
        "gethostnetworkinterfaces": said(LISTED),
        "get iDRAC.ServiceModule": said(MODULE.format("Enabled")),
        ASK: said(STATE.format("Enabled")),
        OPEN: said("Object value modified successfully"),
    }
    names = {"sysinfo": "getsysinfo", "interfaces": "gethostnetworkinterfaces", "module": "get iDRAC.ServiceModule"}
    return {**well, **{names.get(name, ASK): ended for name, ended in changes.items()}}


@dataclass
class FakeHost:
    """Its services and daemons are functions of the time; racadm answers as ``told`` says, at the time."""

    told: dict[str, Ended] = field(default_factory=answers)
    time: float = 1000.0
    started: float = 1000.0
    unit: Callable[[float], Service] = lambda _seconds: Service(True, "active", 812)
    pids: Callable[[float], Sequence[int]] = lambda _seconds: (812,)
    later: dict[str, tuple[float, Ended]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    def services(self, names: Sequence[str]) -> Mapping[str, Service]:
        return {name: self.unit(self.time - self.started) for name in names}

    def daemons(self, names: Sequence[str]) -> Mapping[str, Sequence[int]]:
        return {name: self.pids(self.time - self.started) for name in names}

    def racadm(self, words: Sequence[str]) -> Ended:
        command = " ".join(words)
        self.asked.append(command)
        self.time += 2
        if command == OPEN and self.told[OPEN].status == 0:
            self.told[ASK] = said(STATE.format("Enabled"))
        when, ended = self.later.get(command, (0.0, None))
        return ended if ended and self.time - self.started >= when else self.told[command]

    def log(self, service: str) -> str:
        return f"journalctl --unit {service}"

    def sleep(self, seconds: float) -> None:
        self.time += seconds

    def verify(self, **changes: Any) -> VerifyResult:
        return run(replace(REQUEST, **changes), self, lambda: self.time, self.sleep)


def states(result: VerifyResult) -> dict[str, str]:
    return {check.name: check.state for check in result.checks}


def failures(result: VerifyResult) -> list[str]:
    return [check.name for check in result.checks if check.state == "failed"]


def detail(result: VerifyResult, name: str) -> str:
    return next(check.detail for check in result.checks if check.name == name)
