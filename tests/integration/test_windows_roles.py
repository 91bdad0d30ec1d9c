# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbook ipmi_timeouts, and the targets for who has a Windows server, against a stand-in host."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.playing import Player
from harness.windows import WindowsHost, with_ansible_windows

ROOT = Path(__file__).resolve().parents[2]
TARGETS = ROOT / "tests" / "integration" / "targets"
KEY = r"HKLM:\SYSTEM\CurrentControlSet\Control\IPMI"
PLAYBOOK = "baremetal.ipmi.ipmi_timeouts"


@pytest.fixture
def host() -> Iterator[WindowsHost]:
    with WindowsHost("web1") as made:
        made.registry.set(KEY, "ErrorControl", "REG_DWORD", 1)
        yield made


@pytest.fixture
def player(tmp_path: Path, ansible_env: dict[str, str], host: WindowsHost) -> Player:
    made = Player(tmp_path, with_ansible_windows(ansible_env))
    wish = {"ipmi_timeouts_windows": {"preset": "ibm_blade"}, "ipmi_timeouts_watch_s": 1}
    made.hosts["web1"] = {**host.variables("ssh"), **wish}
    return made


def log(host: WindowsHost, event_id: int, **ago: float) -> None:
    host.events.add("IPMIDRV", event_id, level=3, at=datetime.now(UTC) - timedelta(**ago))


def test_values_are_set_the_server_restarted_where_that_is_allowed_and_the_rate_compared(
    player: Player, host: WindowsHost
) -> None:
    for hours in (1, 2, 3):
        log(host, 1004, hours=hours)
    checked = player.run(PLAYBOOK, "--check", "--diff")
    assert checked.status == 0 and "+BusyWaitPeriod = 60" in checked.output, checked.output
    assert not host.reboots and not host.calls_of("win_regedit")

    waits = player.run(PLAYBOOK)
    assert waits.status == 0 and "web1 was not restarted" in waits.output, waits.output
    assert not host.reboots
    host.registry.delete_value(KEY, "BusyWaitPeriod")

    player.hosts["web1"]["ipmi_timeouts_reboot"] = "true"
    done = player.run(PLAYBOOK)
    assert done.status == 0 and host.reboots == 1, done.output
    compared = "web1: 3 time-outs in the 24 h before (3.0 a day), 0 in the 1 s after (0.0 a day)."
    assert compared in done.output, done.output
    again = player.run(PLAYBOOK)
    assert again.status == 0 and "changed=0" in again.output and host.reboots == 1


def test_value_that_the_driver_refuses_at_its_start_is_told(player: Player, host: WindowsHost) -> None:
    player.hosts["web1"]["ipmi_timeouts_reboot"] = "true"
    host.on_reboot(lambda: log(host, 1002, seconds=0))
    done = player.run(PLAYBOOK)
    assert done.status == 2
    assert "The IPMI driver of web1 has refused a value since the host was started last" in done.output, done.output


def test_value_that_does_not_stand_is_told(player: Player, host: WindowsHost) -> None:
    player.hosts["web1"]["ipmi_timeouts_reboot"] = "true"
    host.on_reboot(lambda: host.registry.delete_value(KEY, "BusyWaitPeriod"))
    done = player.run(PLAYBOOK)
    assert done.status == 2 and "Look whether the values stand" in done.output
    assert "refused a value" not in done.output


@pytest.mark.parametrize("target", sorted(path.name for path in TARGETS.glob("windows_*")))
def test_targets_for_a_windows_server_run(player: Player, host: WindowsHost, target: str) -> None:
    """That they would pass where Windows behaves as the stand-in does; a typing mistake in them shows here."""
    for days in (1, 2, 40):
        log(host, 1004, days=days)
    host.registry.set(KEY, "BusyWaitPeriod", "REG_DWORD", 33)
    host.answer("win_powershell", "Get-WinEvent", output=[2])
    before = host.registry.dump(KEY)
    tasks: list[dict[str, Any]] = yaml.safe_load((TARGETS / target / "tasks" / "main.yml").read_text())
    played = player.run([{"hosts": "all", "gather_facts": False, "tasks": tasks}])
    assert played.status == 0, played.output
    assert host.registry.dump(KEY) == before
