# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbook collectd_ipmi on a fleet of nodes: one first, then the others, and a table at the end, whatever happens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from bmcsim import running
from harness.collectd_events import server
from harness.collectd_role import CONFIG
from harness.node import FIRST_USE_S, Node, image_or_skip, node
from harness.playing import Played, Player

pytestmark = [pytest.mark.timeout(FIRST_USE_S), pytest.mark.slow]

PLAYBOOK = "baremetal.ipmi.collectd_ipmi"
NAMES = ("one", "two")


@pytest.fixture(scope="module")
def nodes() -> Iterator[dict[str, Node]]:
    image_or_skip("bookworm")
    with ExitStack() as stack:
        machines = {name: stack.enter_context(node("bookworm")) for name in NAMES}
        for machine in machines.values():
            machine.must("apt-get update -qq")
        yield machines


@pytest.fixture(scope="module")
def bmcs() -> Iterator[Any]:
    with running([server(name, number) for number, name in enumerate(NAMES, 30)]) as fleet:
        yield fleet


@pytest.fixture
def player(tmp_path: Path, ansible_env: dict[str, str], nodes: dict[str, Node], bmcs: Any) -> Player:
    made = Player(tmp_path, ansible_env, deadline_s=400)
    for name, machine in nodes.items():
        login = {"address": bmcs[name].address, "username": bmcs[name].user, "password": bmcs[name].password}
        made.hosts[name] = machine.inventory(
            ansible_ssh_pipelining=True,
            collectd_ipmi_instances=[{"name": name, "auth_type": "rmcp+", **login}],
            collectd_ipmi_interval=1,
            collectd_ipmi_timeout_s=20,
        )
    return made


def table(played: Played) -> list[list[str]]:
    """The report's cells: host, version, instances, sensors, drift, and the remark's words."""
    lines = played.output.splitlines()
    (heading,) = [number for number, line in enumerate(lines) if re.match(r"host +version", line)]
    return [line.split() for line in lines[heading + 1 : heading + 1 + len(NAMES)]]


def test_canary_that_fails_ends_the_roll_out_with_a_table_and_nothing_is_changed_elsewhere(
    player: Player, nodes: dict[str, Node], bmcs: Any
) -> None:
    player.hosts["one"]["collectd_ipmi_instances"][0]["password"] = "wrong"
    played = player.run(PLAYBOOK)
    assert played.status == 2, played.output
    assert "a second collectd had no value of one" in played.output
    (one, two) = sorted(table(played))
    assert one[:2] == ["one", "-"]
    assert " ".join(two[5:]) == "not come to yet, or failed before"
    assert nodes["two"].ssh("command -v collectd").returncode


def test_fleet_is_set_up_and_a_second_run_and_a_check_find_nothing_to_do(
    player: Player, nodes: dict[str, Node]
) -> None:
    played = player.run(PLAYBOOK)
    assert played.status == 0, played.output
    for row in table(played):
        assert row[1:3] == ["5.12.0", "1"]
        assert int(row[3]) > 10
    again = player.run(PLAYBOOK, "--check", "--diff")
    assert len(re.findall("changed=0", again.output)) == len(NAMES), again.output
    assert [row[4] for row in table(again)] == ["0", "0"]
    nodes["two"].must(f"sed -i 's/Interval 1/Interval 3/' {CONFIG}")
    drifted = player.run(PLAYBOOK, "--check", "--diff")
    assert drifted.status == 0, drifted.output
    assert sorted((row[0], row[4]) for row in table(drifted)) == [("one", "0"), ("two", "1")]
    assert table(drifted)[0][0] == "two"
    assert "-  Interval 3" in drifted.output and "+  Interval 1" in drifted.output
