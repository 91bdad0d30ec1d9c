# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Role vendor_agent on Windows: ansible.windows' modules against a stand-in host, and a stand-in racadm."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.playing import Played, Player
from harness.windows import WindowsHost, with_ansible_windows

SERVICE, DAEMON = "iDRAC Service Module", "dsm_ism_srvmgr.exe"
MSI = r"C:\packages\iDRACSvcMod.msi"
EXE = r"C:\packages\OM-iSM-Dell-Web-X64-5.4.1.0.exe"
UNPACKED = r"C:\OpenManage\iSM\windows\iDRACSvcMod.msi"
SYSTEM = """\
RAC Information:\r
Firmware Version        = 7.00.00.181\r
System Information:\r
System Model            = PowerEdge R740\r
Service Tag             = ABC1234\r
Host Name               = web1\r
OS Name                 = Windows Server 2022\r
"""
PLAYBOOK = "baremetal.ipmi.vendor_agent"


@pytest.fixture
def host() -> Iterator[WindowsHost]:
    with WindowsHost("web1") as made:
        made.facts.update(
            ansible_system_vendor="Dell Inc.",
            ansible_product_name="PowerEdge R740",
            ansible_os_family="Windows",
            ansible_distribution="Microsoft Windows Server 2022 Standard",
        )
        made.answer("win_command", r"^tasklist\.exe", f'"{DAEMON}","812","Services","0","40,000 K"\r\n')
        made.answer("win_command", r"^racadm getsysinfo$", SYSTEM)
        made.answer(
            "win_command", r"^racadm gethost", "Ethernet 2\r\nDescription : iDRAC Virtual NIC\r\nStatus : Up\r\n"
        )
        made.answer("win_command", r"^racadm get iDRAC\.ServiceModule$", "[Key=x]\r\nServiceModuleEnable=Enabled\r\n")
        made.answer("win_command", r"^racadm get iDRAC\.OS-BMC", "[Key=x]\r\nAdminState=Enabled\r\n")
        yield made


@pytest.fixture
def player(tmp_path: Path, ansible_env: dict[str, str], host: WindowsHost) -> Player:
    made = Player(tmp_path, with_ansible_windows(ansible_env))
    made.hosts["web1"] = {
        **host.variables("ssh"),
        "vendor_agent_package_files": [MSI],
        "vendor_agent_settle_s": 0,
        "vendor_agent_controller_wait_s": 0,
    }
    return made


def play(player: Player, **variables: Any) -> Played:
    player.hosts["web1"].update(variables)
    return player.run(PLAYBOOK)


@pytest.mark.parametrize("code", [0, 3010, 1641])
def test_package_is_installed_verified_and_left_alone_by_a_second_run(
    player: Player, host: WindowsHost, code: int
) -> None:
    host.answer("win_package", r"iDRACSvcMod\.msi$", rc=code)
    first = play(player)
    assert first.status == 0 and SERVICE in host.services, first.output
    assert ("web1 was not restarted" in first.output) == (code == 3010)
    assert not host.reboots
    second = play(player)
    assert second.status == 0 and "changed=0" in second.output, second.output


def test_restart_follows_where_it_is_allowed_and_removal_leaves_nothing(player: Player, host: WindowsHost) -> None:
    host.answer("win_package", r"iDRACSvcMod\.msi$", rc=3010)
    done = play(player, vendor_agent_reboot="true")
    assert done.status == 0 and host.reboots == 1, done.output
    gone = play(player, vendor_agent_state="absent")
    assert gone.status == 0 and SERVICE not in host.services, gone.output
    assert "changed=0" in play(player).output


def test_self_extracting_file_is_waited_for(player: Player, host: WindowsHost) -> None:
    host.answer("win_command", r"OM-iSM-Dell-Web-X64")
    host.answer("win_powershell", r"iDRACSvcMod\.msi", output=[UNPACKED])
    host.answer("win_package", r"^C:\\OpenManage\\iSM\\windows\\iDRACSvcMod\.msi$")
    done = play(player, vendor_agent_package_files=[EXE])
    assert done.status == 0 and SERVICE in host.services, done.output
    assert "changed=0" in play(player).output


def test_installer_that_fails_is_told_and_a_file_is_asked_for(player: Player, host: WindowsHost) -> None:
    host.answer("win_package", r"iDRACSvcMod\.msi$", rc=1603)
    failed = play(player)
    assert failed.status == 2 and "unexpected rc from installer: 1603" in failed.output and not host.services
    without = play(player, vendor_agent_package_files=[])
    assert without.status == 2 and "comes as a file" in without.output, without.output
