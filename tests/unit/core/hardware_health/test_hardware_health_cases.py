# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdicts on hosts, case by case: cases/*.yml are for administrators to read; what they share is in parts.yml."""

from __future__ import annotations

import ast
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.hardware_health.baseline import Known
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.hardware_health.checks import (
    CHECKS,
    CRITICAL,
    HEALTHY,
    SKIPPED,
    UNKNOWN,
    VERDICTS,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.hardware_health.exceptions import parse_exceptions
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.hardware_health.judge import Verdict
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.hardware_health import Wish, examine, failing

FOLDER = Path(__file__).parent
MODULES = FOLDER.parents[3] / "plugins" / "modules"
PARTS = yaml.safe_load((FOLDER / "parts.yml").read_text())
CASES = {path.stem: yaml.safe_load(path.read_text()) for path in sorted((FOLDER / "cases").glob("*.yml"))}
HOST = "this host"
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
LOST = (None, "", {"failed": True, "msg": "it broke"}, {"msg": "no failed"}, {"skipped": True}, [], 7, "text")


def merged(base: Any, but: Any) -> Any:
    if not (isinstance(base, dict) and isinstance(but, dict)):
        return but
    return {**base, **{key: merged(base.get(key), value) for key, value in but.items()}}


def part(key: str, told: Any) -> Any:
    """A part as a case writes it: in full, by its name, or by that with what differs, and which sensors do."""
    if isinstance(told, str) and told and key in PARTS:
        return PARTS[key][told]
    if not (isinstance(told, dict) and "part" in told):
        return told
    found = merged(PARTS[key][told["part"]], told.get("but", {}))
    if key == "sensors":
        each, without = told.get("each", {}), told.get("without", [])
        sensors = [sensor for sensor in found["ansible_facts"]["ipmi_sensors"] if sensor["name"] not in without]
        found = merged(found, {"ansible_facts": {"ipmi_sensors": [{**s, **each.get(s["name"], {})} for s in sensors]}})
    return found


def evidence_of(case: dict[str, Any]) -> dict[str, Any]:
    return {key: part(key, told) for key, told in case["evidence"].items()}


def judged(evidence: Any, known: Known | None = None, exceptions: Any = (), accept: bool = False) -> Verdict:
    """The verdict on one host as the fleet's door gives it."""
    wish = Wish(parse_exceptions(list(exceptions)), accept, NOON)
    (found,) = examine({HOST: evidence}, None if known is None else {HOST: known}, wish)
    return found


def known_of(told: Any) -> Known | None:
    """What the baseline has: nothing wanted, nothing yet, damaged, or what a first run has seen."""
    if told is None:
        return None
    if told == "damaged":
        return Known(is_damaged=True)
    return Known(judged({"sensors": part("sensors", told)}, Known()).baseline) if told else Known()


def verdict_of(case: dict[str, Any], evidence: dict[str, Any] | None = None) -> Verdict:
    told = evidence_of(case) if evidence is None else evidence
    return judged(told, known_of(case.get("baseline")), case.get("exceptions", ()), case.get("accept", False))


def holds(words: list[str], told: list[str]) -> None:
    for sentence in words:
        assert any(sentence in one for one in told), f"{sentence!r} is not in {told}"


@pytest.mark.parametrize("name", CASES)
def test_verdict_of(name: str) -> None:
    case, found = CASES[name], verdict_of(CASES[name])
    expected = case["expect"]
    assert found.verdict == expected["verdict"]
    states = {check.name: check.state for check in found.checks}
    assert {check: state for check, state in states.items() if state not in (HEALTHY, SKIPPED)} == expected.get(
        "checks", {}
    )
    holds(expected.get("findings", []), [finding.evidence for finding in found.findings])
    holds(expected.get("next_steps", []), [finding.next_step for finding in found.findings])
    assert len(found.hidden) == len(expected.get("hidden", []))
    holds(expected.get("hidden", []), [hidden.finding.evidence for hidden in found.hidden])
    for check, words in expected.get("told", {}).items():
        holds([words], [one.told for one in found.checks if one.name == check])
    assert len(states) - list(states.values()).count(SKIPPED) == expected.get("asked", len(states) - list(
        states.values()).count(SKIPPED))  # fmt: skip
    assert len((found.baseline or {}).get("sensors", [])) == expected.get("writes", 0)
    if "fails" in expected:
        assert (HOST in failing([found], [CRITICAL, UNKNOWN])) == expected["fails"]


@pytest.mark.parametrize("name", CASES)
def test_every_finding_has_evidence_and_a_next_step_and_the_worst_comes_first(name: str) -> None:
    found = verdict_of(CASES[name])
    assert tuple(check.name for check in found.checks) == tuple(CHECKS)
    assert all(finding.evidence and finding.next_step for finding in found.findings)
    ranks = [VERDICTS.index(finding.state) for finding in found.findings]
    assert ranks == sorted(ranks)
    assert found.verdict == (found.findings[0].state if found.findings else HEALTHY)


def test_there_are_cases_enough_and_every_check_occurs_in_every_state_that_it_can_have() -> None:
    assert len(CASES) >= 40
    occurs: dict[str, set[str]] = {check: set() for check in CHECKS}
    for case in CASES.values():
        for check in verdict_of(case).checks:
            occurs[check.name].add(check.state)
    every, no_critical = set(VERDICTS) | {SKIPPED}, {"attention", UNKNOWN, HEALTHY, SKIPPED}
    assert occurs == {
        "evidence": {UNKNOWN, HEALTHY},
        "reachability": {CRITICAL, UNKNOWN, HEALTHY, SKIPPED},
        **dict.fromkeys(("sensors", "event_log", "racadm", "baseline"), every),
        **dict.fromkeys(("log_space", "clock", "vendor_agent", "driver", "collectd_flow"), no_critical),
    }


@pytest.mark.parametrize("name", CASES)
def test_missing_evidence_makes_no_expected_check_healthy(name: str) -> None:
    case = CASES[name]
    checks = {
        "sensors": ["sensors"],
        "log": ["event_log", "log_space", "clock"],
        "racadm": ["racadm"],
        "events": ["driver"],
        "collectd": ["collectd_flow"],
        "reachable": ["reachability"],
    }
    for key, names in checks.items():
        if key not in case["evidence"] or case.get("exceptions"):
            continue
        for lost in LOST:
            found = verdict_of(case, {**evidence_of(case), key: lost, "expected": names})
            states = {check.name: check.state for check in found.checks}
            assert {states[check] for check in names} == {UNKNOWN}, (key, lost)
            assert found.verdict != HEALTHY


@pytest.mark.parametrize("evidence", [None, "", 7, [], "text", {"sensors": 1, "log": [], "racadm": {}, "plan": "x"}])
def test_evidence_of_no_shape_is_unknown(evidence: Any) -> None:
    assert judged(evidence).verdict == UNKNOWN


# The shapes of the evidence, by what the modules document.


def returned(module: str) -> dict[str, Any]:
    for node in ast.parse((MODULES / f"{module}.py").read_text()).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "RETURN":
            return dict(yaml.safe_load(ast.literal_eval(node.value)))
    raise AssertionError(f"{module} documents no return values")


def answered(key: str) -> list[dict[str, Any]]:
    return [told for told in PARTS[key].values() if not {"failed", "unreachable"} & set(told)]


def test_parts_have_the_shapes_that_the_modules_document() -> None:
    facts = returned("ipmi_sensor_facts")["ansible_facts"]["contains"]
    for told in answered("sensors"):
        assert set(told["ansible_facts"]) == set(facts) - {"ipmi_query_result"}
        for sensor in told["ansible_facts"]["ipmi_sensors"]:
            assert set(sensor) == set(facts["ipmi_sensors"]["contains"])
        for finding in told["ansible_facts"]["ipmi_health"]["findings"]:
            assert set(finding) == set(facts["ipmi_health"]["contains"]["findings"]["sample"][0])
    log = returned("ipmi_sel_info")
    for told in answered("log"):
        assert set(told) - {"changed"} == set(log) - {"error", "query_result"}
        assert set(told["sel_info"]) == set(log["sel_info"]["contains"])
        assert all(set(record) == set(log["sel"]["contains"]) for record in told["sel"])
    racadm = returned("racadm_facts")["ansible_facts"]["contains"]["racadm"]["contains"]
    assert all(set(told) == set(racadm) for told in answered("racadm"))
    agent = returned("vendor_agent_verify")
    assert all(set(told) - {"changed"} == set(agent) - {"error"} for told in answered("agent"))
    plan = returned("vendor_agent_plan")["plan"]["contains"]
    assert all(set(told["plan"]) == set(plan) for told in answered("plan"))
    events = returned("ipmidrv_events_info")
    assert all(set(told) - {"changed"} == set(events) - {"error", "other_errors"} for told in answered("events"))
    collectd = returned("collectd_ipmi")
    assert all(set(told) - {"changed"} == set(collectd) - {"error"} for told in answered("collectd"))
