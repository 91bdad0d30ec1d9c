# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A sensor as people see it: name, entity, type, kind, unit, and whom to ask."""

from __future__ import annotations

import pytest
from sdr_bytes import FAN, POWER_SUPPLY, RPM, SPECIFIC, STATE, compact, event_only, full, sensor_of, sensors_of

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.client import Target

NO_ANALOG = 0xC0
PERCENT = 0x01


def test_name_is_without_the_blanks_around_it():
    sensor = sensor_of(full(b"  Inlet Temp   "))
    assert (sensor.name, sensor.id_string) == ("Inlet Temp", "  Inlet Temp   ")


@pytest.mark.parametrize("name", [b"", b"   ", b"\0\0"])
def test_sensor_without_a_name_is_named_by_its_number(name):
    assert sensor_of(full(name, b8=0x9A)).name == "sensor 9Ah"


def test_entity_and_its_name():
    sensor = sensor_of(full(b9=10, b10=2))
    assert (sensor.entity, sensor.entity_name) == ("10.2", "Power Supply")


def test_bit_for_a_logical_entity_is_no_part_of_its_instance():
    # Table 43-1, byte 10: the instance number is bits 6 to 0.
    sensor = sensor_of(full(b9=10, b10=0x82))
    assert (sensor.entity, sensor.entity_instance) == ("10.2", 2)


@pytest.mark.parametrize(
    ("code", "name"), [(1, "Temperature"), (8, "Power Supply"), (0x2C, "FRU State"), (0xC3, "OEM C3h")]
)
def test_type_has_its_name(code, name):
    assert sensor_of(full(b13=code)).type_name == name


@pytest.mark.parametrize(
    ("event_type", "kind"), [(0x01, "threshold"), (0x02, "discrete"), (0x6F, "discrete"), (0x70, "discrete")]
)
def test_kind_is_told_by_the_event_type(event_type, kind):
    assert sensor_of(full(b14=event_type)).kind == kind


def test_threshold_sensor_with_factors_is_analog():
    sensor = sensor_of(full(b22=RPM))
    assert (sensor.is_analog, sensor.unit) == (True, "RPM")


def test_threshold_sensor_without_analog_readings_has_no_unit():
    sensor = sensor_of(full(b21=NO_ANALOG))
    assert (sensor.is_analog, sensor.unit) == (False, None)


def test_threshold_sensor_of_an_unspecified_unit_is_analog():
    assert sensor_of(full(b22=0)).unit == "unspecified"


def test_compact_record_never_is_analog():
    sensor = sensor_of(compact(b14=1, b21=0, b22=RPM))
    assert (sensor.is_analog, sensor.unit) == (False, None)


@pytest.mark.parametrize("places", [{"b22": 6}, {"b23": 6, "b22": 0}, {"b21": PERCENT, "b22": 0}])
def test_discrete_sensor_with_a_unit_is_analog_too(places):
    assert sensor_of(full(b14=SPECIFIC, **places)).is_analog


def test_discrete_sensor_without_a_unit_has_no_number():
    sensor = sensor_of(full(b14=SPECIFIC, b22=0))
    assert (sensor.is_analog, sensor.unit) == (False, None)


@pytest.mark.parametrize(
    ("units_1", "base", "modifier", "unit"),
    [
        (0x00, 4, 0, "Volts"),
        (0x01, 0, 0, "percent"),
        (0x02, 17, 45, "CFM/pound"),
        (0x04, 6, 24, "Watts*hour"),
        (0x20, 89, 0, "correctable error per minute"),
        (0x00, 200, 0, "unknown unit 200"),
    ],
)
def test_unit_comes_from_the_record(units_1, base, modifier, unit):
    assert sensor_of(full(b21=units_1, b22=base, b23=modifier)).unit == unit


def test_sensor_of_the_bmc_is_asked_directly():
    assert sensor_of(full(b6=0x20, b7=0x30)).target is None


@pytest.mark.parametrize(("owner", "channel"), [(0x2C, 6), (0xB1, 0), (0x82, 7)])
def test_sensor_of_another_controller_is_asked_through_the_bridge(owner, channel):
    assert sensor_of(full(b6=owner, b7=channel << 4)).target == Target(owner, channel)


def test_collectd_name_and_type():
    sensor = sensor_of(full(b"Fan1 ", b13=FAN, b22=RPM, b9=29))
    assert (sensor.collectd_name, sensor.collectd_type) == ("Fan1  fan_cooling (29.1)", "fanspeed")


def test_collectd_name_of_a_satellite_shows_its_address():
    sensor = sensor_of(full(b"Temp", b6=0x2C, b7=0x60, b10=0x61))
    assert sensor.collectd_name == "Temp system_board (r6.44.7.1)"


def test_collectd_does_not_count_up_the_entity_instance():
    first, second = sensors_of(compact(b"PSU", b24=2, b25=0x80))
    assert second.entity == "7.2"
    assert (first.collectd_name, second.collectd_name) == ("PSU0 system_board (7.1)", "PSU1 system_board (7.1)")


def test_collectd_reports_watts_as_power():
    assert sensor_of(full(b13=0x0B, b22=6)).collectd_type == "power"
    assert sensor_of(full(b13=0x0B, b22=6, b21=0x02)).collectd_type is None
    assert sensor_of(full(b13=0x0B, b22=6, b21=0x08)).collectd_type is None


def test_collectd_reports_a_percentage_of_a_known_type():
    assert sensor_of(full(b13=FAN, b21=PERCENT)).collectd_type == "percent"


def test_collectd_reports_a_threshold_sensor_of_a_compact_record():
    assert sensor_of(compact(b13=FAN, b14=1)).collectd_type == "fanspeed"


@pytest.mark.parametrize(
    "record",
    [
        full(b21=NO_ANALOG),
        full(b14=STATE),
        compact(b13=POWER_SUPPLY),
        event_only(b11=1, b12=1),
        full(b24=0x71),
        full(b24=0x7F),
    ],
)
def test_collectd_leaves_out_what_has_no_number(record):
    assert sensor_of(record).collectd_type is None


@pytest.mark.parametrize("linearization", [0x00, 0x0B, 0x70])
def test_collectd_reports_what_its_library_converts(linearization):
    assert sensor_of(full(b24=linearization)).collectd_type == "temperature"


def test_event_only_sensor_has_no_name_for_collectd():
    sensor = sensor_of(event_only(b"ACPI State"))
    assert (sensor.name, sensor.collectd_name.split(" (")[0][:1]) == ("ACPI State", " ")
