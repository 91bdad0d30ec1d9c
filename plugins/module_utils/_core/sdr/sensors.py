# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From records to sensors: shared records stand for several (IPMI 2.0, tables 43-2 and 43-3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from ..client import BMC_ADDRESS, Target
from ..collectd.names import collectd_name, collectd_type
from .decode import KEPT_RECORDS
from .entities import entity_name
from .records import Record, SensorRecord, Sharing
from .sensor_types import sensor_type_name
from .units import unit_text

_LAST_COLLECTD_LINEARIZATION = 0x70  # the library below collectd converts no other non-linear sensor


@dataclass(frozen=True)
class Sensor:
    """One sensor: its record, and what differs between those that share it; ``id_string`` is its name with blanks.

    What follows from these is made out once: the sensors of BMCs of one model are the same objects.
    """

    record: SensorRecord
    id_string: str
    number: int
    entity_instance: int

    @cached_property
    def name(self) -> str:
        return self.id_string.strip() or f"sensor {self.number:02X}h"

    @cached_property
    def entity(self) -> str:
        return f"{self.record.entity_id}.{self.entity_instance}"

    @cached_property
    def entity_name(self) -> str:
        return entity_name(self.record.entity_id)

    @cached_property
    def type_name(self) -> str:
        return sensor_type_name(self.record.sensor_type)

    @cached_property
    def kind(self) -> str:
        return "threshold" if self.record.is_threshold else "discrete"

    @cached_property
    def is_analog(self) -> bool:
        """Whether the reading is a number: the record has factors, and, for a discrete sensor, a unit that gives it
        a meaning."""
        conversion = self.record.conversion
        if conversion is None or not conversion.is_analog:
            return False
        units = self.record.units
        return self.record.is_threshold or bool(units.base or units.modifier or units.percentage)

    @cached_property
    def unit(self) -> str | None:
        """The unit as text, None for a sensor whose reading is no number."""
        units = self.record.units
        return (
            unit_text(units.base, units.modifier, units.relation, units.rate, units.percentage)
            if self.is_analog
            else None
        )

    @cached_property
    def collectd_name(self) -> str:
        """What collectd's ipmi plugin calls the sensor; it does not count up the instance of shared records.

        OpenIPMI looks for the name of an event-only record in the byte before it, which is the manufacturer's and is
        mostly zero: such a sensor has no name there.
        """
        record = self.record
        name = "" if record.event_only else self.id_string
        return collectd_name(name, record.entity_id, record.entity_instance, record.owner, record.channel)

    @cached_property
    def collectd_type(self) -> str | None:
        """The type as which collectd's ipmi plugin reports the sensor, None where it leaves it out."""
        record, units = self.record, self.record.units
        conversion = record.conversion
        has_reading = not record.event_only and (conversion is None or conversion.is_analog)
        if conversion is not None and conversion.linearization > _LAST_COLLECTD_LINEARIZATION:
            has_reading = False
        return collectd_type(
            record.event_type,
            record.sensor_type,
            units.base,
            units.relation,
            units.rate,
            units.percentage,
            has_reading,
        )

    @cached_property
    def target(self) -> Target | None:
        """Whom to ask: None is the BMC itself, else the controller that owns the sensor, through the bridge."""
        return None if self.record.owner == BMC_ADDRESS else Target(self.record.owner, self.record.channel)


def _letters(index: int) -> str:
    """A, B, .. Z, AA, AB: the alphabetic instance modifier of table 43-2, byte 24."""
    text = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        text = chr(ord("A") + rest) + text
    return text


def _shared_name(name: str, sharing: Sharing, position: int) -> str:
    if sharing.count == 1:
        return name
    modifier = sharing.offset + position
    return name + (_letters(modifier) if sharing.alphabetic else str(modifier))


@lru_cache(maxsize=KEPT_RECORDS)
def expand(record: SensorRecord) -> tuple[Sensor, ...]:
    """The sensors that a record stands for, in the order of their numbers; a number past FFh does not exist."""
    sensors = []
    for position in range(record.sharing.count):
        if record.number + position > 0xFF:
            break
        sensors.append(
            Sensor(
                record=record,
                id_string=_shared_name(record.name, record.sharing, position),
                number=record.number + position,
                entity_instance=record.entity_instance + (position if record.sharing.instance_increments else 0),
            )
        )
    return tuple(sensors)


def expand_all(records: Iterable[Record]) -> list[Sensor]:
    return [sensor for record in records if isinstance(record, SensorRecord) for sensor in expand(record)]
