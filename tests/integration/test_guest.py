# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server with a BMC of its own: what is read inside of it, through /dev/ipmi0, is what is read by LAN."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from harness import peers
from harness.guest import FIRST_USE_S, Guest, guest, image_or_skip
from harness.guest.inside import install_engine, read_inside, read_outside

pytestmark = [pytest.mark.needs_command("ipmi_sim", "ipmitool"), pytest.mark.timeout(FIRST_USE_S)]

HERE = Path(__file__).resolve().parent
SATELLITE = HERE.parent / "simulators" / "models" / "satellite.emu"
ENDS_S = 15.0
OTHERS = ("dell_c6320", "dell_r640", "quanta_d51", "quanta_t41", "s2600wtt")
BRIDGED = {0x2C, 0x30}


@pytest.fixture(scope="module")
def vm() -> Iterator[Guest]:
    """One guest for all tests of this file; a test leaves it as it was."""
    image_or_skip()
    with guest(SATELLITE) as running:
        install_engine(running)
        yield running


def sensors(facts: dict[str, Any]) -> dict[str, Any]:
    return {sensor["name"]: sensor for sensor in facts["ipmi_sensors"]}


@pytest.mark.parametrize("command", ["mc info", "sdr elist", "sel elist", "sensor"])
def test_ipmitool_reads_the_same_inside_and_by_lan(vm: Guest, command: str) -> None:
    inside = vm.must(f"ipmitool {command}")
    assert inside.splitlines()
    assert inside == peers.run_ipmitool(vm.bmc, *command.split())


def test_engine_reads_the_same_inside_and_by_lan(vm: Guest) -> None:
    inside = read_inside(vm)
    assert inside == read_outside(vm)
    assert not inside["warnings"]
    assert {sensor["owner"] for sensor in inside["ipmi_sensors"] if sensor["available"]} > BRIDGED


def test_engine_needs_nothing_but_python_inside(vm: Guest) -> None:
    assert vm.ssh("python3 -c 'import ansible'").returncode
    assert vm.ssh("python3 -c 'import pyghmi'").returncode
    assert vm.ssh("test -e /usr/lib/python3/dist-packages/yaml").returncode


def test_reading_that_changes_outside_is_seen_inside(vm: Guest) -> None:
    for value in (0x2B, 0x16):
        vm.bmc.console(f"sensor_set_value 0x20 0 1 {value} 0")
        assert sensors(read_inside(vm))["Inlet Temp"]["reading"] == value
        assert f"{value} degrees C" in vm.must("ipmitool sdr elist").splitlines()[0]


@pytest.mark.needs_bmc_images
@pytest.mark.parametrize("name", ["dell_r730", *(pytest.param(name, marks=pytest.mark.slow) for name in OTHERS)])
def test_captured_bmc_reads_the_same_inside_and_by_lan(bmc_images: Path, name: str) -> None:
    image_or_skip()
    with guest(bmc_images / f"{name}.emu") as vm:
        install_engine(vm)
        inside = read_inside(vm)
        assert len(inside["ipmi_sensors"]) > 20
        assert inside == read_outside(vm)
        assert vm.must("ipmitool sdr elist") == peers.run_ipmitool(vm.bmc, "sdr", "elist")


def test_frozen_bmc_ends_the_read_and_a_thawed_one_is_read_again(vm: Guest) -> None:
    vm.freeze_bmc()
    started = time.monotonic()
    try:
        told = read_inside(vm, timeout_s=60)
    finally:
        vm.thaw_bmc()
    assert told["error"] == "SessionLost"
    assert "the BMC stopped answering: no answer to the request in" in told["message"]
    assert time.monotonic() - started < 60
    assert read_inside(vm) == read_outside(vm)


def test_bmc_that_freezes_in_mid_read_ends_it_with_what_was_read(vm: Guest) -> None:
    whole = read_inside(vm)
    with ThreadPoolExecutor() as pool:
        reading = pool.submit(read_inside, vm, halfway=3, timeout_s=60)
        vm.must("timeout 60 sh -c 'until test -d /root/halfway; do sleep 0.1; done'")
        vm.freeze_bmc()
        try:
            vm.must("rmdir /root/halfway")
            cut = reading.result(timeout=3 * 60)
        finally:
            vm.thaw_bmc()
    assert cut["ipmi_sensors"][:3] == whole["ipmi_sensors"][:3]
    assert not any(sensor["available"] for sensor in cut["ipmi_sensors"][3:])
    assert not cut["ipmi_health"]["complete"]
    assert "the BMC stopped answering" in "".join(cut["warnings"])
    assert read_inside(vm) == whole


def test_driver_that_is_not_loaded_is_told_with_its_modules(vm: Guest) -> None:
    vm.unload_driver()
    try:
        told = read_inside(vm)
    finally:
        vm.load_driver()
    assert told["error"] == "NoDriver"
    assert "ipmi_si and ipmi_devintf not loaded; the firmware tells of a BMC" in told["message"]
    assert "ipmi_health" in read_inside(vm)


def test_user_without_permission_is_told_whose_the_device_is(vm: Guest) -> None:
    vm.must("chmod -R a+rX /root")
    told = read_inside(vm, user="nobody")
    vm.must("chmod 700 /root")
    assert told["error"] == "DeviceRefused"
    assert "user nobody may not open /dev/ipmi0, which belongs to user root and group root with mode" in told["message"]


def test_guests_side_by_side_share_neither_disk_nor_bmc(vm: Guest) -> None:
    with guest(SATELLITE, driver=False) as other:
        other.must("touch /root/mine && sync")
        other.bmc.console("sensor_set_value 0x20 0 1 0x2b 0")
        assert vm.ssh("test -e /root/mine").returncode == 1
        assert sensors(read_inside(vm))["Inlet Temp"]["reading"] == 0x16
        assert other.ssh("test -e /dev/ipmi0").returncode == 1
        assert other.ssh("grep -rl ipmi /etc/modules-load.d /etc/modules").returncode == 1


def test_inventory_leads_ansible_to_the_guest(vm: Guest, tmp_path: Path, ansible_env: dict[str, str]) -> None:
    (tmp_path / "inventory.json").write_text(json.dumps({"all": {"hosts": {"guest": vm.inventory()}}}))
    (tmp_path / "inventory.json").rename(tmp_path / "inventory.yml")
    command = [
        "ansible",
        "-i",
        "inventory.yml",
        "guest",
        "-m",
        "ansible.builtin.command",
        "-a",
        "stat -c %t /dev/ipmi0",
    ]
    done = subprocess.run(
        command, cwd=tmp_path, env=ansible_env, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def gone(pid: int) -> bool:
    """Whether a process has ended; one that nobody waited for has, too."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def test_nothing_stays_behind_a_killed_test(vm: Guest) -> None:
    program = (
        "import sys, time, pathlib\n"
        f"sys.path[:0] = {[str(HERE), str(HERE.parents[1] / '.build')]!r}\n"
        "from harness.guest import guest\n"
        f"with guest(pathlib.Path({str(SATELLITE)!r})) as vm:\n"
        "    vm.freeze_bmc()\n"
        "    print(vm.pid, vm.bmc.pid, flush=True)\n"
        "    time.sleep(60)\n"
    )
    with tempfile.TemporaryDirectory(prefix="killed-") as folder:  # its files do stay
        env = {**os.environ, "TMPDIR": folder}
        command = [sys.executable, "-c", program]
        with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout
            pids = [int(word) for word in child.stdout.readline().split()]
            child.kill()
    assert len(pids) == 2
    until = time.monotonic() + ENDS_S
    while not all(map(gone, pids)) and time.monotonic() < until:
        time.sleep(0.1)
    assert [pid for pid in pids if not gone(pid)] == []


@pytest.mark.slow
def test_reboot_is_a_real_one(vm: Guest) -> None:
    before = vm.must("cat /proc/sys/kernel/random/boot_id")
    vm.must("touch /root/kept")
    vm.reboot()
    assert vm.must("cat /proc/sys/kernel/random/boot_id") != before
    assert vm.must("rm /root/kept && ls /dev/ipmi0").strip() == "/dev/ipmi0"
    assert read_inside(vm) == read_outside(vm)


@pytest.mark.slow
def test_server_without_a_bmc_is_told_from_one_without_a_driver() -> None:
    image_or_skip()
    with guest(None) as bare:
        install_engine(bare)
        told = read_inside(bare)
    assert told["error"] == "NoBmc"
    assert "the firmware tells of no BMC (SMBIOS has no record of type 38)" in told["message"]


def test_machine_that_cannot_make_the_image_says_what_is_missing(tmp_path: Path, repo_root: Path) -> None:
    env = {**os.environ, "PATH": str(tmp_path), "BAREMETAL_IPMI_CACHE": str(tmp_path / "cache")}
    command = [sys.executable, str(repo_root / "tests" / "tools" / "vm.py")]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 3
    assert "no guest for QEMU: not installed: " in done.stderr.splitlines()[-1]
    assert "qemu-system-x86" in done.stderr
    assert not (tmp_path / "cache").exists()
