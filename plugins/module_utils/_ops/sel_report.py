# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a fleet's event logs say: each event with its state, the same events of all hosts together, one row a host.

An event stays in the log when what it tells of is over. Only critical and warning events that are not over make a host
critical or warning.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._core.health.rate import CRITICAL, NOMINAL, UNKNOWN, WARNING, WORST_FIRST
from .._core.health.rate import worst as worst_of
from .._core.sdr.records import THRESHOLD_EVENT_TYPE
from .._core.sel.records import EXTENSION, OEM_CODE, EventRecord, decode_record
from .._core.sel.times import SET
from .fleet import aligned, one_line, trouble
from .sel import ACTIVE, RECOVERED

STATES = (ACTIVE, UNKNOWN, RECOVERED)
_NOTHING = "-"
_OPPOSITE = {ACTIVE: RECOVERED, RECOVERED: ACTIVE}
# Event types whose offsets come in pairs (tables 42-1 and 42-2): the end of one is the beginning of the other.
_IN_PAIRS = (THRESHOLD_EVENT_TYPE, 0x03, 0x04, 0x05, 0x06, 0x08, 0x09)
_NO_DATA = 0xFF
_COUNTS = (CRITICAL, WARNING, UNKNOWN, RECOVERED, NOMINAL)
_HOST_COLUMNS = ("host", "status", *_COUNTS, "entries", "used", "overflow", "drift", "worst event")
_EVENT_COLUMNS = ("severity", "state", "count", "last", "sensor", "event", "hosts")
_HOSTS_NAMED = 5

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Event:
    """One record, and whether what it tells of is ``active``, ``unknown`` or ``recovered``; None for nominal ones."""

    record: Record
    state: str | None

    @property
    def severity(self) -> str:
        return str(self.record["severity"])

    @property
    def sensor(self) -> str:
        name, kind, number = (self.record[key] for key in ("sensor_name", "sensor_type", "sensor_number"))
        return str(name or (kind if number is None else f"{kind} {number:02X}h") or _NOTHING)

    @property
    def text(self) -> str:
        ended = " deasserted" if self.record["direction"] == "deasserted" else ""
        return f"{self.record['event']}{ended}"

    @property
    def remark(self) -> str:
        """The event for people: ``Fan2A: lower critical going low, active, 2026-01-11T22:40:03Z``."""
        detail = f" ({self.record['event_detail']})" if self.record["event_detail"] else ""
        name = "" if self.sensor == _NOTHING else f"{self.sensor}: "
        facts = (f"{name}{self.text}{detail}", self.state, self.record["timestamp"])
        return ", ".join(fact for fact in facts if fact)


@dataclass(frozen=True)
class EventGroup:
    """Events of one kind in one state, over the fleet. ``last``: the newest time of day, None where none has one."""

    severity: str
    state: str | None
    sensor: str
    event: str
    count: int
    hosts: tuple[str, ...]
    last: str | None


@dataclass(frozen=True)
class LogRow:
    """One host. ``counts``: severity (and ``recovered``) -> number of events, None where the log could not be read;
    ``uncertain``: the BMC is out of reach, or its log ends early; ``refused``: the BMC, or the task, said no."""

    host: str
    status: str
    counts: Mapping[str, int] | None
    remark: str
    info: Mapping[str, Any] | None = None
    clock: Mapping[str, Any] | None = None
    uncertain: bool = False
    refused: bool = False


def _place(record: Record) -> tuple[Any, int] | None:
    """What a record is about, and which of its two sides it tells; None for what nothing can end.

    What names a part of it (a memory module, by event data) belongs to it; a reading or a previous state does not.
    """
    event = decode_record(bytes.fromhex(record["raw"]))
    if not isinstance(event, EventRecord) or event.panic_text is not None:
        return None
    who = (event.generator, event.sensor_type, event.sensor_number, event.event_type)
    pair, side = divmod(event.offset, 2) if event.event_type in _IN_PAIRS else (event.offset, 0)
    part: tuple[int | None, ...] = ()
    if event.event_type != THRESHOLD_EVENT_TYPE:
        holds = (event.data2_holds, event.data3_holds)
        part = tuple(
            data if kind in (OEM_CODE, EXTENSION) and data != _NO_DATA else None
            for kind, data in zip(holds, event.data[1:])
        )
    return (who, pair, part), side ^ int(event.deasserted)


def _live(record: Record) -> str:
    """What the sensor says now of what the record tells. A state that ended is the record's news where it is not the
    state that is bad; a threshold has one state for both of its events."""
    live = str(record.get("live_state") or UNKNOWN)
    event = decode_record(bytes.fromhex(record["raw"]))
    if not isinstance(event, EventRecord) or not event.deasserted or event.event_type == THRESHOLD_EVENT_TYPE:
        return live
    return _OPPOSITE.get(live, UNKNOWN) if event.event_type in _IN_PAIRS else RECOVERED


def events(records: Sequence[Record]) -> list[Event]:
    """The records of one log, oldest first, with their states.

    The sensor's word counts first. Where it says nothing, an event is over once its end is in the log behind it. Of
    several that the sensor calls active, those are over that ended before it began again.
    """
    found = []
    later: dict[Any, set[int]] = {}
    for record in reversed(records):
        place = _place(record)
        sides = later.setdefault(place[0], set()) if place else set()
        side = place[1] if place else 0
        ended, again = side ^ 1 in sides, side in sides
        sides.add(side)
        live = _live(record)
        over = ended and (again if live == ACTIVE else live == UNKNOWN)
        state = RECOVERED if over else live
        found.append(Event(record, None if record["severity"] == NOMINAL else state))
    return found[::-1]


def _rank(severity: str, state: str | None) -> tuple[int, int]:
    """What holds comes before what may hold, that before what is over, and nominal events are the last; then the worst
    severity first."""
    return (STATES.index(state) if state else len(STATES), WORST_FIRST.index(severity))


def row(host: str, result: Mapping[str, Any] | None) -> LogRow:
    """A host's row by the result of its ipmi_sel_info task; None where the host never came to it."""
    told = _as_read(result)
    if told is None:
        why = trouble(result)
        return LogRow(host, UNKNOWN, None, why.remark, uncertain=why.out_of_reach, refused=not why.out_of_reach)
    found = events(told["sel"])
    counts = dict.fromkeys(_COUNTS, 0)
    for event in found:
        counts[RECOVERED if event.state == RECOVERED else event.severity] += 1
    status = CRITICAL if counts[CRITICAL] else WARNING if counts[WARNING] else NOMINAL
    # Of the worst the newest: min() takes the first of equals.
    worst = min(reversed(found), key=lambda event: _rank(event.severity, event.state), default=None)
    remark = worst.remark if worst and worst.state else ""
    info = told["sel_info"]
    problem = info.get("problem") if info else None
    if problem:
        status, remark = worst_of((status, UNKNOWN)), f"incomplete ({problem}); {remark}".rstrip("; ")
    return LogRow(host, status, counts, remark, info, told["sel_clock"], uncertain=bool(problem))


def _as_read(result: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The result of a task that has read a log."""
    return result if isinstance(result, Mapping) and isinstance(result.get("sel"), list) else None


def groups(results: Mapping[str, Mapping[str, Any] | None], severities: Iterable[str]) -> list[EventGroup]:
    """The events of a fleet, those of one kind together, worst first. ``severities`` to tell; none for all."""
    wanted = frozenset(severities) or frozenset(WORST_FIRST)
    collected: dict[tuple[str, str | None, str, str], list[tuple[str, Event]]] = {}
    for host, result in results.items():
        told = _as_read(result)
        for event in events(told["sel"]) if told else ():
            if event.severity in wanted:
                kind = (event.severity, event.state, event.sensor, event.text)
                collected.setdefault(kind, []).append((host, event))
    found = [_group(kind, members) for kind, members in collected.items()]
    return sorted(found, key=lambda g: (_rank(g.severity, g.state), -len(g.hosts), -g.count, g.sensor, g.event))


def _group(kind: tuple[str, str | None, str, str], members: Sequence[tuple[str, Event]]) -> EventGroup:
    times = [event.record["timestamp"] for _host, event in members if event.record["timestamp"]]
    hosts = tuple(sorted({host for host, _event in members}))
    return EventGroup(*kind, len(members), hosts, max(times, default=None))


def event_table(found: Sequence[EventGroup]) -> list[str]:
    """The events as lines of equal columns under a heading."""
    return aligned([_EVENT_COLUMNS, *(_event_cells(group) for group in found)], left=(0, 1, 3, 4, 5))


def _event_cells(group: EventGroup) -> tuple[str, ...]:
    named, more = ", ".join(group.hosts[:_HOSTS_NAMED]), len(group.hosts) - _HOSTS_NAMED
    hosts = f"{named} and {more} more" if more > 0 else named
    names = (one_line(group.sensor), one_line(group.event))
    return (group.severity, group.state or _NOTHING, str(group.count), group.last or _NOTHING, *names, hosts)


def host_table(rows: Sequence[LogRow]) -> list[str]:
    """The rows as lines of equal columns under a heading."""
    return aligned([_HOST_COLUMNS, *(_host_cells(item) for item in rows)], left=(0, 1))


def _host_cells(item: LogRow) -> tuple[str, ...]:
    counts = ["-" if item.counts is None else str(item.counts[name]) for name in _COUNTS]
    info = ("-", "-", "-")
    if item.info is not None:
        used, overflow = item.info["used_percent"], item.info["overflow"]
        info = (str(item.info["entries"]), "-" if used is None else f"{used:.1f}%", "yes" if overflow else "no")
    return (item.host, item.status, *counts, *info, _drift(item), one_line(item.remark))


def _drift(item: LogRow) -> str:
    if item.clock is None:
        return "-"
    return "not set" if item.clock["time_kind"] != SET else f"{item.clock['drift_s']:+.1f} s"
