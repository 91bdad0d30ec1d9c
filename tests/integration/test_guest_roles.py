# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Role ipmi_driver and module ipmi_timeouts on a server with a BMC of its own, by a real ansible-playbook."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.documentation import constant
from harness.guest import FIRST_USE_S, Guest, guest, image_or_skip
from harness.guest.inside import install_engine, read_inside
from harness.playing import Player, tell

pytestmark = [pytest.mark.needs_command("ipmi_sim", "ipmitool"), pytest.mark.timeout(FIRST_USE_S)]

ROOT = Path(__file__).resolve().parents[2]
SATELLITE = ROOT / "tests" / "simulators" / "models" / "satellite.emu"
ROLE = {"ansible.builtin.import_role": {"name": "baremetal.ipmi.ipmi_driver"}}
USERS = {"ipmi_driver_users": ["watcher"]}
RETRY = "/sys/module/ipmi_msghandler/parameters/default_retry_ms"
PATIENCE_S = 400  # for a play in a guest without KVM on a busy machine
FILE = "/etc/modprobe.d/baremetal-ipmi.conf"


@pytest.fixture(scope="module")
def vm() -> Iterator[Guest]:
    image_or_skip()
    with guest(SATELLITE, driver=False) as running:
        running.must("useradd --no-create-home watcher && chmod -R a+rX /root")
        install_engine(running)
        yield running


@pytest.fixture
def player(tmp_path: Path, ansible_env: dict[str, str], vm: Guest) -> Player:
    made = Player(tmp_path, ansible_env, deadline_s=PATIENCE_S)
    made.hosts["guest"] = vm.inventory(ansible_ssh_pipelining=True)
    return made


def play(*tasks: dict[str, Any], **variables: Any) -> list[dict[str, Any]]:
    return [{"hosts": "all", "gather_facts": False, "vars": variables, "tasks": list(tasks)}]


def timeouts(**linux: Any) -> dict[str, Any]:
    return {"baremetal.ipmi.ipmi_timeouts": {"linux": linux}, "register": "set"}


@pytest.mark.slow
def test_check_mode_of_the_role_changes_nothing(vm: Guest, player: Player) -> None:
    checked = player.run(play(ROLE, **USERS), "--check", "--diff")
    assert checked.status == 0, checked.output
    assert "changed=0" not in checked.output
    assert vm.ssh("test -e /dev/ipmi0 || test -e /etc/modules-load.d/baremetal-ipmi.conf").returncode == 1


def test_driver_is_loaded_for_good_and_a_user_may_read(vm: Guest, player: Player) -> None:
    first = player.run(play(ROLE, **USERS))
    assert first.status == 0, first.output
    assert vm.must("stat -c '%U:%G %a' /dev/ipmi0") == "root:ipmi 660\n"
    assert read_inside(vm, user="watcher") == read_inside(vm)
    second = player.run(play(ROLE, **USERS))
    assert (second.status, "changed=0" in second.output) == (0, True), second.output


@pytest.mark.slow
def test_user_who_is_not_there_is_not_made(vm: Guest, player: Player) -> None:
    played = player.run(play(ROLE, ipmi_driver_users=["nobody-of-that-name"]))
    assert played.status == 2, played.output
    assert "nobody-of-that-name" in played.output
    assert vm.ssh("id nobody-of-that-name").returncode


@pytest.mark.slow
def test_timeouts_are_set_now_and_for_every_start(vm: Guest, player: Player) -> None:
    vm.must(f"modprobe ipmi_devintf && echo '# kept' > {FILE}")
    wanted = timeouts(default_retry_ms=5000, kipmid_max_busy_us=500)
    checked = player.run(play(wanted), "--check", "--diff")
    assert "+options ipmi_msghandler default_retry_ms=5000" in checked.output
    assert vm.must(f"cat {RETRY} {FILE}") == "2000\n# kept\n"
    first = player.run(play(wanted, tell("set")))
    assert first.status == 0, first.output
    assert player.told()["before"]["runtime"]["default_retry_ms"] == "2000"
    assert vm.must(f"cat {RETRY}") == "5000\n"
    assert vm.must(f"cat {FILE}") == (
        "# kept\noptions ipmi_msghandler default_retry_ms=5000\noptions ipmi_si kipmid_max_busy_us=500\n"
    )
    assert vm.must("cat /sys/module/ipmi_si/parameters/kipmid_max_busy_us") == "500\n"
    assert "changed=0" in player.run(play(wanted)).output


@pytest.mark.slow
def test_value_that_makes_no_sense_is_refused_although_the_kernel_takes_it(vm: Guest, player: Player) -> None:
    before = vm.must(f"cat {RETRY}")
    vm.must(f"echo 0 > {RETRY} && echo {before.strip()} > {RETRY}")
    played = player.run(play(timeouts(default_max_retries=9, default_retry_ms=0)))
    assert played.status == 2
    assert "default_retry_ms: 0 is not between 1 and 600000" in played.output
    assert vm.must(f"cat {RETRY}") == before


@pytest.mark.slow
def test_examples_of_the_documentation_run(player: Player) -> None:
    examples = yaml.safe_load(constant("ipmi_timeouts", "EXAMPLES"))
    played = player.run(play(*(task for task in examples if "linux" in task["baremetal.ipmi.ipmi_timeouts"])))
    assert played.status == 0, played.output


@pytest.mark.slow
def test_reboot_keeps_driver_permission_and_timeouts(vm: Guest, player: Player) -> None:
    tasks = (ROLE, timeouts(default_retry_ms=7000))
    assert player.run(play(*tasks, **USERS)).status == 0
    vm.reboot()
    assert vm.must("stat -c '%U:%G %a' /dev/ipmi0") == "root:ipmi 660\n"
    assert vm.must(f"cat {RETRY}") == "7000\n"
    again = player.run(play(*tasks, **USERS))
    assert (again.status, "changed=0" in again.output) == (0, True), again.output


@pytest.mark.slow
def test_host_without_a_bmc_is_passed_over(tmp_path: Path, ansible_env: dict[str, str]) -> None:
    image_or_skip()
    with guest(None) as bare:
        player = Player(tmp_path, ansible_env, deadline_s=PATIENCE_S)
        player.hosts["bare"] = bare.inventory()
        played = player.run(play(ROLE, **USERS))
        facts = player.run(play({"baremetal.ipmi.ipmi_sensor_facts": {}}))
    assert (played.status, "changed=0" in played.output) == (0, True), played.output
    assert "bare has no BMC that SMBIOS (type 38) or ACPI (IPI0001) tells of" in played.output
    assert facts.status == 2
    assert "there is no /dev/ipmi0, and the firmware tells of no BMC" in facts.output
