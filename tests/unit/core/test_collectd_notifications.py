# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notifications as collectd 5.12.0 wrote them to a program of its exec plugin."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.collectd.notifications import (
    Notification,
    Place,
    parse_notification,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.collectd.rating import (
    rate_notification,
    report,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.health.overrides import parse_rules

TIME = 1795277079
RECEIVED = 1795277090

THRESHOLD = b"""Severity: WARNING
Time: 1795277079.000
Host: web01
Plugin: ipmi
Type: temperature
TypeInstance: CPU1 Temp processor (3.1)
severity: upper critical
direction: going-high
val: 9.600000e+01
raw: 0x60
entity_name: processor
entity_id: 3
entity_instance: 1
assert: true
event_type: 2

sensor CPU1 Temp processor (3.1) received event: upper critical - going high, value is 96.000000
"""
DISCRETE = b"""Severity: OKAY
Time: 1795277079.000
Host: web01
Plugin: ipmi
Type: power_supply
TypeInstance: PSU1 Status power_supply (10.1)
offset: 1
severity: 0
prevseverity: 0
entity_name: power_supply
entity_id: 10
entity_instance: 1
assert: true
event_type: 2

sensor PSU1 Status power_supply (10.1) received event: power supply failure detected
"""
NOT_PRESENT = b"""Severity: WARNING
Time: 1795277142.541
Host: web01
Plugin: ipmi
Type: fanspeed
TypeInstance: Fan1A fan_cooling (29.1)

sensor Fan1A fan_cooling (29.1) not present
"""
LOST = b"""Severity: FAILURE
Time: 1795277308.509
Host: web01
Plugin: ipmi

IPMI connection lost
"""


def parsed(text: bytes) -> Notification:
    notification = parse_notification(text)
    assert notification is not None
    return notification


def told(text: bytes, *rules: dict[str, Any]) -> dict[str, Any]:
    notification = parsed(text)
    return report(notification, rate_notification(notification, parse_rules(rules)), RECEIVED)


def discrete(
    sensor_type: str, offset: int, state: str, asserted: bool = True, name: str = "PSU1 Status", time: str = "0.000"
) -> bytes:
    full = f"{name} power_supply (10.1)"
    return (
        f"Severity: OKAY\nTime: {time}\nHost: h\nPlugin: ipmi\nType: {sensor_type}\nTypeInstance: {full}\n"
        f"offset: {offset}\nentity_name: power_supply\nentity_id: 10\nentity_instance: 1\n"
        f"assert: {'true' if asserted else 'false'}\nevent_type: 2\n\nsensor {full} received event: {state}\n"
    ).encode("latin-1")


def threshold(which: str, direction: str, asserted: bool = True, value: str = "9.6e+01") -> bytes:
    change = b"assert: true" if asserted else b"assert: false"
    text = THRESHOLD.replace(b"upper critical\n", which.encode() + b"\n").replace(b"going-high", direction.encode())
    return text.replace(b"9.600000e+01", value.encode()).replace(b"assert: true", change)


def test_threshold_event_is_told_with_all_that_it_says() -> None:
    assert told(THRESHOLD) == {
        "severity": "critical",
        "rule": "threshold.critical",
        "event": "threshold",
        "assertion": "assertion",
        "state": "upper critical going high",
        "host": "web01",
        "name": "CPU1 Temp",
        "collectd_name": "CPU1 Temp processor (3.1)",
        "collectd_type": None,
        "sensor_type": "Temperature",
        "entity": "3.1",
        "entity_id": 3,
        "entity_instance": 1,
        "entity_name": "Processor",
        "value": 96.0,
        "threshold": "upper_critical",
        "direction": "going high",
        "event_time": "2026-11-21T16:04:39Z",
        "received": "2026-11-21T16:04:50Z",
        "message": "sensor CPU1 Temp processor (3.1) received event: upper critical - going high, value is 96.000000",
    }


def test_failed_power_supply_is_told_with_all_that_it_says() -> None:
    found = told(DISCRETE)
    assert (found["severity"], found["rule"]) == ("critical", "power_supply.failure_detected")
    assert (found["event"], found["assertion"], found["state"]) == (
        "discrete",
        "assertion",
        "power supply failure detected",
    )
    assert (found["name"], found["sensor_type"], found["entity"]) == ("PSU1 Status", "Power Supply", "10.1")
    assert (found["value"], found["threshold"], found["direction"]) == (None, None, None)


def test_every_kind_has_the_same_keys() -> None:
    assert {tuple(told(text)) for text in (THRESHOLD, DISCRETE, NOT_PRESENT, LOST)} == {tuple(told(THRESHOLD))}


@pytest.mark.parametrize(
    ("words", "event"),
    [
        (b"added", "sensor_added"),
        (b"removed", "sensor_removed"),
        (b"present", "sensor_present"),
        (b"not present", "sensor_not_present"),
    ],
)
def test_sensor_that_comes_or_goes_is_told_with_its_entity_and_type(words: bytes, event: str) -> None:
    found = told(NOT_PRESENT.replace(b"not present", words))
    assert (found["event"], found["state"]) == (event, event.replace("_", " "))
    assert (found["name"], found["entity"], found["entity_name"]) == ("Fan1A", "29.1", "Fan Device")
    assert (found["sensor_type"], found["collectd_type"], found["assertion"]) == ("Fan", "fanspeed", None)


@pytest.mark.parametrize("kind", ["power", "flow", "percent"])
def test_collectd_type_of_many_sensor_types_tells_none(kind: str) -> None:
    found = told(NOT_PRESENT.replace(b"fanspeed", kind.encode()))
    assert (found["sensor_type"], found["collectd_type"]) == (None, kind)


def test_prefix_of_a_percentage_is_not_part_of_the_name() -> None:
    text = NOT_PRESENT.replace(b"TypeInstance: Fan1A", b"TypeInstance: percent-Fan1A").replace(b"fanspeed", b"percent")
    assert told(text)["collectd_name"] == "Fan1A fan_cooling (29.1)"
    named_so = NOT_PRESENT.replace(b"Fan1A", b"percent-Fan1A")
    assert told(named_so)["name"] == "percent-Fan1A"


def test_lost_connection_is_told_for_its_host() -> None:
    found = told(LOST)
    assert (found["event"], found["host"], found["name"]) == ("connection_lost", "web01", None)
    assert told(LOST.replace(b"lost", b"restored"))["event"] == "connection_restored"


@pytest.mark.parametrize(
    ("full", "name", "place"),
    [
        ("Temp processor (3.2)", "Temp", Place(3, 2)),
        ("Inlet  system_board (7.1)", "Inlet", Place(7, 1)),
        ("T(1).x processor (3.1)", "T(1).x", Place(3, 1)),
        (" processor (3.2)", None, Place(3, 2)),
        ("Fan2 processor/memory module (43.2)", "Fan2", Place(43, 2)),
        ("Air invalid (55.1)", "Air", Place(55, 1)),
        ("Air air inlet (55.1)", "Air", Place(55, 1)),
        ("Fan fan_cooling (r0.44.29.2)", "Fan", Place(29, 0x62, 44, 0)),
        ("Fan spoon (29.1)", "Fan spoon (29.1)", None),
        ("Fan", "Fan", None),
    ],
)
def test_name_and_entity_are_those_of_the_record(full: str, name: str | None, place: Place | None) -> None:
    found = parsed(NOT_PRESENT.replace(b"Fan1A fan_cooling (29.1)", full.encode()))
    assert (found.name, found.place, found.collectd_name) == (name, place, full)


def test_meta_data_tell_the_entity_where_the_name_does_not() -> None:
    assert told(DISCRETE.replace(b"power_supply (10.1)", b"(odd)"))["entity"] == "10.1"


@pytest.mark.parametrize("time", ["0.000", "536870912.000", "4294967295.000"])
def test_clock_that_was_not_set_gives_no_event_time(time: str) -> None:
    assert told(discrete("power_supply", 1, "power supply failure detected", time=time))["event_time"] is None


@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "x", ""])
def test_value_that_is_no_number_is_none(value: str) -> None:
    found = told(threshold("upper critical", "going-high", value=value))
    assert found["value"] is None
    json.dumps(found, allow_nan=False)


def test_event_without_a_value_has_none() -> None:
    text = THRESHOLD.replace(b"val: 9.600000e+01\n", b"").replace(b"value is 96.000000", b"value not provided")
    assert (told(text)["value"], told(text)["severity"]) == (None, "critical")


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\n\n",
        b"Severity: OKAY\n",
        LOST.replace(b"Plugin: ipmi", b"Plugin: cpu"),
        LOST.replace(b"Plugin: ipmi\n", b""),
        LOST.replace(b"Plugin: ipmi", b"Plugin: ipmi2"),
        LOST.replace(b"Time: 1795277308.509", b"Time: -1"),
    ],
)
def test_what_is_not_the_ipmi_plugins_is_passed_over(text: bytes) -> None:
    assert parse_notification(text) is None


@pytest.mark.parametrize(
    "text",
    [
        LOST.replace(b"connection lost", b"was eaten"),
        NOT_PRESENT.replace(b"not present", b"dreams"),
        DISCRETE.replace(b"offset: 1\n", b"offset: 99\n"),
        DISCRETE.replace(b"offset: 1\n", b""),
        NOT_PRESENT[:80],
    ],
)
def test_form_that_is_not_known_is_told_as_unknown_and_not_lost(text: bytes) -> None:
    found = told(text)
    assert (found["event"], found["severity"]) == ("other", "unknown")
    assert found["message"] and "\n" not in found["message"]


def test_host_may_be_any_text() -> None:
    assert told(LOST.replace(b"web01", "münchen".encode()))["host"] == "münchen"
    assert told(LOST.replace(b"web01", b"\xff\x1b"))["host"] == "\ufffd\ufffd"
