# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Role collectd_ipmi on a server with a BMC of its own: collectd reads it through /dev/ipmi0."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.guest import FIRST_USE_S, Guest, guest, image_or_skip
from harness.guest.inside import install_engine, read_inside
from harness.playing import Player, tell

pytestmark = [pytest.mark.needs_command("ipmi_sim"), pytest.mark.timeout(FIRST_USE_S), pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
SATELLITE = ROOT / "tests" / "simulators" / "models" / "satellite.emu"
PATIENCE_S = 600  # for a play in a guest without KVM on a busy machine
# The image has Debian's collectd-core, without the configuration that its package collectd brings.
INCLUDE = '<Include "/etc/collectd/collectd.conf.d">\\n  Filter "*.conf"\\n</Include>\\n'
MAIN_FILE = f"FQDNLookup false\\nLoadPlugin syslog\\n{INCLUDE}"
VARIABLES = {
    "collectd_ipmi_install": False,
    "collectd_ipmi_interval": 2,
    "collectd_ipmi_timeout_s": 180,
    "collectd_ipmi_instances": [{"name": "main", "notify_ipmi_connection_state": True}],
    "collectd_ipmi_outputs": {"csv": {"data_dir": "/var/lib/collectd/csv"}},
}
ROLE = {"ansible.builtin.import_role": {"name": "baremetal.ipmi.collectd_ipmi"}}
LATEST = "tail -qn1 /var/lib/collectd/csv/*/ipmi/'temperature-Inlet Temp '*"


@pytest.fixture(scope="module")
def vm() -> Iterator[Guest]:
    image_or_skip()
    with guest(SATELLITE) as running:
        running.must(f"printf '{MAIN_FILE}' > /etc/collectd/collectd.conf && mkdir -p /etc/collectd/collectd.conf.d")
        install_engine(running)
        yield running


@pytest.fixture
def player(tmp_path: Path, ansible_env: dict[str, str], vm: Guest) -> Player:
    made = Player(tmp_path, ansible_env, deadline_s=PATIENCE_S)
    made.hosts["guest"] = vm.inventory(ansible_ssh_pipelining=True)
    return made


def play(*tasks: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"hosts": "all", "gather_facts": False, "vars": VARIABLES, "tasks": list(tasks)}]


def latest(vm: Guest) -> float:
    return float(vm.must(LATEST).strip().split(",")[1])


def test_every_sensor_that_collectd_can_read_flows_from_the_machines_own_bmc(vm: Guest, player: Player) -> None:
    played = player.run(play(ROLE, tell("__collectd_ipmi_result")))
    assert played.status == 0, played.output
    wanted = {
        s["collectd_type"] + "-" + s["collectd_name"]: s for s in read_inside(vm)["ipmi_sensors"] if s["collectd_type"]
    }
    (instance,) = player.told()["instances"]
    assert instance["sensors"] == len(wanted) > 5
    for name, sensor in wanted.items():
        written = vm.must(f"tail -qn1 /var/lib/collectd/csv/*/ipmi/'{name}'-*").strip().split(",")[1]
        assert float(written) == pytest.approx(sensor["reading"]), name


def test_reading_that_changes_is_a_new_value(vm: Guest, player: Player) -> None:
    vm.bmc.console("sensor_set_value 0x20 0 1 0x24 0")
    vm.must(f"timeout 60 sh -c 'until {LATEST.replace(chr(39), chr(34))} | grep -q ,36.0; do sleep 1; done'")
    vm.bmc.console("sensor_set_value 0x20 0 1 0x16 0")


def test_service_is_capped_where_openipmi_would_overflow(vm: Guest) -> None:
    pid = vm.must("systemctl show --value --property=MainPID collectd").strip()
    assert re.search(r"Max open files +1024 ", vm.must(f"cat /proc/{pid}/limits"))


def test_second_run_changes_nothing(vm: Guest, player: Player) -> None:
    played = player.run(play(ROLE))
    assert (played.status, "changed=0" in played.output) == (0, True), played.output
