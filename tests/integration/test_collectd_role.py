# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Role collectd_ipmi played on nodes: collectd delivers what ipmitool reads, and a second run changes nothing."""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.facts import sensor_facts
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.collectd.names import (
    collectd_name,
    collectd_type_instance,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.sensors import SensorsRequest, run
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.options import LanOptions
from harness import peers
from harness.collectd import wait_for
from harness.collectd_role import (
    CONFIG,
    DROP_IN,
    METRICS,
    ODD,
    ODD_NAMES,
    PORT,
    Collector,
    address,
    instance,
    set_password,
    write_emu,
)
from harness.ipmi_sim import IpmiSim, own_address
from harness.node import FIRST_USE_S, RELEASES, image_or_skip, node
from harness.playing import Played, Player
from harness.reading import run_with

pytestmark = [pytest.mark.needs_command("ipmi_sim", "ipmitool"), pytest.mark.timeout(FIRST_USE_S)]

SATELLITE = Path(__file__).resolve().parents[1] / "simulators" / "models" / "satellite.emu"
IN_TURN = [RELEASES[0], *(pytest.param(release, marks=pytest.mark.slow) for release in RELEASES[1:])]
PASSWORD = "Role-only-7d1e"
ODD_PASSWORD = "a\"b\\c$d%e #f'\\"
# What no way of quoting changes.
SECRETS = (PASSWORD, "c$d%e #f")
PATIENCE_S = 400.0
TYPES = {"temperature", "voltage", "current", "fanspeed", "percent", "flow", "power", "memory"}


@dataclass
class Site:
    """A node on which the role was played, and the BMCs that its collectd reads, by the host of their values."""

    collector: Collector
    player: Player
    bmcs: dict[str, IpmiSim]
    instances: list[dict[str, Any]]
    first: Played
    seen_in_argv: set[str]
    openipmi: tuple[int, ...]

    def play(self, *arguments: str, **variables: Any) -> Played:
        return play(self.player, *arguments, **{"instances": self.instances, **variables})


def play(player: Player, *arguments: str, **variables: Any) -> Played:
    given = {"interval": 1, "timeout_s": 30, **variables}
    role = {"name": "baremetal.ipmi.collectd_ipmi"}
    one = {"hosts": "all", "gather_facts": False, "tasks": [{"ansible.builtin.import_role": role}]}
    return player.run([{**one, "vars": {f"collectd_ipmi_{name}": value for name, value in given.items()}}], *arguments)


@contextmanager
def watching_argv(secrets: tuple[str, ...]) -> Iterator[set[str]]:
    """The command lines of all processes, here and in the nodes, that showed one of these meanwhile."""
    found: set[str] = set()
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                with suppress(OSError):
                    text = path.read_bytes().decode(errors="replace")
                    found.update(text for secret in secrets if secret in text)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield found
    finally:
        over.set()
        watcher.join()


@pytest.fixture(scope="module", params=IN_TURN)
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    image_or_skip(request.param)
    folder = tmp_path_factory.mktemp(request.param)
    env = {**os.environ, "ANSIBLE_HOME": str(folder / "home"), "ANSIBLE_PYTHON_INTERPRETER": sys.executable}
    with ExitStack() as stack:
        metrics, odd, satellite = (
            stack.enter_context(IpmiSim(emu, folder, host=host, port=PORT, password=PASSWORD))
            for emu, host in (
                (write_emu(METRICS, folder), address(0)),
                (write_emu(ODD, folder), address(1)),
                (SATELLITE, own_address()),
            )
        )
        set_password(odd, ODD_PASSWORD)
        instances = [
            instance("metrics", metrics),
            instance('odd "one"', odd, auth_type="rmcp+"),
            instance("satellite", satellite, auth_type="md5", host="server.example"),
        ]
        machine = stack.enter_context(node(request.param))
        player = Player(folder, env, deadline_s=PATIENCE_S)
        player.hosts["node"] = machine.inventory(ansible_ssh_pipelining=True)
        with watching_argv(SECRETS) as seen:
            first = play(player, "--diff", "-vvvv", instances=instances)
        assert first.status == 0, first.output[-4000:]
        collector = Collector(machine)
        collector.prepare()
        version = machine.must("dpkg-query --show --showformat='${Version}\n' 'libopenipmi0*'")
        openipmi = tuple(map(int, re.findall(r"[\d.]+", version)[0].split(".")))
        bmcs = {"metrics": metrics, 'odd "one"': odd, "server.example": satellite}
        yield Site(collector, player, bmcs, instances, first, seen, openipmi)


@pytest.fixture
def settled(site: Site) -> Site:
    """Whatever another test did, the three instances are read again."""
    site.collector.must(*site.instances)
    return site


def facts(bmc: IpmiSim) -> list[dict[str, Any]]:
    reached = LanOptions(bmc.host, bmc.username, bmc.password, bmc.port, request_timeout_s=1.0)
    return list(sensor_facts(run_with(reached, lambda client: run(SensorsRequest(), client)))["ipmi_sensors"])


def value_name(site: Site, sensor: dict[str, Any]) -> str:
    """What collectd calls a sensor's value, where it has a type: the facts' name is that of Debian 12's OpenIPMI."""
    place = {key: sensor[key] for key in ("name", "entity_id", "entity_instance", "owner")}
    assert collectd_name(**place) == sensor["collectd_name"]
    name = collectd_name(**place, openipmi=site.openipmi)
    return f"{sensor['collectd_type']}-{collectd_type_instance(name, sensor['collectd_type'])}"


def expected(site: Site, bmc: IpmiSim) -> dict[str, float | None]:
    """Name of collectd's value -> ipmitool's reading, of each sensor that has a collectd_type in the facts."""
    readings = {sensor.key: sensor.reading for sensor in peers.ipmitool_sensors(bmc)}
    return {
        value_name(site, sensor): readings[sensor["owner"], sensor["lun"], sensor["number"]]
        for sensor in facts(bmc)
        if sensor["collectd_type"]
    }


def delivered(site: Site, host: str) -> dict[str, float]:
    return {name: value for name, (_time, value) in site.collector.values().get(host, {}).items()}


def changes(played: Played) -> int:
    return int(re.search(r"changed=(\d+)", played.output)[1])  # type: ignore[index]


def test_every_sensor_with_a_collectd_type_delivers_what_ipmitool_reads(settled: Site) -> None:
    assert set(settled.collector.values()) == set(settled.bmcs)
    kinds = set()
    for host, bmc in settled.bmcs.items():
        wanted = expected(settled, bmc)
        wait_for(lambda host=host, wanted=wanted: set(delivered(settled, host)) >= set(wanted))
        assert delivered(settled, host) == pytest.approx(wanted, abs=0.001)
        kinds |= {name.split("-")[0] for name in wanted}
    assert kinds == TYPES
    without = {sensor["name"] for sensor in facts(settled.bmcs["metrics"]) if not sensor["collectd_type"]}
    assert without == {"CPU Usage", "Exhaust State", "Fan Redundancy"}


def test_value_that_changes_after_the_restart_arrives_in_each_instance(settled: Site) -> None:
    for host, bmc in settled.bmcs.items():
        sensor = next(one for one in facts(bmc) if one["collectd_type"] == "temperature" and one["owner"] == 0x20)
        name = value_name(settled, sensor)
        before = delivered(settled, host)[name]
        bmc.console(f"sensor_set_value 0x20 {sensor['lun']} {sensor['number']} 0x{0x30 + int(before) % 2:02x} 0")
        now = expected(settled, bmc)[name]
        assert now != before
        wait_for(lambda host=host, name=name, now=now: delivered(settled, host)[name] == pytest.approx(now, abs=0.001))


def test_second_run_changes_nothing(settled: Site) -> None:
    with settled.collector.untouched(*settled.bmcs):
        second = settled.play()
    assert (second.status, changes(second)) == (0, 0), second.output


def test_passwords_are_in_one_file_alone_which_only_root_reads(settled: Site) -> None:
    """Neither in what Ansible shows of the run that wrote them, nor in argv, nor in the journal."""
    machine = settled.collector.machine
    assert 'Password "********"' in settled.first.output and not settled.seen_in_argv
    journal = machine.must("journalctl --no-pager --output=cat")
    assert "Invoked with" in journal
    for shown in (settled.first.output, journal):
        assert not [line for line in shown.splitlines() if any(secret in line for secret in SECRETS)]
    everywhere = "/etc /home /opt /root /run /srv /tmp /var"
    assert machine.must(f"grep -rlsF -f - {everywhere}", stdin="\n".join(SECRETS).encode()).split() == [CONFIG]
    assert machine.must(f"stat -c '%U:%G %a' {CONFIG}") == "root:root 600\n"


@pytest.mark.slow
def test_sensors_are_taken_by_ipmi_name_and_type_and_an_unknown_one_is_refused(settled: Site) -> None:
    metrics, odd, _satellite = settled.instances
    with settled.collector.untouched(*settled.bmcs):
        refused = settled.play(instances=[{**metrics, "sensors": ["Fan1", "Fan1 Dutty"]}])
    assert refused.status == 2, refused.output
    assert "instance metrics: sensors: no sensor has the name or type 'Fan1 Dutty'" in refused.output
    assert "Did you mean Fan1 Duty" in refused.output
    some = [*ODD_NAMES[:2], *ODD_NAMES[3:6]]
    named = settled.play(
        instances=[{**metrics, "sensors": ["fan", "Inlet Temp"]}, {**odd, "sensors": some, "ignore_selected": True}]
    )
    assert named.status == 0, named.output
    values = settled.collector.values()
    assert sorted(values) == ["metrics", 'odd "one"']
    assert {name.split("-")[0] for name in values["metrics"]} == {"fanspeed", "percent", "temperature"}
    left = [
        name for name in expected(settled, settled.bmcs['odd "one"']) if not any(one.strip("/") in name for one in some)
    ]
    assert sorted(values['odd "one"']) == sorted(name for name in left if "a_b" not in name)


@pytest.mark.slow
def test_drift_is_shown_by_a_check_and_mended_by_a_run(settled: Site) -> None:
    machine = settled.collector.machine
    machine.must(f"sed -i 's/Interval 1/Interval 7/; s/{PASSWORD}/Other-{PASSWORD}/' {CONFIG} && chmod 644 {CONFIG}")
    machine.must("systemctl disable --now --quiet collectd")
    before = settled.collector.state()
    checked = settled.play("--check", "--diff")
    assert (checked.status, changes(checked)) == (0, 1), checked.output
    assert settled.collector.state() == before
    shown = [line.strip() for line in checked.output.splitlines() if line.startswith(("-", "+"))]
    for line in ("-  Interval 7", "+  Interval 1", "-the service does not run"):
        assert line in shown
    assert "-the service does not start with the machine" in shown and PASSWORD not in checked.output
    mended = settled.play()
    assert (mended.status, changes(mended)) == (0, 1), mended.output
    assert settled.collector.enforce(*settled.instances, check=True)["drift"] == []
    settled.collector.flows(*settled.bmcs)


@pytest.mark.slow
def test_absent_removes_what_the_role_wrote_and_no_more(settled: Site) -> None:
    machine = settled.collector.machine
    listing = "find /etc /run/collectd* /usr/lib/systemd -not -type d -printf '%p %i %m %T@\\n' | sort"
    before = machine.must(listing).splitlines()
    gone = settled.play(state="absent")
    assert (gone.status, changes(gone)) == (0, 1), gone.output
    after = machine.must(listing).splitlines()
    assert [line for line in before if line not in after and "/run/" not in line] == sorted(
        line for line in before if line.startswith((f"{CONFIG} ", f"{DROP_IN} "))
    )
    assert not [line for line in after if line not in before]
    assert machine.ssh(f"test -e {Path(DROP_IN).parent} -o -e /run/collectd-baremetal-ipmi").returncode
    assert machine.must("systemctl is-active collectd; systemctl is-enabled collectd") == "active\nenabled\n"
    again = settled.play(state="absent")
    assert (again.status, changes(again)) == (0, 0), again.output
