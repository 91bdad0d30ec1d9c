# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where two readers of one BMC say different things, field by field."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from harness.ipmitool_output import THRESHOLDS
from harness.peers import IpmitoolSensor

from .freeipmi_lines import FreeipmiLine
from .ours import OurSensor, first_of_each_record

IPMITOOL, FREEIPMI = "ipmitool", "FreeIPMI"
_STATUS = {None: None, "ns": None, "ok": "ok", "nc": "non_critical", "cr": "critical", "nr": "non_recoverable"}
_FULL, _LATIN_1 = 0x01, 3
# FreeIPMI shows the reserved bits too (table 35-15: bits 6 and 7 of a threshold sensor, bit 15 of a discrete one).
_COMPARISON_BITS, _STATE_BITS = 0x3F, 0x7FFF
_PAST_INTEGERS = 9.2e18


@dataclass(frozen=True)
class Difference:
    """One field of one sensor, as the collection has it and as the peer shows it."""

    peer: str
    field: str
    ours: Any
    theirs: Any
    sensor: OurSensor

    def __str__(self) -> str:
        return (
            f"{self.sensor}: {self.field} is {self.ours!r}, {self.peer} says {self.theirs!r};"
            f" record {self.sensor.raw.hex(' ')}"
        )


def _noise(value: float) -> float:
    """What binary arithmetic may add before a peer rounds: far below the digits that it shows."""
    return 1e-9 * max(1.0, abs(value))


def same_number(ours: float | None, theirs: float | None, digits: int) -> bool:
    """Whether the peer's number is ours, rounded to the digits that it shows; none is the same as none only, and
    what the peer calls nan or inf is none."""
    if theirs is not None and not math.isfinite(theirs):
        theirs = None
    if ours is None or theirs is None:
        return ours is theirs
    return abs(ours - theirs) <= 0.5 * 10**-digits + _noise(ours)


def same_in_freeipmi(ours: float | None, theirs: float | None) -> bool:
    """Whether FreeIPMI's two digits are ours.

    It adds half a hundredth and cuts off, below zero too, where that goes up by one and a half: -2.19 is shown as
    -2.18. For nan, and for what no integer holds, it shows its smallest integer.
    """
    if theirs is not None and theirs < -_PAST_INTEGERS:
        return ours is None or abs(ours) > _PAST_INTEGERS
    if ours is not None and theirs is not None and ours < 0:
        return -0.005 - _noise(ours) <= theirs - ours <= 0.015 + _noise(ours)
    return same_number(ours, theirs, 2)


def _digits(text: str) -> int:
    return len(text.partition(".")[2])


def _has_plain_name(sensor: OurSensor) -> bool:
    """Whether ipmitool, which prints the bytes of an ID string as they are, can be right: 8-bit, printable, up to 16
    bytes, of a record for one sensor."""
    raw = sensor.raw
    offset, shared = (47, False) if raw[3] == _FULL else (31, raw[23] & 0x0F > 1)
    text = raw[offset + 1 : offset + 1 + (raw[offset] & 0x1F)].decode("latin-1")
    return not shared and raw[offset] >> 6 == _LATIN_1 and text.strip() != "" and text.isprintable() and len(text) <= 16


def _compared_numbers(sensor: OurSensor, theirs: IpmitoolSensor) -> Iterator[Difference]:
    reading = sensor.facts["reading"]
    if not same_number(reading, theirs.reading, _digits(theirs.reading_text)):
        yield Difference(IPMITOOL, "reading", reading, theirs.reading, sensor)
    for name in THRESHOLDS:
        limit = sensor.facts["thresholds"][name]
        if not same_number(limit, theirs.thresholds[name], 3):
            yield Difference(IPMITOOL, name, limit, theirs.thresholds[name], sensor)


def _from_ipmitool(sensor: OurSensor, theirs: IpmitoolSensor) -> Iterator[Difference]:
    facts = sensor.facts
    if sensor.key != theirs.key:
        yield Difference(IPMITOOL, "key", sensor.key, theirs.key, sensor)
        return
    yield from _compared_numbers(sensor, theirs)
    if _has_plain_name(sensor) and facts["name"] != theirs.name.strip():
        yield Difference(IPMITOOL, "name", facts["name"], theirs.name, sensor)
    if facts["available"] != theirs.available:
        yield Difference(IPMITOOL, "available", facts["available"], theirs.available, sensor)
    # Where there are states ipmitool says "discrete" instead of a unit.
    their_unit = None if theirs.unit == "discrete" and facts["kind"] == "discrete" else theirs.unit
    if (facts["unit"] or "") != (their_unit or ""):
        yield Difference(IPMITOOL, "unit", facts["unit"], their_unit, sensor)
    if facts["kind"] == "discrete" and facts["state_bits"] != theirs.state_bits:
        yield Difference(IPMITOOL, "state_bits", facts["state_bits"], theirs.state_bits, sensor)
    if facts["kind"] == "threshold" and facts["status"] != _STATUS[theirs.status]:
        yield Difference(IPMITOOL, "status", facts["status"], theirs.status, sensor)


def _from_freeipmi(sensor: OurSensor, theirs: FreeipmiLine) -> Iterator[Difference]:
    facts = sensor.facts
    if sensor.record_id != theirs.record_id:
        yield Difference(FREEIPMI, "record_id", sensor.record_id, theirs.record_id, sensor)
        return
    if not same_in_freeipmi(facts["reading"], theirs.reading):
        yield Difference(FREEIPMI, "reading", facts["reading"], theirs.reading, sensor)
    mask = _COMPARISON_BITS if facts["kind"] == "threshold" else _STATE_BITS
    their_bits = None if theirs.bits is None else theirs.bits & mask
    if facts["state_bits"] != their_bits:
        yield Difference(FREEIPMI, "state_bits", facts["state_bits"], their_bits, sensor)


def ipmitool_differences(ours: Sequence[OurSensor], theirs: Sequence[IpmitoolSensor]) -> list[Difference]:
    """Record by record; AssertionError where one of the two lists records that the other has not."""
    firsts = first_of_each_record(ours)
    assert [sensor.record_id for sensor in firsts] == [sensor.record_id for sensor in theirs]
    return [d for our, their in zip(firsts, theirs, strict=True) for d in _from_ipmitool(our, their)]


def freeipmi_differences(ours: Sequence[OurSensor], theirs: Sequence[FreeipmiLine]) -> list[Difference]:
    """Sensor by sensor, shared records expanded; AssertionError where the numbers of sensors differ."""
    assert len(ours) == len(theirs), f"{len(ours)} sensors, FreeIPMI lists {len(theirs)}"
    return [d for our, their in zip(ours, theirs, strict=True) for d in _from_freeipmi(our, their)]
