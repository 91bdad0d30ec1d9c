# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One task for a fleet, and host by host: the same facts, logs, failures, reports and verdicts, of whatever BMCs."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from comparing.images import image_paths

from bmcsim import running
from harness.fleet import BMCS, PATIENCE, WAITED, alone, once, play, share, tell_each, told
from harness.ipmi_sim import IpmiSim
from harness.playing import Player


@pytest.fixture(scope="module")
def bmcs() -> Iterator[Any]:
    with running(BMCS) as served:
        yield served


@pytest.fixture
def player(tmp_path: Path, ansible_env: dict[str, str]) -> Player:
    env = {**ansible_env, "ANSIBLE_FORKS": "8"}
    return Player(tmp_path, env)


def add_all(player: Player, bmcs: Any) -> None:
    for bmc in BMCS:
        player.add(bmcs[bmc["name"]])
    player.add(bmcs["good"])
    player.hosts["locked"] = {**player.hosts["good"], "bmc_password": "wr0ng"}
    player.hosts["nowhere"] = {**player.hosts["good"], "bmc_host": "127.99.99.99"}
    player.hosts["nameless"] = {**player.hosts["good"], "bmc_host": "no-such-bmc.invalid"}


def assert_equal(player: Player) -> None:
    for host in player.hosts:
        said = told(player, host)
        assert said["sensors_share"] == said["sensors"], host
        assert said["log_share"] == said["log"], host
        assert said["by_pyghmi"] == said["sensors"], host


ALL_WAYS = [
    alone("ipmi_sensor_facts", "sensors"),
    alone("ipmi_sensor_facts", "by_pyghmi", transport="pyghmi"),
    alone("ipmi_sel_info", "log", live=True),
    once(collect=["sensors", "sel"], log={"live": True}, **PATIENCE),
    share("sensors", "sensors_share"),
    share("sel", "log_share"),
    tell_each("sensors", "by_pyghmi", "log", "sensors_share", "log_share"),
]


def test_fleet_task_says_what_the_modules_for_one_bmc_say(bmcs: Any, player: Player) -> None:
    add_all(player, bmcs)
    played = player.run(play(*ALL_WAYS))
    assert played.status == 0, played.output
    assert_equal(player)
    assert told(player, "logless")["sensors"]["ansible_facts"]["ipmi_health"]["status"] == "nominal"
    assert told(player, "logless")["log"]["error"]["kind"] == "sel_error"


@pytest.mark.slow
@pytest.mark.needs_bmc_images
@pytest.mark.needs_command("ipmi_sim")
def test_fleet_task_says_of_real_bmcs_what_the_modules_say(player: Player, tmp_path: Path) -> None:
    with ExitStack() as running_images:
        for path in image_paths():
            bmc = running_images.enter_context(IpmiSim(path, tmp_path))
            login = {"bmc_host": bmc.host, "bmc_port": bmc.port, "bmc_username": bmc.username}
            player.hosts[path.stem] = {**login, "bmc_password": bmc.password}
        played = player.run(play(*ALL_WAYS))
    assert played.status == 0, played.output
    assert_equal(player)
    readings = [
        sensor for host in player.hosts for sensor in told(player, host)["sensors"]["ansible_facts"]["ipmi_sensors"]
    ]
    assert len(player.hosts) >= 6 and len(readings) > 300


def report(output: str) -> list[str]:
    """The lines of the fleet's table, without what depends on the time."""
    after = WAITED.sub("in vain", output[output.index("worst finding") :]).splitlines()[1:]
    return list(itertools.takewhile(lambda line: line and not line.startswith(("ok:", "[", "fatal:", "TASK")), after))


def snapshots(player: Player) -> dict[str, Any]:
    found = {
        path.stem: json.loads(WAITED.sub("in vain", path.read_text())) for path in player.folder.glob("sensor_facts/*")
    }
    return {host: {**content, "read_at": ""} for host, content in found.items()}


def recap(output: str) -> dict[str, bool]:
    """Which hosts have failed."""
    lines = [line for line in output.splitlines() if "unreachable=" in line]
    return {line.split()[0]: "failed=0" not in line for line in lines}


def test_role_reports_the_same_in_both_modes(bmcs: Any, player: Player) -> None:
    add_all(player, bmcs)
    player.hosts["switch"] = {}
    by_host = player.run("baremetal.ipmi.sensor_facts")
    kept = snapshots(player)
    by_fleet = player.run("baremetal.ipmi.sensor_facts", "-e", "sensor_facts_mode=fleet")
    assert by_host.status == by_fleet.status == 2, by_fleet.output
    (player.folder / "out.txt").write_text(by_fleet.output)
    assert report(by_fleet.output) == report(by_host.output)
    assert recap(by_fleet.output) == recap(by_host.output)
    assert len(report(by_fleet.output)) == len(player.hosts)
    assert snapshots(player) == kept


def health_files(player: Player) -> dict[str, str]:
    """Of both modes what depends on no time."""
    times = re.compile(
        r'checked_at": "[^"]*"|timestamp="[^"]*"|time="[^"]*"|_timestamp_seconds .*|[+-]?[0-9.]+ s (off|ahead|behind)'
    )
    found = {path.name: path.read_text() for path in (player.folder / "ci").iterdir()}
    return {name: times.sub("", WAITED.sub("in vain", text)) for name, text in found.items()}


@pytest.mark.parametrize(
    "names", [("fan", "logless", "silent"), pytest.param((), marks=pytest.mark.slow)], ids=["some", "all"]
)
def test_health_of_servers_is_the_same_in_both_modes(bmcs: Any, player: Player, names: tuple[str, ...]) -> None:
    add_all(player, bmcs)
    player.hosts = {name: player.hosts[name] for name in names or player.hosts}
    player.hosts["switch"] = {}
    for variables in player.hosts.values():
        variables.update(hardware_health_inside=False, sel_request_timeout_s=0.4, sel_retries=1)
    files = {f"hardware_health_{kind}": f"ci/{kind}" for kind in ("junit", "json", "prometheus")}
    arguments = ("-e", json.dumps({**files, "hardware_health_baseline_dir": ""}))
    by_host = player.run("baremetal.ipmi.hardware_health", *arguments)
    kept = health_files(player)
    by_fleet = player.run("baremetal.ipmi.hardware_health", *arguments, "-e", "hardware_health_mode=fleet")
    assert by_host.status == by_fleet.status == 2, by_fleet.output
    (player.folder / "out.txt").write_text(by_fleet.output)
    assert report(by_fleet.output) == report(by_host.output)
    assert recap(by_fleet.output) == recap(by_host.output)
    assert health_files(player) == kept
    assert len(json.loads((player.folder / "ci" / "json").read_text())["hosts"]) == len(player.hosts)
