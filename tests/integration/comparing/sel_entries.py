# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entries of every kind for a System Event Log; record id and time are the BMC's to set."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.sensors import Sensor
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.states import (
    GENERIC_STATES,
    SENSOR_SPECIFIC_STATES,
)

SPECIFIC, DEASSERTED = 0x6F, 0x80
BMC = bytes((0x20, 0x00))
NOTHING = (0xFF, 0xFF)


def event(kind: int, event_type: int, *data: int, number: int = 0, by: bytes = BMC, version: int = 4) -> bytes:
    return bytes((0, 0, 2, 0, 0, 0, 0, *by, version, kind, number, event_type, *data))


def generic() -> Iterator[bytes]:
    for event_type, texts in GENERIC_STATES.items():
        for offset in range(len(texts)):
            for kind in (0x02, 0x04, 0x0D):
                yield event(kind, event_type, offset, *NOTHING)
            yield event(0x04, event_type | DEASSERTED, offset, *NOTHING)


def specific() -> Iterator[bytes]:
    for kind, texts in SENSOR_SPECIFIC_STATES.items():
        for offset in (offset for offset, text in enumerate(texts) if text):
            yield event(kind, SPECIFIC, offset, *NOTHING)
            if not offset % 3:
                yield event(kind, SPECIFIC | DEASSERTED, offset, *NOTHING)


def codes() -> Iterator[bytes]:
    """Sensor-specific codes in event data 2, then in event data 3, then other people's codes."""
    for kind, offset, last in ((0x0F, 0, 0xD), (0x0F, 2, 0x19), (0x1D, 7, 0xB), (0x21, 2, 0xC), (0x2B, 1, 0x17)):
        for code in range(last + 1):
            yield event(kind, SPECIFIC, 0xC0 | offset, code, 0xFF)
    for kind, offset, code in (
        (0x05, 4, 2),
        (0x10, 0, 3),
        (0x12, 4, 0x29),
        (0x12, 5, 0x81),
        (0x19, 0, 5),
        (0x23, 1, 0x34),
    ):
        yield event(kind, SPECIFIC, 0xC0 | offset, code, 0xFF)
    for kind, offset, code in ((0x08, 6, 3), (0x0C, 8, 5), (0x10, 5, 75), (0x19, 0, 0), (0x21, 0, 4), (0x2A, 1, 0x21)):
        yield event(kind, SPECIFIC, 0x30 | offset, 0xFF, code)
    yield event(0x04, 0x05, 0x41, 0x20, 0xFF)
    yield event(0x0C, SPECIFIC, 0xA1, 0xA1, 0x02)
    yield event(0x04, 0x70, 0xA3, 0xA1, 0x02)


def odd() -> Iterator[bytes]:
    """What a manufacturer, a kernel or nobody defines."""
    yield from (event(kind, SPECIFIC, offset, *NOTHING) for kind, offset in ((0xC1, 2), (0x2D, 0), (0x08, 14), (1, 3)))
    yield event(0x01, 0x0D, 1, *NOTHING)
    yield event(0x20, SPECIFIC, 0xA1, 0x61, 0x74, number=0x46, by=b"\x41\x00", version=3)
    yield event(0x12, SPECIFIC, 0x01, *NOTHING, number=0x83, by=b"\x01\x00", version=3)
    yield event(0x12, SPECIFIC, 0x01, *NOTHING, version=7)
    yield from (bytes.fromhex(text) for text in (
        "0000f02000466174616c206578636570",  # Linux: "Fatal excep"
        "0000f02101000102030405060708090a",
        "0000c100000000a20200010203040506",
        "0000df00000000ffffff010203040506",
        "0000e00102030405060708090a0b0c0d",
        "0000050102030405060708090a0b0c0d",
    ))  # fmt: skip


def measured(sensors: Iterable[Sensor]) -> Iterator[bytes]:
    """Events with reading and threshold: of every threshold sensor, of one on another LUN, of another sensor type."""
    thresholds = [sensor for sensor in sensors if sensor.record.is_threshold and sensor.is_analog]
    for sensor in thresholds:
        place, kind = sensor.record, sensor.record.sensor_type
        who = bytes((place.owner, place.channel << 4 | place.lun))
        for event_type, data in ((0x01, (0x59, 0xC8, 0x7F)), (0x81, (0x52, 0x10, 0x22)), (0x01, (0x47, 0x64, 0xFF))):
            yield event(kind, event_type, *data, number=sensor.number, by=who)
        yield event(kind, 0x01, 0x09, *NOTHING, number=sensor.number, by=who)
    first = thresholds[0]
    yield event(
        first.record.sensor_type, 0x01, 0x59, 0x80, 0x7F, number=first.number, by=bytes((first.record.owner, 3))
    )
    yield event(0x04, 0x01, 0x59, 0x80, 0x7F, number=first.number)
