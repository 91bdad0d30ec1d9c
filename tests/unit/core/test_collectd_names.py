# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names and types as collectd 5.12.0 with OpenIPMI 2.0.33 gave them, run against simulated BMCs."""

from __future__ import annotations

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.collectd.names import (
    collectd_name,
    collectd_type,
    collectd_type_instance,
)

THRESHOLD = 0x01
CELSIUS, VOLTS, AMPS, WATTS, CFM, RPM = 1, 4, 5, 6, 17, 18
NEW_OPENIPMI = (2, 0, 37)


# Of each: the record's name, entity id and instance, sensor type, base unit, percentage; then type and type instance.
OBSERVED = [
    ("Temp", 3, 2, 0x01, CELSIUS, False, "temperature", "Temp processor (3.2)"),
    ("Inlet ", 7, 1, 0x01, CELSIUS, False, "temperature", "Inlet  system_board (7.1)"),
    ("T(1).x", 3, 1, 0x01, CELSIUS, False, "temperature", "T(1).x processor (3.1)"),
    ("", 3, 2, 0x01, CELSIUS, False, "temperature", " processor (3.2)"),
    ("Voltage 1", 10, 1, 0x02, VOLTS, False, "voltage", "Voltage 1 power_supply (10.1)"),
    ("Current 1", 10, 1, 0x03, AMPS, False, "current", "Current 1 power_supply (10.1)"),
    ("Pwr Consumption", 7, 1, 0x03, WATTS, False, "current", "Pwr Consumption system_board (7.1)"),
    ("Fan1", 7, 1, 0x04, RPM, False, "fanspeed", "Fan1 system_board (7.1)"),
    ("Fan_SYS0", 29, 1, 0x04, RPM, False, "fanspeed", "Fan_SYS0 fan_cooling (29.1)"),
    ("Current 1", 10, 1, 0x0C, AMPS, False, "memory", "Current 1 power_supply (10.1)"),
    ("PSU1 Input", 10, 1, 0x0B, WATTS, False, "power", "PSU1 Input power_supply (10.1)"),
    ("Airflow", 23, 1, 0x0B, CFM, False, "flow", "Airflow system_chassis (23.1)"),
    ("Current 2", 10, 2, 0x08, CFM, False, "flow", "Current 2 power_supply (10.2)"),
    ("P1 Therm Ctrl %", 3, 1, 0x01, 0, True, "percent", "percent-P1 Therm Ctrl % processor (3.1)"),
    ("Voltage 2", 10, 2, 0x0B, WATTS, True, "percent", "percent-Voltage 2 power_supply (10.2)"),
    ("F/n3/", 7, 1, 0x04, RPM, False, "fanspeed", "F_n3_ system_board (7.1)"),
    ("Fan2", 43, 2, 0x04, RPM, False, "fanspeed", "Fan2 processor_memory module (43.2)"),
    ("Fan4", 2, 1, 0x04, RPM, False, "fanspeed", "Fan4 unkown (2.1)"),
    ("Temp_CPU0", 65, 1, 0x01, CELSIUS, False, "temperature", "Temp_CPU0 invalid (65.1)"),
]


@pytest.mark.parametrize(("name", "entity", "number", "sensor_type", "unit", "percent", "kind", "metric"), OBSERVED)
def test_metric_is_called_as_collectd_calls_it(name, entity, number, sensor_type, unit, percent, kind, metric):
    found = collectd_type(THRESHOLD, sensor_type, base_unit=unit, percentage=percent)
    assert found == kind
    assert collectd_type_instance(collectd_name(name, entity, number), found) == metric


@pytest.mark.parametrize("event_type", [0x02, 0x03, 0x0B, 0x6F, 0x70])
def test_discrete_sensor_is_no_metric(event_type):
    assert collectd_type(event_type, 0x01, base_unit=CELSIUS) is None


def test_sensor_without_a_reading_is_no_metric():
    assert collectd_type(THRESHOLD, 0x04, base_unit=RPM, has_reading=False) is None


def test_percentage_without_a_known_unit_is_no_metric():
    assert collectd_type(THRESHOLD, 0x0B, percentage=True) is None


@pytest.mark.parametrize("unit", [0, CELSIUS, VOLTS, RPM, 0x5C])
def test_unit_the_plugin_does_not_know_is_no_metric(unit):
    assert collectd_type(THRESHOLD, 0x0B, base_unit=unit) is None


@pytest.mark.parametrize("change", [{"modifier_use": 1}, {"modifier_use": 2}, {"rate_unit": 3}])
def test_modifier_or_rate_hides_a_unit_but_not_a_sensor_type(change):
    assert collectd_type(THRESHOLD, 0x0B, base_unit=WATTS, **change) is None
    assert collectd_type(THRESHOLD, 0x01, base_unit=WATTS, **change) == "temperature"


def test_sensor_type_goes_before_the_unit():
    assert collectd_type(THRESHOLD, 0x02, base_unit=WATTS) == "voltage"


def test_device_relative_entity_shows_channel_and_owner():
    assert collectd_name("Fan1", 7, 0x61, owner=0x20, channel=0) == "Fan1 system_board (r0.32.7.1)"
    assert collectd_name("MRC Warning", 34, 0x64, owner=0xB1, channel=1) == "MRC Warning bios (r1.177.34.4)"


def test_logical_entity_bit_is_not_part_of_the_name():
    assert collectd_name("Fan1", 7, 0x81) == collectd_name("Fan1", 7, 0x01)


def test_option_sensor_wants_the_name_with_its_slashes_and_no_prefix():
    assert collectd_name("F/n3/", 51, 1) == "F/n3/ sata/sas bus (51.1)"


def test_leading_slash_of_a_type_instance_is_dropped():
    assert collectd_type_instance("/dev system_board (7.1)", "voltage") == "dev system_board (7.1)"
    assert collectd_type_instance("/dev system_board (7.1)", "percent") == "percent-_dev system_board (7.1)"


@pytest.mark.parametrize(
    ("entity_id", "old", "new"),
    [
        (52, "processor front side bus", "processor front side bus"),
        (53, "invalid", "real time clock"),
        (55, "invalid", "air inlet"),
        (63, "invalid", "reserved 9"),
        (64, "invalid", "air inlet"),
        (65, "invalid", "processor / CPU"),
        (66, "invalid", "baseboard / main system board"),
        (67, "invalid", "invalid"),
        (149, "invalid", "invalid"),
    ],
)
def test_entity_is_named_as_the_version_of_openipmi_does(entity_id, old, new):
    assert collectd_name("T", entity_id, 1) == f"T {old} ({entity_id}.1)"
    assert collectd_name("T", entity_id, 1, openipmi=NEW_OPENIPMI) == f"T {new} ({entity_id}.1)"


def test_new_openipmi_cuts_a_long_name_behind_a_long_instance_name():
    name, instance = "A name of 31 characters, at most", "x" * 40
    assert collectd_name(name, 7, 1, instance=instance) == f"{name} system_board (7.1)"
    # 30 characters of the instance's name, "(7.1)." and 27 of the sensor's make 63.
    assert collectd_name(name, 7, 1, instance=instance, openipmi=NEW_OPENIPMI) == f"{name[:27]} system_board (7.1)"


def test_new_openipmi_leaves_a_name_of_sixteen_characters_alone():
    name = "0123456789abcdef"
    assert collectd_name(name, 7, 1, instance="x" * 30, openipmi=NEW_OPENIPMI) == f"{name} system_board (7.1)"
