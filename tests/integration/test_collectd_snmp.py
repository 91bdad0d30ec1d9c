# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role's MIB and table, read with Net-SNMP's programs from Debian's snmpd, whose subagent is the real collectd."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.collectd import wait_for
from harness.ipmi_sim import IpmiSim, free_port, own_address
from harness.node import FIRST_USE_S, Node, image_or_skip, node
from harness.playing import Played, Player

pytestmark = [pytest.mark.needs_command("ipmi_sim"), pytest.mark.timeout(FIRST_USE_S)]

MODEL = Path(__file__).resolve().parents[1] / "simulators" / "models" / "satellite.emu"
MIB = "/usr/share/snmp/mibs/BAREMETAL-IPMI-MIB.txt"
PLAYPEN, OWN = "1.3.6.1.4.1.8072.9999.9999.623", "1.3.6.1.4.1.4711.1"
SNMPD = "rocommunity public 127.0.0.0/8\nmaster agentx\n"
INSTALL = "apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes -o Dpkg::Options::=--force-confold"
OPTIONS = "-v2c -c public -m +BAREMETAL-IPMI-MIB"
NUMBER = r"^BAREMETAL-IPMI-MIB::(.+) = (-?\d+)$"
ROWS_S = 90.0
# Object -> its value, where the table has host and sensor in its index.
VALUES = {
    'ipmiSensorTemperature."rack1"."Inlet Temp invalid (55.1)"': 22_000,
    'ipmiSensorVoltage."rack1"."Sat 12V power_supply (10.1)"': 12_060,
    'ipmiSensorFanSpeed."rack1"."Sat Fan 1 fan_cooling (29.1)"': 7_200_000,
    'ipmiSensorFanSpeed."rack1"."Sat Fan 2 fan_cooling (29.2)"': 540_000,
    'ipmiSensorPower."rack1"."Board Power system_board (7.1)"': 180_000,
    'ipmiSensorPower."rack1"."Sat Power In power_supply (10.1)"': 212_000,
}


class Monitored:
    """A node with an agent of Net-SNMP, whose collectd reads a BMC by the role's doing."""

    def __init__(self, machine: Node, bmc: IpmiSim, player: Player) -> None:
        self.machine, self.bmc, self._player = machine, bmc, player
        self._agent = f"{own_address()}:{free_port(own_address(), socket.SOCK_DGRAM)}"
        machine.must("install -d /etc/snmp && cat > /etc/snmp/snmpd.conf", stdin=self._conf().encode())
        # With the file there, it never listens anywhere else: the network is the host's.
        machine.must(f"{INSTALL} --no-install-recommends snmpd snmp")

    def _conf(self) -> str:
        return f"agentAddress udp:{self._agent}\n{SNMPD}"

    def role(self, **variables: Any) -> Played:
        instance = {"name": "rack1", "address": self.bmc.host}
        instance |= {"username": self.bmc.username, "password": self.bmc.password}
        given = {"instances": [instance], "interval": 1, "outputs": {"snmp_agent": {}}, "timeout_s": 30, **variables}
        role = {"ansible.builtin.import_role": {"name": "baremetal.ipmi.collectd_ipmi"}}
        names = {f"collectd_ipmi_{name}": value for name, value in given.items()}
        return self._player.run([{"hosts": "all", "gather_facts": False, "vars": names, "tasks": [role]}])

    def must_role(self, **variables: Any) -> Played:
        played = self.role(**variables)
        assert played.status == 0, played.output
        return played

    def walk(self, root: str) -> dict[str, int]:
        """The numbers below a root by the names that the MIB gives them."""
        told = self.machine.ssh(f"snmpwalk {OPTIONS} -OQU {self._agent} {root}").stdout
        return {name: int(value) for name, value in re.findall(NUMBER, told, re.MULTILINE)}

    def get(self, name: str) -> int:
        return int(self.machine.must(f"snmpget {OPTIONS} -OQUv {self._agent} 'BAREMETAL-IPMI-MIB::{name}'"))


@pytest.fixture
def monitored(tmp_path: Path, ansible_env: dict[str, str]) -> Iterator[Monitored]:
    image_or_skip("bookworm")
    with node("bookworm") as machine, IpmiSim(MODEL, tmp_path, host=own_address(), port=623) as bmc:
        player = Player(tmp_path, ansible_env)
        player.hosts["collector"] = machine.inventory(ansible_ssh_pipelining=True)
        yield Monitored(machine, bmc, player)


def test_table_has_every_value_and_follows_it(monitored: Monitored) -> None:
    monitored.must_role()
    wait_for(lambda: monitored.walk(PLAYPEN) == {"ipmiSensorNumber.0": len(VALUES), **VALUES}, ROWS_S)
    # Raw 30 is 30 degrees: a new value comes by the way of the first.
    monitored.bmc.console("sensor_set_value 0x20 0 1 30 0")
    inlet = next(iter(VALUES))
    wait_for(lambda: monitored.get(inlet) == 30_000, ROWS_S)


@pytest.mark.slow
def test_table_moves_to_another_root_and_goes_with_the_role(monitored: Monitored) -> None:
    monitored.must_role()
    assert " changed=0 " in monitored.must_role().output
    monitored.must_role(outputs={"snmp_agent": {"root_oid": OWN}})
    wait_for(lambda: len(monitored.walk(OWN)) == 1 + len(VALUES), ROWS_S)
    assert not monitored.walk(PLAYPEN)
    refused = monitored.role(outputs={"snmp_agent": {"root_oid": "playpen"}})
    assert refused.status and "root_oid: 'playpen' is no object identifier" in refused.output
    assert len(monitored.walk(OWN)) == 1 + len(VALUES)
    monitored.must_role(state="absent")
    assert monitored.machine.ssh(f"test -e {MIB}").returncode == 1
    assert not monitored.walk(OWN)
