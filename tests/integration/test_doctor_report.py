# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ipmi_doctor as a play runs it: table, files, facts, who fails, rules of a host's own, and its examples."""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from bmcsim import running
from harness.documentation import constant
from harness.playing import Played, Player, tell

DELL = {"vendor": "Dell Inc.", "model": "PowerEdge M620", "form_factor": "Multi-system", "chassis": "M1000e-1"}
BMC = {"firmware_version": "2.30", "manufacturer_id": 674}
WELL = {"ansible_facts": {"ipmi_health": {"status": "nominal"}, "ipmi_bmc": BMC, "ipmi_sensors": []}}
SILENT = {"failed": True, "msg": "x", "error": {"kind": "unreachable", "message": "no BMC answers"}}


def evidence(timeouts: str, rate: float, **parts: Any) -> dict[str, Any]:
    events = {
        "class": timeouts,
        "rate_per_day": rate,
        "count": int(rate),
        "system": "windows",
        "window": {"hours": 24.0},
    }
    return {"events": events, "system": DELL, "bmc": WELL, "services": ["EventLog"], **parts}


@pytest.fixture
def player(tmp_path: Path, ansible_env: dict[str, str]) -> Player:
    """Three hosts: one lacks the service module, one is sick, one was never come to."""
    made = Player(tmp_path, ansible_env)
    made.hosts["blade1"] = {"ipmi_doctor_evidence": evidence("elevated", 40.0)}
    made.hosts["blade2"] = {"ipmi_doctor_evidence": evidence("high", 1440.0, bmc=SILENT)}
    made.hosts["blade3"] = {}
    return made


def examined(player: Player, *arguments: str, **options: Any) -> tuple[Played, Any]:
    task = {
        "baremetal.ipmi.ipmi_doctor": {"hosts": "{{ ansible_play_hosts_all }}", **options},
        "run_once": True,
        "register": "doctor",
    }
    play = {"hosts": "all", "gather_facts": False, "tasks": [task, {**tell("doctor"), "run_once": True}]}
    played = player.run([play], *arguments)
    return played, (player.told() if played.status == 0 else None)


def file_of(player: Player, host: str) -> dict[str, Any]:
    return dict(json.loads((player.folder / "doctor" / f"{host}.json").read_text()))


def has_documented_keys(told: dict[str, Any]) -> None:
    documented = yaml.safe_load(constant("ipmi_doctor", "RETURN"))
    assert set(documented) <= set(told)
    for found in told["hosts"].values():
        assert set(found) == set(documented["hosts"]["contains"])
        assert set(documented["hosts"]["contains"]["signs"]["sample"]) <= set(found["signs"])
    also = [entry for found in told["hosts"].values() for entry in found["also"]]
    assert also and all(set(entry) == {"rule", "verdict", "because"} for entry in also)
    assert told["hosts"]["blade1"]["signs"]["pollers"] == 0
    assert told["hosts"]["blade1"]["signs"]["blade"] is True
    assert "RAC0690" in " ".join(told["hosts"]["blade1"]["next_steps"])


def test_fleet_is_shown_worst_first_and_the_sick_are_named(player: Player) -> None:
    played, told = examined(player)
    assert list(told["hosts"]) == ["blade2", "blade1", "blade3"]
    assert [line.split()[:2] for line in told["table"]] == [
        ["host", "verdict"],
        ["blade2", "controller_sick"],
        ["blade1", "install_vendor_agent"],
        ["blade3", "look_further"],
    ]
    assert all(line in played.output for line in told["table"])
    assert list(told["failing"]) == ["blade2"]
    assert not told["changed"] and "directory" not in told
    assert not (player.folder / "doctor").exists()


def test_files_are_the_owners_and_the_next_run_compares_with_them(player: Player) -> None:
    _played, told = examined(player, directory="doctor")
    has_documented_keys(told)
    assert told["directory"] == str(player.folder / "doctor")
    for host in player.hosts:
        assert stat.S_IMODE((player.folder / "doctor" / f"{host}.json").stat().st_mode) == 0o600
        assert (file_of(player, host)["host"], file_of(player, host)["verdict"]) == (
            host,
            told["hosts"][host]["verdict"],
        )
    assert {path.suffix for path in (player.folder / "doctor").iterdir()} == {".json"}
    assert told["hosts"]["blade1"]["signs"]["since_before"] == "unknown"

    player.hosts["blade1"]["ipmi_doctor_evidence"] = evidence("none", 0.0, services=["iDRAC Service Module"])
    _played, told = examined(player, directory="doctor")
    assert told["hosts"]["blade1"]["rule"] == "cured"
    assert file_of(player, "blade1")["rate_per_day"] == 0.0
    assert file_of(player, "blade3")["rate_per_day"] is None


def test_check_mode_compares_and_writes_nothing(player: Player) -> None:
    examined(player, directory="doctor")
    before = {path.name: path.read_bytes() for path in (player.folder / "doctor").iterdir()}
    player.hosts["blade1"]["ipmi_doctor_evidence"] = evidence("none", 0.0, services=["iDRAC Service Module"])
    _played, told = examined(player, "--check", directory="doctor")
    assert told["hosts"]["blade1"]["rule"] == "cured"
    assert "directory" not in told
    assert {path.name: path.read_bytes() for path in (player.folder / "doctor").iterdir()} == before


def test_damaged_file_is_told_and_written_anew(player: Player) -> None:
    (player.folder / "doctor").mkdir()
    (player.folder / "doctor" / "blade1.json").write_text('{"rate_per_day": 4')
    played, told = examined(player, directory="doctor")
    assert "blade1.json is damaged" in " ".join(played.output.split())
    assert told["hosts"]["blade1"]["signs"]["since_before"] == "unknown"
    assert file_of(player, "blade1")["rate_per_day"] == 40.0


def test_folder_that_cannot_be_used_is_told(player: Player) -> None:
    (player.folder / "doctor").write_text("")
    played, _told = examined(player, directory="doctor")
    assert played.status == 2
    assert "Name another directory, or none" in " ".join(played.output.split())


def test_verdicts_that_end_the_play_are_the_users_choice(player: Player) -> None:
    _played, told = examined(player, fail_on=["look_further", "install_vendor_agent"])
    assert list(told["failing"]) == ["blade1", "blade3"]


def test_rules_of_a_host_come_before_those_of_all(player: Player) -> None:
    spare = {"name": "spare", "when": {"blade": True}, "verdict": "healthy", "because": "It is a spare."}
    player.hosts["blade2"]["our_rules"] = [spare]
    everyone = {"name": "everyone", "when": {"timeouts": ["elevated", "high"]}, "verdict": "look_further"}
    _played, told = examined(player, rules=[everyone], rules_variable="our_rules")
    assert {host: found["rule"] for host, found in told["hosts"].items()} == {
        "blade1": "everyone",
        "blade2": "spare",
        "blade3": "unexplained",
    }


def test_wrong_rule_of_a_host_is_told_with_both_names(player: Player) -> None:
    player.hosts["blade2"]["our_rules"] = [{"name": "spare", "when": {"blades": True}, "verdict": "healthy"}]
    played, _told = examined(player, rules_variable="our_rules")
    assert played.status == 2
    assert "rules of blade2: rule 'spare': 'blades' is no sign. Use timeouts," in " ".join(played.output.split())


def test_text_of_a_host_is_no_template_and_no_terminal_code(player: Player) -> None:
    text = "{{ lookup('pipe', 'id') }}\x1b[31m" + "x" * 5000
    source = {
        "hosts": "blade1",
        "gather_facts": False,
        "tasks": [
            # As a task's result brings it, and not as the inventory does.
            {"ansible.builtin.slurp": {"src": "text"}, "delegate_to": "localhost", "register": "read"},
            {
                "ansible.builtin.set_fact": {
                    "ipmi_doctor_evidence": {
                        "system": {"vendor": "Dell Inc.", "model": "{{ read.content | b64decode }}"}
                    }
                }
            },
            {"baremetal.ipmi.ipmi_doctor": {"hosts": ["blade1"]}, "register": "doctor"},
            tell("doctor.hosts.blade1.evidence"),
        ],
    }
    (player.folder / "text").write_text(text)
    source["tasks"][0]["ansible.builtin.slurp"]["src"] = str(player.folder / "text")  # type: ignore[index]
    played = player.run([source])
    assert played.status == 0, played.output
    assert "\x1b" not in played.output and "uid=" not in played.output
    (shown,) = [sentence for sentence in player.told() if sentence.startswith("server: ")]
    assert "{{ lookup('pipe', 'id') }}" in shown and len(shown) < 200


def test_examples_run(tmp_path: Path, ansible_env: dict[str, str]) -> None:
    player = Player(tmp_path, ansible_env)
    with running({"name": "rack", "model": "rack1u"}) as fleet:
        player.add(fleet["rack"])
        tasks = yaml.safe_load(constant("ipmi_doctor", "EXAMPLES"))
        played = player.run([{"hosts": "all", "gather_facts": False, "tasks": [*tasks, tell("doctor.hosts.rack")]}])
    assert played.status == 0, played.output
    assert player.told()["signs"]["bmc_answers"] == "well"
    assert (tmp_path / "ipmi_doctor" / "rack.json").exists()
