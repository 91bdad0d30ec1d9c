# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Field by field, what ipmitool and FreeIPMI say of the entries of a log and the collection does not.

A text means the same where, of all texts of its type, ours has the most words in common with the peer's.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.sensor_types import SENSOR_TYPES
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.states import (
    GENERIC_STATES,
    SENSOR_SPECIFIC_STATES,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sel.events import SelEvent

from .sel_entries import SPECIFIC
from .sel_readers import Line

IPMITOOL, FREEIPMI = "ipmitool", "FreeIPMI"
# Wordings with less in common than the nearest of the same type: theirs, ours.
SAME = {
    "Other": "Other Units-based Sensor",
    "System Firmwares": "System Firmware Progress",
    "Presence detected": "processor presence detected",
    "Hardware change success": "hardware change successful",
    "Hardware Change detected with associated Entity was successful": "hardware change successful",
    "Software or F/W Change detected with associated Entity was successful": "firmware or software change successful",
    "Drive Presence": "drive present",
    "S1": "S1 sleeping, hardware and processor context maintained",
    "S2": "S2 sleeping, processor context lost",
    "S4": "S4 non-volatile sleep/suspend to disk",
    "Event logging disabled": "event type logging disabled",
    "Unknown Error": "system firmware error (POST error)",
    "Unknown Progress": "system firmware progress",
    "System boot initiated": "progress: starting operating system boot process",
    "SMBus initialization": "progress: SM bus initialization",
    "reserved": "data 2: 15",
}
_NO_TYPE = ("Unknown", "OEM Reserved", "N/A")
_DIGITS = 0.011  # both print two


@dataclass(frozen=True)
class Log:
    """One log read three ways; the peers' lines by record id."""

    ours: list[SelEvent]
    peers: dict[str, dict[int, Line]]

    @cached_property
    def details(self) -> dict[tuple[str | None, str], frozenset[str]]:
        """Every detail that the log has for a state of a type."""
        told: defaultdict[tuple[str | None, str], set[str]] = defaultdict(set)
        for event in self.ours:
            told[event.sensor_type, event.event].update({event.event_detail} - {None})
        return {kind: frozenset(details) for kind, details in told.items()}


@dataclass(frozen=True)
class Difference:
    """One field in which a peer says something else of an entry."""

    peer: str
    field: str
    ours: object
    theirs: object
    event: SelEvent

    def __str__(self) -> str:
        event = self.event
        about = f"{event.sensor_type} {event.event} {event.direction} {event.raw}"
        return f"{self.peer} {self.field} {self.ours!r}, not {self.theirs!r}: {about}"

    @property
    def raw(self) -> bytes:
        return bytes.fromhex(self.event.raw)


def words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z]+|\d+", text.lower()))


@cache
def nearest(theirs: str, candidates: frozenset[str]) -> str | None:
    """The text that has the most in common with the peer's; None where no word is, or where two have as much."""
    if SAME.get(theirs) in candidates:
        return SAME[theirs]
    told = words(theirs)
    scores = {text: len(told & words(text)) / len(told | words(text)) for text in candidates if text}
    best = [text for text, score in scores.items() if score == max(scores.values()) > 0]
    return best[0] if len(best) == 1 else None


def _texts_of_type(event: SelEvent) -> frozenset[str]:
    raw = bytes.fromhex(event.raw)
    specific = raw[12] & 0x7F == SPECIFIC
    return frozenset(SENSOR_SPECIFIC_STATES.get(raw[10], ()) if specific else GENERIC_STATES.get(raw[12] & 0x7F, ()))


def _type_text(event: SelEvent, shown: str) -> str | None:
    if event.sensor_type not in SENSOR_TYPES.values():
        return event.sensor_type if shown in _NO_TYPE else shown
    return nearest(shown, frozenset(SENSOR_TYPES.values())) or shown


def _event_text(event: SelEvent, line: Line, log: Log) -> str:
    """Our text, if the peer's means that; ipmitool has some codes' texts in the place of the event's."""
    texts = _texts_of_type(event)
    if event.event not in texts:
        offset = bytes.fromhex(event.raw)[13] & 0x0F
        return event.event if line.event == "" or line.event.endswith(f"Event Offset = {offset:02X}h") else line.event
    meant = nearest(line.event, texts | log.details[event.sensor_type, event.event])
    return event.event if meant and meant in (event.event, event.event_detail) else line.event


def _sensor(event: SelEvent, peer: str) -> str:
    number = bytes.fromhex(event.raw)[11]
    unnamed = f"Sensor #{number}" if peer == FREEIPMI else f"#0x{number:02x}" if number else ""
    return event.sensor_name or unnamed


def _of_event(peer: str, event: SelEvent, line: Line, log: Log) -> Iterator[tuple[str, object, object]]:
    sensor = _sensor(event, peer)
    yield "sensor", sensor, sensor if line.sensor.endswith(sensor) else line.sensor
    yield "type", event.sensor_type, _type_text(event, line.sensor.removesuffix(sensor).strip())
    yield "event", event.event, _event_text(event, line, log)
    for field, ours, theirs in zip(
        ("reading", "threshold"), (event.reading, event.threshold), line.values, strict=True
    ):
        same = ours is not None and theirs is not None and abs(ours - theirs) < _DIGITS
        yield field, ours, ours if same else theirs
    if peer == FREEIPMI:
        yield "severity", event.severity, line.severity
        details = "" if line.values != (None, None) else line.details
        detail = nearest(details, log.details[event.sensor_type, event.event]) or details
        yield "detail", event.event_detail or "", detail


def _fields(peer: str, event: SelEvent, line: Line, log: Log) -> Iterator[tuple[str, object, object]]:
    yield "time", event.timestamp or event.timestamp_kind, line.time
    yield "direction", event.direction, line.direction
    if event.direction is None:
        told = (line.event.replace(" ", "").lower(), line.event.encode("latin-1").hex())
        yield "event", event.raw, event.raw if any(text in event.raw for text in told) else line.event
    else:
        yield from _of_event(peer, event, line, log)


def differences(log: Log) -> list[Difference]:
    found = []
    for peer, lines in log.peers.items():
        for event in log.ours:
            line = lines.get(event.record_id)
            if line is None:
                found.append(Difference(peer, "entry", event.event, None, event))
                continue
            fields = _fields(peer, event, line, log)
            found += [Difference(peer, field, ours, theirs, event) for field, ours, theirs in fields if ours != theirs]
    return found
