# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How bad a notification is, whatever collectd calls it; OpenIPMI's own library says what its words are."""

from __future__ import annotations

import ctypes
from typing import Any

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.collectd.notifications import parse_notification
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.collectd.openipmi import (
    UNKNOWN_EVENT_TYPE,
    UNKNOWN_SENSOR_TYPE,
    event_type_of,
    going_high,
    sensor_type_of,
    threshold_of,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.collectd.rating import (
    rate_notification,
    report,
    sentence,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.health.overrides import parse_rules
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.records import THRESHOLD_NAMES
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.sensor_types import SENSOR_TYPES
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.states import (
    GENERIC_STATES,
    SENSOR_SPECIFIC,
    SENSOR_SPECIFIC_STATES,
)

HEAD = "Severity: OKAY\nTime: 1795277079.000\nHost: web01\nPlugin: ipmi\n"


def told(text: str, *rules: dict[str, Any]) -> dict[str, Any]:
    notification = parse_notification(text.encode("latin-1"))
    assert notification is not None
    return report(notification, rate_notification(notification, parse_rules(rules)), 0)


def discrete(sensor_type: str, offset: int, state: str, change: str = "true", name: str = "Unit power_supply (10.1)"):
    return (
        f"{HEAD}Type: {sensor_type}\nTypeInstance: {name}\noffset: {offset}\nentity_name: power_supply\nentity_id: 10\n"
        f"entity_instance: 1\nassert: {change}\nevent_type: 2\n\nsensor {name} received event: {state}\n"
    )


def threshold(which: str, direction: str, change: str = "true", value: float = 96.0) -> str:
    name = "CPU1 Temp processor (3.1)"
    return (
        f"{HEAD}Type: temperature\nTypeInstance: {name}\nseverity: {which}\ndirection: {direction}\nval: {value:e}\n"
        f"raw: 0x60\nentity_name: processor\nentity_id: 3\nentity_instance: 1\nassert: {change}\nevent_type: 2\n\n"
        f"sensor {name} received event: {which} - {direction.replace('-', ' ')}, value is {value:f}\n"
    )


def changed(words: str, kind: str = "fanspeed") -> str:
    name = "Fan1A fan_cooling (29.1)"
    return f"{HEAD}Type: {kind}\nTypeInstance: {name}\n\nsensor {name} {words}\n"


def connection(word: str) -> str:
    return f"{HEAD}\nIPMI connection {word}\n"


@pytest.mark.parametrize(
    ("text", "severity", "rule"),
    [
        (threshold("upper non-critical", "going-high"), "warning", "threshold.non_critical"),
        (threshold("upper critical", "going-high"), "critical", "threshold.critical"),
        (threshold("lower non-recoverable", "going-low"), "critical", "threshold.non_recoverable"),
        (threshold("upper critical", "going-high", "false"), "nominal", None),
        (threshold("upper critical", "going-low"), "nominal", None),
        (threshold("upper critical", "going-low", "false"), "critical", "threshold.critical"),
        (discrete("power_supply", 0, "presence detected"), "nominal", None),
        (discrete("power_supply", 0, "presence detected", "false"), "nominal", None),
        (discrete("power_supply", 1, "power supply failure detected"), "critical", "power_supply.failure_detected"),
        (discrete("power_supply", 1, "power supply failure detected", "false"), "nominal", None),
        (discrete("power_supply", 3, "power supply AC lost"), "critical", "power_supply.input_lost"),
        (discrete("power_supply", 2, "predictive failure"), "warning", "power_supply.predictive_failure"),
        (discrete("power_supply", 1, "redundancy lost"), "critical", "generic.redundancy_lost"),
        (discrete("power_supply", 0, "fully redundant"), "nominal", None),
        (discrete("watchdog_2", 1, "hard reset"), "critical", "watchdog2.hard_reset"),
        (discrete("watchdog_2", 8, "timer interrupt"), "warning", "watchdog2.timer_interrupt"),
        (discrete("fan", 1, "device inserted/present"), "nominal", None),
        (discrete("fan", 0, "device removed/absent"), "nominal", None),
        (discrete("processor", 2, "transition to critical from ok"), "critical", None),
        (discrete("fan", 1, "limit exceeded"), "critical", "generic.limit_exceeded"),
        (discrete("fan", 0, "limit not exceeded", "false"), "critical", "generic.limit_exceeded"),
        (changed("added"), "nominal", None),
        (changed("present"), "nominal", None),
        (changed("removed"), "warning", "collectd.sensor_removed"),
        (changed("not present"), "warning", "collectd.sensor_not_present"),
        (connection("lost"), "critical", "collectd.connection_lost"),
        (connection("restored"), "nominal", None),
    ],
)
def test_severity_is_that_of_the_rules(text: str, severity: str, rule: str | None) -> None:
    found = told(text)
    assert found["severity"] == severity
    assert rule is None or found["rule"] == rule
    assert severity != "nominal" or found["rule"] is None


def test_what_is_not_told_to_be_an_end_is_rated_as_a_beginning() -> None:
    found = told(discrete("power_supply", 1, "power supply failure detected").replace("assert: true\n", ""))
    assert (found["assertion"], found["severity"]) == (None, "critical")


@pytest.mark.parametrize(
    ("sensor_type", "offset", "severity", "rule"),
    [
        # OpenIPMI has no name for these; the specification has.
        ("event_logging_disabled", 4, "critical", "event_logging.sel_full"),
        ("processor", 11, "critical", "processor.machine_check"),
        ("power_supply", 6, "critical", "power_supply.configuration_error"),
        ("version_change", 1, "warning", "version_change.firmware_change"),
        # It would have named the sensor-specific ones.
        ("processor", 2, "unknown", None),
        ("critical_interrupt", 9, "unknown", None),
        # A manufacturer's sensor, and what nobody defines.
        ("invalid", 1, "unknown", None),
        ("module_board", 3, "unknown", None),
        ("power_supply", 12, "unknown", None),
    ],
)
def test_state_without_a_name_is_what_it_can_be(sensor_type: str, offset: int, severity: str, rule: str | None) -> None:
    found = told(discrete(sensor_type, offset, "unknown"))
    assert (found["severity"], found["rule"]) == (severity, rule)


def test_generic_state_of_a_manufacturers_sensor_is_rated_but_state_asserted_is_not() -> None:
    assert told(discrete("invalid", 1, "redundancy lost"))["severity"] == "critical"
    assert told(discrete("invalid", 1, "state asserted"))["severity"] == "unknown"
    assert told(discrete("invalid", 1, "redundancy lost"))["sensor_type"] is None


@pytest.mark.parametrize(
    ("text", "rule", "severity"),
    [
        (
            discrete("power_supply", 1, "power supply failure detected"),
            {"sensor": "Unit", "state": "power supply failure detected", "health": "warning"},
            "warning",
        ),
        (discrete("power_supply", 0, "presence detected"), {"entity": "10.1", "health": "critical"}, "critical"),
        (
            discrete("power_supply", 0, "presence detected", "false"),
            {"type": "Power Supply", "health": "critical"},
            "nominal",
        ),
        (
            threshold("upper non-critical", "going-high"),
            {"type": "temperature", "above": 99, "health": "critical"},
            "warning",
        ),
        (
            threshold("upper non-critical", "going-high"),
            {"sensor": "CPU1 Temp processor (3.1)", "above": 95, "health": "critical"},
            "critical",
        ),
        (changed("not present"), {"sensor": "/Fan/", "state": "unavailable", "health": "nominal"}, "nominal"),
        (changed("removed"), {"type": "Fan", "state": "sensor_removed", "health": "critical"}, "critical"),
        (changed("not present"), {"sensor": "Fan1A", "state": "sensor not present", "health": "unknown"}, "unknown"),
        (changed("not present"), {"sensor": "Fan1A", "health": "nominal"}, "warning"),
        (changed("not present"), {"sensor": "Fan2A", "state": "unavailable", "health": "nominal"}, "warning"),
        (connection("lost"), {"state": "connection_lost", "health": "warning"}, "warning"),
        (connection("lost"), {"sensor": "Fan1A", "state": "connection_lost", "health": "warning"}, "critical"),
        (connection("restored"), {"state": "unavailable", "health": "critical"}, "nominal"),
    ],
)
def test_users_rules_come_first(text: str, rule: dict[str, Any], severity: str) -> None:
    assert told(text, {"name": "own", **rule})["severity"] == severity


def test_sensor_with_blanks_goes_by_its_name_and_by_collectds() -> None:
    text = discrete("power_supply", 0, "presence detected", name="Unit  power_supply (10.1)")
    for name in ("Unit", "Unit  power_supply (10.1)"):
        assert told(text, {"sensor": name, "health": "warning"})["severity"] == "warning"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            threshold("upper critical", "going-high"),
            "critical: web01: CPU1 Temp (Processor 3.1): upper critical going high at 96 [threshold.critical]",
        ),
        (
            discrete("power_supply", 1, "power supply failure detected", "false"),
            "nominal: web01: Unit (Power Supply 10.1): power supply failure detected, deasserted",
        ),
        (changed("removed"), "warning: web01: Fan1A (Fan Device 29.1): sensor removed [collectd.sensor_removed]"),
        (connection("lost"), "critical: web01: connection lost [collectd.connection_lost]"),
        (connection("knotted"), "unknown: web01: IPMI connection knotted"),
    ],
)
def test_line_for_people_says_what_matters(text: str, line: str) -> None:
    assert sentence(told(text)) == line


@pytest.fixture(scope="module")
def openipmi() -> ctypes.CDLL:
    """The library that collectd's plugin reads with; package openipmi, which has ipmi_sim, brings it."""
    library = ctypes.CDLL("libOpenIPMI.so.0")
    for name in ("reading_name", "sensor_type_string", "threshold_string", "value_dir_string"):
        getattr(library, f"ipmi_get_{name}").restype = ctypes.c_char_p
    return library


@pytest.mark.needs_command("ipmi_sim")
def test_openipmis_sensor_types_are_known(openipmi: ctypes.CDLL) -> None:
    for code in range(0x100):
        word = openipmi.ipmi_get_sensor_type_string(code).decode()
        expected = code if code in SENSOR_TYPES or code == 0 else UNKNOWN_SENSOR_TYPE
        assert sensor_type_of(word) == expected, word


@pytest.mark.needs_command("ipmi_sim")
def test_openipmis_thresholds_are_known(openipmi: ctypes.CDLL) -> None:
    words = [openipmi.ipmi_get_threshold_string(number).decode() for number in range(7)]
    assert [threshold_of(word) for word in words] == [*THRESHOLD_NAMES, None]
    assert [going_high(openipmi.ipmi_get_value_dir_string(number).decode()) for number in range(3)] == [
        False,
        True,
        None,
    ]


@pytest.mark.needs_command("ipmi_sim")
def test_openipmis_generic_states_tell_their_event_type(openipmi: ctypes.CDLL) -> None:
    for event_type, texts in GENERIC_STATES.items():
        for offset in range(len(texts)) if event_type != 0x01 else ():
            for sensor_type in (0x01, 0x08, UNKNOWN_SENSOR_TYPE):
                word = openipmi.ipmi_get_reading_name(event_type, 0x08, offset).decode()
                assert event_type_of(sensor_type, offset, word) == event_type, word


@pytest.mark.needs_command("ipmi_sim")
def test_openipmis_specific_states_and_those_it_lacks_are_told_apart(openipmi: ctypes.CDLL) -> None:
    for sensor_type in (0x00, *SENSOR_TYPES):
        names = [openipmi.ipmi_get_reading_name(SENSOR_SPECIFIC, sensor_type, offset).decode() for offset in range(15)]
        manufacturers = openipmi.ipmi_get_reading_name(0x70, sensor_type, 0).decode()
        for offset, name in enumerate(names):
            assert event_type_of(sensor_type, offset, name) == SENSOR_SPECIFIC or not _defined(sensor_type, offset), (
                name
            )
            taken_for = event_type_of(sensor_type, offset, manufacturers)
            later_named = any(other != "unknown" for other in names[offset:])
            assert taken_for == (UNKNOWN_EVENT_TYPE if later_named else SENSOR_SPECIFIC)


def _defined(sensor_type: int, offset: int) -> bool:
    texts = SENSOR_SPECIFIC_STATES.get(sensor_type, ())
    return offset < len(texts) and bool(texts[offset])
