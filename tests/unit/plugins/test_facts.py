# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results as Ansible gets them: exactly the documented keys, and nothing that JSON cannot carry."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fakes import WholeBmc, no, ok
from sdr_bytes import FAN, POWER_SUPPLY, RPM, compact, event_only, full

from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.facts import sensor_facts
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.client import complete
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import DeadlineExceeded
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.sensors import SensorsRequest, run

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "facts.md"
SENSOR_KEYS = {
    "name", "number", "lun", "owner", "entity", "entity_id", "entity_instance", "entity_name", "type", "kind",
    "event_only", "reading", "unit", "status", "states", "state_bits", "thresholds", "health", "available",
    "unavailable_reason", "collectd_name", "collectd_type",
}  # fmt: skip
THRESHOLD_KEYS = [
    "lower_non_recoverable", "lower_critical", "lower_non_critical",
    "upper_non_critical", "upper_critical", "upper_non_recoverable",
]  # fmt: skip
FINDING_KEYS = {
    "sensor", "number", "entity", "health", "status", "states", "reading", "unit", "rule", "message",
}  # fmt: skip
BMC_KEYS = {
    "device_id", "device_revision", "firmware_version", "ipmi_version", "manufacturer_id", "manufacturer_name",
    "product_id", "guid",
}  # fmt: skip
RECORDS = (
    full(b"Inlet Temp ", b1=1, b8=5, b12=0x04, b19=0x18, thresholds=bytes((0, 47, 42, 0, 0, 0))),
    full(b"Fan3", b1=2, b8=6, b7=0x01, b9=29, b10=3, b13=FAN, b22=RPM),
    compact(b"PSU", b1=3, b8=7, b9=10, b13=POWER_SUPPLY),
    event_only(b1=4, b8=8),
    full(b"Gone", b1=5, b8=9),
    full(b"Silent", b1=6, b8=10),
)
ANSWERS = {
    (0x04, 0x2D, 5): ok(24, 0x40, 0xC0),
    (0x04, 0x2D, 6): ok(0, 0x40, 0x02),
    (0x04, 0x2D, 7): ok(0, 0x40, 0x03, 0x80),
    (0x04, 0x2D, 10): DeadlineExceeded("the deadline of 5 s is over"),
}


def gathered(answers=None, records=RECORDS) -> dict:
    return sensor_facts(complete(run(SensorsRequest(), WholeBmc(records, {**ANSWERS, **(answers or {})}))))


@pytest.fixture(scope="module")
def facts() -> dict:
    return gathered()


@pytest.fixture(scope="module")
def sensors(facts) -> dict:
    return {sensor["name"]: sensor for sensor in facts["ipmi_sensors"]}


def test_facts_are_the_three_of_the_documentation(facts):
    assert set(facts) == {"ipmi_sensors", "ipmi_health", "ipmi_bmc"}


@pytest.mark.parametrize("name", ["Inlet Temp", "Fan3", "PSU", "POST", "Gone", "Silent"])
def test_every_sensor_has_exactly_the_documented_keys(sensors, name):
    assert set(sensors[name]) == SENSOR_KEYS
    assert list(sensors[name]["thresholds"]) == THRESHOLD_KEYS


def test_threshold_sensor(sensors):
    assert sensors["Inlet Temp"] == {
        "name": "Inlet Temp", "number": 5, "lun": 0, "owner": 32, "entity": "7.1", "entity_id": 7, "entity_instance": 1,
        "entity_name": "System Board", "type": "Temperature", "kind": "threshold", "event_only": False,
        "reading": 24.0, "unit": "degrees C", "status": "ok", "states": [], "state_bits": 0,
        "thresholds": {**dict.fromkeys(THRESHOLD_KEYS), "upper_non_critical": 42.0, "upper_critical": 47.0},
        "health": "nominal", "available": True, "unavailable_reason": None,
        "collectd_name": "Inlet Temp  system_board (7.1)", "collectd_type": "temperature",
    }  # fmt: skip


def test_discrete_sensor(sensors):
    psu = sensors["PSU"]
    assert (psu["kind"], psu["type"], psu["reading"], psu["unit"]) == ("discrete", "Power Supply", None, None)
    assert (psu["status"], psu["state_bits"], psu["health"]) == (None, 3, "critical")
    assert psu["states"] == ["presence detected", "power supply failure detected"]
    assert (psu["collectd_type"], psu["collectd_name"]) == (None, "PSU power_supply (10.1)")


def test_event_only_sensor(sensors):
    post = sensors["POST"]
    assert (post["event_only"], post["available"], post["health"]) == (True, False, "unknown")
    assert (post["reading"], post["state_bits"], post["states"]) == (None, None, [])


def test_refused_sensor_tells_why(sensors):
    gone = sensors["Gone"]
    assert (gone["available"], gone["health"]) == (False, "unknown")
    assert "(CBh)" in gone["unavailable_reason"]


def test_available_sensor_without_a_value_tells_why():
    curved = full(b"Curved", b1=7, b8=11, b24=0x70)
    sensor = gathered({(0x04, 0x2D, 11): ok(20, 0x40, 0)}, (curved,))["ipmi_sensors"][0]
    assert (sensor["available"], sensor["reading"], sensor["status"]) == (True, None, "ok")
    assert sensor["unavailable_reason"].startswith("no value: ")


@pytest.mark.parametrize(
    "reason",
    [
        "event-only",
        "scanning disabled",
        "reading unavailable",
        "the BMC says",
        "the bridge says",
        "not read",
        "no value",
    ],
)
def test_every_reason_is_explained_in_the_guide(reason):
    rows = [line.split("|")[1] for line in GUIDE.read_text().splitlines() if line.startswith("|")]
    assert any(f"`{reason}" in row for row in rows)


def test_reading_of_nought_is_not_null(sensors):
    assert sensors["Fan3"]["reading"] == 0.0


def test_health_has_exactly_the_documented_keys(facts):
    health = facts["ipmi_health"]
    assert set(health) == {"status", "complete", "counts", "findings"}
    assert set(health["counts"]) == {"nominal", "warning", "critical", "unknown"}
    assert [set(finding) for finding in health["findings"]] == [FINDING_KEYS] * 3


def test_verdict(facts):
    health = facts["ipmi_health"]
    assert (health["status"], health["complete"]) == ("critical", False)
    assert health["counts"] == {"nominal": 1, "warning": 0, "critical": 2, "unknown": 3}


def test_findings_stand_worst_first(facts):
    assert [finding["sensor"] for finding in facts["ipmi_health"]["findings"]] == ["Fan3", "PSU", "Silent"]


def test_finding(facts):
    assert facts["ipmi_health"]["findings"][0] == {
        "sensor": "Fan3", "number": 6, "entity": "29.3", "health": "critical", "status": "critical",
        "states": ["at or below lower critical"], "reading": 0.0, "unit": "RPM", "rule": "threshold.critical",
        "message": "Fan3 (Fan Device 29.3) reads 0 RPM: at or below lower critical",
    }  # fmt: skip


def test_bmc_has_exactly_the_documented_keys(facts):
    assert facts["ipmi_bmc"] == {
        "device_id": 32, "device_revision": 1, "firmware_version": "2.30", "ipmi_version": "2.0",
        "manufacturer_id": 674, "manufacturer_name": "Dell Inc.", "product_id": 256, "guid": bytes(range(16)).hex(),
    }  # fmt: skip
    assert set(facts["ipmi_bmc"]) == BMC_KEYS


def test_bmc_that_says_nothing_about_itself_is_nulls():
    facts = gathered({(0x06, 0x01, None): no(0xC1), (0x06, 0x37, None): no(0xC1)})
    assert facts["ipmi_bmc"] == dict.fromkeys(BMC_KEYS)


def test_bmc_of_ipmi_1_0_has_neither_manufacturer_nor_product():
    bmc = gathered({(0x06, 0x01, None): ok(*WholeBmc.DEVICE_ID[:6])})["ipmi_bmc"]
    assert (bmc["manufacturer_id"], bmc["manufacturer_name"], bmc["product_id"]) == (None, None, None)
    assert bmc["device_id"] == 32


def test_unknown_manufacturer_has_a_number_and_no_name():
    data = bytearray(WholeBmc.DEVICE_ID)
    data[6:9] = 0xFE, 0xFF, 0x0F
    bmc = gathered({(0x06, 0x01, None): ok(*data)})["ipmi_bmc"]
    assert (bmc["manufacturer_id"], bmc["manufacturer_name"]) == (0xFFFFE, None)


def plain(value) -> bool:
    """Whether a value is of JSON's own types, text keys included; subclasses are not."""
    if value.__class__ is dict:
        return all(key.__class__ is str and plain(item) for key, item in value.items())
    if value.__class__ is list:
        return all(plain(item) for item in value)
    return value is None or value.__class__ in (str, int, float, bool)


def test_facts_are_plain_data(facts):
    assert plain(facts)


def test_facts_survive_json(facts):
    assert json.loads(json.dumps(facts, allow_nan=False)) == facts


@pytest.mark.parametrize("name", [b"\xff\x1b[0m{{ 1 }}", b"\xfc", b"\0\0", b'"\\'])
def test_hostile_name_survives_utf_8(name):
    facts = gathered(records=[full(name, b8=5)])
    assert json.dumps(facts, ensure_ascii=False).encode("utf-8")


def test_bmc_without_sensors_has_empty_lists():
    facts = gathered(records=[bytes((1, 0, 0x51, 0xC0, 0))])
    assert facts["ipmi_sensors"] == facts["ipmi_health"]["findings"] == []
    assert facts["ipmi_health"]["status"] == "unknown"
