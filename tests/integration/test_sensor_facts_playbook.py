# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role and the playbook sensor_facts: a fleet's report, its snapshots, and when it fails."""

from __future__ import annotations

import itertools
import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bmcsim import running
from harness.playing import Player, tell

PLAYBOOK = "baremetal.ipmi.sensor_facts"
NOTHING = {"name": "nothing", "sensors": [], "locator": "BMC"}


@pytest.fixture(scope="module")
def fleet() -> Iterator[Any]:
    fan = {"Fan2A": {"reading": 360}}
    with running(
        [
            {"name": "good", "model": "rack1u"},
            {"name": "fan", "model": "rack1u", "overrides": fan},
            {"name": "warm", "model": "rack1u", "overrides": {"Inlet Temp": {"reading": 39}}},
            {"name": "silent", "model": "rack1u", "faults": {"silent": True}},
            {"name": "partial", "model": "rack1u", "overrides": {"Fan1A": {"no_reply": True}}},
            {"name": "bare", "model": NOTHING},
        ]
    ) as served:
        yield served


@pytest.fixture
def player(tmp_path: Path, ansible_env: dict[str, str]) -> Player:
    return Player(tmp_path, ansible_env)


def lines(output: str) -> dict[str, str]:
    """The report's line of each host."""
    after = output[output.index("worst finding") :].splitlines()[1:]
    table = itertools.takewhile(lambda line: line and not line.startswith(("ok:", "[", "fatal:", "TASK")), after)
    return {line.split()[0]: line for line in table}


def snapshot(player: Player, host: str) -> dict[str, Any]:
    return json.loads((player.folder / "sensor_facts" / f"{host}.json").read_text())


def test_fleet_is_reported_worst_first_and_saved(fleet: Any, player: Player) -> None:
    for name in ("good", "fan", "silent", "partial", "warm"):
        player.add(fleet[name])
    played = player.run(PLAYBOOK)
    assert played.status == 2, played.output
    report = lines(played.output)
    assert list(report) == ["fan", "warm", "partial", "silent", "good"]
    assert "360 RPM" in report["fan"]
    assert "incomplete" in report["partial"]
    assert "no BMC answers" in report["silent"]
    for name in ("good", "fan", "silent", "partial"):
        path = player.folder / "sensor_facts" / f"{name}.json"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert snapshot(player, name)["host"] == name
    assert snapshot(player, "good")["ipmi_health"]["status"] == "nominal"
    assert snapshot(player, "silent")["ipmi_health"]["status"] == "unknown"
    assert snapshot(player, "silent")["error"]["kind"] == "unreachable"
    assert {path.suffix for path in (player.folder / "sensor_facts").iterdir()} == {".json"}


def test_only_the_hosts_that_need_attention_fail(fleet: Any, player: Player) -> None:
    for name in ("good", "fan"):
        player.add(fleet[name])
    played = player.run(PLAYBOOK)
    recap = {line.split()[0]: line for line in played.output.splitlines() if "failed=" in line}
    assert "failed=1" in recap["fan"]
    assert "failed=0" in recap["good"]


@pytest.mark.parametrize(
    ("host", "settings", "status"),
    [
        ("good", {}, 0),
        ("warm", {}, 0),
        ("warm", {"sensor_facts_fail_on": "warning"}, 2),
        ("fan", {"sensor_facts_fail_on": "never"}, 0),
        ("silent", {}, 2),
        ("silent", {"sensor_facts_unreachable": "warn"}, 0),
        ("partial", {"sensor_facts_unreachable": "warn"}, 0),
        ("partial", {}, 2),
        ("bare", {}, 2),
        ("bare", {"sensor_facts_unreachable": "warn"}, 0),
    ],
)
def test_when_the_play_ends_with_an_error(
    fleet: Any, player: Player, host: str, settings: dict[str, Any], status: int
) -> None:
    player.add(fleet[host], **settings)
    played = player.run(PLAYBOOK)
    assert played.status == status, played.output


def test_fleet_of_wrong_passwords_is_never_green(fleet: Any, player: Player) -> None:
    for name in ("good", "fan"):
        player.add(fleet[name], bmc_password="wr0ng", sensor_facts_unreachable="warn")
    played = player.run(PLAYBOOK)
    assert played.status == 2, played.output
    assert all("wrong password" in line for host, line in lines(played.output).items() if host in ("good", "fan"))
    assert snapshot(player, "good")["ipmi_health"]["status"] == "unknown"


def test_host_without_bmc_host_fails_alone(fleet: Any, player: Player) -> None:
    player.add(fleet["good"])
    player.hosts["switch"] = {}
    played = player.run(PLAYBOOK)
    assert played.status == 2
    assert "bmc_host" in played.output
    assert lines(played.output)["good"].split()[1] == "nominal"


def test_servers_that_ansible_reaches_by_winrm_or_not_at_all_are_not_logged_in_to(fleet: Any, player: Player) -> None:
    player.add(fleet["good"], ansible_connection="winrm", ansible_host="192.0.2.1")
    player.add(fleet["warm"], ansible_connection="ssh", ansible_host="192.0.2.2")
    assert player.run(PLAYBOOK).status == 0


def test_role_reports_and_never_fails_by_default(fleet: Any, player: Player) -> None:
    player.add(fleet["fan"], sensor_facts_snapshot_dir="")
    roles = [{"role": "baremetal.ipmi.sensor_facts"}]
    after = [tell("ansible_facts.ipmi_health.status")]
    played = player.run([{"hosts": "all", "gather_facts": False, "roles": roles, "tasks": after}])
    assert played.status == 0, played.output
    assert player.told() == "critical"
    assert not (player.folder / "sensor_facts").exists()


def test_check_mode_reports_and_writes_nothing(fleet: Any, player: Player) -> None:
    player.add(fleet["good"])
    played = player.run(PLAYBOOK, "--check")
    assert played.status == 0, played.output
    assert "nominal" in lines(played.output)["good"]
    assert not (player.folder / "sensor_facts").exists()


def test_batches_end_in_one_report_of_all(fleet: Any, player: Player) -> None:
    for name in ("fan", "good", "warm"):
        player.add(fleet[name])
    played = player.run(PLAYBOOK, "-e", "sensor_facts_serial=1")
    assert played.status == 2
    assert {"fan", "good", "warm"} <= set(lines(played.output))


def test_unwritable_snapshot_folder_is_named(fleet: Any, player: Player) -> None:
    player.add(fleet["good"], sensor_facts_snapshot_dir="/proc/nowhere")
    played = player.run(PLAYBOOK)
    assert played.status == 2
    assert "cannot be written to /proc/nowhere" in played.output
