# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which events of a log are asked for."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from re import Pattern
from typing import Any

from ..errors import OptionError
from ..names import goes_by, parse_name

_AGE = re.compile(r"(\d+(?:\.\d+)?)\s*([smhdw])", re.IGNORECASE)
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_RECORD_ID = re.compile(r"\d{1,5}|0x[0-9a-f]{1,4}", re.IGNORECASE)
_LAST_ID = 0xFFFE

Event = Mapping[str, Any]


@dataclass(frozen=True)
class Since:
    """Where the events that are asked for begin: a time of day in UTC, or behind a record id."""

    time: str | None = None
    record_id: int | None = None


def parse_since(text: str, now: float) -> Since:
    """A time (ISO 8601; UTC where it names no zone), an age such as ``24h``, or a record id; raises OptionError."""
    text = text.strip()
    if _RECORD_ID.fullmatch(text):
        number = int(text, 0) if text.lower().startswith("0x") else int(text)
        if not 0 < number <= _LAST_ID:
            raise OptionError(f"since: {text} is no record id", "Give a number from 1 to 65534.")
        return Since(record_id=number)
    age = _AGE.fullmatch(text)
    try:
        if age:
            seconds = now - float(age.group(1)) * _SECONDS[age.group(2).lower()]
            moment = datetime.fromtimestamp(seconds, timezone.utc)
        else:
            moment = datetime.fromisoformat(re.sub(r"[Zz]$", "+00:00", text))
    except (ValueError, OverflowError, OSError) as error:
        raise OptionError(
            f"since: {text!r} is no time, no age and no record id",
            "Write a time such as 2026-01-31T00:00:00Z, an age such as 24h or 7d, or the id of a record.",
        ) from error
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=timezone.utc)
    return Since(time=moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"))


@dataclass(frozen=True)
class EventSelection:
    """What is asked for; what is empty or None asks for all. ``sensors`` are names and expressions."""

    since: Since | None = None
    severities: tuple[str, ...] = ()
    sensors: tuple[str | Pattern[str], ...] = ()
    directions: tuple[str, ...] = ()

    def choose(self, events: Sequence[Event]) -> list[Event]:
        """Those of a log, in its order, that are asked for."""
        return [event for event in self._recent(events) if self._fits(event)]

    def misses_id(self, events: Sequence[Event]) -> bool:
        """Whether ``since`` names a record that is not in the log: then all of it is newer, or was erased."""
        wanted = self.since.record_id if self.since else None
        return wanted is not None and all(event["record_id"] != wanted for event in events)

    def _fits(self, event: Event) -> bool:
        if self.severities and event["severity"] not in self.severities:
            return False
        if self.directions and event["direction"] not in self.directions:
            return False
        name = event["sensor_name"]
        return not self.sensors or (name is not None and any(goes_by(wanted, name) for wanted in self.sensors))

    def _recent(self, events: Sequence[Event]) -> Sequence[Event]:
        if self.since is None:
            return events
        if self.since.record_id is not None:
            places = [at for at, event in enumerate(events) if event["record_id"] == self.since.record_id]
            return events[places[-1] + 1 :] if places else events
        return self._since_time(events, self.since.time or "")

    @staticmethod
    def _since_time(events: Sequence[Event], time: str) -> list[Event]:
        """An event without a time of day was logged before the next one that has one, and is as old as that at the
        least."""
        chosen, recent = [], True
        for event in reversed(events):
            if event["timestamp"] is not None:
                recent = event["timestamp"] >= time
            if recent:
                chosen.append(event)
        return chosen[::-1]


def parse_event_selection(
    since: str | None, severities: Sequence[str], sensors: Sequence[str], directions: Sequence[str], now: float
) -> EventSelection:
    """From what the user wrote; raises OptionError for what cannot be understood."""
    try:
        names = tuple(parse_name(text) for text in sensors)
    except ValueError as error:
        raise OptionError(f"sensors: {error}", "Mend the expression.") from error
    return EventSelection(parse_since(since, now) if since else None, tuple(severities), names, tuple(directions))
