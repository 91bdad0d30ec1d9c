# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The System log of Windows, as wevtutil puts it out: which events to ask for, and what is in them.

Only fields of the element System are read (Microsoft, "Event Schema"): they are the same in every language of Windows,
while messages are not. The XML is another machine's text: bounded, without a DOCTYPE, and read event by event, so that
a damaged one costs itself alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree import ElementTree

from ..errors import DriverError
from .records import EVENT_IDS, DriverEvent, format_time, parse_time

PROVIDER = "IPMIDRV"
LOG = "System"
# Events of a log hold 64 KiB at most, and XML writes binary data as hex digits. The whole is some 1 KiB an event.
MAX_EVENT_CHARS = 1 << 18
MAX_XML_CHARS = 1 << 25

_START = re.compile(r"<Event[\s>]")
_END = "</Event>"
_HARDWARE_LEVELS = "(Level=1 or Level=2)"
_DAMAGED = (ElementTree.ParseError, ValueError)


@dataclass(frozen=True)
class LogEvent:
    """One event of any provider. ``level``: 1 critical, 2 error, 3 warning, 4 information; 0 where there is none."""

    provider: str
    event_id: str
    level: int
    time: float


@dataclass(frozen=True)
class LogReading:
    """What a query brought: events newest first, whatever the order they came in, and how many cannot be read."""

    events: tuple[LogEvent, ...]
    damaged: int

    @property
    def count(self) -> int:
        """How many events wevtutil has told."""
        return len(self.events) + self.damaged


def driver_query(hours: float, since: float | None, limit: int) -> list[str]:
    """The command for the newest ``limit`` events of IPMIDRV, from ``since`` on or within so many hours by the host's
    clock."""
    ids = f"EventID >= {EVENT_IDS[0]} and EventID <= {EVENT_IDS[-1]}"
    return _command(f"Provider[@Name='{PROVIDER}'] and ({ids}) and {_times(hours, since)}", limit)


def hardware_query(hours: float, since: float | None, limit: int) -> list[str]:
    """The command for the newest critical and error events of any provider."""
    return _command(f"{_HARDWARE_LEVELS} and {_times(hours, since)}", limit)


def _times(hours: float, since: float | None) -> str:
    if since is not None:
        return f"TimeCreated[@SystemTime>='{format_time(since)[:-1]}.000Z']"
    return f"TimeCreated[timediff(@SystemTime) <= {round(hours * 3_600_000)}]"


def _command(conditions: str, limit: int) -> list[str]:
    query = f"/q:*[System[{conditions}]]"
    return ["wevtutil.exe", "qe", LOG, query, "/f:XML", "/e:Events", "/rd:true", f"/c:{limit}"]


def read_events(xml: str) -> LogReading:
    """The events of wevtutil's output; raises DriverError for what no wevtutil would put out."""
    if len(xml) > MAX_XML_CHARS:
        raise DriverError(
            f"wevtutil has put out {len(xml)} characters, more than {MAX_XML_CHARS}", "Lower max_events, or hours."
        )
    if "<!DOCTYPE" in xml or "<!ENTITY" in xml:
        raise DriverError(
            "what wevtutil has put out has a DOCTYPE, which no events have",
            "Find out what wevtutil.exe is on this host.",
        )
    events, damaged = [], 0
    for text in _split(xml):
        try:
            events.append(_event(text))
        except _DAMAGED:
            damaged += 1
    return LogReading(tuple(sorted(events, key=lambda event: event.time, reverse=True)), damaged)


def _split(xml: str) -> Iterator[str]:
    """The text of each event, "" for one without a beginning or an end."""
    *whole, rest = xml.split(_END)
    for part in whole:
        start = _START.search(part)
        yield part[start.start() :] + _END if start and len(part) <= MAX_EVENT_CHARS else ""
    if _START.search(rest):
        yield ""


def _event(text: str) -> LogEvent:
    system = _child(ElementTree.fromstring(text), "System")
    return LogEvent(
        provider=_child(system, "Provider").attrib.get("Name", ""),
        event_id=str(_number(_child(system, "EventID"))),
        level=_number(_child(system, "Level", "0")),
        time=parse_time(_child(system, "TimeCreated").attrib.get("SystemTime", "")),
    )


def _child(parent: ElementTree.Element, name: str, default: str | None = None) -> ElementTree.Element:
    """The child of this name in whichever namespace; ValueError where there is none and no default for its text."""
    for child in parent:
        if child.tag.rpartition("}")[2] == name:
            return child
    if default is None:
        raise ValueError(f"no element {name}")
    missing = ElementTree.Element(name)
    missing.text = default
    return missing


def _number(element: ElementTree.Element) -> int:
    text = (element.text or "").strip()
    if not re.fullmatch(r"[0-9]{1,10}", text):
        raise ValueError(f"{text} is no number")
    return int(text)


def driver_events(reading: LogReading) -> list[DriverEvent]:
    """The events that are IPMIDRV's."""
    return [
        DriverEvent(event.time, event.event_id)
        for event in reading.events
        if event.provider == PROVIDER and event.event_id in EVENT_IDS
    ]
