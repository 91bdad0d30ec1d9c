# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The classes of differences that remain, each with the bytes of the record that prove the collection right.

Bytes are counted from 1, as in the specification (IPMI v2.0 rev 1.1, tables 43-1 and 43-2). A class holds only while
the bytes say so: a difference whose bytes do not is nobody's. docs/peer-differences.md tells users the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.units import unit_text
from harness.ipmitool_output import THRESHOLDS

from .differences import FREEIPMI, IPMITOOL, Difference

_FULL = 0x01
_THRESHOLD_TYPE = 0x01
_NOT_ANALOG = 3
_ONE_BY_X, _CUBE_ROOT, _FIRST_NON_LINEAR = 0x07, 0x0B, 0x70
_LAST_UNIT = 92
# Byte 19 says which thresholds can be read, bytes 37 to 42 hold them: name -> (bit of byte 19, byte).
_IN_RECORD = {
    "upper_non_recoverable": (5, 37),
    "upper_critical": (4, 38),
    "upper_non_critical": (3, 39),
    "lower_non_recoverable": (2, 40),
    "lower_critical": (1, 41),
    "lower_non_critical": (0, 42),
}


def _byte(difference: Difference, number: int) -> int:
    return difference.sensor.raw[number - 1]


def _is_full(difference: Difference) -> bool:
    return _byte(difference, 4) == _FULL


def _linearization(difference: Difference) -> int:
    return _byte(difference, 24) & 0x7F if _is_full(difference) else 0


def unit_in_the_record(difference: Difference) -> bool:
    """Bytes 21 to 23: rate (byte 21, bits 5:3), modifier (bits 2:1), percentage (bit 0), base unit, modifier unit.

    ipmitool has no unit for a sensor that cannot be read now, never a rate, and "invalid" for a unit past the table
    (byte 22 or 23 above 92). The record has them all, whether or not the sensor answers.
    """
    if difference.peer != IPMITOOL or difference.field != "unit" or difference.ours is None:
        return False
    flags, base, modifier = (_byte(difference, number) for number in (21, 22, 23))
    relation, rate, percentage = flags >> 1 & 0x03, flags >> 3 & 0x07, bool(flags & 0x01)
    if difference.ours != unit_text(base, modifier, relation, rate, percentage):
        return False
    unread = difference.sensor.facts["reading"] is None and not difference.theirs
    without_rate = rate and difference.theirs == unit_text(base, modifier, relation, 0, percentage)
    past_the_table = max(base, modifier) > _LAST_UNIT and "invalid" in (difference.theirs or "")
    return bool(unread or without_rate or past_the_table)


def threshold_in_the_record(difference: Difference) -> bool:
    """Byte 12, bits 3:2, is not 00b (there are thresholds), the threshold's bit in byte 19 is set, and its value stands
    in one of the bytes 37 to 42.

    The BMC refuses Get Sensor Thresholds, as one with fixed thresholds (11b) does; ipmitool has no other source.
    """
    if difference.peer != IPMITOOL or difference.field not in THRESHOLDS or difference.theirs is not None:
        return False
    bit, _number = _IN_RECORD[difference.field]
    has_thresholds = _is_full(difference) and _byte(difference, 14) == _THRESHOLD_TYPE
    return has_thresholds and bool(_byte(difference, 12) & 0x0C) and bool(_byte(difference, 19) & 1 << bit)


def non_linear(difference: Difference) -> bool:
    """Byte 24 is 70h or above: each raw value has factors of its own, which only the BMC knows.

    ipmitool takes the reading's factors for the thresholds too, asks the BMC itself for the factors of a sensor behind
    the bridge, and drops a sensor's status with its reading where the factors are refused. FreeIPMI has no reading.
    """
    lost = difference.field in ("reading", "status", "available", "unit") and not difference.theirs
    return _linearization(difference) >= _FIRST_NON_LINEAR and (lost or difference.field in THRESHOLDS)


def number_of_a_discrete_sensor(difference: Difference) -> bool:
    """Byte 14 is no threshold type, yet byte 21, bits 7:6, is not 11b (the sensor returns a number) and bytes 21 to 23
    give that number a unit.

    FreeIPMI has no reading for such a sensor; ipmitool has one on HPE's BMCs, and then neither states nor status.
    """
    flags = _byte(difference, 21)
    has_unit = bool(flags & 0x3F or _byte(difference, 22) or _byte(difference, 23))
    discrete = _is_full(difference) and _byte(difference, 14) != _THRESHOLD_TYPE
    return discrete and flags >> 6 != _NOT_ANALOG and has_unit and difference.theirs is None


def beyond_freeipmi(difference: Difference) -> bool:
    """Byte 6, bit 0, is set (the owner is no address but the number of a software, as B1h on Dell's BMCs), byte 14 is
    00h or 0Dh to 6Eh (a type without a meaning), or byte 24 is 07h (1/x), 0Bh (cube root) or 0Ch to 6Fh (without a
    meaning).

    FreeIPMI does not ask for the first two; it takes 1/0 for 0, gets cube roots wrong and has no reading for the last.
    ipmitool asks, and says what we say.
    """
    event_type, linearization = _byte(difference, 14), _linearization(difference)
    unknown_type = event_type == 0 or 0x0C < event_type < 0x6F
    not_asked = difference.theirs is None and bool(_byte(difference, 6) & 0x01 or unknown_type)
    one_by_zero = linearization == _ONE_BY_X and difference.ours is None and difference.theirs == 0
    not_converted = difference.field == "reading" and _CUBE_ROOT <= linearization < _FIRST_NON_LINEAR
    return difference.peer == FREEIPMI and (not_asked or one_by_zero or not_converted)


CLASSES: tuple[Callable[[Difference], bool], ...] = (
    unit_in_the_record,
    threshold_in_the_record,
    non_linear,
    number_of_a_discrete_sensor,
    beyond_freeipmi,
)


def unexplained(differences: Iterable[Difference]) -> list[Difference]:
    """Those of no class: either the collection is wrong, or a class is missing."""
    return [difference for difference in differences if not any(known(difference) for known in CLASSES)]
