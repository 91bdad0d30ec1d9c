# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the documentation shows runs: examples of modules, the README's playbook, the guide's tasks and queries."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible import (
    agents,
    collectd_spec,
    doctor,
    driver_events,
    fleet,
    fleet_facts,
    fru,
    hardware_health,
    racadm,
    report,
    sel,
    sel_change,
    sel_clock,
    sel_report,
    sensors,
    timeouts,
)
from bmcsim import running
from harness.documentation import constant
from harness.playing import Player

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "plugins" / "modules").glob("*.py"))
# What changes the machine on which it runs, or wants another one: their own tests run their examples.
ELSEWHERE = ("collectd_ipmi", "ipmi_timeouts", "ipmidrv_events_info", "racadm_facts", "vendor_agent_verify")


@pytest.fixture(scope="module")
def bmc() -> Iterator[Any]:
    with running({"name": "rack", "model": "rack1u"}) as fleet:
        yield fleet["rack"]


@pytest.fixture
def player(tmp_path: Path, ansible_env: dict[str, str], bmc: Any) -> Player:
    made = Player(tmp_path, ansible_env)
    made.add(bmc)
    return made


def blocks(document: str, language: str) -> list[str]:
    fenced = re.findall(r"^```(\w*)\n(.*?)^```$", (ROOT / document).read_text(), re.DOTALL | re.MULTILINE)
    return [text for label, text in fenced if label == language]


@pytest.mark.parametrize("path", [path for path in MODULES if path.stem not in ELSEWHERE], ids=lambda path: path.stem)
def test_examples_of_modules_run(player: Player, path: Path) -> None:
    tasks = yaml.safe_load(constant(path.stem, "EXAMPLES"))
    played = player.run([{"hosts": "all", "gather_facts": False, "tasks": tasks}])
    assert played.status == 0, played.output


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_documented_options_are_the_ones_that_modules_take(ansible_env: dict[str, str], path: Path) -> None:
    name = f"baremetal.ipmi.{path.stem}"
    told = subprocess.run(
        ["ansible-doc", "--json", name], env=ansible_env, capture_output=True, text=True, timeout=60, check=False
    )
    options = json.loads(told.stdout)[name]["doc"]["options"]
    spec = constant_spec(path.stem)
    assert set(options) == set(spec)
    for option, documented in options.items():
        for key in ("type", "choices", "default", "elements"):
            assert documented.get(key) == spec[option].get(key), f"{path.stem}: {key} of {option}"
        assert bool(documented.get("required")) == bool(spec[option].get("required"))


def constant_spec(module: str) -> dict[str, Any]:
    return {
        "collectd_ipmi": collectd_spec.COLLECTD_SPEC,
        "collectd_ipmi_report": collectd_spec.REPORT_SPEC,
        "hardware_health_report": hardware_health.HEALTH_SPEC,
        "ipmi_doctor": doctor.DOCTOR_SPEC,
        "ipmi_fleet_facts": fleet_facts.FLEET_FACTS_SPEC,
        "ipmi_fleet_info": fleet.FLEET_SPEC,
        "ipmi_fru_info": fru.FRU_SPEC,
        "ipmi_sel": sel_change.CHANGE_SPEC,
        "ipmi_sel_clock": sel_clock.CLOCK_SPEC,
        "ipmi_sel_info": sel.INFO_SPEC,
        "ipmi_sel_report": sel_report.ARGUMENT_SPEC,
        "ipmi_sensor_facts": sensors.ARGUMENT_SPEC,
        "ipmi_sensor_report": report.ARGUMENT_SPEC,
        "ipmi_timeouts": timeouts.TIMEOUTS_SPEC,
        "ipmidrv_events_info": driver_events.EVENTS_SPEC,
        "racadm_facts": racadm.RACADM_SPEC,
        "vendor_agent_plan": agents.PLAN_SPEC,
        "vendor_agent_report": agents.REPORT_SPEC,
        "vendor_agent_verify": agents.VERIFY_SPEC,
    }[module]


def test_playbook_of_the_readme_runs_and_is_ten_lines_long(player: Player) -> None:
    (playbook,) = blocks("README.md", "yaml")
    assert len([line for line in playbook.splitlines() if line and not line.startswith("#")]) <= 10
    player.hosts["rack"]["ansible_port"] = 1  # the server itself is never spoken to
    plays = yaml.safe_load(playbook)
    plays[0]["tasks"][0]["baremetal.ipmi.ipmi_sensor_facts"]["port"] = "{{ bmc_port }}"
    assert player.run(plays).status == 0


def test_tasks_of_the_guide_run(player: Player) -> None:
    tasks = [
        task
        for block in blocks("docs/facts.md", "yaml")
        if block.startswith("- name")
        for task in yaml.safe_load(block)
    ]
    assert len(tasks) >= 4
    tasks.sort(key=lambda task: "baremetal.ipmi.ipmi_sensor_facts" not in task)
    everything = {"baremetal.ipmi.ipmi_sensor_facts": {**LOGIN}, "delegate_to": "localhost"}
    played = player.run([{"hosts": "all", "gather_facts": False, "tasks": [everything, *tasks]}])
    assert played.status == 0, played.output


def test_queries_of_the_guide_are_understood() -> None:
    import jmespath

    (listing,) = [block for block in blocks("docs/facts.md", "") if "ipmi_health.findings" in block]
    queries = [re.split(r"\s{3,}", line)[0] for line in listing.splitlines()]
    assert len(queries) == 5
    for query in queries:
        jmespath.compile(query)


def test_sensor_of_the_guide_has_the_keys_of_the_facts(player: Player) -> None:
    (shown,) = [block for block in blocks("docs/facts.md", "yaml") if block.startswith("name: ")]
    documented = yaml.safe_load(constant("ipmi_sensor_facts", "RETURN"))
    contains = documented["ansible_facts"]["contains"]["ipmi_sensors"]["contains"]
    assert list(yaml.safe_load(shown)) == list(contains)


LOGIN = {
    "host": "{{ bmc_host }}",
    "port": "{{ bmc_port }}",
    "username": "{{ bmc_username }}",
    "password": "{{ bmc_password }}",
}


def test_links_lead_somewhere() -> None:
    for document in [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")]:
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", document.read_text()):
            if "://" not in target:
                assert (document.parent / target).exists(), f"{document.name}: {target}"
