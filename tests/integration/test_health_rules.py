# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of the user's own, over the wire and through the role: they win, and the finding names them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import OptionError
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.health.overrides import parse_rules
from bmcsim import running
from harness.playing import Player, tell
from harness.reading import read

OPEN_CASE = {"Intrusion": {"states": [0]}}


@pytest.fixture
def rack() -> Iterator[Any]:
    with running({"name": "rack", "model": "rack1u"}) as fleet:
        yield fleet["rack"]


def health(bmc: Any, *rules: dict[str, Any]) -> tuple[str, dict[str, str]]:
    """The status, and the rule of each finding by sensor."""
    told = read(bmc, rules=parse_rules(rules))["ipmi_health"]
    return told["status"], {finding["sensor"]: finding["rule"] for finding in told["findings"]}


def test_case_that_is_always_open_is_nominal_when_a_rule_says_so(rack: Any) -> None:
    rack.set_sensor("Intrusion", states=[0])
    assert health(rack)[0] == "critical"
    assert health(rack, {"sensor": "Intrusion", "health": "nominal"}) == ("nominal", {})


def test_empty_power_supply_bay_can_be_made_a_finding_and_a_lost_input_be_forgiven(rack: Any) -> None:
    rack.set_sensor("PSU2 Status", states=[0, 3])
    rack.set_sensor("PS Redundancy", states=[1])
    forgiven = {"name": "second supply is a spare", "type": "Power Supply", "sensor": "/^PSU2/", "health": "nominal"}
    redundancy = {"state": "redundancy lost", "health": "warning", "name": "one supply will do"}
    assert health(rack, forgiven, redundancy) == ("warning", {"PS Redundancy": "one supply will do"})


def test_stricter_inlet_temperature_is_a_finding_with_the_rules_name(rack: Any) -> None:
    rack.set_sensor("Inlet Temp", reading=31)
    rule = {"name": "inlet above 30", "sensor": "/Inlet/", "type": "temperature", "above": 30, "health": "warning"}
    assert health(rack, rule) == ("warning", {"Inlet Temp": "inlet above 30"})
    rack.set_sensor("Inlet Temp", reading=30)
    assert health(rack, rule) == ("nominal", {})


def test_value_rule_never_hides_what_is_worse(rack: Any) -> None:
    rack.set_sensor("Fan2A", reading=360)
    rule = {"sensor": "Fan2A", "below": 2000, "health": "warning"}
    assert health(rack, rule)[1]["Fan2A"] == "threshold.critical"


def test_first_rule_that_fits_decides(rack: Any) -> None:
    rack.set_sensor("Intrusion", states=[0])
    first = {"name": "first", "sensor": "Intrusion", "state": "0", "health": "warning"}
    second = {"name": "second", "sensor": "Intrusion", "health": "nominal"}
    assert health(rack, first, second) == ("warning", {"Intrusion": "first"})
    assert health(rack, second, first) == ("nominal", {})


def test_sensor_that_has_to_be_there_is_a_finding_when_it_is_not(rack: Any) -> None:
    rack.set_sensor("Fan1A", absent=True)
    assert health(rack) == ("nominal", {})
    rule = {"name": "fan 1A belongs there", "sensor": "Fan1A", "state": "unavailable", "health": "critical"}
    assert health(rack, rule) == ("critical", {"Fan1A": "fan 1A belongs there"})


@pytest.mark.parametrize("entity", ["Fan Device", "29", "29.1"])
def test_entity_is_given_as_name_id_or_id_and_instance(rack: Any, entity: str) -> None:
    rack.set_sensor("Fan1A", reading=360)
    status, findings = health(rack, {"entity": entity, "state": "critical", "health": "nominal"})
    assert "Fan1A" not in findings


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ({"sensor": "x"}, "health is missing"),
        ({"sensor": "x", "health": "bad"}, "health is missing or unknown"),
        ({"health": "nominal"}, "nothing about which sensor"),
        ({"sensor": "/(/", "health": "nominal"}, "no regular expression"),
        ({"type": "Fann", "health": "nominal"}, "no sensor type"),
        ({"sensor": "x", "colour": "red", "health": "nominal"}, "'colour' is no key"),
        ({"sensor": "x", "above": "hot", "health": "nominal"}, "no number"),
    ],
)
def test_rule_that_cannot_be_understood_is_named(rule: dict[str, Any], reason: str) -> None:
    with pytest.raises(OptionError, match=reason) as caught:
        parse_rules([{"name": "mine", **rule}])
    assert "'mine'" in str(caught.value)


def test_rules_are_for_one_host_through_its_variables(tmp_path: Path, ansible_env: dict[str, str]) -> None:
    sources = [{"name": name, "model": "rack1u", "overrides": OPEN_CASE} for name in ("lab", "prod")]
    player = Player(tmp_path, ansible_env)
    with running(sources) as fleet:
        player.add(fleet["lab"], sensor_facts_health_rules=[{"sensor": "Intrusion", "health": "nominal"}])
        player.add(fleet["prod"])
        roles = [{"role": "baremetal.ipmi.sensor_facts"}]
        status = "map('extract', hostvars, ['ansible_facts', 'ipmi_health', 'status'])"
        statuses = f"dict(ansible_play_hosts | zip(ansible_play_hosts | {status}))"
        told = {**tell(statuses), "run_once": True}
        played = player.run([{"hosts": "all", "gather_facts": False, "roles": roles, "tasks": [told]}])
    assert played.status == 0, played.output
    assert player.told() == {"lab": "nominal", "prod": "critical"}
