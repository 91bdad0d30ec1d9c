# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One record that stands for several sensors: their names, numbers and entity instances."""

from __future__ import annotations

import pytest
from sdr_bytes import compact, event_only, full, locator, sensors_of

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.decode import decode_record
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.sensors import expand_all

NUMERIC, ALPHABETIC = 0x00, 0x10
INCREMENTS = 0x80


def names(count: int, modifier: int, offset: int = 0, name: bytes = b"Slot") -> list[str]:
    return [sensor.name for sensor in sensors_of(compact(name, b24=modifier | count, b25=offset))]


def test_full_record_is_one_sensor_of_its_own_name():
    (sensor,) = sensors_of(full(b"Temp", b8=9))
    assert (sensor.name, sensor.number, sensor.entity_instance) == ("Temp", 9, 1)


@pytest.mark.parametrize("count", [0, 1])
@pytest.mark.parametrize("modifier", [NUMERIC, ALPHABETIC])
def test_record_of_one_sensor_has_the_plain_name(count, modifier):
    assert names(count, modifier, offset=3) == ["Slot"]


def test_numeric_names_count_from_nought():
    assert names(3, NUMERIC) == ["Slot0", "Slot1", "Slot2"]


def test_numeric_names_start_at_their_offset():
    assert names(3, NUMERIC, offset=9, name=b"Slot ") == ["Slot 9", "Slot 10", "Slot 11"]


def test_alphabetic_names_count_from_a():
    assert names(3, ALPHABETIC) == ["SlotA", "SlotB", "SlotC"]


def test_alphabetic_names_go_on_with_two_letters_behind_z():
    assert names(4, ALPHABETIC, offset=24) == ["SlotY", "SlotZ", "SlotAA", "SlotAB"]


@pytest.mark.parametrize(
    ("offset", "letters"), [(25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (77, "BZ"), (127, "DX")]
)
def test_letters_of_every_offset(offset, letters):
    assert names(2, ALPHABETIC, offset=offset)[0] == f"Slot{letters}"


def test_example_of_the_specification():
    # Table 43-2, byte 24: three sensors "Temp A", "Temp B", "Temp C" have the modifier alpha and the offset 0.
    assert names(3, ALPHABETIC, 0, b"Temp ") == ["Temp A", "Temp B", "Temp C"]


def test_record_can_be_shared_by_fifteen():
    assert len(names(15, NUMERIC)) == 15


def test_numbers_count_up():
    assert [sensor.number for sensor in sensors_of(compact(b8=0x40, b24=4))] == [0x40, 0x41, 0x42, 0x43]


def test_number_past_the_last_one_does_not_exist():
    sensors = sensors_of(compact(b8=0xFD, b24=5))
    assert [sensor.number for sensor in sensors] == [0xFD, 0xFE, 0xFF]


def test_sensors_of_one_entity_share_its_instance():
    assert [sensor.entity_instance for sensor in sensors_of(compact(b10=4, b24=3))] == [4, 4, 4]


def test_entity_instance_increments_where_the_record_says_so():
    sensors = sensors_of(compact(b10=4, b24=3, b25=INCREMENTS))
    assert [sensor.entity_instance for sensor in sensors] == [4, 5, 6]
    assert [sensor.entity for sensor in sensors] == ["7.4", "7.5", "7.6"]


def test_bit_of_the_entity_instance_is_no_part_of_the_offset():
    assert names(2, NUMERIC, INCREMENTS | 5) == ["Slot5", "Slot6"]


def test_event_only_record_is_shared_alike():
    sensors = sensors_of(event_only(b"Log", b8=0x20, b13=ALPHABETIC | 2, b14=INCREMENTS | 1))
    assert [(sensor.name, sensor.number, sensor.entity_instance) for sensor in sensors] == [
        ("LogB", 0x20, 1),
        ("LogC", 0x21, 2),
    ]


def test_sensors_that_share_a_record_have_the_same_record():
    first, second = sensors_of(compact(b24=2))
    assert first.record is second.record


def test_all_sensors_stand_in_the_order_of_the_records():
    records = [decode_record(data) for data in (locator(), full(b"A"), compact(b"B", b24=2), event_only(b"C"))]
    assert [sensor.name for sensor in expand_all(records)] == ["A", "B0", "B1", "C"]


def test_duplicate_names_and_numbers_are_kept():
    records = [decode_record(full(b"Temp")), decode_record(full(b"Temp"))]
    assert len(expand_all(records)) == 2
