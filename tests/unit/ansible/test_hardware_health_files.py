# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What other programs read: JUnit XML, JSON by its schema, Prometheus' text format; and the files of the baseline."""

from __future__ import annotations

import json
import re
import stat
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml
from jsonschema import Draft202012Validator

from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.hardware_health import (
    read_baseline,
    write_baseline,
    write_file,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.hardware_health_outputs import (
    document,
    junit,
    prometheus,
    write_outputs,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.hardware_health.checks import CHECKS, VERDICTS
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.hardware_health.exceptions import parse_exceptions
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.hardware_health.judge import Verdict
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.hardware_health import Wish, examine

UNIT = Path(__file__).parents[1]
SCHEMA = json.loads((UNIT.parents[1] / "docs" / "schemas" / "hardware_health.schema.json").read_text())
CASES = UNIT / "core" / "hardware_health"
PARTS = yaml.safe_load((CASES / "parts.yml").read_text())
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
HOSTILE = 'x\x00\x0b\x1b[31m\ufffe\ud800<&]]>"\n{{ 7 * 7 }}'
FLEET: dict[str, Any] = {
    "well.example.org": {
        "reachable": True,
        "sensors": PARTS["sensors"]["all is well"],
        "racadm": PARTS["racadm"]["ok"],
    },
    "sick": {
        "sensors": PARTS["sensors"]["a fan stands still"],
        "log": PARTS["log"]["wrong password"],
        "events": PARTS["events"]["300 time-outs"],
    },
    "hidden": {"sensors": PARTS["sensors"]["a power supply lost its feed"]},
    "never": None,
    'odd "name"\\ <&>': {"collectd": {"failed": True, "msg": HOSTILE}},
}
EXCEPTION = {"host": "hidden", "sensor": "PSU 2*", "until": "2026-06-30", "reason": HOSTILE}


@pytest.fixture(scope="module")
def found() -> list[Verdict]:
    return examine(FLEET, None, Wish(parse_exceptions([EXCEPTION]), False, NOON))


# What Jenkins' xUnit plugin wants of JUnit XML (its junit-10.xsd), by element: required and other attributes, children.
JUNIT_10: dict[str, tuple[set[str], set[str], set[str]]] = {
    "testsuites": (set(), {"name", "time", "tests", "failures", "errors"}, {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors"},
        {"group", "time", "skipped", "timestamp", "hostname", "id", "package", "file", "log", "url"},
        {"testsuite", "properties", "testcase", "system-out", "system-err"},
    ),
    "properties": (set(), set(), {"property"}),
    "property": ({"name", "value"}, set(), set()),
    "testcase": ({"name"}, {"time", "classname", "group"}, {"skipped", "error", "failure", "system-out", "system-err"}),
    **dict.fromkeys(("skipped", "error", "failure"), (set(), {"type", "message"}, set())),
    "system-out": (set(), set(), set()),
}
MAY_HOLD_TEXT = {"skipped", "error", "failure", "system-out"}
SUREFIRE_TIME = re.compile(r"(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?")


def problems(element: ET.Element) -> list[str]:
    required, others, children = JUNIT_10[element.tag]
    told = [f"{element.tag} lacks {name}" for name in required - set(element.attrib)]
    told += [f"{element.tag} has {name}" for name in set(element.attrib) - required - others]
    if not SUREFIRE_TIME.fullmatch(element.get("time", "")):
        told.append(f"{element.tag} has the time {element.get('time')}")
    if element.tag not in MAY_HOLD_TEXT and (element.text or "").strip():
        told.append(f"{element.tag} holds text")
    for child in element:
        told += problems(child) if child.tag in children else [f"{child.tag} in {element.tag}"]
    return told


def suites(found: list[Verdict]) -> dict[str, ET.Element]:
    root = ET.fromstring(junit(found, NOON))
    return {suite.attrib["name"]: suite for suite in root}


def case(suite: ET.Element, name: str) -> ET.Element:
    (element,) = [case for case in suite.iter("testcase") if case.get("name") == name]
    return element


def test_junit_is_what_ci_servers_accept(found: list[Verdict]) -> None:
    root = ET.fromstring(junit(found, NOON))
    assert root.tag == "testsuites"
    assert problems(root) == []
    broken = ET.fromstring('<testsuite name="a" tests="1"><properties/><testcase timestamp="1"/><case/>x</testsuite>')
    assert len(problems(broken)) == 5


def test_junit_counts_what_it_shows(found: list[Verdict]) -> None:
    root = ET.fromstring(junit(found, NOON))
    for element in (root, *root):
        cases = list(element.iter("testcase"))
        assert element.get("tests") == str(len(cases))
        for attribute, tag in (("failures", "failure"), ("errors", "error")):
            assert element.get(attribute) == str(len(list(element.iter(tag))))
    assert {suite.get("tests") for suite in root} == {str(len(CHECKS))}
    assert [suite.get("skipped") for suite in root] == [str(len(list(suite.iter("skipped")))) for suite in root]


def test_junit_has_a_suite_for_each_host_with_its_properties(found: list[Verdict]) -> None:
    assert list(suites(found)) == [item.host for item in found]
    told = {item.get("name"): item.get("value") for item in suites(found)["well.example.org"].iter("property")}
    assert told == {"host": "well.example.org", "verdict": "healthy", "model": "PowerEdge R740", "firmware": "3.00"}
    classes = {case.get("classname") for case in suites(found)["well.example.org"].iter("testcase")}
    assert classes == {"hardware_health.well_example_org"}


def test_junit_failure_has_evidence_and_next_step(found: list[Verdict]) -> None:
    sick = suites(found)["sick"]
    (failure,) = case(sick, "sensors")
    assert (failure.tag, failure.get("type")) == ("failure", "critical")
    assert failure.get("message") == "Fan 1 (Fan Device 29.1) reads 240 RPM: at or below lower critical (360)"
    assert failure.text == (
        "critical: Fan 1 (Fan Device 29.1) reads 240 RPM: at or below lower critical (360)\n"
        "  next step: Look whether the fan turns and is plugged in, and replace it."
    )
    assert (case(sick, "driver")[0].tag, case(sick, "driver")[0].get("type")) == ("failure", "attention")
    (error,) = case(sick, "event_log")
    assert (error.tag, error.get("type"), error.get("message")) == (
        "error", "unknown", "wrong password for user 'monitor'")  # fmt: skip
    assert [child.tag for child in case(sick, "racadm")] == ["skipped", "system-out"]


def test_junit_of_a_host_of_which_nothing_was_asked_is_red(found: list[Verdict]) -> None:
    assert suites(found)["never"].get("errors") == "1"
    assert case(suites(found)["never"], "evidence")[0].tag == "error"


def test_junit_shows_what_an_exception_hides(found: list[Verdict]) -> None:
    hidden = suites(found)["hidden"]
    assert (hidden.get("failures"), hidden.get("errors")) == ("0", "0")
    assert "hidden until 2026-06-30: critical: PSU 2 Status" in (case(hidden, "sensors")[0].text or "")


def test_characters_that_xml_forbids_are_replaced(found: list[Verdict]) -> None:
    told = junit(found, NOON)
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", told)
    assert "\ufffd" in told
    odd = Verdict("a\x00b\x1f\ud800c", (), "m\x01", "f", None, frozenset())
    (suite,) = ET.fromstring(junit([odd], NOON))
    assert suite.get("name") == "a\ufffdb\ufffd\ufffdc"


def test_json_is_valid_by_the_published_schema(found: list[Verdict]) -> None:
    Draft202012Validator.check_schema(SCHEMA)
    told = json.loads(document(found, ["critical", "unknown"], NOON))
    assert list(Draft202012Validator(SCHEMA).iter_errors(told)) == []
    assert told["summary"] == {"hosts": 5, "critical": 1, "attention": 0, "unknown": 2, "healthy": 2}
    assert set(told["failing"]) == {"sick", "never", 'odd "name"\\ <&>'}
    assert list(told["hosts"]) == [item.host for item in found]
    assert told["hosts"]["hidden"]["hidden"][0]["until"] == "2026-06-30"
    # The schema is strict, or it would say nothing.
    told["hosts"]["sick"]["findings"][0]["colour"] = "red"
    assert list(Draft202012Validator(SCHEMA).iter_errors(told))


def test_schema_names_every_check_and_every_verdict() -> None:
    assert SCHEMA["$defs"]["check"]["enum"] == list(CHECKS)
    assert SCHEMA["$defs"]["host"]["properties"]["checks"]["required"] == list(CHECKS)
    assert SCHEMA["$defs"]["host"]["properties"]["verdict"]["enum"] == list(VERDICTS)


def test_gauges_have_a_number_for_each_state(found: list[Verdict]) -> None:
    lines = prometheus(found, NOON).splitlines()
    assert 'hardware_health_check{host="sick",check="sensors"} 2' in lines
    assert 'hardware_health_check{host="sick",check="driver"} 1' in lines
    assert 'hardware_health_check{host="sick",check="event_log"} 3' in lines
    assert 'hardware_health_check{host="well.example.org",check="sensors"} 0' in lines
    assert not any('host="sick",check="racadm"' in line for line in lines)
    assert 'hardware_health_verdict{host="never"} 3' in lines
    assert 'hardware_health_hidden_findings{host="hidden"} 1' in lines
    assert f"hardware_health_checked_timestamp_seconds {int(NOON.timestamp())}" in lines
    assert 'hardware_health_verdict{host="odd \\"name\\"\\\\ <&>"} 3' in lines


def test_label_of_several_lines_stays_on_one() -> None:
    odd = Verdict('a\n"b\\', (), "", "", None, frozenset())
    assert 'hardware_health_verdict{host="a\\n\\"b\\\\"} 0' in prometheus([odd], NOON).splitlines()


def test_reports_are_replaced_in_one_step_and_nothing_is_left_beside_them(tmp_path: Path, found: list[Verdict]) -> None:
    names = {"junit": "ci/junit.xml", "json": "ci/health.json", "prometheus": "ci/health.prom"}
    options = {**{name: str(tmp_path / file) for name, file in names.items()}, "fail_on": []}
    (tmp_path / "ci").mkdir()
    (tmp_path / "ci" / "junit.xml").write_text("old")
    before = (tmp_path / "ci" / "junit.xml").stat().st_ino
    assert set(write_outputs(options, found, NOON)) == set(names)
    assert (tmp_path / "ci" / "junit.xml").stat().st_ino != before
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "ci").iterdir()}
    assert modes == {"junit.xml": 0o600, "health.json": 0o600, "health.prom": 0o644}
    assert write_outputs({**options, "junit": "", "json": "", "prometheus": ""}, found, NOON) == {}


def test_baseline_is_written_once_and_changed_by_acceptance_alone(tmp_path: Path) -> None:
    folder = str(tmp_path / "baseline")

    def run(sensors: Any, accept: bool = False) -> Verdict:
        known = read_baseline(folder, ["../a"])
        (item,) = examine({"../a": {"sensors": sensors}}, known, Wish((), accept, NOON))
        write_baseline(folder, [item], NOON)
        return item

    well = PARTS["sensors"]["all is well"]
    less = deepcopy(well)
    less["ansible_facts"]["ipmi_sensors"] = [s for s in less["ansible_facts"]["ipmi_sensors"] if s["name"] != "Fan 2"]
    assert run(PARTS["sensors"]["nobody answers"], accept=True).verdict == "unknown"
    assert not (tmp_path / "baseline").exists()
    assert run(well).verdict == "healthy"
    (file,) = (tmp_path / "baseline").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    first = file.read_bytes()
    assert [run(sensors).verdict for sensors in (less, well, PARTS["sensors"]["nobody answers"], less)] == [
        *("critical", "healthy", "unknown", "critical")
    ]
    assert run(well, accept=True).baseline is None
    assert file.read_bytes() == first
    assert run(less, accept=True).verdict == run(less).verdict == "healthy"
    assert file.read_bytes() != first
    file.write_text('{"sensors": [')
    assert run(less).verdict == "unknown"
    assert file.read_text() == '{"sensors": ['
    assert run(less, accept=True).verdict == run(less).verdict == "healthy"


SECRET = "s3cret-Pa55word"


def planted(node: Any) -> Any:
    """The same result with a password in every dictionary, at keys that results of tasks may have."""
    if isinstance(node, dict):
        more = {"password": SECRET, "invocation": {"module_args": {"password": SECRET}}, "bmc_password": SECRET}
        return {**{key: planted(value) for key, value in node.items()}, **more}
    return [planted(value) for value in node] if isinstance(node, list) else node


@pytest.mark.parametrize("key", PARTS)
def test_password_in_a_result_is_in_no_file(tmp_path: Path, key: str) -> None:
    fleet = {name: {key: planted(told), "password": SECRET} for name, told in PARTS[key].items()}
    items = examine(fleet, read_baseline(str(tmp_path), fleet), Wish((), False, NOON))
    write_baseline(str(tmp_path), items, NOON)
    write_outputs(
        {**{name: str(tmp_path / name) for name in ("junit", "json", "prometheus")}, "fail_on": []}, items, NOON
    )
    assert len(list(tmp_path.iterdir())) >= 3
    assert not [path.name for path in tmp_path.iterdir() if SECRET in path.read_text()]


def test_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OSError, match="file"):
        write_file(str(tmp_path / "file" / "junit.xml"), "text")
