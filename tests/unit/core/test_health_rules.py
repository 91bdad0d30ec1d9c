# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of the user's own: what they are about, that they come before the table, and what is wrong with them."""

from __future__ import annotations

import pytest
from sdr_bytes import CELSIUS, FAN, POWER_SUPPLY, RPM, compact, full, sensor_of

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import OptionError
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.health.overrides import parse_rules
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.health.rate import assess, rate
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.observation import (
    Observation,
    not_read,
    not_there,
)

PSU = sensor_of(compact(b"PSU1 Status", b9=10, b10=2, b13=POWER_SUPPLY))
INLET = sensor_of(full(b"Inlet Temp", b22=CELSIUS))
FAN3 = sensor_of(full(b"Fan3", b13=FAN, b22=RPM, b9=29, b10=3))
FAILED = Observation(PSU, available=True, state_bits=0b0010, states=("power supply failure detected",))
PRESENT = Observation(PSU, available=True, state_bits=0b0001)
SLOW = Observation(
    FAN3, available=True, reading=240.0, status="critical", state_bits=2, states=("at or below lower critical",)
)


def inlet(reading: float | None, status: str | None = "ok") -> Observation:
    return Observation(INLET, available=True, reading=reading, status=status, state_bits=0)


def health(observation: Observation, *rules: dict) -> str:
    return rate(observation, parse_rules(rules)).health


def test_no_rules_change_nothing():
    assert health(FAILED) == "critical"


@pytest.mark.parametrize("verdict", ["nominal", "warning", "unknown", "critical"])
def test_rule_comes_before_the_table(verdict):
    assert health(FAILED, {"sensor": "PSU1 Status", "health": verdict}) == verdict


@pytest.mark.parametrize(
    "about",
    [
        {"sensor": "PSU1 Status"},
        {"sensor": "PSU1 Status power_supply (10.2)"},
        {"sensor": "/^PSU[0-9]/"},
        {"type": "Power Supply"},
        {"type": "power supply"},
        {"entity": "10.2"},
        {"entity": "10"},
        {"entity": "Power Supply"},
        {"entity": "power supply"},
        {"state": "power supply failure detected"},
        {"state": "Power Supply Failure Detected"},
        {"state": "1"},
        {"state": 1},
        {"type": "Power Supply", "entity": "10.2", "state": "1", "sensor": "/Status/"},
    ],
)
def test_rule_is_about_this_sensor(about):
    assert health(FAILED, {**about, "health": "warning"}) == "warning"


@pytest.mark.parametrize(
    "about",
    [
        {"sensor": "PSU1"},
        {"sensor": "psu1 status"},
        {"sensor": "/^Status/"},
        {"sensor": "PSU. Status"},
        {"type": "Fan"},
        {"entity": "10.1"},
        {"entity": "1"},
        {"state": "presence detected"},
        {"state": "0"},
        {"state": "failure"},
        {"type": "Power Supply", "entity": "10.1"},
        {"sensor": "PSU1 Status", "state": "2"},
    ],
)
def test_rule_is_about_something_else(about):
    assert health(FAILED, {**about, "health": "nominal"}) == "critical"


def test_first_rule_that_fits_decides():
    rules = [
        {"sensor": "other", "health": "critical"},
        {"type": "Power Supply", "state": "1", "health": "warning"},
        {"type": "Power Supply", "health": "nominal"},
    ]
    assert health(FAILED, *rules) == "warning"


def test_each_state_is_rated_by_its_own_first_rule():
    both = Observation(PSU, available=True, state_bits=0b1010)
    assert health(both, {"state": "1", "health": "nominal"}) == "critical"
    assert health(both, {"state": "1", "health": "nominal"}, {"state": "3", "health": "warning"}) == "warning"


def test_state_that_the_table_does_not_rate_can_be_rated():
    assert health(PRESENT, {"state": "presence detected", "health": "warning"}) == "warning"


def test_rule_without_a_state_holds_even_where_nothing_is_asserted():
    quiet = Observation(PSU, available=True, state_bits=0)
    assert health(quiet, {"sensor": "PSU1 Status", "health": "warning"}) == "warning"
    assert health(inlet(24.0), {"type": "Temperature", "health": "warning"}) == "warning"


def test_rule_with_a_state_does_not_hold_where_it_is_not_asserted():
    assert health(PRESENT, {"sensor": "PSU1 Status", "state": "1", "health": "warning"}) == "nominal"


@pytest.mark.parametrize("state", ["IERR", "ierr", "0"])
def test_state_is_named_in_any_case(state):
    failed = Observation(sensor_of(compact(b13=0x07)), available=True, state_bits=1)
    assert health(failed, {"state": state, "health": "warning"}) == "warning"


def test_reserved_bit_is_no_state_for_a_rule_either():
    odd = Observation(PSU, available=True, state_bits=1 << 15)
    assert health(odd, {"state": "15", "health": "critical"}) == "nominal"


@pytest.mark.parametrize("state", ["critical", "CRITICAL", "at or below lower critical"])
def test_threshold_status_is_a_state(state):
    assert health(SLOW, {"state": state, "health": "warning"}) == "warning"


@pytest.mark.parametrize("state", ["non_critical", "at or above upper critical"])
def test_other_threshold_status_is_not(state):
    assert health(SLOW, {"state": state, "health": "nominal"}) == "critical"


@pytest.mark.parametrize(("reading", "verdict"), [(30.0, "nominal"), (30.1, "warning"), (100.0, "warning")])
def test_value_above_a_limit(reading, verdict):
    assert health(inlet(reading), {"sensor": "Inlet Temp", "above": 30, "health": "warning"}) == verdict


@pytest.mark.parametrize(("reading", "verdict"), [(5.0, "nominal"), (4.9, "critical"), (0.0, "critical")])
def test_value_below_a_limit(reading, verdict):
    assert health(inlet(reading), {"sensor": "Inlet Temp", "below": "5", "health": "critical"}) == verdict


@pytest.mark.parametrize(("reading", "verdict"), [(10.0, "nominal"), (15.0, "warning"), (20.0, "nominal")])
def test_value_between_two_limits(reading, verdict):
    rule = {"sensor": "Inlet Temp", "above": 10, "below": 20, "health": "warning"}
    assert health(inlet(reading), rule) == verdict


def test_limit_of_nought_is_a_limit():
    assert health(inlet(-0.5), {"sensor": "Inlet Temp", "below": 0, "health": "warning"}) == "warning"
    assert health(inlet(0.5), {"sensor": "Inlet Temp", "above": 0, "health": "warning"}) == "warning"


def test_limit_says_nothing_of_a_missing_value():
    assert health(inlet(None), {"sensor": "Inlet Temp", "below": 5, "health": "critical"}) == "nominal"


def test_limit_does_not_make_a_passed_threshold_better():
    assert health(SLOW, {"sensor": "Fan3", "above": 100, "health": "nominal"}) == "critical"


def test_text_of_a_rule_about_a_value_tells_its_limits():
    rules = parse_rules([{"sensor": "Inlet Temp", "above": 10, "below": 30.5, "health": "warning"}])
    assert rate(inlet(24.0), rules).text == "above 10 and below 30.5"


@pytest.mark.parametrize("make", [not_there, not_read])
def test_sensor_without_a_reading_has_the_state_unavailable(make):
    observation = make(PSU, "because")
    assert health(observation, {"sensor": "PSU1 Status", "health": "nominal"}) == "unknown"
    assert health(observation, {"sensor": "PSU1 Status", "state": "unavailable", "health": "critical"}) == "critical"
    assert health(observation, {"state": "Unavailable", "health": "nominal"}) == "nominal"


def test_state_unavailable_is_not_that_of_a_sensor_that_was_read():
    assert health(PRESENT, {"state": "unavailable", "health": "critical"}) == "nominal"


def test_absent_sensor_counts_where_a_rule_says_what_to_think_of_it():
    observation = not_there(PSU, "requested sensor not present (CBh)")
    rules = parse_rules([{"sensor": "PSU1 Status", "state": "unavailable", "health": "warning"}])
    verdict = assess([(observation, rate(observation, rules))], True)
    assert (verdict.status, len(verdict.findings)) == ("warning", 1)


def test_rating_has_the_name_of_the_rule():
    named = {"name": "psu.spare", "sensor": "PSU1 Status", "health": "warning"}
    assert rate(FAILED, parse_rules([named])).rule == "psu.spare"


def test_rule_without_a_name_is_named_by_its_place():
    rules = parse_rules([{"sensor": "x", "health": "nominal"}, {"type": "Power Supply", "health": "warning"}])
    assert rate(FAILED, rules).rule == "health_rules[2]"


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ({"sensor": "x"}, "health is missing or unknown"),
        ({"sensor": "x", "health": "fine"}, "health is missing or unknown"),
        ({"health": "nominal"}, "it says nothing about which sensor it is for"),
        ({"health": "nominal", "above": 5}, "it says nothing about which sensor it is for"),
        ({"health": "nominal", "sensor": None}, "it says nothing about which sensor it is for"),
        ({"health": "nominal", "sensor": "x", "colour": "red"}, "'colour' is no key of a rule"),
        ({"health": "nominal", "type": "Lights"}, "'Lights' is no sensor type"),
        ({"health": "nominal", "sensor": "/(/"}, "/(/ is no regular expression"),
        ({"health": "nominal", "sensor": "x", "above": "hot"}, "above or below is no number"),
        ({"health": "nominal", "sensor": "x", "below": []}, "above or below is no number"),
    ],
)
def test_rule_that_cannot_be_understood_is_the_users_error(rule, message):
    with pytest.raises(OptionError) as caught:
        parse_rules([rule])
    assert caught.value.message.startswith("health_rules: rule 'health_rules[1]': ")
    assert message in caught.value.message
    assert caught.value.next_step


def test_error_names_the_rule():
    with pytest.raises(OptionError, match="rule 'mine'"):
        parse_rules([{"name": "mine", "sensor": "x", "health": "fine"}])


def test_keys_without_a_value_are_as_good_as_left_out():
    # So Ansible hands over what the task does not set.
    keys = dict.fromkeys(("name", "sensor", "type", "entity", "state", "above", "below"))
    assert health(FAILED, {**keys, "type": "Power Supply", "health": "warning"}) == "warning"
