# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The default severities: which states count, how much, and which do not."""

from __future__ import annotations

import re

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.health.default_rules import (
    STATE_RULES,
    THRESHOLD_RULES,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.sensor_types import SENSOR_TYPES
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.states import state_text

SPECIFIC = 0x6F


def _severity(event_type, sensor_type, offset):
    """Look a state up as the module says: the rule of the sensor type, else the generic one, else nominal."""
    found = {(rule.event_type, rule.sensor_type, rule.offset): rule.severity for rule in STATE_RULES}
    generic = found.get((event_type, None, offset), "nominal")
    return found.get((event_type, sensor_type, offset), generic)


def test_rule_names_are_unique():
    names = [rule.name for rule in (*STATE_RULES, *THRESHOLD_RULES)]
    assert len(names) == len(set(names))


def test_rule_names_are_two_plain_words():
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*\.[a-z0-9_]+", rule.name) for rule in (*STATE_RULES, *THRESHOLD_RULES))


def test_no_state_has_two_rules():
    keys = [(rule.event_type, rule.sensor_type, rule.offset) for rule in STATE_RULES]
    assert len(keys) == len(set(keys))


def test_every_rule_is_about_a_state_the_specification_defines():
    for rule in STATE_RULES:
        assert rule.sensor_type is None or rule.sensor_type in SENSOR_TYPES
        assert state_text(rule.event_type, rule.sensor_type or 0, rule.offset) != f"state {rule.offset}", rule.name


def test_sensor_specific_rule_names_a_sensor_type():
    assert all(rule.sensor_type is not None for rule in STATE_RULES if rule.event_type == SPECIFIC)


def test_nominal_stands_only_where_it_overrides_a_generic_rule():
    generic = {(rule.event_type, rule.offset) for rule in STATE_RULES if rule.sensor_type is None}
    for rule in STATE_RULES:
        assert rule.severity in {"nominal", "warning", "critical", "unknown"}
        if rule.severity == "nominal":
            assert rule.sensor_type is not None
            assert (rule.event_type, rule.offset) in generic


def test_thresholds_rise_from_warning_to_critical():
    assert {rule.name: (rule.status, rule.severity) for rule in THRESHOLD_RULES} == {
        "threshold.non_critical": ("non_critical", "warning"),
        "threshold.critical": ("critical", "critical"),
        "threshold.non_recoverable": ("non_recoverable", "critical"),
    }


@pytest.mark.parametrize(
    ("event_type", "sensor_type", "offset"),
    [
        (0x08, 0x04, 0),  # fan absent
        (0x09, 0x08, 0),  # device disabled
        (SPECIFIC, 0x07, 7),  # processor present
        (SPECIFIC, 0x07, 9),  # a terminator instead of a processor
        (SPECIFIC, 0x08, 0),  # power supply present
        (SPECIFIC, 0x0D, 0),  # drive present
        (SPECIFIC, 0x21, 8),  # slot disabled
        (SPECIFIC, 0x25, 1),  # entity absent
        (SPECIFIC, 0x25, 2),  # entity disabled
        (SPECIFIC, 0x29, 2),  # battery present
        (SPECIFIC, 0x2C, 0),  # FRU not installed
    ],
)
def test_what_is_absent_or_present_is_no_fault(event_type, sensor_type, offset):
    assert _severity(event_type, sensor_type, offset) == "nominal"


@pytest.mark.parametrize(
    ("sensor_type", "offset"),
    [(0x0D, 3), (0x0D, 4), (0x10, 2), (0x12, 5), (0x14, 0), (0x1D, 6), (0x1F, 6), (0x20, 3), (0x22, 5), (0x24, 0)],
)
def test_everyday_event_is_nominal(sensor_type, offset):
    assert _severity(SPECIFIC, sensor_type, offset) == "nominal"


@pytest.mark.parametrize(
    ("event_type", "sensor_type", "offset"),
    [(0x04, 0x0D, 1), (SPECIFIC, 0x08, 2), (SPECIFIC, 0x09, 7), (SPECIFIC, 0x0D, 2), (SPECIFIC, 0x29, 0)],
)
def test_predicted_failure_is_a_warning(event_type, sensor_type, offset):
    assert _severity(event_type, sensor_type, offset) == "warning"


@pytest.mark.parametrize(("sensor_type", "offset"), [(0x07, 12), (0x0C, 0), (0x0C, 5), (0x10, 0), (0x13, 7)])
def test_correctable_error_is_a_warning(sensor_type, offset):
    assert _severity(SPECIFIC, sensor_type, offset) == "warning"


@pytest.mark.parametrize(("sensor_type", "offset"), [(0x07, 11), (0x0C, 1), (0x13, 8)])
def test_uncorrectable_error_is_critical(sensor_type, offset):
    assert _severity(SPECIFIC, sensor_type, offset) == "critical"


@pytest.mark.parametrize("sensor_type", [0x04, 0x08, 0x09, 0x0A, 0x0C, 0xC9])
def test_redundancy_is_critical_only_when_lost_or_insufficient(sensor_type):
    severities = [_severity(0x0B, sensor_type, offset) for offset in range(8)]
    assert severities == ["nominal", "critical", "warning", "warning", "warning", "critical", "warning", "warning"]


def test_generic_severities_follow_their_own_words():
    severities = [_severity(0x07, 0x0C, offset) for offset in range(9)]
    assert severities == [
        "nominal",
        "warning",
        "critical",
        "critical",
        "warning",
        "critical",
        "critical",
        "warning",
        "nominal",
    ]


def test_asserted_state_counts_only_where_it_means_a_fault():
    assert _severity(0x03, 0x02, 1) == "warning"
    assert _severity(0x03, 0x07, 1) == "critical"
    assert _severity(0x03, 0x0D, 1) == "nominal"
    assert _severity(0x03, 0x27, 1) == "nominal"


def test_deasserted_state_is_nominal_for_every_type():
    assert {_severity(0x03, sensor_type, 0) for sensor_type in SENSOR_TYPES} == {"nominal"}


def test_opened_case_is_critical():
    assert {_severity(SPECIFIC, 0x05, offset) for offset in range(7)} == {"critical"}


@pytest.mark.parametrize(
    ("sensor_type", "fired", "interrupt"), [(0x23, (0, 1, 2, 3), 8), (0x11, (0, 1, 2, 3, 4, 5, 6), 7)]
)
def test_fired_watchdog_is_critical_and_its_first_warning_a_warning(sensor_type, fired, interrupt):
    assert {_severity(SPECIFIC, sensor_type, offset) for offset in fired} == {"critical"}
    assert _severity(SPECIFIC, sensor_type, interrupt) == "warning"


@pytest.mark.parametrize(
    ("sensor_type", "offset", "severity"),
    [
        (0x07, 0, "critical"),
        (0x07, 1, "critical"),
        (0x07, 10, "warning"),
        (0x08, 1, "critical"),
        (0x08, 3, "critical"),
        (0x0D, 1, "critical"),
        (0x0D, 7, "warning"),
        (0x0F, 0, "critical"),
        (0x10, 4, "critical"),
        (0x10, 5, "warning"),
        (0x1B, 1, "critical"),
        (0x20, 1, "critical"),
        (0x21, 0, "critical"),
        (0x22, 14, "unknown"),
        (0x29, 1, "critical"),
    ],
)
def test_fault_has_its_severity(sensor_type, offset, severity):
    assert _severity(SPECIFIC, sensor_type, offset) == severity
