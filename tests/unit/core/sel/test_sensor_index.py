# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which sensor an event is about, where numbers are shared."""

from __future__ import annotations

import pytest
from sdr_bytes import FAN, SPECIFIC, STATE, TEMPERATURE, compact, event_only, full, sensor_of, sensors_of
from sel_bytes import LINUX_PANIC, an_event

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sel.records import decode_record
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sel.sensor_index import SensorIndex


def found(record, *sensors):
    sensor = SensorIndex(sensors).find(record)
    return sensor.name if sensor else None


INLET = sensor_of(full(b"Inlet"))


def test_sensor_is_found_by_owner_lun_number_and_type():
    assert found(an_event(), INLET) == "Inlet"


@pytest.mark.parametrize(
    "changes", [{"number": 2}, {"by": b"\x2c\x00"}, {"by": b"\x21\x00"}, {"by": b"\x20\x01"}, {"kind": FAN}]
)
def test_another_sensors_event_has_no_name(changes):
    assert found(an_event(**changes), INLET) is None


def test_empty_sdr_names_nothing():
    assert found(an_event()) is None


def test_same_number_on_two_luns_stays_apart():
    other = sensor_of(full(b"Other LUN", b7=0x01))
    assert found(an_event(), INLET, other) == "Inlet"
    assert found(an_event(by=b"\x20\x01"), INLET, other) == "Other LUN"


def test_same_number_with_two_sensor_types_stays_apart():
    fan = sensor_of(full(b"Fan", b13=FAN))
    assert found(an_event(), fan, INLET) == "Inlet"
    assert found(an_event(FAN), fan, INLET) == "Fan"


def test_same_number_with_two_event_types_stays_apart():
    state = sensor_of(event_only(b"Inlet state", b11=TEMPERATURE, b12=STATE))
    assert found(an_event(), state, INLET) == "Inlet"
    assert found(an_event(event_type=STATE), state, INLET) == "Inlet state"
    assert found(an_event(event_type=SPECIFIC), state, INLET) is None


def test_lone_sensor_keeps_its_name_for_another_event_type():
    assert found(an_event(event_type=STATE), INLET) == "Inlet"


def test_controller_on_the_events_channel_is_meant():
    near, far = sensor_of(full(b"Near", b6=0x2C)), sensor_of(full(b"Far", b6=0x2C, b7=0x60))
    assert found(an_event(by=b"\x2c\x60"), near, far) == "Far"
    assert found(an_event(by=b"\x2c\x00"), near, far) == "Near"
    assert found(an_event(by=b"\x2c\x00"), far) == "Far"
    assert found(an_event(by=b"\x2c\x70"), near, far) is None


def test_version_3_chooses_by_no_channel():
    near, far = sensor_of(full(b"Near", b6=0x2C)), sensor_of(full(b"Far", b6=0x2C, b7=0x60))
    assert found(an_event(by=b"\x2c\x00", version=3), far) == "Far"
    assert found(an_event(by=b"\x2c\x00", version=3), near, far) is None


def test_each_sensor_of_a_shared_record_is_found():
    slots = sensors_of(compact(b"Slot", b13=0x21, b24=0x03, b25=0x01))
    assert [found(an_event(0x21, SPECIFIC, number=number), *slots) for number in (1, 3, 4)] == ["Slot1", "Slot3", None]


def test_character_of_a_panic_text_is_no_number():
    stop = sensor_of(event_only(b"OS stop", b6=0x41, b8=0x46, b11=0x20))
    assert found(decode_record(LINUX_PANIC), stop) is None
    assert found(an_event(0x20, SPECIFIC, b"\x01\xff\xff", number=0x46, by=b"\x41\x00"), stop) == "OS stop"
