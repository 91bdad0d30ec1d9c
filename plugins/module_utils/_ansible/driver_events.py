# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands behind ipmidrv_events_info, in its module and in its action plugin."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from .._core.driver_events.classes import Burst
from .._core.driver_events.neighbours import OtherError
from .._core.driver_events.records import WINDOWS, DriverEvent, Span, format_time, parse_time
from .._core.errors import DriverError, OptionError
from .._ops.driver_events import EventsRequest, EventsResult, KernelLog, read_linux, read_windows
from .windows import RunWindows

MAX_HOURS = 24.0 * 366
MAX_EVENTS = 10_000
# A host's clock is wrong by less than that: what is farther off is a year of another calendar, in which PowerShell
# writes dates where the user's culture has one.
_YEAR_S = 366 * 86400.0
_MAX_TOLD_CHARS = 300

_TIME = {"type": "str"}
EVENTS_SPEC: dict[str, dict[str, Any]] = {
    "hours": {"type": "float", "default": 24.0},
    "since": _TIME,
    "max_events": {"type": "int", "default": 1000},
    "maintenance": {
        "type": "list",
        "elements": "dict",
        "default": [],
        "options": {"start": {**_TIME, "required": True}, "end": {**_TIME, "required": True}},
    },
    "changed_at": _TIME,
    "neighbours": {"type": "bool", "default": False},
}
# Runs a module on a Windows host with these arguments.

_NEXT_STEPS = {
    5: "Let the task's user read the System log: as an administrator, or by the group Event Log Readers.",
    15007: "Look whether the service Windows Event Log runs: this host says that it has no System log.",
}
_NEXT_STEP = "Run it on the host: wevtutil qe System /c:1 /f:XML"


def windows_events(params: Mapping[str, Any], run: RunWindows, now: float) -> tuple[dict[str, Any], list[str]]:
    """What ipmidrv_events_info returns for a Windows host, and what the user should be warned of. Raises an IpmiError.

    ``now``: the controller's clock, for a host that does not tell its own.
    """

    def ask(command: Sequence[str]) -> tuple[str, float]:
        done = run("win_command", {"argv": list(command)})
        if done.get("failed") or done.get("rc", 0) != 0:
            raise _failed(done)
        return str(done.get("stdout") or ""), _host_clock(str(done.get("end") or ""), now)

    return _told(read_windows(_request(params), ask))


def linux_events(params: Mapping[str, Any], log: KernelLog) -> tuple[dict[str, Any], list[str]]:
    """The same for a Linux host."""
    return _told(read_linux(_request(params), log))


def _failed(done: Mapping[str, Any]) -> DriverError:
    """Why there are no events: in the words of wevtutil, else in those of Ansible."""
    said = f"{done.get('stderr') or ''}\n{done.get('stdout') or ''}".split("\n")
    lines = [line.strip() for line in said if line.strip()]
    # The first line is often "Failed to read events.", and the second tells why.
    text = " ".join(lines[:2]) or str(done.get("msg") or "").strip() or "it says nothing"
    text = "".join(char if char.isprintable() else "\ufffd" for char in text[:_MAX_TOLD_CHARS])
    code = done.get("rc")
    return DriverError(
        f"wevtutil cannot read the System log (exit status {code}): {text}".rstrip("."),
        _NEXT_STEPS.get(code if isinstance(code, int) else -1, _NEXT_STEP),
    )


def _host_clock(end: str, now: float) -> float:
    """The host's clock in UTC, as win_command tells it; else the controller's."""
    numbers = re.findall(r"\d+", end)
    try:
        year, month, day, hour, minute, second = map(int, numbers[:6])
        told = datetime(year, month, day, hour, minute, second, tzinfo=timezone.utc).timestamp()
    except (ValueError, OverflowError):
        return now
    return told if abs(told - now) < _YEAR_S else now


def _request(params: Mapping[str, Any]) -> EventsRequest:
    if not 0 < params["hours"] <= MAX_HOURS:
        raise OptionError(f"hours: {params['hours']} is not above 0 and up to {MAX_HOURS:.0f}", "Give such a number.")
    if not 1 <= params["max_events"] <= MAX_EVENTS:
        raise OptionError(
            f"max_events: {params['max_events']} is not between 1 and {MAX_EVENTS}", "Give such a number."
        )
    return EventsRequest(
        hours=params["hours"],
        since=_time("since", params["since"]),
        max_events=params["max_events"],
        maintenance=[_span(number, item) for number, item in enumerate(params["maintenance"])],
        changed_at=_time("changed_at", params["changed_at"]),
        neighbours=params["neighbours"],
    )


def _time(name: str, text: str | None) -> float | None:
    return None if text is None else _needed_time(name, text)


def _needed_time(name: str, text: str) -> float:
    try:
        return parse_time(text)
    except ValueError as error:
        raise OptionError(
            f"{name}: {error}", "Write it as 2026-01-31T12:00:00Z; without a time zone it is taken as UTC."
        ) from error


def _span(number: int, item: Mapping[str, str]) -> Span:
    name = f"maintenance[{number}]"
    span = Span(_needed_time(f"{name}.start", item["start"]), _needed_time(f"{name}.end", item["end"]))
    if span.end < span.start:
        raise OptionError(f"{name}: its end is before its start", "Change the two over.")
    return span


def _told(result: EventsResult) -> tuple[dict[str, Any], list[str]]:
    seen, window = result.assessment, result.window
    told: dict[str, Any] = {
        "changed": False,
        "system": result.system,
        "window": {"start": format_time(window.start), "end": format_time(window.end), "hours": round(result.hours, 3)},
        "truncated": result.truncated,
        "count": seen.count,
        "counts": dict(seen.counts),
        "rate_per_day": seen.rate_per_day,
        "first": None if seen.first is None else format_time(seen.first),
        "last": None if seen.last is None else format_time(seen.last),
        "bursts": [_burst(burst) for burst in seen.bursts],
        "class": seen.severity,
        "findings": list(seen.findings),
        "in_maintenance": seen.in_maintenance,
        "events": [_event(result.system, event) for event in result.events],
    }
    if result.others is not None:
        told["other_errors"] = [_other(row) for row in result.others]
    return told, list(result.warnings)


def _event(system: str, event: DriverEvent) -> dict[str, Any]:
    if system == WINDOWS:
        return {"time": format_time(event.time), "id": int(event.kind)}
    return {"time": format_time(event.time), "kind": event.kind, "message": event.message}


def _burst(burst: Burst) -> dict[str, Any]:
    return {"start": format_time(burst.start), "end": format_time(burst.end), "count": burst.count}


def _other(row: OtherError) -> dict[str, Any]:
    return {
        "source": row.source,
        "kind": row.kind,
        "count": row.count,
        "first": format_time(row.first),
        "last": format_time(row.last),
    }
