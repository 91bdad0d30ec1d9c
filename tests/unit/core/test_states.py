# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The texts of states, and the names of sensor types and manufacturers that stand beside them."""

from __future__ import annotations

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.manufacturers import (
    MANUFACTURERS,
    manufacturer_name,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.sensor_types import (
    SENSOR_TYPES,
    sensor_type_code,
    sensor_type_name,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.states import (
    GENERIC_STATES,
    SENSOR_SPECIFIC_STATES,
    THRESHOLD_STATUS,
    state_text,
    state_texts,
    threshold_status_texts,
)

# Which offsets tables 42-2 and 42-3 define, as two other readers of them (FreeIPMI 1.6.10, ipmitool) have it too.
GENERIC_OFFSETS = {1: 12, 2: 3, 3: 2, 4: 2, 5: 2, 6: 2, 7: 9, 8: 2, 9: 2, 0x0A: 9, 0x0B: 8, 0x0C: 4}
SPECIFIC_OFFSETS = {
    0x05: range(7),
    0x06: range(6),
    0x07: range(13),
    0x08: range(8),
    0x09: range(8),
    0x0C: range(11),
    0x0D: range(9),
    0x0F: range(3),
    0x10: range(7),
    0x11: range(8),
    0x12: range(6),
    0x13: range(12),
    0x14: range(5),
    0x19: range(2),
    0x1B: range(2),
    0x1D: range(8),
    0x1E: range(5),
    0x1F: range(11),
    0x20: range(6),
    0x21: range(10),
    0x22: (*range(13), 14),
    0x23: (0, 1, 2, 3, 8),
    0x24: range(4),
    0x25: range(3),
    0x27: range(2),
    0x28: range(6),
    0x29: range(3),
    0x2A: range(4),
    0x2B: range(8),
    0x2C: range(8),
}


def _offsets(table):
    return {key: {offset for offset, text in enumerate(texts) if text} for key, texts in table.items()}


def test_every_generic_offset_of_the_specification_has_a_text():
    assert _offsets(GENERIC_STATES) == {code: set(range(count)) for code, count in GENERIC_OFFSETS.items()}


def test_every_sensor_specific_offset_of_the_specification_has_a_text():
    assert _offsets(SENSOR_SPECIFIC_STATES) == {code: set(offsets) for code, offsets in SPECIFIC_OFFSETS.items()}


def test_no_two_offsets_of_one_sensor_share_a_text():
    for texts in (*GENERIC_STATES.values(), *SENSOR_SPECIFIC_STATES.values(), THRESHOLD_STATUS):
        named = [text for text in texts if text]
        assert len(named) == len(set(named))


def test_texts_are_short_and_without_stray_blanks():
    for texts in (*GENERIC_STATES.values(), *SENSOR_SPECIFIC_STATES.values()):
        for text in texts:
            assert len(text) <= 64
            assert text == text.strip()


@pytest.mark.parametrize(
    ("event_type", "sensor_type", "offset", "text"),
    [
        (0x01, 0x01, 9, "upper critical going high"),
        (0x03, 0x02, 1, "state asserted"),
        (0x0B, 0x08, 1, "redundancy lost"),
        (0x6F, 0x05, 0, "general chassis intrusion"),
        (0x6F, 0x08, 3, "power supply input lost (AC/DC)"),
        (0x6F, 0x11, 6, "OS watchdog expired, status only"),
        (0x6F, 0x23, 8, "timer interrupt"),
        (0x6F, 0x25, 1, "entity absent"),
        (0x6F, 0x2C, 7, "FRU communication lost"),
    ],
)
def test_offset_is_named_as_in_the_specification(event_type, sensor_type, offset, text):
    assert state_text(event_type, sensor_type, offset) == text


def test_generic_state_does_not_depend_on_the_sensor_type():
    assert {state_text(0x0B, sensor_type, 0) for sensor_type in range(256)} == {"fully redundant"}


def test_one_bit_gives_one_text_and_several_come_lowest_first():
    assert state_texts(0x6F, 0x08, 0x0009) == ["presence detected", "power supply input lost (AC/DC)"]
    assert state_texts(0x6F, 0x08, 0) == []


def test_reserved_sixteenth_bit_is_no_state():
    assert state_texts(0x6F, 0x08, 0x8001) == ["presence detected"]


def test_reserved_offset_of_a_known_sensor_is_a_numbered_state():
    assert state_text(0x6F, 0x23, 4) == "state 4"
    assert state_texts(0x6F, 0x0D, 0x0201) == ["drive present", "state 9"]


def test_unknown_event_type_is_a_numbered_state():
    assert state_text(0x00, 0x01, 3) == "state 3"
    assert state_text(0x6F, 0x01, 0) == "state 0"


@pytest.mark.parametrize(("event_type", "sensor_type"), [(0x70, 0x15), (0x7F, 0x01), (0x6F, 0xC0), (0x6F, 0xFF)])
def test_vendor_code_is_an_oem_state(event_type, sensor_type):
    assert state_text(event_type, sensor_type, 2) == "OEM state 2"


@pytest.mark.parametrize("event_type", [-1, 0, 0x6F, 0x70, 0xFF, 1 << 40])
@pytest.mark.parametrize("sensor_type", [-1, 0, 0x23, 0xFF, 1 << 40])
@pytest.mark.parametrize("bits", [-1, 0, 0xFFFF, 1 << 70])
def test_no_number_raises(event_type, sensor_type, bits):
    assert all(isinstance(text, str) and text for text in state_texts(event_type, sensor_type, bits))
    assert state_text(event_type, sensor_type, bits)
    assert len(threshold_status_texts(bits)) <= 6


def test_threshold_reading_has_texts_of_its_own():
    assert threshold_status_texts(0x18) == ["at or above upper non-critical", "at or above upper critical"]


def test_reserved_bits_of_a_threshold_reading_are_ignored():
    assert threshold_status_texts(0xC0) == []


def test_every_sensor_type_is_named_and_found_again():
    assert sorted(SENSOR_TYPES) == list(range(0x01, 0x2D))
    for code, name in SENSOR_TYPES.items():
        assert sensor_type_name(code) == name
        assert sensor_type_code(name.upper()) == code


@pytest.mark.parametrize(
    ("code", "name"), [(0xC0, "OEM C0h"), (0xFF, "OEM FFh"), (0x2D, "reserved 2Dh"), (0x00, "reserved 00h")]
)
def test_sensor_type_without_a_name_shows_its_code(code, name):
    assert sensor_type_name(code) == name


def test_sensor_type_is_found_whatever_case_and_blanks():
    assert sensor_type_code("button / switch") == 0x14
    assert sensor_type_code("oem c0h") == 0xC0
    assert sensor_type_code("no such sensor") is None


@pytest.mark.parametrize(
    ("number", "name"),
    [(674, "Dell Inc."), (343, "Intel Corporation"), (10876, "Supermicro"), (47488, "Supermicro"), (7244, "Quanta")],
)
def test_manufacturer_is_named_by_its_enterprise_number(number, name):
    assert manufacturer_name(number) == name


def test_unknown_manufacturer_has_no_name():
    assert manufacturer_name(0) is None
    assert manufacturer_name(0xFFFFF) is None


def test_reserved_bits_of_the_manufacturer_id_are_ignored():
    assert manufacturer_name(0xF00000 | 674) == "Dell Inc."
    assert max(MANUFACTURERS) <= 0xFFFFF
