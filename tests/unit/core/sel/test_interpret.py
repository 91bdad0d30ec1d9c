# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One record as an event with names, units, severity and everything that is not known as None."""

from __future__ import annotations

from dataclasses import asdict, fields

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sdr_bytes import FAN, RPM, SPECIFIC, compact, factors, full, sensor_of
from sel_bytes import LINUX_PANIC, LINUX_PANIC_TEXT, an_event, raw_event

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sel.events import SelEvent, interpret
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sel.records import decode_record
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sel.sensor_index import SensorIndex

NO_SDR = SensorIndex()
FAN_SENSOR = sensor_of(full(b"Fan3", factors(m=120), b13=FAN, b22=RPM))
READING_AND_THRESHOLD = b"\x52\x02\x03"
LOW_FAN = an_event(FAN, data=READING_AND_THRESHOLD)


def told(record, *sensors, **changes):
    return interpret(record, SensorIndex(sensors), **changes)


def test_fields_are_those_of_the_documentation_in_its_order():
    assert [field.name for field in fields(SelEvent)] == [
        *("record_id", "record_type", "timecode", "timestamp", "timestamp_kind", "sensor_name", "sensor_number"),
        *("sensor_type", "entity", "entity_name", "event", "event_detail", "direction", "reading", "threshold"),
        *("unit", "severity", "rule", "generator", "raw", "problem"),
    ]


def test_event_of_a_known_sensor():
    assert asdict(told(LOW_FAN, FAN_SENSOR)) == {
        "record_id": 0x1234,
        "record_type": 2,
        "timecode": 0x69642350,
        "timestamp": "2026-01-11T22:25:20Z",
        "timestamp_kind": "set",
        "sensor_name": "Fan3",
        "sensor_number": 1,
        "sensor_type": "Fan",
        "entity": "7.1",
        "entity_name": "System Board",
        "event": "lower critical going low",
        "event_detail": None,
        "direction": "asserted",
        "reading": 240.0,
        "threshold": 360.0,
        "unit": "RPM",
        "severity": "critical",
        "rule": "threshold.critical",
        "generator": "BMC",
        "raw": "3412025023646920000404010152" + "0203",
        "problem": None,
    }


def test_log_reads_without_any_sdr():
    event = told(LOW_FAN)
    assert (event.event, event.severity, event.sensor_type) == ("lower critical going low", "critical", "Fan")
    assert (event.sensor_name, event.sensor_number, event.entity, event.entity_name) == (None, 1, None, None)
    assert (event.reading, event.threshold, event.unit) == (None, None, None)
    assert event.event_detail == "raw reading 02h; raw threshold 03h"


@pytest.mark.parametrize(
    ("data", "reading", "threshold"),
    [(b"\x52\x02\x03", 240.0, 360.0), (b"\x42\x02\x03", 240.0, None), (b"\x12\x02\x03", None, 360.0)],
)
def test_value_is_told_only_where_event_data_1_announces_it(data, reading, threshold):
    event = told(an_event(FAN, data=data), FAN_SENSOR)
    assert (event.reading, event.threshold, event.unit) == (reading, threshold, "RPM")


@pytest.mark.parametrize("data", [b"\x02\xff\xff", b"\xa2\x02\x03"])
def test_event_without_values_has_no_unit(data):
    event = told(an_event(FAN, data=data), FAN_SENSOR)
    assert (event.sensor_name, event.reading, event.threshold, event.unit) == ("Fan3", None, None, None)


@pytest.mark.parametrize(
    "sensor",
    [
        sensor_of(full(b"Fan3", b13=FAN, b24=0x70)),
        sensor_of(full(b"Fan3", b13=FAN, b21=0xC0)),
        sensor_of(full(b"Fan3", b13=FAN, b14=0x03)),
        sensor_of(compact(b"Fan3", b13=FAN, b14=0x01)),
    ],
    ids=["non-linear", "not analog", "discrete", "compact"],
)
def test_reading_is_never_converted_by_what_is_no_linear_threshold_sensor(sensor):
    event = told(LOW_FAN, sensor)
    assert (event.sensor_name, event.reading, event.threshold, event.unit) == ("Fan3", None, None, None)
    assert event.event_detail == "raw reading 02h; raw threshold 03h"


def test_discrete_event_of_a_threshold_sensor_has_no_reading():
    event = told(an_event(FAN, event_type=0x0B, data=b"\x51\x02\x03"), FAN_SENSOR)
    assert (event.sensor_name, event.event, event.reading) == ("Fan3", "redundancy lost", None)


def test_local_clock_is_turned_into_utc():
    assert told(LOW_FAN, utc_offset=90).timestamp == "2026-01-11T20:55:20Z"


def test_deasserted_event():
    event = told(an_event(0x08, SPECIFIC, b"\x03\xff\xff", deasserted=True))
    assert (event.event, event.direction) == ("power supply input lost (AC/DC)", "deasserted")
    assert event.severity == "nominal"


@pytest.mark.parametrize(
    ("kind", "event_type", "text", "type_name"),
    [
        (0xC3, SPECIFIC, "OEM state 2", "OEM C3h"),
        (0x04, 0x72, "OEM state 2", "Fan"),
        (0x2E, SPECIFIC, "state 2", "reserved 2Eh"),
    ],
)
def test_what_the_specification_does_not_define_has_its_number(kind, event_type, text, type_name):
    event = told(an_event(kind, event_type, b"\x02\xff\xff"))
    assert (event.event, event.sensor_type, event.severity) == (text, type_name, "unknown")


def test_linux_panic_is_told_as_what_it_is():
    event = interpret(decode_record(LINUX_PANIC), NO_SDR)
    assert (event.event, event.event_detail) == ("run-time critical stop", "Linux kernel panic: Fat")
    assert (event.sensor_number, event.sensor_type, event.direction) == (None, "OS Stop/Shutdown", "asserted")
    assert (event.severity, event.generator) == ("critical", "system management software")


def test_text_of_a_linux_panic():
    event = interpret(decode_record(LINUX_PANIC_TEXT), NO_SDR)
    assert (event.event, event.event_detail) == ("Linux kernel panic", "part 1: al exceptio")
    assert (event.severity, event.rule, event.direction) == ("critical", "os_stop.linux_panic", None)
    assert (event.timecode, event.timestamp, event.timestamp_kind) == (None, None, "unspecified")


def test_control_characters_of_a_panic_are_escaped():
    raw = LINUX_PANIC_TEXT[:5] + b"x\x1b[2J\n\xff\xe2\x80\xaex"
    assert interpret(decode_record(raw), NO_SDR).event_detail == "part 1: x\\x1b[2J\\n\ufffd\\u202ex"


@pytest.mark.parametrize(
    ("raw", "event", "detail"),
    [
        ("0100 c1 50236469 a20200 0102030405ff", "OEM record C1h of Dell Inc.", "data 01 02 03 04 05 FF"),
        ("0100 c1 50236469 ffffff 010203040506", "OEM record C1h of manufacturer 16777215", "data 01 02 03 04 05 06"),
        ("0100 e0 0102030405060708090a0b0c0d", "OEM record E0h", "data 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D"),
        ("0100 04 0102030405060708090a0b0c0d", "record of type 04h", "data 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D"),
    ],
)
def test_record_without_a_sensor(raw, event, detail):
    told = interpret(decode_record(bytes.fromhex(raw)), NO_SDR)
    assert (told.event, told.event_detail, told.severity, told.rule) == (event, detail, "unknown", None)
    assert (told.sensor_type, told.sensor_number, told.direction, told.generator) == (None, None, None, None)


def test_garbage_is_marked_and_still_told():
    event = told(an_event(FAN, data=READING_AND_THRESHOLD, version=9), FAN_SENSOR)
    assert event.problem == "event message version 09h is neither 03h nor 04h"
    assert (event.severity, event.rule, event.event) == ("unknown", None, "lower critical going low")


def test_raw_bytes_are_kept():
    raw = raw_event(FAN, data=READING_AND_THRESHOLD)
    assert bytes.fromhex(interpret(decode_record(raw), NO_SDR).raw) == raw


@given(raw=st.binary(min_size=16, max_size=16), event=st.booleans())
def test_any_bytes_become_an_event_of_printable_text(raw, event):
    raw = raw[:2] + (b"\x02" if event else raw[2:3]) + raw[3:]
    values = asdict(interpret(decode_record(raw), SensorIndex([FAN_SENSOR]), 60)).values()
    assert all(value.isprintable() for value in values if isinstance(value, str))
