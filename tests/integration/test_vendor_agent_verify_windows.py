# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vendor_agent_verify on Windows: the real connection plugins and the real ansible.windows, against a stand-in host."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.documentation import constant
from harness.playing import Player
from harness.windows import WindowsHost, with_ansible_windows

SERVICE, DAEMON = "iDRAC Service Module", "dsm_ism_srvmgr.exe"
SYSTEM = """\
RAC Information:\r
Firmware Version        = 7.00.00.181\r
System Information:\r
System Model            = PowerEdge R740\r
Service Tag             = ABC1234\r
Host Name               = {host}\r
OS Name                 = {system}\r
"""
STATE = "[Key=iDRAC.Embedded.1#OS-BMC.1]\r\nAdminState={}\r\n"
PROCESSES = '"System Idle Process","0","Services","0","8 K"\r\n{}"svchost.exe","900","Services","0","12,340 K"\r\n'


@pytest.fixture
def host() -> Iterator[WindowsHost]:
    """A host whose iDRAC hears of the agent."""
    with WindowsHost("web1") as made:
        made.add_service(SERVICE)
        made.services[SERVICE]["process_id"] = 812
        processes(made, 812)
        hears(made, "web1", "Windows Server 2022")
        made.answer(
            "win_command", r"^racadm gethost", "Ethernet 2\r\nDescription : iDRAC Virtual NIC\r\nStatus : Up\r\n"
        )
        made.answer("win_command", r"^racadm get iDRAC\.ServiceModule$", "[Key=x]\r\nServiceModuleEnable=Enabled\r\n")
        made.answer("win_command", r"^racadm get iDRAC\.OS-BMC\.AdminState$", STATE.format("Enabled"))
        yield made


def hears(host: WindowsHost, name: str, system: str) -> None:
    host.answer("win_command", r"^racadm getsysinfo$", SYSTEM.format(host=name, system=system))


def processes(host: WindowsHost, *pids: int) -> None:
    lines = "".join(f'"{DAEMON}","{pid}","Services","0","40,000 K"\r\n' for pid in pids)
    host.answer("win_command", r"^tasklist\.exe /FO CSV /NH$", PROCESSES.format(lines))


@pytest.fixture
def player(tmp_path: Path, ansible_env: dict[str, str], host: WindowsHost) -> Player:
    made = Player(tmp_path, with_ansible_windows(ansible_env))
    made.hosts["web1"] = host.variables("ssh")
    return made


def play(player: Player, *arguments: str, **options: Any) -> Any:
    """Run the task; its result."""
    args = {"services": [SERVICE], "processes": [DAEMON], "settle_s": 0, "controller_wait_s": 0, **options}
    return player.result("vendor_agent_verify", args, *arguments)[1]


def failed(told: Any) -> dict[str, str]:
    return {check["name"]: check["detail"] for check in told["checks"] if check["state"] == "failed"}


@pytest.mark.parametrize("connection", ["ssh", "winrm"])
def test_agent_that_runs_and_is_heard_is_ok_and_nothing_is_set(
    host: WindowsHost, player: Player, connection: str
) -> None:
    player.hosts["web1"] = host.variables(connection)
    told = play(player, "--check")
    assert (told["verdict"], told["changed"]) == ("ok", False), told
    assert {call.module for call in host.calls} == {"win_service_info", "win_command"}
    # As arguments: a path with a space needs no quotes of ours.
    assert all("argv" in call.arguments for call in host.calls_of("win_command"))
    assert not any("set" in call.arguments["argv"] for call in host.calls_of("win_command"))


def test_blind_controller_fails_beside_a_service_that_runs(host: WindowsHost, player: Player) -> None:
    hears(host, "", "")
    host.answer("win_command", "gethostnetworkinterfaces", "ERROR: Unable to perform requested operation.\r\n", rc=1)
    told = play(player)
    assert told["verdict"] == "failed"
    assert set(failed(told)) == {"host_name", "host_interfaces"}


def test_service_and_daemon_that_do_not_run_fail(host: WindowsHost, player: Player) -> None:
    host.services[SERVICE].update(state="stopped", process_id=0)
    processes(host)
    assert failed(play(player)) == {
        f"service:{SERVICE}": f"{SERVICE} is stopped",
        f"process:{DAEMON}": f"no {DAEMON} runs",
    }
    host.services.clear()
    processes(host, 812, 813)
    assert failed(play(player)) == {
        f"service:{SERVICE}": f"{SERVICE} is not there",
        f"process:{DAEMON}": f"2 of {DAEMON} run at once (processes 812, 813)",
    }


def test_service_that_ends_while_it_is_looked_at_fails(host: WindowsHost, player: Player) -> None:
    def end() -> None:
        if host.calls_of("win_service_info"):
            host.services[SERVICE].update(state="stopped", process_id=0)
        else:
            later()

    def later() -> None:
        timer = threading.Timer(0.2, end)
        timer.daemon = True
        timer.start()

    later()
    told = play(player, settle_s=4, controller="none")
    assert failed(told) == {f"service:{SERVICE}": f"{SERVICE} was active, and is stopped 4 s later"}


@pytest.mark.parametrize(
    "canned",
    [
        {"stdout": "ERROR: Unable to perform requested operation.\r\n", "rc": 1},
        {"stdout": "", "rc": 2},
        {"stdout": "ERROR: Unable to connect to RAC.\r\n", "rc": 1},
    ],
)
def test_controller_that_cannot_be_asked_is_unverified(host: WindowsHost, player: Player, canned: Any) -> None:
    host.answer("win_command", r"^racadm getsysinfo$", **canned)
    told = play(player)
    assert told["verdict"] == "unverified"
    assert [check["state"] for check in told["checks"]] == ["passed", "passed", "unknown"]
    assert told["next_steps"]


def test_pass_through_is_enabled_with_racadm_s_own_path(host: WindowsHost, player: Player) -> None:
    racadm = r"C:\Program Files\Dell\SysMgt\rac5\racadm.exe"
    quoted = r'^"C:\\Program Files\\Dell\\SysMgt\\rac5\\racadm\.exe" '
    host.answer("win_command", rf"{quoted}get iDRAC\.OS-BMC\.AdminState$", STATE.format("Disabled"))
    host.answer("win_command", rf"{quoted}set iDRAC\.OS-BMC\.AdminState 1$", "Object value modified successfully\r\n")
    options = {"racadm": racadm, "pass_through": "enable", "controller_wait_s": 0}
    host.answer("win_command", rf"{quoted}getsysinfo$", "", rc=2)
    predicted = play(player, "--check", **options)
    assert predicted["changed"] is True
    assert not any("set" in call.arguments["argv"] for call in host.calls_of("win_command"))
    told = play(player, **options)
    # It still reads as off: what was sent is told as a change, and the verdict is not taken in.
    assert (told["changed"], told["verdict"]) == (True, "failed")
    sent = [call.arguments["argv"][1:] for call in host.calls_of("win_command") if "set" in call.arguments["argv"]]
    assert sent == [["set", "iDRAC.OS-BMC.AdminState", "1"]]


def test_missing_collection_and_a_failing_module_are_told(
    host: WindowsHost, player: Player, ansible_env: dict[str, str]
) -> None:
    host.fail("win_service_info", "Access is denied")
    told = play(player)
    assert (told["failed"], told["error"]["kind"]) == (True, "agent_error")
    assert "Access is denied" in told["msg"]
    player.env = ansible_env
    told = play(player)
    assert (told["failed"], told["error"]["kind"]) == (True, "driver_error")
    assert "ansible-galaxy collection install ansible.windows" in told["msg"]


def test_example_for_windows_runs(player: Player) -> None:
    tasks = yaml.safe_load(constant("vendor_agent_verify", "EXAMPLES"))
    played = player.run([{"hosts": "all", "gather_facts": False, "tasks": [tasks[2]]}])
    assert played.status == 0, played.output
