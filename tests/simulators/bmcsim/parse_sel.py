# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The `sel` of a model or fleet file: event records as bytes (IPMI v2.0, section 32)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from . import tables
from .model import SensorModel
from .reader import Node

UNSPECIFIED = 0xFFFFFFFF


def parse_time(node: Node, key: str, default: Any = UNSPECIFIED) -> int:
    """Return a SEL time: seconds, an ISO 8601 time (UTC unless it says otherwise), or `unspecified`."""
    value = node.any(key, default)
    if value == "unspecified":
        return UNSPECIFIED
    if isinstance(value, int) and not isinstance(value, bool):
        if 0 <= value <= UNSPECIFIED:
            return value
        raise node.error("must fit 32 bits", key)
    try:
        stamp = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError:
        raise node.error(f"is no time: {value!r}", key) from None
    if stamp.tzinfo is None:
        stamp = stamp.replace(tzinfo=UTC)
    return int(stamp.timestamp())


def parse_entry(node: Node, sensors: tuple[SensorModel, ...]) -> bytes:
    """Return the 16 bytes of an entry, its record id 0."""
    raw = node.hex("hex", None)
    if raw is not None:
        node.done()
        if len(raw) not in (14, 16):
            raise node.error("needs 16 bytes, or the 14 after the record id", "hex")
        return bytes(raw) if len(raw) == 16 else b"\0\0" + bytes(raw)
    stamp = parse_time(node, "time").to_bytes(4, "little")
    if node.has("type"):
        kind, data = node.integer("type", low=0xC0), node.hex("data")
        node.done()
        body = stamp + data if kind < 0xE0 else bytes(data)
        if len(body) != 13:
            raise node.error("an OEM entry has 9 bytes of data (C0h-DFh) or 13 (E0h-FFh)", "data")
        return bytes([0, 0, kind]) + body
    entry = b"\0\0\x02" + stamp + _event(node, sensors)
    node.done()
    return entry


def find_sensor(sensors: tuple[SensorModel, ...], name: str) -> tuple[SensorModel, int] | None:
    """Return a sensor and its place in the record by name; `name` may carry the suffix of a shared record."""
    for sensor in sensors:
        for index in range(sensor.share.count):
            if name in (sensor.name + sensor.share.suffix(index), sensor.name):
                return sensor, index
    return None


def _event(node: Node, sensors: tuple[SensorModel, ...]) -> bytes:
    """Return generator id to event data 3."""
    found = None
    if node.has("sensor"):
        found = find_sensor(sensors, node.text("sensor"))
        if found is None:
            raise node.error(f"the model has no sensor {node.text('sensor')!r}", "sensor")
    sensor, index = found or (None, 0)
    owner, number, kind, event_type = 0x20, 0, 0x12, 0x6F
    channel_lun = 0
    if sensor:
        owner, number, kind, event_type = sensor.owner, sensor.number + index, sensor.sensor_type, sensor.event_type
        channel_lun = sensor.channel << 4 | sensor.lun
    owner, number = node.integer("owner", owner), node.integer("number", number)
    kind = node.code("sensor_type", tables.SENSOR_TYPES, kind)
    event_type = node.code("event_type", tables.EVENT_TYPES, event_type, high=0x7F)
    direction = 0x80 if node.flag("deassert") else 0
    head = bytes([owner, channel_lun, node.integer("revision", 0x04), kind, number, direction | event_type])
    return head + _event_data(node, sensor)


def _event_data(node: Node, sensor: SensorModel | None) -> bytes:
    offset = node.integer("offset", 0, high=15)
    data = node.hex("data", None)
    if data is not None:
        if len(data) != 3:
            raise node.error("needs 3 bytes", "data")
        return bytes(data)
    data2, data3, flags = 0xFF, 0xFF, 0
    if sensor and node.has("reading"):
        flags, data2 = flags | 0x40, _raw(node, sensor, "reading")
    if sensor and node.has("threshold"):
        flags, data3 = flags | 0x10, _raw(node, sensor, "threshold")
    return bytes([flags | offset, node.integer("data2", data2), node.integer("data3", data3)])


def _raw(node: Node, sensor: SensorModel, key: str) -> int:
    try:
        return sensor.scale.raw(node.number(key))
    except ValueError as error:
        raise node.error(str(error), key) from error
