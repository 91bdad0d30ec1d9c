# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notifications as role collectd_ipmi sets them up on a node, and the examples of the module's documentation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bmcsim import running
from harness.collectd import wait_for
from harness.collectd_events import server
from harness.collectd_role import Collector
from harness.documentation import constant
from harness.node import FIRST_USE_S, Node, image_or_skip, node
from harness.playing import Player

pytestmark = pytest.mark.timeout(FIRST_USE_S)

FILE = "/var/log/collectd-ipmi/notifications.jsonl"
PROGRAM = "/usr/local/lib/baremetal-ipmi/collectd_notify.pyz"
HEARD_S = 120.0  # OpenIPMI looks into the event log every ten seconds


@pytest.fixture(scope="module")
def fleet() -> Iterator[Any]:
    with running([server("web01", 20), server("web02", 21)]) as both:
        yield both


@pytest.fixture
def bmc(fleet: Any) -> Any:
    return fleet["web01"]


@pytest.fixture(scope="module")
def machine() -> Iterator[Node]:
    image_or_skip("bookworm")
    with node("bookworm") as running_node:
        running_node.must("apt-get update -qq")
        yield running_node


def play(player: Player, machine: Node, bmc: Any, *arguments: str, **more: Any) -> str:
    player.hosts["collector"] = machine.inventory(ansible_ssh_pipelining=True)
    login = {"address": bmc.address, "username": bmc.user, "password": bmc.password, "auth_type": "rmcp+"}
    variables = {
        "collectd_ipmi_instances": [{"name": "web01", "sel_enabled": True, **login}],
        "collectd_ipmi_interval": 1,
        "collectd_ipmi_timeout_s": 60,
        "collectd_ipmi_notifications": {"file": FILE, "syslog": "daemon"},
        "collectd_ipmi_health_rules": [{"name": "ours", "type": "Power Supply", "health": "warning"}],
        **more,
    }
    role = {"ansible.builtin.import_role": {"name": "baremetal.ipmi.collectd_ipmi"}}
    played = player.run([{"hosts": "all", "gather_facts": False, "vars": variables, "tasks": [role]}], *arguments)
    assert played.status == 0, played.output
    return played.output


def heard(machine: Node) -> list[dict[str, Any]]:
    done = machine.ssh(f"cat {FILE}")
    return [json.loads(line) for line in done.stdout.splitlines()] if done.returncode == 0 else []


def test_events_arrive_rated_by_the_rules_and_are_taken_away_again(
    machine: Node, bmc: Any, tmp_path: Path, ansible_env: dict[str, str]
) -> None:
    player = Player(tmp_path, ansible_env, deadline_s=300)
    first = play(player, machine, bmc, "--diff")
    assert "SHA-256" in first and "PK\x03" not in first
    assert machine.must(f"stat -c '%U %a' /var/log/collectd-ipmi {PROGRAM}") == "collectd-ipmi 750\nroot 644\n"
    bmc.set_sensor("PSU1 Status", states=[0, 1])
    bmc.set_sensor("CPU1 Temp", reading=99)
    wait_for(lambda: {"PSU1 Status", "CPU1 Temp"} <= {line["name"] for line in heard(machine)}, HEARD_S)
    told = {line["name"]: line for line in heard(machine) if line["assertion"] == "assertion"}
    assert (told["PSU1 Status"]["severity"], told["PSU1 Status"]["rule"]) == ("warning", "ours")
    assert told["CPU1 Temp"]["severity"] in ("warning", "critical")
    assert "PSU1 Status" in machine.must("journalctl --identifier=collectd-ipmi --output=cat")
    assert "changed=0" in play(player, machine, bmc)
    play(player, machine, bmc, collectd_ipmi_notifications={})
    assert machine.ssh(f"test -e {PROGRAM}").returncode
    assert "LoadPlugin exec" not in machine.must("cat /etc/collectd/collectd.conf.d/00-baremetal-ipmi.conf")
    Collector(machine).flows("web01")


def test_examples_of_the_module_run(machine: Node, fleet: Any, tmp_path: Path, ansible_env: dict[str, str]) -> None:
    examples = constant("collectd_ipmi", "EXAMPLES")
    here = {
        "192.0.2.11": fleet["web01"].address,
        "192.0.2.12": fleet["web02"].address,
        "interval_s: 60": "interval_s: 1",
    }
    for told, real in here.items():
        assert told in examples
        examples = examples.replace(told, real)
    machine.must(
        "apt-get install --yes -qq --no-install-recommends collectd libopenipmi0 libmicrohttpd12 libprotobuf-c1"
    )
    player = Player(tmp_path, ansible_env, deadline_s=300)
    player.hosts["collector"] = machine.inventory(vault_bmc_password=fleet["web01"].password)
    played = player.run([{"hosts": "all", "gather_facts": False, "tasks": yaml.safe_load(examples)}])
    assert played.status == 0, played.output
    assert machine.ssh("test -e /etc/collectd/collectd.conf.d/00-baremetal-ipmi.conf").returncode
