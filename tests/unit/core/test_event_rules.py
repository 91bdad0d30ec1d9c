# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The severity of events: by the rules of the states, by the user's own, and what ended."""

from __future__ import annotations

import pytest
from sdr_bytes import FAN, POWER_SUPPLY, SPECIFIC, STATE, TEMPERATURE, THRESHOLD, full, sensor_of
from sel_bytes import LINUX_PANIC, LINUX_PANIC_TEXT, an_event

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.health.default_rules import STATE_RULES
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.health.events import rate_event
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.health.overrides import parse_rules
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.health.rate import Rating
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sel.records import decode_record

NOMINAL, UNKNOWN = Rating("nominal"), Rating("unknown")
INLET = sensor_of(full(b"Inlet Temp"))
UNDEFINED = b"\x0f\xff\xff"


def rated(kind, event_type, offset, *rules, deasserted=False, sensor=None, reading=None):
    record = an_event(kind, event_type, bytes((offset, 0xFF, 0xFF)), deasserted=deasserted)
    return rate_event(record, sensor, reading, parse_rules(rules))


def verdict(*event, **changes):
    rating = rated(*event, **changes)
    return rating.health, rating.rule


@pytest.mark.parametrize(
    ("offset", "health", "rule"),
    [
        (0, "warning", "threshold.non_critical"),
        (2, "critical", "threshold.critical"),
        (4, "critical", "threshold.non_recoverable"),
        (7, "warning", "threshold.non_critical"),
        (9, "critical", "threshold.critical"),
        (11, "critical", "threshold.non_recoverable"),
    ],
)
def test_passed_threshold_is_rated_as_its_status(offset, health, rule):
    assert verdict(TEMPERATURE, THRESHOLD, offset) == (health, rule)


@pytest.mark.parametrize("offset", [1, 3, 5, 6, 8, 10])
def test_threshold_passed_on_the_way_back_is_nominal(offset):
    assert rated(TEMPERATURE, THRESHOLD, offset) == NOMINAL


@pytest.mark.parametrize("offset", [0, 2, 4, 7, 9, 11])
def test_threshold_that_is_deasserted_is_nominal(offset):
    assert rated(TEMPERATURE, THRESHOLD, offset, deasserted=True) == NOMINAL


def test_every_rule_of_a_state_rates_its_assertion_and_nothing_else():
    for rule in STATE_RULES:
        event = (0x0A if rule.sensor_type is None else rule.sensor_type, rule.event_type, rule.offset)
        assert verdict(*event) == (rule.severity, rule.name)
        assert rated(*event, deasserted=True) == NOMINAL, rule.name


def test_state_without_a_rule_is_nominal():
    assert rated(POWER_SUPPLY, SPECIFIC, 0) == NOMINAL
    assert rated(0x27, STATE, 1) == NOMINAL


@pytest.mark.parametrize(
    ("kind", "event_type", "offset", "rule"),
    [
        (TEMPERATURE, STATE, 0, "temperature.state_asserted"),
        (FAN, 0x04, 0, "generic.predictive_failure"),
        (FAN, 0x05, 0, "generic.limit_exceeded"),
        (FAN, 0x06, 0, "generic.performance_lags"),
        (FAN, THRESHOLD, 3, "threshold.critical"),
    ],
)
def test_end_of_the_good_one_of_two_states_is_the_beginning_of_the_bad(kind, event_type, offset, rule):
    assert verdict(kind, event_type, offset, deasserted=True)[1] == rule


@pytest.mark.parametrize("deasserted", [False, True])
@pytest.mark.parametrize(
    ("kind", "event_type", "offset"),
    [
        (0xC0, SPECIFIC, 0),
        (0xC0, STATE, 1),
        (0x2D, STATE, 0),
        (FAN, 0x70, 1),
        (FAN, 0x7F, 1),
        (FAN, 0x0D, 0),
        (FAN, 0x00, 0),
        (FAN, SPECIFIC, 0),
        (POWER_SUPPLY, SPECIFIC, 15),
        (FAN, THRESHOLD, 12),
        (FAN, STATE, 2),
        (0x23, SPECIFIC, 5),
    ],
)
def test_what_nobody_defines_is_unknown(kind, event_type, offset, deasserted):
    assert rated(kind, event_type, offset, deasserted=deasserted) == UNKNOWN


def test_generic_state_of_a_manufacturers_sensor_is_known():
    assert verdict(0xC9, 0x0B, 1) == ("critical", "generic.redundancy_lost")
    assert rated(0xC9, 0x0B, 0) == NOMINAL
    assert verdict(0xC9, THRESHOLD, 9) == ("critical", "threshold.critical")


def test_marked_record_is_unknown_whatever_it_says_and_whatever_the_user_says():
    record = an_event(POWER_SUPPLY, SPECIFIC, b"\x01\xff\xff", version=0)
    rules = parse_rules([{"type": "Power Supply", "health": "nominal"}])
    assert rate_event(record, None, None, rules).health == "unknown"


def test_manufacturers_record_is_unknown_and_a_linux_panic_critical():
    oem = decode_record(bytes.fromhex("0100 e0 0102030405060708090a0b0c0d"))
    assert rate_event(oem, None, None, ()) == UNKNOWN
    assert rate_event(decode_record(LINUX_PANIC_TEXT), None, None, ()).rule == "os_stop.linux_panic"
    assert rate_event(decode_record(LINUX_PANIC), None, None, ()).rule == "os_stop.run_time_critical_stop"


MINE = {"name": "mine"}


@pytest.mark.parametrize(
    "about",
    [
        {"sensor": "Inlet Temp"},
        {"sensor": "/^Inlet/"},
        {"type": "temperature"},
        {"entity": "7.1"},
        {"entity": "System Board"},
        {"state": "critical"},
        {"state": "at or above upper critical"},
        {"state": "Upper critical going high"},
        {"sensor": "Inlet Temp", "type": "temperature", "entity": "7", "state": "critical"},
    ],
)
def test_users_rule_comes_first(about):
    rule = {**MINE, **about, "health": "warning"}
    assert verdict(TEMPERATURE, THRESHOLD, 9, rule, sensor=INLET) == ("warning", "mine")


@pytest.mark.parametrize(
    "about",
    [
        {"sensor": "Outlet"},
        {"type": "fan"},
        {"entity": "7.2"},
        {"state": "non_critical"},
        {"state": "unavailable"},
        {"sensor": "Inlet Temp", "type": "fan"},
    ],
)
def test_users_rule_about_something_else_is_not_asked(about):
    rule = {**MINE, **about, "health": "nominal"}
    assert verdict(TEMPERATURE, THRESHOLD, 9, rule, sensor=INLET)[1] == "threshold.critical"


def test_event_without_a_sensor_in_the_sdr_is_rated_by_type_and_state():
    assert verdict(FAN, THRESHOLD, 9, {**MINE, "type": "Fan", "health": "nominal"}) == ("nominal", "mine")
    assert verdict(FAN, THRESHOLD, 9, {**MINE, "sensor": "/.*/", "health": "nominal"})[1] == "threshold.critical"
    assert verdict(FAN, THRESHOLD, 9, {**MINE, "entity": "7", "health": "nominal"})[1] == "threshold.critical"


def test_first_rule_that_fits_decides():
    rules = ({**MINE, "state": "0", "health": "nominal"}, {"type": "Physical Security", "health": "warning"})
    assert verdict(0x05, SPECIFIC, 0, *rules) == ("nominal", "mine")
    assert verdict(0x05, SPECIFIC, 0, *reversed(rules)) == ("warning", "health_rules[1]")


def test_end_of_the_state_that_a_rule_rates_is_nominal():
    rule = {**MINE, "state": "presence detected", "health": "critical"}
    assert verdict(POWER_SUPPLY, SPECIFIC, 0, rule) == ("critical", "mine")
    assert rated(POWER_SUPPLY, SPECIFIC, 0, rule, deasserted=True) == NOMINAL


def test_rule_for_one_of_two_states_rates_the_end_of_the_other():
    rule = {**MINE, "state": "device absent", "health": "critical"}
    assert verdict(FAN, 0x08, 0, rule) == verdict(FAN, 0x08, 1, rule, deasserted=True) == ("critical", "mine")
    assert rated(FAN, 0x08, 0, rule, deasserted=True) == rated(FAN, 0x08, 1, rule) == NOMINAL


def test_rule_without_a_state_rates_what_is_asserted_and_what_is_bad_in_itself():
    rule = {**MINE, "type": "Fan", "health": "critical"}
    assert verdict(FAN, 0x0B, 0, rule) == ("critical", "mine")
    assert rated(FAN, 0x0B, 1, rule, deasserted=True) == NOMINAL
    assert rated(FAN, THRESHOLD, 2, rule, deasserted=True) == NOMINAL
    assert rated(FAN, 0x05, 1, rule, deasserted=True) == NOMINAL
    assert rated(FAN, 0x70, 1, rule, deasserted=True) == NOMINAL
    assert verdict(FAN, 0x05, 0, rule, deasserted=True) == ("critical", "mine")


def test_user_knows_what_a_manufacturers_state_means():
    rule = {**MINE, "type": "OEM C0h", "state": "OEM state 2", "health": "critical"}
    assert verdict(0xC0, SPECIFIC, 2, rule) == ("critical", "mine")
    assert rated(0xC0, SPECIFIC, 2, rule, deasserted=True) == NOMINAL
    assert rated(0xC0, SPECIFIC, 1, rule) == UNKNOWN


def test_manufacturers_record_is_rated_by_a_rule_for_its_type():
    oem = decode_record(bytes.fromhex("0100 e0 0102030405060708090a0b0c0d"))
    rules = parse_rules([{**MINE, "state": "OEM record E0h", "health": "nominal"}])
    assert rate_event(oem, None, None, rules) == Rating("nominal", "mine", "OEM record E0h")
    assert rate_event(decode_record(LINUX_PANIC_TEXT), None, None, rules).health == "critical"


@pytest.mark.parametrize(("reading", "health"), [(31.0, "warning"), (30.0, "nominal"), (None, "nominal")])
def test_rule_with_a_value_looks_at_the_trigger_reading(reading, health):
    rule = {**MINE, "sensor": "Inlet Temp", "above": 30, "health": "warning"}
    event = (TEMPERATURE, THRESHOLD, 7, rule)
    assert rated(*event, deasserted=True, sensor=INLET, reading=reading).health == health


def test_rule_with_a_value_never_makes_an_event_less_bad():
    rule = {**MINE, "sensor": "Inlet Temp", "above": 30, "health": "nominal"}
    assert verdict(TEMPERATURE, THRESHOLD, 9, rule, sensor=INLET, reading=40.0)[1] == "threshold.critical"


def test_rule_with_a_value_and_a_state_wants_both():
    rule = {**MINE, "type": "temperature", "state": "non_critical", "above": 30, "health": "critical"}
    assert verdict(TEMPERATURE, THRESHOLD, 7, rule, reading=40.0) == ("critical", "mine")
    assert rated(TEMPERATURE, THRESHOLD, 6, rule, reading=40.0) == NOMINAL
