# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Units in words: base, modifier, rate and percentage."""

from __future__ import annotations

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.units import UNITS, unit_name, unit_text

# Samples of table 43-15 from its beginning to its end; one name left out would shift all that follow.
TABLE = {
    0: "unspecified", 1: "degrees C", 2: "degrees F", 3: "degrees K", 4: "Volts", 5: "Amps", 6: "Watts", 7: "Joules",
    9: "VA", 17: "CFM", 18: "RPM", 19: "Hz", 20: "microsecond", 23: "minute", 26: "week", 30: "cu in", 37: "liters",
    45: "pound", 54: "ohms", 58: "PPM", 59: "reserved", 60: "Decibels", 66: "bit", 70: "byte", 73: "gigabyte",
    80: "retry", 85: "packets", 88: "error", 90: "uncorrectable error", 91: "fatal error", 92: "grams",
}  # fmt: skip


@pytest.mark.parametrize(("code", "name"), TABLE.items())
def test_unit_code_has_the_tables_name(code, name):
    assert unit_name(code) == name


def test_table_ends_with_grams():
    assert len(UNITS) == 93


@pytest.mark.parametrize("code", [93, 128, 255])
def test_unknown_unit_is_named_by_its_number(code):
    assert unit_name(code) == unit_text(code) == f"unknown unit {code}"


def test_plain_unit():
    assert unit_text(1) == "degrees C"


def test_modifier_divides():
    assert unit_text(45, modifier=30, relation=1) == "pound/cu in"


def test_modifier_multiplies():
    assert unit_text(6, modifier=24, relation=2) == "Watts*hour"


@pytest.mark.parametrize("relation", [0, 3])
def test_modifier_without_a_relation_is_left_out(relation):
    assert unit_text(6, modifier=24, relation=relation) == "Watts"


@pytest.mark.parametrize(
    ("rate", "per"),
    [(1, "microsecond"), (2, "millisecond"), (3, "second"), (4, "minute"), (5, "hour"), (6, "day")],
)
def test_rate_is_told(rate, per):
    assert unit_text(89, rate=rate) == f"correctable error per {per}"


@pytest.mark.parametrize("rate", [0, 7])
def test_no_rate_and_the_reserved_one_are_left_out(rate):
    assert unit_text(18, rate=rate) == "RPM"


def test_percentage_without_a_unit_is_percent():
    assert unit_text(0, percentage=True) == "percent"


def test_percentage_of_a_unit_keeps_the_unit():
    assert unit_text(18, percentage=True) == "% RPM"


def test_modifier_percentage_and_rate_together():
    assert unit_text(0, percentage=True, rate=4) == "percent per minute"
    assert unit_text(70, modifier=66, relation=1, percentage=True, rate=3) == "% byte/bit per second"


@pytest.mark.parametrize("rate", range(8))
@pytest.mark.parametrize("relation", range(4))
def test_no_combination_of_codes_raises(rate, relation):
    for code in range(256):
        assert unit_text(code, code, relation, rate, bool(code & 1))
