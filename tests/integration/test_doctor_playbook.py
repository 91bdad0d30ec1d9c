# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbook ipmi_doctor on a small fleet: stand-ins for Windows, a Linux machine with a journal of ours, BMCs by LAN."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bmcsim import running
from harness.collectd_events import server
from harness.playing import Player, tell
from harness.windows import WindowsHost, with_ansible_windows

KEY = r"HKLM:\SYSTEM\CurrentControlSet\Control\IPMI"
PLAYBOOK = "baremetal.ipmi.ipmi_doctor"
DELL = {"ansible_system_vendor": "Dell Inc.", "ansible_product_name": "PowerEdge M620"}
POOL = "Win32_PerfRawData_PerfOS_Memory"
MIB = 1024**2
KERNEL_LINE = "ipmi_si IPI0001:00: IPMI BT: timeout in RD_WAIT [ ] 1 retries left"


@pytest.fixture
def blades() -> Iterator[dict[str, WindowsHost]]:
    """Two blades with time-outs once an hour, and no service module."""
    with ExitStack() as stack:
        hosts = {name: stack.enter_context(WindowsHost(name)) for name in ("blade1", "blade2")}
        for host in hosts.values():
            host.facts.update(DELL)
            host.add_service("Spooler", "Print Spooler")
            host.answer("win_powershell", POOL, output=[memory(500)])
            for hour in range(1, 24):
                host.events.add("IPMIDRV", 1004, level=3, at=datetime.now(UTC) - timedelta(hours=hour))
        yield hosts


def memory(mib: int, **ago: float) -> dict[str, Any]:
    read_at = datetime.now(UTC) - timedelta(**ago)
    return {"non_paged_pool_bytes": mib * MIB, "read_at": read_at.strftime("%Y-%m-%dT%H:%M:%SZ")}


@pytest.fixture
def fleet() -> Iterator[Any]:
    with running([server(name, number) for number, name in enumerate(("blade1", "linux"), 60)]) as made:
        yield made


@pytest.fixture
def player(tmp_path: Path, ansible_env: dict[str, str], blades: dict[str, WindowsHost], fleet: Any) -> Player:
    made = Player(tmp_path, with_ansible_windows(ansible_env), deadline_s=240)
    for name, host in blades.items():
        made.hosts[name] = host.variables("ssh")
    path = tmp_path / "bin"
    path.mkdir()
    journal = {"MESSAGE": KERNEL_LINE, "PRIORITY": "4", "__REALTIME_TIMESTAMP": str(int((time.time() - 60) * 1e6))}
    (path / "journalctl").write_text(f"#!/bin/sh\ncat <<'END'\n{json.dumps(journal)}\nEND\n")
    (path / "journalctl").chmod(0o755)
    made.env = {**made.env, "PATH": f"{path}:{made.env.get('PATH', os.environ['PATH'])}"}
    made.hosts["linux"] = {"ansible_connection": "local", "ansible_become": False}
    for name in ("blade1", "linux"):
        login = {"bmc_host": fleet[name].address, "bmc_port": fleet[name].port, "bmc_username": fleet[name].user}
        made.hosts[name].update(login, bmc_password=fleet[name].password)
    return made


def verdicts(output: str, hosts: list[str]) -> dict[str, str]:
    """The table's second column."""
    return {name: found.group(1) for name in hosts if (found := re.search(rf"^{name} +(\w+)", output, re.MULTILINE))}


def test_fleet_gets_one_verdict_a_host_as_table_facts_and_files(
    player: Player, blades: dict[str, WindowsHost], fleet: Any
) -> None:
    player.hosts["gone"] = {**blades["blade1"].variables("ssh"), "ansible_ssh_executable": "/bin/false"}
    played = player.run(PLAYBOOK)
    assert played.status == 0, played.output
    told = verdicts(played.output, list(player.hosts))
    # blade2's firmware is not known, and gone was not reached.
    wanted = {"blade1": "install_vendor_agent", "blade2": "look_further", "gone": "look_further", "linux": "healthy"}
    assert told == wanted, played.output
    for host in blades.values():
        assert {call.module for call in host.calls} <= {
            "win_command",
            "win_reg_stat",
            "setup",
            "win_service_info",
            "win_powershell",
        }
        assert not host.reboots
    kept = json.loads((player.folder / "ipmi_doctor" / "blade1.json").read_text())
    assert fleet["blade1"].password not in played.output + json.dumps(kept)
    again = player.run(PLAYBOOK)
    assert again.status == 0 and "changed=0" in again.output, again.output


def test_pool_that_grows_between_two_runs_makes_the_controller_sick_and_ends_the_play(
    player: Player, blades: dict[str, WindowsHost]
) -> None:
    facts = tell("ansible_facts.ipmi_doctor", "{{ inventory_hostname }}.fact")
    role = {"ansible.builtin.import_role": {"name": "baremetal.ipmi.ipmi_doctor"}}
    player.hosts = {"blade1": player.hosts["blade1"]}
    blades["blade1"].answer("win_powershell", POOL, output=[memory(500, hours=30)])
    assert player.run([{"hosts": "all", "gather_facts": False, "tasks": [role]}]).status == 0
    blades["blade1"].answer("win_powershell", POOL, output=[memory(2000)])
    played = player.run([{"hosts": "all", "gather_facts": False, "tasks": [role, facts]}])
    assert played.status == 0, played.output
    fact = player.told("blade1.fact")
    assert any("it grows" in sentence for sentence in fact["evidence"]), fact
    assert set(fact) >= {"verdict", "evidence", "next_steps"}


def test_time_outs_are_raised_where_that_is_the_verdict_and_asked_for(
    player: Player, blades: dict[str, WindowsHost]
) -> None:
    blades["blade1"].add_service("iDRAC Service Module", "iDRAC Service Module")
    player.hosts = {"blade1": player.hosts["blade1"]}
    asked = player.run(PLAYBOOK, "-e", "ipmi_doctor_fix=true")
    assert verdicts(asked.output, ["blade1"]) == {"blade1": "raise_timeouts"}, asked.output
    assert "says to what" in asked.output, asked.output
    assert not blades["blade1"].calls_of("win_regedit")
    values = json.dumps({"ipmi_doctor_fix": True, "ipmi_timeouts_windows": {"busy_wait_period": 60}})
    done = player.run(PLAYBOOK, "-e", values)
    assert done.status == 0 and "and they wait for a restart" in done.output, done.output
    assert blades["blade1"].registry.values(KEY) == {"BusyWaitPeriod": ("REG_DWORD", 60)}


def test_host_with_a_rule_of_its_own_and_bmcs_alone(player: Player, blades: dict[str, WindowsHost]) -> None:
    rule = {"name": "ours", "when": {"timeouts": ["elevated"]}, "verdict": "healthy", "because": "known"}
    player.hosts["blade1"]["ipmi_doctor_rules"] = [rule]
    player.hosts["linux"]["ipmi_doctor_inside"] = False
    played = player.run(PLAYBOOK, "--limit", "blade1,linux")
    told = verdicts(played.output, ["blade1", "linux"])
    assert told == {"blade1": "healthy", "linux": "look_further"}, played.output
