# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Encoding of sensor data records (IPMI v2.0, section 43)."""

from __future__ import annotations

from . import typelen
from .model import SensorModel

VERSION = 0x51


def record(record_type: int, body: bytes, record_id: int = 0) -> bytes:
    """Return a record with its five-byte header."""
    return record_id.to_bytes(2, "little") + bytes([VERSION, record_type, len(body)]) + body


def encode_sensor(sensor: SensorModel) -> bytes:
    """Return the record of a sensor, of type 01h, 02h or 03h, with record id 0."""
    name = typelen.encode(sensor.name, sensor.encoding)
    if sensor.kind == "event_only":
        body = _key(sensor) + bytes([sensor.sensor_type, sensor.event_type])
        return record(0x03, body + sensor.share.encode() + bytes([0, sensor.oem]) + name)
    body = _key(sensor) + bytes([sensor.initialization, _capabilities(sensor), sensor.sensor_type, sensor.event_type])
    body += b"".join(word.to_bytes(2, "little") for word in sensor.event_masks())
    body += bytes([_units1(sensor), sensor.unit, sensor.modifier_unit])
    if sensor.kind == "compact":
        body += sensor.share.encode() + bytes(sensor.hysteresis) + bytes([0, 0, 0, sensor.oem])
        return record(0x02, body + name)
    return record(0x01, body + _full_tail(sensor) + name)


def _key(sensor: SensorModel) -> bytes:
    return bytes([sensor.owner, sensor.channel << 4 | sensor.lun, sensor.number, sensor.entity, sensor.entity_instance])


def _capabilities(sensor: SensorModel) -> int:
    """Return byte 12: auto re-arm, hysteresis and threshold access, event control per state."""
    if sensor.capabilities is not None:
        return sensor.capabilities
    return 0x40 | sensor.hysteresis_access << 4 | sensor.threshold_access << 2


def _units1(sensor: SensorModel) -> int:
    form = sensor.scale.format if sensor.analog else 3
    return form << 6 | sensor.rate << 3 | sensor.modifier_relation << 1 | int(sensor.percentage)


def _full_tail(sensor: SensorModel) -> bytes:
    """Return bytes 24 to 47 of a full record."""
    scale = sensor.scale
    lowest, highest = {1: (0x80, 0x7F), 2: (0x80, 0x7F)}.get(scale.format, (0x00, 0xFF))
    flags = sum(1 << bit for bit, value in enumerate(sensor.nominal) if value is not None)
    nominal, normal_max, normal_min = (value or 0 for value in sensor.nominal)
    lnc, lc, lnr, unc, uc, unr = (value or 0 for value in sensor.thresholds)
    return (
        bytes([scale.linearization])
        + scale.factors.encode()
        + bytes([flags, nominal, normal_max, normal_min, highest, lowest])
        + bytes([unr, uc, unc, lnr, lc, lnc, *sensor.hysteresis, 0, 0, sensor.oem])
    )


def encode_mc_locator(
    name: str, address: int, channel: int, capabilities: int, entity: int, instance: int, encoding: str
) -> bytes:
    """Return a Management Controller Device Locator (type 12h, section 43.9)."""
    body = bytes([address, channel, 0, capabilities, 0, 0, 0, entity, instance, 0])
    return record(0x12, body + typelen.encode(name, encoding))


def encode_fru_locator(
    name: str, fru_id: int, address: int, channel: int, entity: int, instance: int, encoding: str
) -> bytes:
    """Return a FRU Device Locator of a logical FRU device (type 11h, section 43.8)."""
    body = bytes([address, fru_id, 0x80, channel << 4, 0, 0x10, 0, entity, instance, 0])
    return record(0x11, body + typelen.encode(name, encoding))


def encode_generic_locator(
    name: str, access: int, address: int, channel: int, device_type: int, modifier: int, entity: int, instance: int,
    encoding: str,
) -> bytes:  # fmt: skip
    """Return a Generic Device Locator (type 10h, section 43.7)."""
    body = bytes(
        [access, address & 0xFE | channel >> 3, (channel & 7) << 5, 1, 0, device_type, modifier, entity, instance, 0]
    )
    return record(0x10, body + typelen.encode(name, encoding))


def encode_association(
    container: int, instance: int, ranged: bool, linked: bool, contained: list[tuple[int, int]]
) -> bytes:
    """Return an Entity Association (type 08h, section 43.4) of up to four contained entities."""
    pairs = (contained + [(0, 0)] * 4)[:4]
    flags = (0x80 if ranged else 0) | (0x40 if linked else 0)
    return record(0x08, bytes([container, instance, flags]) + bytes(v for pair in pairs for v in pair))
