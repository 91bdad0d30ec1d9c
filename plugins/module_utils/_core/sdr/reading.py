# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One sensor's live side: Get Sensor Reading, Thresholds and Reading Factors (IPMI 2.0, sections 35.14, 35.9 and
35.5)."""

from __future__ import annotations

from dataclasses import dataclass

from .records import THRESHOLD_NAMES
from .states import state_texts, threshold_status_texts

_SCANNING_ENABLED = 0x40
_UNAVAILABLE = 0x20
_COMPARISON_BITS = 0x3F
_STATE_BITS = 0x7FFF

OK, NON_CRITICAL, CRITICAL, NON_RECOVERABLE = "ok", "non_critical", "critical", "non_recoverable"
_STATUS_BY_BITS = ((0x24, NON_RECOVERABLE), (0x12, CRITICAL), (0x09, NON_CRITICAL))


@dataclass(frozen=True)
class RawReading:
    """The bytes of a reading: ``raw`` value, flags, and ``bits``: comparison status or states, None where the BMC
    sent none."""

    raw: int
    scanning: bool
    unavailable: bool
    bits: int | None


def decode_reading(data: bytes) -> RawReading | None:
    """The data of Get Sensor Reading: value, flags and up to two bytes of states; None where not even the flags
    came."""
    if len(data) < 2:
        return None
    bits = int.from_bytes(data[2:4], "little") & _STATE_BITS if len(data) > 2 else None
    return RawReading(data[0], bool(data[1] & _SCANNING_ENABLED), bool(data[1] & _UNAVAILABLE), bits)


def decode_thresholds(data: bytes) -> dict[str, int]:
    """Get Sensor Thresholds: the readable ones as name -> raw value (readable mask, then six values from lower to
    upper)."""
    if len(data) < 7:
        return {}
    return {name: data[1 + bit] for bit, name in enumerate(THRESHOLD_NAMES) if data[0] & (1 << bit)}


def threshold_status(bits: int) -> str:
    """The worst threshold passed, by the comparison bits (table 35-14, byte 4)."""
    for mask, status in _STATUS_BY_BITS:
        if bits & mask:
            return status
    return OK


def comparison_bits(value: float | None, thresholds: dict[str, float | None]) -> int | None:
    """The comparison bits of a BMC that does not send them; None where there is nothing to compare."""
    if value is None or all(limit is None for limit in thresholds.values()):
        return None
    bits = 0
    for bit, name in enumerate(THRESHOLD_NAMES):
        limit = thresholds.get(name)
        if limit is not None and (value <= limit if name.startswith("lower") else value >= limit):
            bits |= 1 << bit
    return bits


def reading_states(is_threshold: bool, event_type: int, sensor_type: int, bits: int | None) -> list[str]:
    if not bits:
        return []
    if is_threshold:
        return threshold_status_texts(bits & _COMPARISON_BITS)
    return state_texts(event_type, sensor_type, bits)
