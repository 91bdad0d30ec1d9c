# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sensor data records made by hand, byte by byte as section 43 numbers them: from 1."""

from __future__ import annotations

from collections.abc import Mapping

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.decode import decode_record
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.sensors import Sensor, expand

TEMPERATURE, VOLTAGE, CURRENT, FAN, INTRUSION, POWER_SUPPLY, MEMORY = 0x01, 0x02, 0x03, 0x04, 0x05, 0x08, 0x0C
THRESHOLD, STATE, SPECIFIC = 0x01, 0x03, 0x6F
CELSIUS, VOLTS, AMPS, WATTS, RPM = 1, 4, 5, 6, 18


def lay(length: int, places: Mapping[int, int]) -> bytes:
    """Zeros, with values at the specification's byte numbers; the header's length is set."""
    data = bytearray(length)
    for number, value in places.items():
        data[number - 1] = value
    data[2], data[4] = 0x51, length - 5
    return bytes(data)


def with_name(record: bytes, name: bytes, encoding: int = 3) -> bytes:
    """A type/length byte and the string behind a record's fixed part."""
    data = bytearray(record + bytes((encoding << 6 | len(name),)) + name)
    data[4] = len(data) - 5
    return bytes(data)


def factors(m: int = 1, b: int = 0, k1: int = 0, k2: int = 0) -> bytes:
    """Bytes 25 to 30: M, B, and their exponents; tolerance and accuracy are set so that they show if they leak."""
    m, b = m & 0x3FF, b & 0x3FF
    return bytes((m & 0xFF, m >> 8 << 6 | 0x3F, b & 0xFF, b >> 8 << 6 | 0x3F, 0xF0, (k2 & 0xF) << 4 | k1 & 0xF))


def full(name: bytes = b"Temp", conversion: bytes = b"", thresholds: bytes = bytes(6), **places: int) -> bytes:
    """A full record (01h): 20h's temperature sensor 1 of entity 7.1, in degrees C. ``places``: b19=0x3f and so on.

    ``thresholds`` are bytes 37 to 42: upper non-recoverable, critical, non-critical, lower ones in the same order.
    """
    fixed = {1: 1, 4: 1, 6: 0x20, 8: 1, 9: 7, 10: 1, 12: 0x08, 13: TEMPERATURE, 14: THRESHOLD, 22: CELSIUS}
    fixed.update(enumerate(conversion or factors(), start=25))
    fixed.update(enumerate(thresholds, start=37))
    fixed.update({int(place[1:]): value for place, value in places.items()})
    return with_name(lay(47, fixed), name)


def compact(name: bytes = b"Intrusion", **places: int) -> bytes:
    """A compact record (02h): 20h's sensor-specific intrusion sensor 1 of entity 7.1, not shared."""
    fixed = {1: 1, 4: 2, 6: 0x20, 8: 1, 9: 7, 10: 1, 13: INTRUSION, 14: SPECIFIC, 21: 0xC0, 24: 0x01}
    fixed.update({int(place[1:]): value for place, value in places.items()})
    return with_name(lay(31, fixed), name)


def event_only(name: bytes = b"POST", **places: int) -> bytes:
    """An event-only record (03h): 20h's system firmware sensor 1 of entity 7.1."""
    fixed = {1: 1, 4: 3, 6: 0x20, 8: 1, 9: 7, 10: 1, 11: 0x0F, 12: SPECIFIC, 13: 0x01}
    fixed.update({int(place[1:]): value for place, value in places.items()})
    return with_name(lay(16, fixed), name)


def locator(record_type: int = 0x12, name: bytes = b"BMC", record_id: int = 1) -> bytes:
    return with_name(lay(15, {1: record_id, 4: record_type, 6: 0x20, 13: 0x2E, 14: 1}), name)


def sensors_of(record: bytes) -> list[Sensor]:
    """Every sensor for which a record of a sensor stands."""
    return expand(decode_record(record))


def sensor_of(record: bytes) -> Sensor:
    (sensor,) = sensors_of(record)
    return sensor
