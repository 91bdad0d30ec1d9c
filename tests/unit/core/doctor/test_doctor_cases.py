# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The doctor's verdicts, case by case: cases/*.yml are for administrators to read; what they share is in parts.yml."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.doctor.beside import BESIDE
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.doctor.decide import decide
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.doctor.default_rules import DEFAULT_RULES
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.doctor.rules import HEALTHY, VERDICTS, Rule
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.doctor.signs import SIGNS, Signs
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.doctor import Diagnosis, examine

FOLDER = Path(__file__).parent
MODULES = FOLDER.parents[3] / "plugins" / "modules"
PARTS = yaml.safe_load((FOLDER / "parts.yml").read_text())
CASES = {path.stem: yaml.safe_load(path.read_text()) for path in sorted((FOLDER / "cases").glob("*.yml"))}
HOST = "this host"
# What makes a host's verdict better by its absence, each with the reason: they are what speaks against health.
TELLS_OF_TROUBLE = {
    "bmc": "a BMC that is silent, where the driver has no trouble",
    "racadm": "racadm's word against an iDRAC",
    "better_after_reseat": "what the administrator saw",
    "memory": "the kernel's memory, which grows",
}


def merged(base: Any, but: Any) -> Any:
    if not (isinstance(base, dict) and isinstance(but, dict)):
        return but
    return {**base, **{key: merged(base.get(key), value) for key, value in but.items()}}


def part(key: str, told: Any) -> Any:
    """A part of the evidence as a case writes it: in full, by the name of a part, or by that with what differs."""
    if isinstance(told, str) and key in PARTS:
        return PARTS[key][told]
    if isinstance(told, dict) and set(told) <= {"part", "but"}:
        return merged(PARTS[key][told["part"]], told.get("but", {}))
    return told


def evidence_of(case: dict[str, Any], but: dict[str, Any] | None = None) -> dict[str, Any]:
    return {key: part(key, told) for key, told in {**case["evidence"], **(but or {})}.items()}


def fleet(case: dict[str, Any]) -> dict[str, Any]:
    found = {HOST: evidence_of(case)}
    for group in case.get("others", []):
        for _number in range(group["hosts"]):
            found[f"other {len(found)}"] = evidence_of(case, group["but"])
    return found


def diagnosis(case: dict[str, Any], evidence: dict[str, Any] | None = None) -> Diagnosis:
    hosts = {**fleet(case), HOST: evidence_of(case) if evidence is None else evidence}
    before = {HOST: case["before"]} if "before" in case else {}
    (found,) = [item for item in examine(hosts, before, {}) if item.host == HOST]
    return found


def every_evidence() -> Iterator[dict[str, Any]]:
    for case in CASES.values():
        yield from fleet(case).values()


@pytest.mark.parametrize("name", CASES)
def test_verdict_of(name: str) -> None:
    case, found = CASES[name], diagnosis(CASES[name]).decision
    expected = case["expect"]
    assert (found.verdict, found.rule) == (expected["verdict"], expected["rule"])
    assert [rule.name for rule in found.also] == expected.get("also", [])
    assert expected.get("because", "") in found.because
    for sentence in expected.get("evidence", []):
        assert any(sentence in told for told in found.evidence), f"{sentence!r} is not in {found.evidence}"
    # Words of the steps, in their order.
    steps = " | ".join(found.next_steps)
    places = [steps.find(str(words)) for words in expected.get("next_steps", [])]
    assert -1 not in places, f"{expected['next_steps'][places.index(-1)]!r} is not in {steps}"


def test_remedies_of_a_sick_controller_come_in_their_order() -> None:
    steps = " | ".join(diagnosis(CASES["story-2-leak-takes-mezzanine-slots"]).decision.next_steps)
    places = [
        steps.index(words) for words in ("Reset the controller", "pull the blade out", "other firmware", "support")
    ]
    assert places == sorted(places)


def test_all_twenty_blades_of_the_story_get_the_same_verdict() -> None:
    found = examine(fleet(CASES["story-1-blades-without-service-module"]), {}, {})
    assert len(found) == 20
    assert {item.decision.rule for item in found} == {"service_module_missing"}


def test_there_is_a_case_for_every_verdict_and_every_rule() -> None:
    assert {case["expect"]["verdict"] for case in CASES.values()} == set(VERDICTS)
    assert {case["expect"]["rule"] for case in CASES.values()} == {rule.name for rule in DEFAULT_RULES}


def outcomes(rules: Sequence[Rule]) -> list[tuple[str, list[str]]]:
    decisions = [decide(signs, rules) for signs in every_signs()]
    return [(decision.rule, [rule.name for rule in decision.also]) for decision in decisions]


@cache
def every_signs() -> tuple[Signs, ...]:
    return tuple(diagnosis(case).decision.signs for case in CASES.values())


def test_no_rule_and_no_condition_could_be_left_out() -> None:
    whole = outcomes(DEFAULT_RULES)
    for number, rule in enumerate(DEFAULT_RULES[:-1]):
        before, after = DEFAULT_RULES[:number], DEFAULT_RULES[number + 1 :]
        assert outcomes((*before, *after)) != whole, rule.name
        for left_out in rule.when:
            rest = replace(rule, when=tuple(condition for condition in rule.when if condition is not left_out))
            assert outcomes((*before, rest, *after)) != whole, (rule.name, left_out)


def test_every_value_of_every_sign_occurs() -> None:
    occurs: dict[str, set[Any]] = {name: set() for name in SIGNS}
    for case in CASES.values():
        before = {HOST: case["before"]} if "before" in case else {}
        for item in examine(fleet(case), before, {}):
            for name, sign in item.decision.signs.items():
                occurs[name].add(sign.value)
    for name, kind in SIGNS.items():
        assert occurs[name] >= {*kind.values, "unknown"}, name
    whens = [*(rule.when for rule in DEFAULT_RULES), *(when for when, _verdicts, _step in BESIDE)]
    for condition in [condition for when in whens for condition in when]:
        assert any(condition.holds(value) for value in occurs[condition.sign]), condition


def test_every_step_that_is_told_beside_a_verdict_is_told_in_a_case() -> None:
    told = {step for case in CASES.values() for step in diagnosis(case).decision.next_steps}
    lacking = [step for _when, _verdicts, step in BESIDE if step not in told]
    assert lacking == []


@pytest.mark.parametrize("name", CASES)
def test_missing_evidence_is_no_health(name: str) -> None:
    case = CASES[name]
    whole = diagnosis(case).decision.verdict
    for key in case["evidence"]:
        for lost in (None, "", {"failed": True, "msg": "it broke"}, {"msg": "no failed"}, [], 7, "text"):
            evidence = {**evidence_of(case), key: lost}
            if key == "services" and lost == []:
                continue  # a server on which nothing runs
            verdict = diagnosis(case, evidence).decision.verdict
            if key not in TELLS_OF_TROUBLE:
                assert whole == HEALTHY or verdict != HEALTHY, key
            if key == "events":
                assert verdict != HEALTHY


@pytest.mark.parametrize("key", TELLS_OF_TROUBLE)
def test_part_that_may_be_missing_from_a_healthy_host_is_one_that_tells_of_trouble(key: str) -> None:
    better = [
        name
        for name, case in CASES.items()
        if key in case["evidence"]
        and diagnosis(case).decision.verdict != HEALTHY
        and diagnosis(case, {k: v for k, v in evidence_of(case).items() if k != key}).decision.verdict == HEALTHY
    ]
    # Of memory alone none gets well: its case has time-outs besides.
    assert bool(better) == (key != "memory")


# The shapes of the evidence, by what the modules document.


def returned(module: str) -> dict[str, Any]:
    for node in ast.parse((MODULES / f"{module}.py").read_text()).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "RETURN":
            return dict(yaml.safe_load(ast.literal_eval(node.value)))
    raise AssertionError(f"{module} documents no return values")


def keys_of(documented: dict[str, Any]) -> set[str]:
    """Of a documented value: what it contains, else what its sample has."""
    return set(documented.get("contains") or documented["sample"])


def answered(key: str) -> list[dict[str, Any]]:
    found = [evidence[key] for evidence in every_evidence() if isinstance(evidence.get(key), dict)]
    return [told for told in found if not {"failed", "unreachable", "skipped"} & set(told)]


def errors(key: str) -> list[dict[str, Any]]:
    return [evidence[key]["error"] for evidence in every_evidence() if isinstance(evidence.get(key), dict)
            and evidence[key].get("error")]  # fmt: skip


def test_events_have_the_shape_of_ipmidrv_events_info() -> None:
    documented = returned("ipmidrv_events_info")
    windows = set(documented["counts"]["sample"])
    for told in answered("events"):
        assert set(told) == set(documented) - {"error"}
        assert set(told["window"]) == keys_of(documented["window"])
        assert (set(told["counts"]) == windows) == (told["system"] == "windows")
        assert told["count"] == told["counts"]["1004" if told["system"] == "windows" else "timeout"]
        assert all(set(burst) == keys_of(documented["bursts"]) for burst in told["bursts"])
        assert all(set(entry) == keys_of(documented["other_errors"]) for entry in told["other_errors"])
    assert all(set(error) == keys_of(documented["error"]) for error in errors("events"))


def test_sensors_have_the_shape_of_ipmi_sensor_facts() -> None:
    documented = returned("ipmi_sensor_facts")
    facts = documented["ansible_facts"]["contains"]
    for told in answered("bmc"):
        found = told["ansible_facts"]
        assert set(found) == set(facts) - {"ipmi_query_result"}
        assert set(found["ipmi_bmc"]) == keys_of(facts["ipmi_bmc"])
        assert set(found["ipmi_health"]) == keys_of(facts["ipmi_health"])
        findings = facts["ipmi_health"]["contains"]["findings"]["sample"][0]
        assert all(set(finding) == set(findings) for finding in found["ipmi_health"]["findings"])
        assert all(set(sensor) == keys_of(facts["ipmi_sensors"]) for sensor in found["ipmi_sensors"])
    assert all(set(error) == keys_of(documented["error"]) for error in errors("bmc"))
    kinds = documented["error"]["contains"]["kind"]["description"]
    assert all(f"V({error['kind']})" in kinds for error in errors("bmc"))


def test_event_log_has_the_shape_of_ipmi_sel_info() -> None:
    documented = returned("ipmi_sel_info")
    for told in answered("log"):
        assert set(told) == {"changed", *documented} - {"query_result", "error"}
        for key in ("sel_info", "sel_clock", "bmc"):
            assert set(told[key]) == keys_of(documented[key])


def test_driver_values_have_the_shape_of_ipmi_timeouts() -> None:
    from ansible_collections.baremetal.ipmi.plugins.module_utils._core.timeouts.linux import PARAMETERS
    from ansible_collections.baremetal.ipmi.plugins.module_utils._core.timeouts.windows import NAMES

    documented = returned("ipmi_timeouts")
    for told in answered("timeouts"):
        on_linux = "file" in told
        assert set(told) == {"changed", *documented} - {"error", "key" if on_linux else "file"}
        for values in (told["before"]["runtime"], told["before"]["persistent"]) if on_linux else (told["before"],):
            assert set(values) == set(PARAMETERS if on_linux else NAMES)
