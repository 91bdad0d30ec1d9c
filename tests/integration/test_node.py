# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian machines for tests of roles: systemd is in charge, packages come without a network, nothing is left."""

from __future__ import annotations

import contextlib
import os
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.ipmi_sim import ARE_YOU_THERE, IpmiSim, own_address
from harness.node import FIRST_USE_S, RELEASES, Node, image_or_skip, node
from harness.node.container import control_groups, remove_groups
from harness.playing import Player

pytestmark = pytest.mark.timeout(FIRST_USE_S)

HERE = Path(__file__).resolve().parent
SATELLITE = HERE.parent / "simulators" / "models" / "satellite.emu"
ENDS_S = 15.0
IN_TURN = [RELEASES[0], *(pytest.param(release, marks=pytest.mark.slow) for release in RELEASES[1:])]


@pytest.fixture(scope="module", params=IN_TURN)
def machine(request: pytest.FixtureRequest) -> Iterator[Node]:
    """One node of each release for all tests of this file."""
    image_or_skip(request.param)
    with node(request.param) as running:
        yield running


def test_systemd_is_in_charge(machine: Node) -> None:
    assert machine.must("ps -p 1 -o comm=").strip() == "systemd"
    assert machine.must("systemctl is-system-running").strip() == "running"
    assert machine.must(". /etc/os-release && echo $VERSION_CODENAME").strip() == machine.release


def test_role_installs_packages_and_starts_their_service_without_a_network(
    machine: Node, tmp_path: Path, ansible_env: dict[str, str]
) -> None:
    assert machine.ssh("command -v collectd").returncode
    assert machine.must("grep -rhE '^(deb|URIs)' /etc/apt").strip() == "deb [trusted=yes] file:/srv/packages ./"
    player = Player(tmp_path, ansible_env)
    player.hosts["machine"] = machine.inventory()
    packages = {"name": ["collectd-core", "libopenipmi0"], "update_cache": True, "install_recommends": False}
    config = {"dest": "/etc/collectd/collectd.conf", "content": "LoadPlugin ipmi\n", "mode": "0600"}
    tasks = [
        {"ansible.builtin.apt": packages},
        {"ansible.builtin.copy": config},
        {"ansible.builtin.systemd": {"name": "collectd", "state": "restarted"}},
    ]
    played = player.run([{"hosts": "all", "gather_facts": True, "tasks": tasks}])
    assert played.status == 0, played.output
    assert machine.must("systemctl is-active collectd").strip() == "active"


def test_bmc_on_the_hosts_loopback_is_reached(machine: Node, tmp_path: Path) -> None:
    with IpmiSim(SATELLITE, tmp_path, host=own_address(), port=623) as bmc:
        program = (
            "import socket; bmc = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); bmc.settimeout(5); "
            f"bmc.sendto({ARE_YOU_THERE!r}, ({bmc.host!r}, 623)); print(bmc.recv(256)[:4].hex())"
        )
        assert machine.must(f"python3 -c {shlex.quote(program)}").strip() == "0600ff07"


def test_reboot_is_a_real_one(machine: Node) -> None:
    machine.must("touch /root/kept /run/lost")
    machine.reboot()
    assert machine.must("ls /root/kept").strip() == "/root/kept"
    assert machine.ssh("ls /run/lost").returncode


def test_nodes_side_by_side_share_neither_files_nor_services(machine: Node) -> None:
    with node(machine.release) as other:
        for one in (machine, other):
            one.must("systemd-run --unit=same sleep 1000")
        for one in (machine, other):
            own = one.must("systemctl show --value --property=MainPID same")
            assert one.must("cat /sys/fs/cgroup/system.slice/same.service/cgroup.procs") == own
        other.must("touch /root/mine && systemctl stop same")
        assert machine.must("systemctl is-active same").strip() == "active"
        assert machine.ssh("test -e /root/mine").returncode == 1
        machine.must("systemctl stop same")


def descendants(pid: int) -> list[int]:
    """Process ids of a process and of all that it started, in the container too."""
    parents = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parents[int(folder.name)] = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def gone(pid: int) -> bool:
    """Whether a process has ended; one that nobody waited for has, too."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def left(folder: Path) -> set[str]:
    """What this process's nodes have laid out on this machine, their temporary folders in ``folder``."""
    groups = {str(group) for group in Path("/sys/fs/cgroup").rglob(f"node-{os.getpid()}-*")}
    mounts = {line for line in Path("/proc/mounts").read_text().splitlines() if str(folder) in line}
    return groups | mounts | set(os.listdir(folder))


def test_nothing_is_left_of_a_node(machine: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory(prefix="left-") as name:
        monkeypatch.setattr(tempfile, "tempdir", name)
        before = left(Path(name))
        with node(machine.release) as other:
            pids = descendants(other.pid)
            assert len(pids) > 5
            assert left(Path(name)) > before
        assert [pid for pid in pids if not gone(pid)] == []
        assert left(Path(name)) == before


def test_no_process_stays_behind_a_killed_test(machine: Node) -> None:
    program = (
        "import sys, time\n"
        f"sys.path[:0] = {[str(HERE), str(HERE.parents[1] / '.build')]!r}\n"
        "from harness.node import node\n"
        f"with node({machine.release!r}) as machine:\n"
        "    print(machine.pid, flush=True)\n"
        "    time.sleep(60)\n"
    )
    with tempfile.TemporaryDirectory(prefix="killed-") as folder:  # its files do stay
        command = [sys.executable, "-c", program]
        with subprocess.Popen(command, env={**os.environ, "TMPDIR": folder}, stdout=subprocess.PIPE) as child:
            assert child.stdout
            pids = descendants(int(child.stdout.readline()))
            child.kill()
    assert len(pids) > 5
    until = time.monotonic() + ENDS_S
    while not all(map(gone, pids)) and time.monotonic() < until:
        time.sleep(0.1)
    assert [pid for pid in pids if not gone(pid)] == []
    for group in control_groups(f"node-{child.pid}-*"):
        remove_groups(list(group.parent.glob(group.name)))


@pytest.mark.parametrize("release", RELEASES)
def test_machine_that_cannot_make_the_image_says_what_is_missing(release: str, tmp_path: Path, repo_root: Path) -> None:
    env = {**os.environ, "PATH": str(tmp_path), "BAREMETAL_IPMI_CACHE": str(tmp_path / "cache")}
    command = [sys.executable, str(repo_root / "tests" / "tools" / "node_image.py"), release]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 3
    last = done.stderr.splitlines()[-1]
    assert last.startswith(f"no node of {release}: ")
    assert ("systemd-container" if os.geteuid() == 0 else "only root") in last
    assert not (tmp_path / "cache").exists()
