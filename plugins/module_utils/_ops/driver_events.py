# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading what the operating system's IPMI driver wrote to its log within a window of time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from .._core.driver_events.classes import Assessment, assess
from .._core.driver_events.kernel import KernelLine, journal_line, kind_of, kmsg_line
from .._core.driver_events.neighbours import Neighbours, OtherError
from .._core.driver_events.records import LINUX, WINDOWS, DriverEvent, Span, format_time
from .._core.driver_events.windows import driver_events, driver_query, hardware_query, read_events
from .._core.errors import OptionError

MAX_HARDWARE_EVENTS = 1000


@dataclass(frozen=True)
class EventsRequest:
    """``since``: the window's start in place of ``hours``. Times are seconds since 1970. ``neighbours``: count other
    hardware's errors, too."""

    hours: float = 24.0
    since: float | None = None
    max_events: int = 1000
    maintenance: Sequence[Span] = ()
    changed_at: float | None = None
    neighbours: bool = False


@dataclass(frozen=True)
class EventsResult:
    """``events``: newest first. ``truncated``: there is more in the window. ``others``: None if not asked for."""

    system: str
    window: Span
    hours: float
    truncated: bool
    events: Sequence[DriverEvent]
    assessment: Assessment
    others: Sequence[OtherError] | None
    warnings: Sequence[str]


class Journal(Protocol):
    """The kernel's lines of a journal, newest first, while they are read. Iterating may raise an IpmiError."""

    def __iter__(self) -> Iterator[bytes]: ...

    def close(self) -> None:
        """Want no more of them."""

    @property
    def cut_by(self) -> str:
        """What ended the reading before the journal's own end, or ""."""


class KernelLog(Protocol):
    """A Linux machine's log of its kernel. Every method may raise an IpmiError."""

    def now(self) -> float:
        """The machine's clock, in seconds since 1970."""

    def journal(self, since: float) -> Journal | None:
        """The journal from then on; None where there is none, or none with messages of the kernel's."""

    def buffer(self) -> tuple[Sequence[bytes], float]:
        """The records of /dev/kmsg, oldest first, and the time at which the kernel's clock was at zero."""


# Runs a command on a Windows host: what it has put out, and the host's clock after that.
Ask = Callable[[Sequence[str]], "tuple[str, float]"]


@dataclass
class _Found:
    """What a log brought. ``seen_since``: from when on, where that is not the window's start."""

    system: str
    events: list[DriverEvent] = field(default_factory=list)
    others: Neighbours | None = None
    truncated: bool = False
    seen_since: float | None = None
    oldest: float | None = None
    damaged: int = 0
    warnings: list[str] = field(default_factory=list)


def read_windows(request: EventsRequest, ask: Ask) -> EventsResult:
    """What IPMIDRV wrote to the System log."""
    text, now = ask(driver_query(request.hours, request.since, request.max_events + 1))
    reading = read_events(text)
    found = _Found(WINDOWS, driver_events(reading)[: request.max_events], damaged=reading.damaged)
    found.truncated = reading.count > request.max_events
    if request.neighbours:
        text, _now = ask(hardware_query(request.hours, request.since, MAX_HARDWARE_EVENTS + 1))
        hardware = read_events(text)
        found.damaged += hardware.damaged
        found.others = Neighbours()
        for event in hardware.events[:MAX_HARDWARE_EVENTS]:
            found.others.add_event(event)
        if hardware.count > MAX_HARDWARE_EVENTS:
            found.warnings.append(f"other_errors are the newest {MAX_HARDWARE_EVENTS} of the window alone")
    return _result(request, found, now)


def read_linux(request: EventsRequest, log: KernelLog) -> EventsResult:
    """What the IPMI drivers wrote to the kernel's log: as the journal has it, else as the kernel's own buffer has."""
    now = log.now()
    window = _window(request, now)
    journal = log.journal(window.start)
    if journal is None:
        records, booted = log.buffer()
        found = _gather(reversed(records), partial(kmsg_line, booted=booted), request, window)
        found.seen_since = max(window.start, now if found.oldest is None else found.oldest)
        since = format_time(found.seen_since)
        found.warnings.append(
            f"no journal has the kernel's messages: /dev/kmsg tells of this boot, and from {since} on"
        )
        return _result(request, found, now)
    try:
        found = _gather(journal, journal_line, request, window)
    finally:
        journal.close()
    if journal.cut_by:
        found.truncated = True
        found.seen_since = now if found.oldest is None else found.oldest
        found.warnings.append(f"{journal.cut_by}: what is older was not read")
    return _result(request, found, now)


def _gather(
    lines: Iterable[bytes], parse: Callable[[bytes], KernelLine | None], request: EventsRequest, window: Span
) -> _Found:
    """What is found in a log's lines, which come newest first."""
    found = _Found(LINUX, others=Neighbours() if request.neighbours else None)
    for raw in lines:
        try:
            line = parse(raw)
        except ValueError:
            found.damaged += 1
            continue
        if line is None:
            continue
        found.oldest = line.time if found.oldest is None else min(line.time, found.oldest)
        if not window.holds(line.time):
            continue
        kind = kind_of(line.message)
        if kind is None:
            if found.others is not None:
                found.others.add_line(line)
        elif len(found.events) < request.max_events:
            found.events.append(DriverEvent(line.time, kind, line.message))
        else:
            found.truncated = True
            if found.others is None:
                break
    return found


def _window(request: EventsRequest, now: float) -> Span:
    if request.since is None:
        return Span(now - request.hours * 3600, now)
    if request.since >= now:
        raise OptionError(
            f"since lies in the future: by the host's clock it is {format_time(now)}", "Give an earlier time, or hours."
        )
    return Span(request.since, now)


def _result(request: EventsRequest, found: _Found, now: float) -> EventsResult:
    window = _window(request, now)
    hours = request.hours if request.since is None else (window.end - window.start) / 3600
    events = sorted(found.events, key=lambda event: event.time, reverse=True)
    seen_since = found.seen_since
    if len(events) == request.max_events and found.truncated:
        seen_since = events[-1].time
        since = format_time(seen_since)
        found.warnings.append(
            f"there were more than {request.max_events} events: counts and rate are those from {since} on"
        )
    if found.damaged:
        found.warnings.append(f"entries of the log that cannot be read, and do not count: {found.damaged}")
    span_s = hours * 3600 if seen_since is None else now - seen_since
    return EventsResult(
        system=found.system,
        window=window,
        hours=hours,
        truncated=found.truncated,
        events=events,
        assessment=assess(found.system, events, span_s, request.maintenance, request.changed_at),
        others=None if found.others is None else found.others.rows(),
        warnings=found.warnings,
    )
