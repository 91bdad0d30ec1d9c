# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event log of the stand-in, and its events as wevtutil writes them.

The XML has the shape of Windows' event schema for events of classic sources, drivers among them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.sax.saxutils import escape

NAMESPACE = "http://schemas.microsoft.com/win/2004/08/events/event"
# Of classic events: the severity in the two uppermost bits, which tells the level, and facility 4 (I/O).
_QUALIFIERS = {1: 0xC004, 2: 0xC004, 3: 0x8004, 4: 0x4004}


@dataclass(frozen=True)
class Event:
    """``level``: 1 critical, 2 error, 3 warning, 4 information. ``record``: its number in the channel."""

    provider: str
    event_id: int
    level: int
    time: datetime
    data: tuple[str, ...]
    channel: str
    record: int


class EventLog:
    """Events of all channels, in the order in which they were logged.

    ``decimals``: those of SystemTime; Windows 10 and Server 2016 write seven, older ones nine.
    """

    def __init__(self, computer: str, clock: Callable[[], datetime]) -> None:
        self.computer = computer
        self.decimals = 7
        self._clock = clock
        self._events: list[Event] = []

    def add(
        self,
        provider: str,
        event_id: int,
        *,
        level: int = 2,
        at: datetime | None = None,
        data: Sequence[str] = (),
        channel: str = "System",
    ) -> Event:
        """Log an event, by default now. ``at`` has a time zone."""
        time = (at or self._clock()).astimezone(UTC)
        event = Event(provider, event_id, level, time, tuple(data), channel, len(self._events) + 1)
        self._events.append(event)
        return event

    def of(self, channel: str) -> list[Event]:
        """A channel's events, oldest first; of those of one time, the one logged first."""
        found = [event for event in self._events if event.channel.casefold() == channel.casefold()]
        return sorted(found, key=lambda event: (event.time, event.record))

    def as_xml(self, event: Event) -> str:
        """One event as wevtutil writes it with /f:XML."""
        data = "".join(f"<Data>{escape(text)}</Data>" for text in event.data)
        return (
            f"<Event xmlns='{NAMESPACE}'><System><Provider Name={_attribute(event.provider)}/>"
            f"<EventID Qualifiers='{_QUALIFIERS.get(event.level, 0)}'>{event.event_id}</EventID><Version>0</Version>"
            f"<Level>{event.level}</Level><Task>0</Task><Opcode>0</Opcode><Keywords>0x80000000000000</Keywords>"
            f"<TimeCreated SystemTime='{self._system_time(event.time)}'/><EventRecordID>{event.record}</EventRecordID>"
            f"<Correlation/><Execution ProcessID='4' ThreadID='320'/><Channel>{event.channel}</Channel>"
            f"<Computer>{escape(self.computer)}</Computer><Security/></System>"
            f"<EventData>{data}<Binary>00000000</Binary></EventData></Event>"
        )

    def _system_time(self, time: datetime) -> str:
        fraction = f"{time.microsecond:06d}".ljust(self.decimals, "0")
        return f"{time:%Y-%m-%dT%H:%M:%S}.{fraction}Z"


def _attribute(text: str) -> str:
    return "'" + escape(text, {"'": "&apos;"}) + "'"
