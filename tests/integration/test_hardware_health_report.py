# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""hardware_health_report as a play runs it: table, files, who fails, acceptance, and its examples."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import yaml

from bmcsim import running
from harness.documentation import constant
from harness.images import NoImage, ask_for_image
from harness.playing import Player, tell

ROOT = Path(__file__).resolve().parents[2]
PARTS = yaml.safe_load((ROOT / "tests" / "unit" / "core" / "hardware_health" / "parts.yml").read_text())
OUTPUTS = {"junit": "ci/junit.xml", "json": "ci/health.json", "prometheus": "ci/health.prom"}


@pytest.fixture
def player(tmp_path: Path, ansible_env: dict[str, str]) -> Player:
    """Four hosts: one is well, one lost a fan, one has a full log, one was never come to."""
    made = Player(tmp_path, ansible_env)
    full = {**PARTS["log"]["in order"], "sel_info": {**PARTS["log"]["in order"]["sel_info"], "used_percent": 99.0}}
    well = {"reachable": True, "sensors": PARTS["sensors"]["all is well"], "racadm": PARTS["racadm"]["ok"]}
    made.hosts["web01"] = {"hardware_health_evidence": well}
    made.hosts["web02"] = {"hardware_health_evidence": {**well, "sensors": PARTS["sensors"]["a fan stands still"]}}
    made.hosts["web03"] = {"hardware_health_evidence": {**well, "log": full}}
    made.hosts["web04"] = {}
    return made


def judged(player: Player, *arguments: str, **options: Any) -> dict[str, Any]:
    """What the task returned, and ``output``."""
    task = {
        "baremetal.ipmi.hardware_health_report": {"hosts": "{{ ansible_play_hosts_all }}", **options},
        "run_once": True,
        "register": "health",
    }
    play = {"hosts": "all", "gather_facts": False, "tasks": [task, {**tell("health"), "run_once": True}]}
    played = player.run([play], *arguments)
    assert played.status == 0, played.output
    return {**player.told(), "output": played.output}


def test_fleet_is_shown_worst_first_and_the_sick_are_named(player: Player) -> None:
    told = judged(player)
    assert [line.split()[:2] for line in told["table"]] == [
        ["host", "verdict"],
        ["web02", "critical"],
        ["web03", "attention"],
        ["web04", "unknown"],
        ["web01", "healthy"],
    ]
    assert all(line in told["output"] for line in told["table"])
    assert list(told["failing"]) == ["web02", "web04"]
    assert told["failing"]["web04"].startswith("unknown: evidence: nothing was asked")
    assert not told["changed"] and told["files"] == {}
    assert list(judged(player, fail_on=["attention"])["failing"]) == ["web03"]


def test_result_has_the_documented_keys(player: Player) -> None:
    exception = {"host": "web02", "sensor": "Fan 1", "until": "2099-12-31"}
    told = judged(player, exceptions=[exception])
    documented = yaml.safe_load(constant("hardware_health_report", "RETURN"))
    assert set(documented) <= set(told)
    for found in told["hosts"].values():
        assert set(found) == set(documented["hosts"]["contains"])
    contains = documented["hosts"]["contains"]
    (finding,) = told["hosts"]["web04"]["findings"]
    assert set(finding) == set(contains["findings"]["contains"])
    (hidden,) = told["hosts"]["web02"]["hidden"]
    assert set(hidden) == set(contains["hidden"]["sample"][0])
    assert set(told["hosts"]["web01"]["checks"]["racadm"]) == set(contains["checks"]["sample"]["racadm"])


def test_reports_and_baseline_are_written_and_a_change_is_accepted(player: Player) -> None:
    options = {"baseline_dir": "baseline", **OUTPUTS}
    told = judged(player, **options)
    assert told["changed"]
    assert told["files"] == {name: str(player.folder / file) for name, file in OUTPUTS.items()}
    assert {path.name for path in (player.folder / "baseline").iterdir()} == {f"web0{n}.json" for n in (1, 2, 3)}
    assert json.loads((player.folder / "ci" / "health.json").read_text())["summary"]["critical"] == 1
    suites = {suite.get("name"): suite for suite in ET.parse(player.folder / "ci" / "junit.xml").getroot()}
    assert {name: suite.get("failures") for name, suite in suites.items()} == {
        "web01": "0",
        "web02": "1",
        "web03": "1",
        "web04": "0",
    }
    assert not judged(player, **options)["changed"]

    sensors = player.hosts["web01"]["hardware_health_evidence"]["sensors"]["ansible_facts"]["ipmi_sensors"]
    facts = {**PARTS["sensors"]["all is well"]["ansible_facts"], "ipmi_sensors": sensors[:-1]}
    player.hosts["web01"]["hardware_health_evidence"]["sensors"] = {"ansible_facts": facts}
    assert judged(player, **options)["hosts"]["web01"]["verdict"] == "critical"
    checked = judged(player, "--check", accept_baseline=True, **options)
    assert checked["changed"] and checked["hosts"]["web01"]["verdict"] == "healthy"
    assert judged(player, **options)["hosts"]["web01"]["verdict"] == "critical"
    # As on the command line, where it is a text.
    assert judged(player, accept_baseline="true", **options)["changed"]
    after = judged(player, **options)
    assert after["hosts"]["web01"]["verdict"] == "healthy" and not after["changed"]


def test_check_mode_writes_nothing(player: Player) -> None:
    told = judged(player, "--check", baseline_dir="baseline", **OUTPUTS)
    assert told["changed"] and "files" not in told
    assert not (player.folder / "baseline").exists() and not (player.folder / "ci").exists()


MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"hosts": []}, "nothing was checked: the list of hosts is empty"),
    ({"hosts": ["web09"]}, "'web09' is not in the inventory"),
    ({"exceptions": [{"host": "web01", "check": "sensors"}]}, "exceptions[1] (host web01): until is missing"),
    ({"junit": "/proc/nowhere/junit.xml"}, "on the controller cannot be used"),
    ({"fail_on": ["healthy"]}, "value of fail_on must be one or more of"),
]


def test_mistakes_are_errors_and_are_told(player: Player) -> None:
    tasks = [
        {
            "baremetal.ipmi.hardware_health_report": {"hosts": ["web01"], **options},
            "register": f"told{number}",
            "ignore_errors": True,
        }
        for number, (options, _words) in enumerate(MISTAKES)
    ]
    names = ", ".join(f"told{number}" for number in range(len(MISTAKES)))
    player.run([{"hosts": "web01", "gather_facts": False, "tasks": [*tasks, tell(f"[{names}]")]}])
    for (_options, words), told in zip(MISTAKES, player.told(), strict=True):
        assert told["failed"] and words in told["msg"]


def test_exception_that_is_over_and_hides_nothing_is_warned_of(player: Player) -> None:
    told = judged(player, exceptions=[{"host": "web01", "sensor": "PSU*", "until": "2020-12-31", "reason": "x"}])
    assert "has nothing left to hide: remove it" in " ".join(told["output"].split())
    assert told["hosts"]["web01"]["verdict"] == "healthy"


def test_text_of_a_host_is_no_template_and_no_terminal_code(player: Player) -> None:
    text = "{{ lookup('pipe', 'id') }}\x1b[31m" + "x" * 5000
    (player.folder / "text").write_text(text)
    told = {"racadm": {"verdict": "unparsable", "reason": "{{ read.content | b64decode }}"}}
    tasks = [
        # As a task's result brings it, and not as the inventory does.
        {
            "ansible.builtin.slurp": {"src": str(player.folder / "text")},
            "delegate_to": "localhost",
            "register": "read",
        },
        {"ansible.builtin.set_fact": {"hardware_health_evidence": told}},
        {"baremetal.ipmi.hardware_health_report": {"hosts": ["web01"], **OUTPUTS}, "register": "health"},
        tell("health.hosts.web01.findings"),
    ]
    played = player.run([{"hosts": "web01", "gather_facts": False, "tasks": tasks}])
    assert played.status == 0, played.output
    assert "\x1b" not in played.output and "uid=" not in played.output
    (finding,) = player.told()
    assert "{{ lookup('pipe', 'id') }}" in finding["evidence"] and len(finding["evidence"]) < 500
    assert "{{ lookup('pipe', 'id') }}" in (player.folder / "ci" / "junit.xml").read_text()


def test_gauges_are_what_prometheus_reads(player: Player) -> None:
    try:
        promtool = str(ask_for_image("promtool.py"))
    except NoImage as why:
        pytest.skip(str(why))
    judged(player, **OUTPUTS)
    text = (player.folder / "ci" / "health.prom").read_text()
    done = subprocess.run(
        [promtool, "check", "metrics"], input=text, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_examples_run(tmp_path: Path, ansible_env: dict[str, str]) -> None:
    player = Player(tmp_path, ansible_env)
    with running({"name": "rack", "model": "rack1u"}) as fleet:
        player.add(fleet["rack"])
        tasks = yaml.safe_load(constant("hardware_health_report", "EXAMPLES"))
        played = player.run([{"hosts": "all", "gather_facts": False, "tasks": [*tasks, tell("health.hosts.rack")]}])
        password = fleet["rack"].password
    assert played.status == 0, played.output
    told = player.told()
    assert told["verdict"] == "healthy" and told["firmware"] == "2.30"
    files = [path for path in (tmp_path / "hardware_health").rglob("*") if path.is_file()]
    assert len(files) == 4
    assert not [path for path in files if password in path.read_text()]
