# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From records to events: what a line of the log says, in words, in the sensor's units and by the health rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..health.events import LINUX_PANIC, rate_event
from ..health.overrides import UserRule
from ..manufacturers import manufacturer_name
from ..sdr.records import THRESHOLD_EVENT_TYPE
from ..sdr.sensor_types import sensor_type_name
from ..sdr.sensors import Sensor
from ..sdr.states import state_text
from .details import event_detail, hex_text, printable
from .generators import generator_text
from .records import TRIGGER, EventRecord, OemRecord, SelRecord
from .sensor_index import SensorIndex
from .times import timestamp


@dataclass(frozen=True)
class SelEvent:
    """One record of the log as plain values; what is not known, or what the record does not have, is None.

    ``reading`` and ``threshold`` are those at the time of the event, in ``unit``; ``direction`` is "asserted" or
    "deasserted"; ``problem`` tells why a record cannot be trusted, whose severity is unknown then.
    """

    record_id: int
    record_type: int
    timecode: int | None
    timestamp: str | None
    timestamp_kind: str
    sensor_name: str | None
    sensor_number: int | None
    sensor_type: str | None
    entity: str | None
    entity_name: str | None
    event: str
    event_detail: str | None
    direction: str | None
    reading: float | None
    threshold: float | None
    unit: str | None
    severity: str
    rule: str | None
    generator: str | None
    raw: str
    problem: str | None


@dataclass(frozen=True)
class _Meaning:
    """What the kinds of records differ in."""

    event: str
    detail: str | None
    direction: str | None = None
    sensor: Sensor | None = None
    reading: float | None = None
    threshold: float | None = None


def _values(record: EventRecord, sensor: Sensor | None) -> tuple[float | None, float | None]:
    """Trigger reading and threshold in the sensor's units; None where the event has none or the SDR cannot tell.

    A non-linear sensor's factors hold for one raw value, and the BMC is not asked for those of the past.
    """
    conversion = sensor.record.conversion if sensor and sensor.record.is_threshold and sensor.is_analog else None
    if record.event_type != THRESHOLD_EVENT_TYPE or conversion is None or conversion.is_non_linear:
        return None, None
    reading = conversion.value(record.data[1]) if record.data2_holds == TRIGGER else None
    threshold = conversion.value(record.data[2]) if record.data3_holds == TRIGGER else None
    return reading, threshold


def _system_event(record: EventRecord, sensors: SensorIndex) -> _Meaning:
    sensor = sensors.find(record)
    reading, threshold = _values(record, sensor)
    return _Meaning(
        event=state_text(record.event_type, record.sensor_type, record.offset),
        detail=event_detail(record, converted=reading is not None or threshold is not None),
        direction="deasserted" if record.deasserted else "asserted",
        sensor=sensor,
        reading=reading,
        threshold=threshold,
    )


def _oem(record: OemRecord) -> _Meaning:
    if record.panic_text is not None:
        return _Meaning(LINUX_PANIC, f"part {record.data[1]}: {printable(record.panic_text)}")
    event = f"OEM record {record.record_type:02X}h"
    if record.manufacturer_id is not None:
        name = manufacturer_name(record.manufacturer_id)
        event += f" of {name}" if name else f" of manufacturer {record.manufacturer_id}"
    return _Meaning(event, f"data {hex_text(record.data)}")


def _meaning(record: SelRecord, sensors: SensorIndex) -> _Meaning:
    if isinstance(record, EventRecord):
        return _system_event(record, sensors)
    if isinstance(record, OemRecord):
        return _oem(record)
    return _Meaning(f"record of type {record.record_type:02X}h", f"data {hex_text(record.raw[3:])}")


def interpret(
    record: SelRecord, sensors: SensorIndex, utc_offset: int | None = None, rules: Sequence[UserRule] = ()
) -> SelEvent:
    """One record as an event. ``utc_offset``: minutes, of a clock that shows local time; ``rules``: the user's own."""
    meaning = _meaning(record, sensors)
    sensor = meaning.sensor
    rating = rate_event(record, sensor, meaning.reading, rules)
    time, kind = timestamp(record.timecode, utc_offset)
    about = record if isinstance(record, EventRecord) else None
    has_number = about is not None and about.panic_text is None
    has_value = meaning.reading is not None or meaning.threshold is not None
    return SelEvent(
        record_id=record.record_id,
        record_type=record.record_type,
        timecode=record.timecode,
        timestamp=time,
        timestamp_kind=kind,
        sensor_name=sensor.name if sensor else None,
        sensor_number=about.sensor_number if about and has_number else None,
        sensor_type=sensor_type_name(about.sensor_type) if about else None,
        entity=sensor.entity if sensor else None,
        entity_name=sensor.entity_name if sensor else None,
        event=meaning.event,
        event_detail=meaning.detail,
        direction=meaning.direction,
        reading=meaning.reading,
        threshold=meaning.threshold,
        unit=sensor.unit if sensor and has_value else None,
        severity=rating.health,
        rule=rating.rule,
        generator=generator_text(record),
        raw=record.raw.hex(),
        problem=record.problem,
    )
