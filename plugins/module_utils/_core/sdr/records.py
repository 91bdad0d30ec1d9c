# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sensor data records as frozen values (IPMI 2.0, section 43), in the field's own terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union

from .conversion import Conversion

FULL, COMPACT, EVENT_ONLY = 0x01, 0x02, 0x03
ENTITY_ASSOCIATION, DEVICE_RELATIVE_ASSOCIATION = 0x08, 0x09
FRU_LOCATOR, CONTROLLER_LOCATOR, OEM = 0x11, 0x12, 0xC0

THRESHOLD_EVENT_TYPE = 0x01
# The names of the six thresholds in the order of the readable mask's bits (section 35.9).
THRESHOLD_NAMES = (
    "lower_non_critical",
    "lower_critical",
    "lower_non_recoverable",
    "upper_non_critical",
    "upper_critical",
    "upper_non_recoverable",
)


@dataclass(frozen=True)
class Sharing:
    """How one compact or event-only record stands for several sensors (table 43-2, bytes 24 and 25)."""

    count: int
    alphabetic: bool
    offset: int
    instance_increments: bool


@dataclass(frozen=True)
class SensorUnits:
    """Unit codes of table 43-15; ``relation``: 1 divides by the modifier, 2 multiplies; ``rate``: 1 to 6, per
    microsecond to per day."""

    base: int
    modifier: int
    relation: int
    rate: int
    percentage: bool


@dataclass(frozen=True)
class SensorRecord:
    """A full, compact or event-only record. Numbers as in the record; ``owner`` is the 8-bit owner id.

    ``threshold_access``: 0 none, 1 readable, 2 readable and settable, 3 fixed (byte 12, bits 3:2).
    ``raw_thresholds``: threshold name -> raw value, those that the readable mask names (bytes 19 and 37 to 42).
    """

    record_id: int
    record_type: int
    owner: int
    channel: int
    lun: int
    number: int
    entity_id: int
    entity_instance: int
    sensor_type: int
    event_type: int
    name: str
    units: SensorUnits
    sharing: Sharing
    conversion: Conversion | None = None
    threshold_access: int = 0
    raw_thresholds: tuple[tuple[str, int], ...] = ()
    supported_states: int = 0
    raw: bytes = b""

    @property
    def is_threshold(self) -> bool:
        return self.event_type == THRESHOLD_EVENT_TYPE

    @property
    def event_only(self) -> bool:
        return self.record_type == EVENT_ONLY


@dataclass(frozen=True)
class AssociationRecord:
    """An entity and what it contains (tables 43-4 and 43-5); each member is (address, channel, entity id, instance)."""

    record_id: int
    record_type: int
    container_id: int
    container_instance: int
    is_range: bool
    members: tuple[tuple[int, int, int, int], ...]


@dataclass(frozen=True)
class LocatorRecord:
    """A FRU device or a management controller (tables 43-7 and 43-8)."""

    record_id: int
    record_type: int
    address: int
    channel: int
    entity_id: int
    entity_instance: int
    name: str
    fru_device_id: int | None = None
    capabilities: int | None = None


@dataclass(frozen=True)
class OtherRecord:
    """A record of a vendor (C0h, with its IANA number) or of a type that holds nothing for this collection."""

    record_id: int
    record_type: int
    manufacturer_id: int | None
    raw: bytes


Record = Union[SensorRecord, AssociationRecord, LocatorRecord, OtherRecord]
