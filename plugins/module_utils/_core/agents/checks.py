# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether an agent works: checks of its services and daemons, and the verdict over all checks.

A unit that systemd made of an init script stays active when its daemon has died: that it is active proves nothing of
the daemon, which is looked for by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

PASSED, FAILED, UNKNOWN = STATES = ("passed", "failed", "unknown")
OK, UNVERIFIED = "ok", "unverified"
ACTIVE = "active"


@dataclass(frozen=True)
class Check:
    """``state``: unknown is neither passed nor failed; ``next_step``: "" where there is nothing to do."""

    name: str
    state: str
    detail: str
    next_step: str = ""


@dataclass(frozen=True)
class Service:
    """A systemd unit, or a service of Windows. ``state``: ACTIVE, or the system's own word; ``pid``: of its main
    process, 0 where it tells none; ``restarts``: how often its manager has restarted it, 0 where that is not told."""

    is_there: bool
    state: str = ""
    pid: int = 0
    restarts: int = 0


def verdict(checks: Sequence[Check]) -> str:
    """``failed`` where any check has, ``unverified`` where any is not known or there is none, else ``ok``."""
    states = {check.state for check in checks}
    return FAILED if FAILED in states else OK if states == {PASSED} else UNVERIFIED


def check_service(name: str, before: Service, after: Service, seconds: float, log: str) -> Check:
    """A service, at the beginning and the end of the seconds; ``log``: where it tells why it ended."""
    label, look = f"service:{name}", f"Look why: {log}."
    if not before.is_there:
        return Check(label, FAILED, f"{name} is not there", "Install the agent.")
    if before.state != ACTIVE:
        return Check(label, FAILED, f"{name} is {before.state or 'not active'}", f"Start it. {look}")
    if after.state != ACTIVE:
        state = after.state or "gone"
        return Check(label, FAILED, f"{name} was active, and is {state} {seconds:g} s later", look)
    if after.pid != before.pid or after.restarts > before.restarts:
        return Check(label, FAILED, f"{name} was restarted within {seconds:g} s", look)
    process = f", process {after.pid}" if after.pid else ""
    return Check(label, PASSED, f"{name} has been active for {seconds:g} s{process}")


def check_daemon(name: str, before: Sequence[int], after: Sequence[int], seconds: float) -> Check:
    """A daemon of which exactly one may run; process ids without the daemon's own children."""
    label = f"process:{name}"
    if not after:
        detail = f"{name} ended within {seconds:g} s" if before else f"no {name} runs"
        return Check(label, FAILED, detail, "Look why in the log of its service, and start that again.")
    if len(after) > 1:
        pids = ", ".join(map(str, sorted(after)[:10]))
        step = (
            f"Stop all but the service's own: something else starts {name} too, such as a rule of udev, an init script"
            " or a container."
        )
        return Check(label, FAILED, f"{len(after)} of {name} run at once (processes {pids})", step)
    if before and set(before) != set(after):
        return Check(label, FAILED, f"{name} was restarted within {seconds:g} s", "Look why in the log of its service.")
    return Check(label, PASSED, f"one {name} runs, process {after[0]}")
