# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbook hardware_health on a node that runs collectd: its values flow, or somebody is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bmcsim import running
from harness.collectd_events import server
from harness.node import FIRST_USE_S, Node, image_or_skip, node
from harness.playing import Player

pytestmark = pytest.mark.timeout(FIRST_USE_S)


@pytest.fixture
def machine() -> Iterator[Node]:
    image_or_skip("bookworm")
    with node("bookworm") as made:
        made.must("apt-get update -qq")
        yield made


@pytest.fixture
def bmc() -> Iterator[Any]:
    with running([server("one", 35)]) as fleet:
        yield fleet["one"]


def findings(player: Player) -> dict[str, str]:
    played = player.run("baremetal.ipmi.hardware_health", "-e", "hardware_health_json=health.json")
    told = json.loads((player.folder / "health.json").read_text())["hosts"]["one"]
    assert told["checks"]["collectd_flow"]["state"] != "skipped", played.output
    # The driver's log is the kernel's, which a node has none of.
    return {found["check"]: found["state"] for found in told["findings"] if found["check"] != "driver"}


def test_values_that_do_not_flow_are_a_finding(
    tmp_path: Path, ansible_env: dict[str, str], machine: Node, bmc: Any
) -> None:
    login = {"address": bmc.address, "username": bmc.user, "password": bmc.password}
    player = Player(tmp_path, ansible_env, deadline_s=400)
    player.hosts["one"] = machine.inventory(
        ansible_ssh_pipelining=True,
        collectd_ipmi_instances=[{"name": "one", "auth_type": "rmcp+", **login}],
        collectd_ipmi_interval=1,
        collectd_ipmi_timeout_s=30,
        hardware_health_baseline_dir="",
    )
    assert player.run("baremetal.ipmi.collectd_ipmi").status == 0
    assert findings(player) == {}
    machine.must("systemctl stop collectd")
    assert findings(player) == {"collectd_flow": "attention"}
    assert machine.ssh("systemctl is-active --quiet collectd").returncode, "nothing is changed"
