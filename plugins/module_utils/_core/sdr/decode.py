# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One sensor data record: bytes -> frozen value (IPMI 2.0, tables 43-1 to 43-12)."""

from __future__ import annotations

from functools import lru_cache
from typing import Callable

from ..errors import DecodeError
from . import records as r
from .conversion import decode_conversion
from .strings import decode_id_string

HEADER_LENGTH = 5
# Servers of one model have the same records: those of a score of models are decoded once in a process.
KEPT_RECORDS = 8192
_ALPHABETIC = 1
_INSTANCE = 0x7F  # the eighth bit tells a logical entity from a physical one
# Offsets of the thresholds in a full record, by the readable mask's bit order (bytes 37 to 42).
_THRESHOLD_OFFSETS = (41, 40, 39, 38, 37, 36)
_NO_SHARING = r.Sharing(1, False, 0, False)


@lru_cache(maxsize=KEPT_RECORDS)
def decode_record(data: bytes) -> r.Record:
    """A whole record, header and body. Raises DecodeError where bytes are missing that tell what it is about."""
    if len(data) < HEADER_LENGTH:
        raise DecodeError(f"a sensor data record of {len(data)} bytes has no header")
    record_id, record_type = int.from_bytes(data[0:2], "little"), data[3]
    if len(data) < HEADER_LENGTH + data[4]:
        raise DecodeError(
            f"record {record_id:04X}h ends after {len(data)} bytes, its header promises {HEADER_LENGTH + data[4]}"
        )
    data = data[: HEADER_LENGTH + data[4]]
    decoder, needed = _DECODERS.get(record_type, (_other, HEADER_LENGTH))
    if len(data) < needed:
        raise DecodeError(
            f"record {record_id:04X}h of type {record_type:02X}h has {len(data)} bytes, {needed} are needed"
        )
    return decoder(record_id, record_type, data)


def _units(data: bytes) -> r.SensorUnits:
    units_1 = data[20]
    return r.SensorUnits(data[21], data[22], units_1 >> 1 & 0x03, units_1 >> 3 & 0x07, bool(units_1 & 0x01))


def _sharing(low: int, high: int) -> r.Sharing:
    return r.Sharing(max(low & 0x0F, 1), (low >> 4 & 0x03) == _ALPHABETIC, high & 0x7F, bool(high & 0x80))


def _sensor(record_id: int, record_type: int, data: bytes) -> r.SensorRecord:
    """Full and compact records share bytes 6 to 23."""
    full = record_type == r.FULL
    event_type = data[13]
    thresholds: tuple[tuple[str, int], ...] = ()
    if full and event_type == r.THRESHOLD_EVENT_TYPE:
        readable = data[18]
        thresholds = tuple(
            (name, data[offset])
            for bit, (name, offset) in enumerate(zip(r.THRESHOLD_NAMES, _THRESHOLD_OFFSETS))
            if readable & (1 << bit)
        )
    return r.SensorRecord(
        record_id=record_id,
        record_type=record_type,
        owner=data[5],
        channel=data[6] >> 4,
        lun=data[6] & 0x03,
        number=data[7],
        entity_id=data[8],
        entity_instance=data[9] & _INSTANCE,
        sensor_type=data[12],
        event_type=event_type,
        name=decode_id_string(data, 47 if full else 31),
        units=_units(data),
        sharing=_NO_SHARING if full else _sharing(data[23], data[24]),
        conversion=decode_conversion(data[20], data[23], data[24:30]) if full else None,
        threshold_access=data[11] >> 2 & 0x03,
        raw_thresholds=thresholds,
        supported_states=int.from_bytes(data[18:20], "little") & 0x7FFF,
        raw=data,
    )


def _event_only(record_id: int, record_type: int, data: bytes) -> r.SensorRecord:
    return r.SensorRecord(
        record_id=record_id,
        record_type=record_type,
        owner=data[5],
        channel=data[6] >> 4,
        lun=data[6] & 0x03,
        number=data[7],
        entity_id=data[8],
        entity_instance=data[9] & _INSTANCE,
        sensor_type=data[10],
        event_type=data[11],
        name=decode_id_string(data, 16),
        units=r.SensorUnits(0, 0, 0, 0, False),
        sharing=_sharing(data[12], data[13]),
        raw=data,
    )


def _association(record_id: int, record_type: int, data: bytes) -> r.AssociationRecord:
    """Entity association (08h): members of two bytes; device-relative (09h): of four, with address and channel."""
    relative = record_type == r.DEVICE_RELATIVE_ASSOCIATION
    start, size = (10, 4) if relative else (8, 2)
    flags = data[9] if relative else data[7]
    members = []
    for offset in range(start, min(len(data), start + 4 * size) - size + 1, size):
        part = data[offset : offset + size]
        address, channel = (part[0] & 0xFE, part[1] >> 4) if relative else (0, 0)
        if part[-2]:
            members.append((address, channel, part[-2], part[-1]))
    return r.AssociationRecord(record_id, record_type, data[5], data[6], bool(flags & 0x80), tuple(members))


def _locator(record_id: int, record_type: int, data: bytes) -> r.LocatorRecord:
    """FRU device (11h) and management controller (12h) locators."""
    controller = record_type == r.CONTROLLER_LOCATOR
    return r.LocatorRecord(
        record_id=record_id,
        record_type=record_type,
        address=data[5] & 0xFE,
        channel=data[6] & 0x0F if controller else data[8] >> 4,
        entity_id=data[12],
        entity_instance=data[13],
        name=decode_id_string(data, 15),
        fru_device_id=data[6] if record_type == r.FRU_LOCATOR else None,
        capabilities=data[8] if controller else None,
    )


def _other(record_id: int, record_type: int, data: bytes) -> r.OtherRecord:
    vendor = int.from_bytes(data[5:8], "little") & 0x0FFFFF if record_type == r.OEM and len(data) >= 8 else None
    return r.OtherRecord(record_id, record_type, vendor, data)


# Record type -> its decoder and the bytes that it cannot do without.
_DECODERS: dict[int, tuple[Callable[[int, int, bytes], r.Record], int]] = {
    r.FULL: (_sensor, 42),
    r.COMPACT: (_sensor, 25),
    r.EVENT_ONLY: (_event_only, 14),
    r.ENTITY_ASSOCIATION: (_association, 8),
    r.DEVICE_RELATIVE_ASSOCIATION: (_association, 10),
    r.FRU_LOCATOR: (_locator, 15),
    r.CONTROLLER_LOCATOR: (_locator, 15),
    r.OEM: (_other, HEADER_LENGTH),
}
