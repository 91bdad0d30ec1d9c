# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verifying a vendor's agent from both sides: its services and daemons, and what the controller knows of its host.

Nothing is changed but OS-to-iDRAC pass-through, where that is asked for, and that before anything else: without it the
agent reaches no controller.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from .._core.agents import controller as idrac
from .._core.agents.checks import (
    ACTIVE,
    FAILED,
    PASSED,
    UNKNOWN,
    Check,
    Service,
    check_daemon,
    check_service,
    verdict,
)
from .._core.agents.rows import CONTROLLERS, RACADM
from .._core.errors import OptionError
from .._core.racadm.verdict import Ended, judge

CHECK, ENABLE, IGNORE = PASS_THROUGH = ("check", "enable", "ignore")
# The vendor's own set-up gives its agent twelve times so long to reach the controller.
POLL_S = 10.0
_MAX_S = {"settle_s": 600, "controller_wait_s": 3600, "racadm_timeout_s": 3600}


@dataclass(frozen=True)
class VerifyRequest:
    """``settle_s``: for how long the services have to stay up; ``controller_wait_s``: how long a controller that knows
    nothing of the agent is asked again; ``host_name``: what it should show, or ""; ``racadm``: for messages."""

    services: Sequence[str]
    processes: Sequence[str] = ()
    settle_s: float = 15.0
    controller: str = RACADM
    controller_wait_s: float = 120.0
    racadm: str = "racadm"
    racadm_timeout_s: float = 60.0
    host_name: str = ""
    pass_through: str = CHECK
    check_mode: bool = False


@dataclass(frozen=True)
class VerifyResult:
    """``verdict``: ok, failed or unverified."""

    verdict: str
    checks: Sequence[Check]
    changed: bool


class Host(Protocol):
    """The agent's host. Every method may raise an IpmiError, but racadm, all of whose ends are results."""

    def services(self, names: Sequence[str]) -> Mapping[str, Service]:
        """Each of these services."""

    def daemons(self, names: Sequence[str]) -> Mapping[str, Sequence[int]]:
        """The process ids of each of these programs, without children of the same name."""

    def racadm(self, words: Sequence[str]) -> Ended:
        """Run racadm on the host with this subcommand, with a bound on its time where there can be one."""

    def log(self, service: str) -> str:
        """How the log of a service is looked at."""


def run(request: VerifyRequest, host: Host, clock: Callable[[], float], sleep: Callable[[float], None]) -> VerifyResult:
    """The verdict. ``clock``: seconds that only grow. Raises OptionError, and the host's errors."""
    _check(request)
    opened: list[Check] = []
    changed = False
    if request.controller == RACADM and request.pass_through == ENABLE:
        check, changed = _open_pass_through(request, host)
        opened = [check]
    checks = _on_the_host(request, host, sleep)
    if request.controller == RACADM:
        checks += _of_the_controller(request, host, opened, verdict(checks) != FAILED, clock, sleep)
    else:
        # What nobody can ask is never ok.
        step = "Look at the controller's web interface: does it show the name of the host and its operating system?"
        checks.append(Check("controller", UNKNOWN, "no way is known to ask the controller what it knows", step))
    return VerifyResult(verdict(checks), checks, changed)


def _on_the_host(request: VerifyRequest, host: Host, sleep: Callable[[float], None]) -> list[Check]:
    before, ran = host.services(request.services), host.daemons(request.processes)
    after, runs, seconds = before, ran, 0.0
    if all(service.is_there and service.state == ACTIVE for service in before.values()):
        seconds = request.settle_s
        sleep(seconds)
        after, runs = host.services(request.services), host.daemons(request.processes)
    return [
        *(check_service(name, before[name], after[name], seconds, host.log(name)) for name in request.services),
        *(check_daemon(name, ran[name], runs[name], seconds) for name in request.processes),
    ]


def _open_pass_through(request: VerifyRequest, host: Host) -> tuple[Check, bool]:
    """The check of pass-through, once it was turned on where it was off, and whether it was."""
    check = idrac.check_pass_through(host.racadm(idrac.PASS_THROUGH))
    if check.state != FAILED:
        return check, False
    if request.check_mode:
        return Check(check.name, UNKNOWN, "OS-to-iDRAC pass-through is off, and would be turned on"), True
    done = host.racadm(idrac.OPEN_PASS_THROUGH)
    check = idrac.check_pass_through(host.racadm(idrac.PASS_THROUGH))
    if check.state == PASSED:
        return replace(check, detail="OS-to-iDRAC pass-through was off, and was turned on"), True
    step = "Turn it on in the iDRAC's web interface (iDRAC Settings, OS to iDRAC Pass-through), which may tell why."
    return replace(check, detail=f"{check.detail}; turning it on did not help", next_step=step), idrac.is_done(done)


def _of_the_controller(
    request: VerifyRequest,
    host: Host,
    opened: list[Check],
    is_up: bool,
    clock: Callable[[], float],
    sleep: Callable[[float], None],
) -> list[Check]:
    """``is_up``: the agent is well on its host, so that it is worth while to wait for what the controller hears."""
    deadline = clock() + request.controller_wait_s
    heard, is_askable = _heard(request, host)
    if not is_askable:
        return [*opened, *heard]
    switches = list(opened)
    if request.pass_through == CHECK:
        switches.append(idrac.check_pass_through(host.racadm(idrac.PASS_THROUGH)))
    switches.append(idrac.check_service_module(host.racadm(idrac.SERVICE_MODULE)))
    is_worth_waiting = is_up and not request.check_mode and all(check.state != FAILED for check in switches)
    while is_worth_waiting and verdict(heard) == FAILED and clock() + POLL_S <= deadline:
        sleep(POLL_S)
        heard, _is_askable = _heard(request, host)
    return [*switches, *heard]


def _heard(request: VerifyRequest, host: Host) -> tuple[list[Check], bool]:
    """What the controller knows of the agent, and whether it can be asked at all."""
    told = judge(host.racadm(("getsysinfo",)), request.racadm, request.racadm_timeout_s)
    checks = [idrac.check_controller(told)]
    if not idrac.is_askable(told):
        return checks, False
    checks.append(idrac.check_names(told, request.host_name))
    checks.append(idrac.check_interfaces(host.racadm(idrac.INTERFACES)))
    return checks, True


def _check(request: VerifyRequest) -> None:
    if not request.services:
        raise OptionError("services is empty", "Name at least one service of the agent.")
    if request.controller not in CONTROLLERS or request.pass_through not in PASS_THROUGH:
        raise OptionError("controller or pass_through is none of the choices", "Give one of them.")
    for name, most in _MAX_S.items():
        value = getattr(request, name)
        if not math.isfinite(value) or not 0 <= value <= most or (name == "racadm_timeout_s" and not value):
            raise OptionError(f"{name}: {value:g} is not between 0 and {most}", "Give seconds in that range.")
