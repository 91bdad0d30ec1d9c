# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The health of one sensor: which rule decides, and what is said."""

from __future__ import annotations

import pytest
from sdr_bytes import CELSIUS, FAN, MEMORY, POWER_SUPPLY, RPM, SPECIFIC, compact, full, sensor_of

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.health.rate import (
    RULE_NOT_READ,
    Rating,
    message,
    rate,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.observation import (
    NO_THRESHOLDS,
    Observation,
    not_read,
    not_there,
)

NOMINAL = Rating("nominal")
FAN_SENSOR = sensor_of(full(b"Fan3", b13=FAN, b22=RPM))
LNC, LC, LNR, UNC, UC, UNR = (1 << bit for bit in range(6))
STATUS = {0: "ok", LNC: "non_critical", LNC | LC: "critical", LNC | LC | LNR: "non_recoverable"}
STATUS |= {UNC: "non_critical", UNC | UC: "critical", UNC | UC | UNR: "non_recoverable"}


def measured(bits: int, reading: float | None = 240.0, sensor=FAN_SENSOR, **limits: float) -> Observation:
    """A threshold sensor that was read, with the comparison bits that the BMC sent."""
    thresholds = {**NO_THRESHOLDS, **limits}
    return Observation(
        sensor, available=True, reading=reading, status=STATUS[bits], state_bits=bits, thresholds=thresholds
    )


def stated(sensor_type: int, bits: int, event_type: int = SPECIFIC) -> Observation:
    """A discrete sensor that was read, with the states that it asserts."""
    return Observation(sensor_of(compact(b13=sensor_type, b14=event_type)), available=True, state_bits=bits)


def test_threshold_sensor_within_its_thresholds_is_nominal():
    assert rate(measured(0)) == NOMINAL


@pytest.mark.parametrize(
    ("bits", "health", "rule"),
    [
        (LNC, "warning", "threshold.non_critical"),
        (UNC, "warning", "threshold.non_critical"),
        (LNC | LC, "critical", "threshold.critical"),
        (UNC | UC, "critical", "threshold.critical"),
        (LNC | LC | LNR, "critical", "threshold.non_recoverable"),
        (UNC | UC | UNR, "critical", "threshold.non_recoverable"),
    ],
)
def test_passed_threshold_is_rated_by_its_rule(bits, health, rule):
    rating = rate(measured(bits))
    assert (rating.health, rating.rule) == (health, rule)


@pytest.mark.parametrize(
    ("bits", "text"),
    [
        (LNC, "at or below lower non-critical"),
        (LNC | LC, "at or below lower critical"),
        (LNC | LC | LNR, "at or below lower non-recoverable"),
        (UNC, "at or above upper non-critical"),
        (UNC | UC, "at or above upper critical"),
        (UNC | UC | UNR, "at or above upper non-recoverable"),
    ],
)
def test_worst_of_the_passed_thresholds_is_named(bits, text):
    assert rate(measured(bits)).text == text


def test_passed_threshold_is_told_with_its_value():
    assert rate(measured(LNC | LC, lower_critical=360.0)).text == "at or below lower critical (360)"


@pytest.mark.parametrize(
    ("limit", "text"),
    [(0.0, "0"), (12.5, "12.5"), (11.977, "11.977"), (1.23456, "1.235"), (-7.0, "-7"), (12000.0, "12000")],
)
def test_values_are_told_without_needless_digits(limit, text):
    assert rate(measured(UNC | UC, upper_critical=limit)).text == f"at or above upper critical ({text})"


def test_available_sensor_without_states_is_nominal():
    assert rate(stated(POWER_SUPPLY, 0)) == NOMINAL


def test_state_without_a_rule_is_nominal():
    assert rate(stated(POWER_SUPPLY, 0x0001)) == NOMINAL


def test_state_of_a_vendors_sensor_is_nominal():
    assert rate(stated(0xC3, 0x7FFF, event_type=0x70)) == NOMINAL


@pytest.mark.parametrize(
    ("sensor_type", "offset", "health", "rule"),
    [
        (POWER_SUPPLY, 1, "critical", "power_supply.failure_detected"),
        (POWER_SUPPLY, 2, "warning", "power_supply.predictive_failure"),
        (0x05, 0, "critical", "physical_security.general_chassis_intrusion"),
        (MEMORY, 1, "critical", "memory.uncorrectable_error"),
        (0x22, 14, "unknown", "system_acpi_power_state.unknown"),
        (0x23, 0, "critical", "watchdog2.timer_expired"),
        (0x11, 7, "warning", "watchdog1.os_pre_timeout_interrupt"),
    ],
)
def test_state_is_rated_by_its_rule(sensor_type, offset, health, rule):
    rating = rate(stated(sensor_type, 1 << offset))
    assert (rating.health, rating.rule) == (health, rule)
    assert rating.text


def test_worst_of_several_states_decides():
    rating = rate(stated(POWER_SUPPLY, 0b0111))
    assert (rating.health, rating.rule) == ("critical", "power_supply.failure_detected")
    assert rate(stated(POWER_SUPPLY, 0b0101)).rule == "power_supply.predictive_failure"


def test_first_of_equally_bad_states_is_told():
    assert rate(stated(POWER_SUPPLY, 0b1010)).rule == "power_supply.failure_detected"


def test_rule_for_any_type_holds_for_a_type_without_its_own():
    assert rate(stated(0x08, 0x02, event_type=0x06)).rule == "generic.performance_lags"


def test_rule_for_the_type_wins_over_the_one_for_any():
    rating = rate(stated(0x02, 0x02, event_type=0x06))
    assert (rating.health, rating.rule) == ("critical", "voltage.performance_lags")


def test_state_asserted_means_what_the_sensor_is_about():
    assert rate(stated(0x07, 0x02, event_type=0x03)).health == "critical"
    assert rate(stated(FAN, 0x02, event_type=0x03)).health == "warning"
    assert rate(stated(0x27, 0x02, event_type=0x03)) == NOMINAL


def test_reserved_bit_is_no_state():
    assert rate(stated(0x22, 1 << 15)) == NOMINAL


def test_comparison_bits_of_a_discrete_sensor_are_states_and_no_thresholds():
    assert rate(stated(POWER_SUPPLY, LC)).rule == "power_supply.failure_detected"


def test_missing_reading_is_unknown_not_ok():
    # No value, no comparison bits: neither "ok" nor anything else can be said of it.
    assert rate(Observation(FAN_SENSOR, available=True)).health == "unknown"


def test_sensor_without_a_status_and_with_a_value_is_nominal():
    # There is nothing that it could have passed: no thresholds anywhere.
    assert rate(Observation(FAN_SENSOR, available=True, reading=0.0)) == NOMINAL


def test_sensor_that_is_not_there_is_unknown_by_no_rule():
    assert rate(not_there(FAN_SENSOR, "scanning disabled")) == Rating("unknown", None, "scanning disabled")


def test_sensor_that_could_not_be_asked_is_unknown_by_a_rule():
    assert rate(not_read(FAN_SENSOR, "not read: over")) == Rating("unknown", RULE_NOT_READ, "not read: over")


@pytest.mark.parametrize("make", [not_there, not_read])
def test_discrete_sensor_without_a_reading_is_unknown(make):
    assert rate(make(sensor_of(compact()), "reason")).health == "unknown"


def told(observation: Observation) -> str:
    return message(observation, rate(observation))


def test_message_tells_sensor_entity_reading_and_threshold():
    assert told(measured(LNC | LC, lower_critical=360.0)) == (
        "Fan3 (System Board 7.1) reads 240 RPM: at or below lower critical (360)"
    )


def test_message_of_a_discrete_sensor_has_no_reading():
    assert told(stated(POWER_SUPPLY, 0x02)) == "Intrusion (System Board 7.1): power supply failure detected"


def test_message_of_a_reading_of_nought_tells_it():
    assert "reads 0 RPM:" in told(measured(LNC | LC, reading=0.0))


def test_message_leaves_out_a_unit_that_says_nothing():
    sensor = sensor_of(full(b"Load", b22=0))
    assert "reads 240: " in told(measured(UNC, sensor=sensor))


@pytest.mark.parametrize(
    ("units_1", "unit", "text"), [(1, 0, "reads 95.5 percent:"), (0, CELSIUS, "reads 95.5 degrees C:")]
)
def test_message_tells_the_unit(units_1, unit, text):
    sensor = sensor_of(full(b21=units_1, b22=unit))
    assert text in told(measured(UNC, reading=95.5, sensor=sensor))


def test_message_of_a_sensor_that_was_not_read_tells_why():
    assert told(not_read(FAN_SENSOR, "not read: over")) == "Fan3 (System Board 7.1): not read: over"
