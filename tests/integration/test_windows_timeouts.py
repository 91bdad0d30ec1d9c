# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ipmi_timeouts on Windows: the real connection plugins and the real ansible.windows, against a stand-in host."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.documentation import constant
from harness.playing import Played, Player
from harness.windows import WindowsHost, wine_registry, with_ansible_windows, with_core

CONTROL = r"HKLM:\SYSTEM\CurrentControlSet\Control"
KEY = rf"{CONTROL}\IPMI"
NAMES = {
    "busy_wait_timeout_period": "BusyWaitTimeoutPeriod",
    "busy_wait_period": "BusyWaitPeriod",
    "ipmb_wait_timeout_period": "IpmbWaitTimeoutPeriod",
    "command_wait_timeout_period": "CommandWaitTimeoutPeriod",
    "slave_address_detection_method": "SlaveAddressDetectionMethod",
}
FOREIGN = {"ErrorControl": ("REG_DWORD", 1), "Description": ("REG_SZ", "busy wait")}


@pytest.fixture
def host() -> Iterator[WindowsHost]:
    with WindowsHost("web1") as made:
        for name, (kind, data) in FOREIGN.items():
            made.registry.set(KEY, name, kind, data)
        made.registry.set(rf"{KEY}\Parameters", "BusyWaitPeriod", "REG_DWORD", 5)
        made.registry.set(rf"{CONTROL}\Other", "BusyWaitPeriod", "REG_DWORD", 6)
        yield made


@pytest.fixture
def player(tmp_path: Path, ansible_env: dict[str, str], host: WindowsHost) -> Player:
    made = Player(tmp_path, with_ansible_windows(ansible_env))
    made.hosts["web1"] = host.variables("ssh")
    return made


def play(player: Player, *arguments: str, **windows: Any) -> tuple[Played, Any]:
    return player.result("ipmi_timeouts", {"windows": windows}, *arguments)


def asked(host: WindowsHost) -> list[str]:
    """What was asked, and the names of the values that were written."""
    return [
        call.module if call.module == "win_reg_stat" else str(call.arguments["name"])
        for call in host.calls
        if call.module.startswith("win_reg")
    ]


@pytest.mark.parametrize(("connection", "core"), [("ssh", "dev"), ("winrm", "dev"), ("ssh", "core-newest")])
def test_values_are_written_once_and_nothing_else_is_touched(
    tmp_path: Path, ansible_env: dict[str, str], host: WindowsHost, connection: str, core: str
) -> None:
    env = with_ansible_windows(ansible_env)
    player = Player(tmp_path, env if core == "dev" else with_core(core, env))
    player.hosts["web1"] = host.variables(connection)
    before = host.registry.dump(CONTROL)
    played, predicted = play(player, "--check", "--diff", preset="ibm_blade", command_wait_timeout_period=4294967295)
    assert (asked(host), host.registry.dump(CONTROL)) == (["win_reg_stat"], before)
    assert "+BusyWaitPeriod = 60" in played.output and "+CommandWaitTimeoutPeriod = 4294967295" in played.output
    host.calls.clear()

    _played, told = play(player, preset="ibm_blade", command_wait_timeout_period=4294967295)
    assert sorted(asked(host)) == sorted(["win_reg_stat", *list(NAMES.values())[:4]])
    assert (told["before"], told["after"]) == (predicted["before"], predicted["after"])
    assert told["changed"] and told["reboot_required"] and not host.reboots
    wanted = {"BusyWaitTimeoutPeriod": 9000000, "BusyWaitPeriod": 60, "IpmbWaitTimeoutPeriod": 9000000}
    wanted["CommandWaitTimeoutPeriod"] = 4294967295
    assert host.registry.values(KEY) == {**FOREIGN, **{name: ("REG_DWORD", data) for name, data in wanted.items()}}
    host.calls.clear()

    _played, again = play(player, preset="ibm_blade", command_wait_timeout_period=4294967295)
    assert (again["changed"], asked(host)) == (False, ["win_reg_stat"])

    _played, gone = play(player, **dict.fromkeys(NAMES, "default"))
    assert gone["changed"] and host.registry.dump(CONTROL) == before


def test_registry_of_wines_ends_as_it_should(tmp_path: Path, ansible_env: dict[str, str]) -> None:
    with wine_registry() as registry, WindowsHost("web1", registry=registry) as host:
        registry.set(KEY, "busywaitperiod", "REG_SZ", "60")
        registry.set(KEY, "ErrorControl", "REG_DWORD", 1)
        player = Player(tmp_path, with_ansible_windows(ansible_env))
        player.hosts["web1"] = host.variables("ssh")
        _played, told = play(player, busy_wait_period=60, command_wait_timeout_period=4294967295)
        assert told["before"]["busy_wait_period"] == "REG_SZ: 60"
        values = {name.lower(): value for name, value in (registry.values(KEY) or {}).items()}
        assert values == {
            "busywaitperiod": ("REG_DWORD", 60),
            "commandwaittimeoutperiod": ("REG_DWORD", 4294967295),
            "errorcontrol": ("REG_DWORD", 1),
        }
        _played, told = play(player, **dict.fromkeys(NAMES, "default"))
        assert told["changed"] and registry.values(KEY) == {"ErrorControl": ("REG_DWORD", 1)}


def test_wrong_type_is_mended(player: Player, host: WindowsHost) -> None:
    host.registry.set(KEY, "busywaitperiod", "REG_SZ", "60")
    _played, told = play(player, busy_wait_period=60)
    assert (told["before"]["busy_wait_period"], told["after"]["busy_wait_period"]) == ("REG_SZ: 60", 60)
    values = {name.lower(): value for name, value in host.registry.values(KEY).items()}
    assert values["busywaitperiod"] == ("REG_DWORD", 60)


@pytest.mark.parametrize("option", NAMES)
def test_what_is_no_dword_is_refused(player: Player, host: WindowsHost, option: str) -> None:
    _played, told = play(player, **{option: 4294967296})
    assert told["failed"] and f"{option}: 4294967296 is not between 0 and 4294967295" in told["msg"]
    assert told["error"]["kind"] == "option_error"
    _played, told = play(player, **{option: -1})
    assert told["failed"] and not asked(host)


def test_failure_at_the_third_of_five_is_told_value_by_value(player: Player, host: WindowsHost) -> None:
    host.fail("win_regedit", "Requested registry access is not allowed.", at=3)
    _played, told = play(player, **dict.fromkeys(NAMES, 7))
    assert told["failed"] and told["changed"] and told["reboot_required"]
    assert [told["after"][name] for name in NAMES] == [7, 7, None, None, None]
    third = "busy_wait_period is changed; ipmb_wait_timeout_period could not be set to 7: win_regedit says"
    assert third in told["msg"]
    assert "slave_address_detection_method was not tried" in told["msg"]
    _played, told = play(player, **dict.fromkeys(NAMES, 7))
    assert [told["after"][name] for name in NAMES] == [7] * 5 and not told["failed"]


def test_host_that_goes_away_in_the_middle_is_told_as_that(player: Player, host: WindowsHost) -> None:
    host.go_away(at=3)
    _played, told = play(player, preset="ibm_blade")
    assert told["failed"] and told["after"] is None
    assert "busy_wait_timeout_period is changed" in told["msg"] and "the host went away" in told["msg"]


def test_host_that_is_never_reached_is_unreachable(player: Player, host: WindowsHost) -> None:
    host.go_away()
    task = {"baremetal.ipmi.ipmi_timeouts": {"windows": {}}}
    played = player.run([{"hosts": "all", "gather_facts": False, "tasks": [task]}])
    assert played.status == 4 and "unreachable=1" in played.output


def test_missing_collection_is_named(player: Player, ansible_env: dict[str, str], host: WindowsHost) -> None:
    player.env = ansible_env
    _played, told = play(player, preset="ibm_blade")
    assert "ansible.windows is not installed" in told["msg"] and "ansible-galaxy collection install" in told["msg"]
    assert not host.calls


def test_async_is_refused_on_windows_and_works_elsewhere(player: Player, host: WindowsHost) -> None:
    task = {"baremetal.ipmi.ipmi_timeouts": {"windows": {"preset": "ibm_blade"}}, "async": 30, "poll": 1}
    played = player.run([{"hosts": "all", "gather_facts": False, "tasks": [task]}])
    assert played.status == 2 and "async is not supported on a Windows host" in played.output
    assert not asked(host)
    task["baremetal.ipmi.ipmi_timeouts"] = {"linux": {"default_retry_ms": 0}}
    played = player.run([{"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": [task]}])
    assert "default_retry_ms: 0 is not between 1 and 600000" in played.output


def test_options_for_linux_alone_are_no_options_for_windows(player: Player, host: WindowsHost) -> None:
    task = {"baremetal.ipmi.ipmi_timeouts": {"linux": {"default_retry_ms": 5000}}}
    played = player.run([{"hosts": "all", "gather_facts": False, "tasks": [task]}])
    assert played.status == 2 and "this host runs Windows, and the option windows is not set" in played.output


def test_examples_run(player: Player, host: WindowsHost) -> None:
    examples = yaml.safe_load(constant("ipmi_timeouts", "EXAMPLES"))
    tasks = [task for task in examples if "windows" in task["baremetal.ipmi.ipmi_timeouts"]]
    assert len(tasks) == 2
    played = player.run([{"hosts": "all", "gather_facts": False, "tasks": tasks}])
    assert played.status == 0, played.output
    assert host.registry.values(KEY)["BusyWaitPeriod"] == ("REG_DWORD", 120)
