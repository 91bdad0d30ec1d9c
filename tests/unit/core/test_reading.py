# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The answers to Get Sensor Reading and Get Sensor Thresholds, byte by byte."""

from __future__ import annotations

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.reading import (
    RawReading,
    comparison_bits,
    decode_reading,
    decode_thresholds,
    reading_states,
    threshold_status,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.records import THRESHOLD_NAMES

SCANNING, EVENTS, UNAVAILABLE = 0x40, 0x80, 0x20
LNC, LC, LNR, UNC, UC, UNR = (1 << bit for bit in range(6))
NONE = dict.fromkeys(THRESHOLD_NAMES)
LIMITS = dict(zip(THRESHOLD_NAMES, (10.0, 5.0, 0.0, 40.0, 45.0, 50.0), strict=True))


def test_reading_of_four_bytes():
    assert decode_reading(bytes((0x18, 0xC0, 0x34, 0x92))) == RawReading(0x18, True, False, 0x1234)


def test_reading_of_three_bytes_has_the_first_eight_states():
    assert decode_reading(bytes((0, SCANNING, 0x81))).bits == 0x81


def test_reading_of_two_bytes_has_no_bits():
    assert decode_reading(bytes((7, SCANNING))) == RawReading(7, True, False, None)


@pytest.mark.parametrize("data", [b"", b"\x07"])
def test_answer_without_flags_is_no_reading(data):
    assert decode_reading(data) is None


def test_bytes_behind_the_fourth_are_ignored():
    assert decode_reading(bytes((7, SCANNING, 1, 0x80, 0xFF, 0xFF))).bits == 1


def test_reserved_bit_is_masked():
    assert decode_reading(bytes((0, SCANNING, 0x00, 0x80))).bits == 0
    assert decode_reading(bytes((0, SCANNING, 0xFF, 0xFF))).bits == 0x7FFF


@pytest.mark.parametrize("others", [0x00, EVENTS, UNAVAILABLE, 0x1F])
def test_scanning_is_its_own_flag(others):
    assert decode_reading(bytes((0, others | SCANNING, 0))).scanning
    assert not decode_reading(bytes((0, others, 0))).scanning


@pytest.mark.parametrize("others", [0x00, EVENTS, SCANNING, 0x1F])
def test_unavailable_is_its_own_flag(others):
    assert decode_reading(bytes((0, others | UNAVAILABLE, 0))).unavailable
    assert not decode_reading(bytes((0, others, 0))).unavailable


def test_thresholds_follow_their_mask_from_lower_to_upper():
    assert decode_thresholds(bytes((0x3F, 1, 2, 3, 4, 5, 6))) == dict(zip(THRESHOLD_NAMES, range(1, 7), strict=True))
    assert THRESHOLD_NAMES[0] == "lower_non_critical"
    assert THRESHOLD_NAMES[5] == "upper_non_recoverable"


@pytest.mark.parametrize("bit", range(6))
def test_threshold_outside_of_the_mask_is_no_threshold(bit):
    assert decode_thresholds(bytes((1 << bit, 9, 9, 9, 9, 9, 9))) == {THRESHOLD_NAMES[bit]: 9}


def test_threshold_of_nought_is_a_threshold():
    assert decode_thresholds(bytes((LNC, 0, 0, 0, 0, 0, 0))) == {"lower_non_critical": 0}


def test_reserved_bits_of_the_mask_are_no_thresholds():
    assert decode_thresholds(bytes((0xC0, 1, 2, 3, 4, 5, 6))) == {}


@pytest.mark.parametrize("size", range(7))
def test_thresholds_cut_short_are_none(size):
    assert decode_thresholds(b"\x3f" * size) == {}


@pytest.mark.parametrize(
    ("bits", "status"),
    [
        (0, "ok"),
        (LNC, "non_critical"),
        (UNC, "non_critical"),
        (LC, "critical"),
        (UC, "critical"),
        (LNR, "non_recoverable"),
        (UNR, "non_recoverable"),
        (LNC | LC, "critical"),
        (LNC | LC | LNR, "non_recoverable"),
        (UNC | UC, "critical"),
        (UNC | UC | UNR, "non_recoverable"),
        (UNC | LC, "critical"),
        (0xC0, "ok"),
    ],
)
def test_status_is_the_worst_threshold_that_was_passed(bits, status):
    assert threshold_status(bits) == status


@pytest.mark.parametrize(
    ("value", "bits"),
    [
        (25.0, 0),
        (10.1, 0),
        (10.0, LNC),
        (5.0, LNC | LC),
        (0.0, LNC | LC | LNR),
        (-3.0, LNC | LC | LNR),
        (39.9, 0),
        (40.0, UNC),
        (45.0, UNC | UC),
        (50.0, UNC | UC | UNR),
        (99.0, UNC | UC | UNR),
    ],
)
def test_value_is_compared_as_a_bmc_does(value, bits):
    assert comparison_bits(value, LIMITS) == bits


@pytest.mark.parametrize("name", THRESHOLD_NAMES)
def test_only_thresholds_that_exist_are_compared(name):
    passed = 0.0 if name.startswith("lower") else 100.0
    assert comparison_bits(passed, {**NONE, name: LIMITS[name]}) == 1 << THRESHOLD_NAMES.index(name)
    assert comparison_bits(25.0, {**NONE, name: LIMITS[name]}) == 0


def test_threshold_of_nought_is_compared():
    assert comparison_bits(-1.0, {**NONE, "lower_critical": 0.0}) == LC


def test_missing_value_compares_to_nothing():
    assert comparison_bits(None, LIMITS) is None


def test_value_without_thresholds_compares_to_nothing():
    assert comparison_bits(25.0, NONE) is None
    assert comparison_bits(25.0, {}) is None


def test_states_of_a_threshold_sensor_are_comparisons():
    assert reading_states(True, 0x01, 0x01, LNC | LC) == [
        "at or below lower non-critical",
        "at or below lower critical",
    ]


def test_reserved_comparison_bits_are_no_states():
    assert reading_states(True, 0x01, 0x01, 0xC0) == []


def test_states_of_a_discrete_sensor_are_its_types():
    assert reading_states(False, 0x6F, 0x08, 0x0003) == ["presence detected", "power supply failure detected"]


@pytest.mark.parametrize("bits", [None, 0])
def test_no_bits_are_no_states(bits):
    assert reading_states(True, 0x01, 0x01, bits) == reading_states(False, 0x6F, 0x08, bits) == []
