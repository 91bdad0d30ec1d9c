# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of collectd's ipmi plugin, written by our own code, have their effect in the real collectd.

Those that tell of sensors and connections are played in test_collectd_notifications.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.collectd.instances import Instance
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.collectd.render import ipmi_blocks, text_of
from bmcsim import running
from harness.collectd import Collectd, wait_for
from harness.collectd_events import PASSWORD, USER, server

pytestmark = [pytest.mark.needs_command("collectd"), pytest.mark.timeout(900)]

VERSION = (5, 12, 0)
FIRST_VALUES_S, EVENTS_S = 90.0, 90.0
INLET, FAN = "temperature-Inlet Temp invalid (55.1)", "fanspeed-Fan1A fan_cooling (29.1)"
INLETS = ("/^Inlet Temp /",)
FANS = ("/ fan_cooling /",)


@dataclass
class Played:
    """A collectd and the simulated BMCs that its instances read."""

    fleet: Any
    daemon: Collectd

    def sensors(self, host: str) -> set[str]:
        return set(self.daemon.csv(host))

    def told(self, host: str) -> list[str]:
        """The notifications of an instance's events, by the first words of collectd's log."""
        return [line for line in self.daemon.log().splitlines() if "Notification" in line and f"host = {host}," in line]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    old = {**server("old", 1), "lan": {"versions": ["1.5"], "auth": ["md5"]}}
    fleet_of = [server("new", 0), old, server("cleared", 2)]
    with running(fleet_of) as fleet:

        def reading(name: str, bmc: str, **options: Any) -> Instance:
            return Instance(name, address=fleet[bmc].address, username=USER, password=PASSWORD, **options)

        instances = [
            reading("all", "new", auth_type="rmcp+", host="server-all", sel_enabled=True),
            reading("some", "new", sensors=INLETS, sel_enabled=True, sel_sensors=FANS),
            reading(
                "others",
                "new",
                sensors=INLETS,
                ignore_selected=True,
                sel_sensors=FANS,
                sel_ignore_selected=True,
                sel_enabled=True,
            ),
            reading("md5", "old", auth_type="md5"),
            reading("too-new", "old", auth_type="rmcp+"),
            reading("clearing", "cleared", sel_enabled=True, sel_clear_event=True),
        ]
        more = text_of(ipmi_blocks(instances, 1, VERSION))
        with Collectd(tmp_path_factory.mktemp("options"), more=more) as daemon:
            found = Played(fleet, daemon)
            for host in ("server-all", "some", "others", "md5", "clearing"):
                wait_for(lambda host=host: found.sensors(host), FIRST_VALUES_S)
            yield found


def test_address_user_and_host_have_values_told_under_that_host(played: Played) -> None:
    wait_for(lambda: {INLET, FAN} <= played.sensors("server-all"), FIRST_VALUES_S)
    assert not played.sensors("all")


def test_way_to_log_in_is_the_one_that_is_named(played: Played) -> None:
    """A BMC of IPMI v1.5 knows md5 alone."""
    assert INLET in played.sensors("md5")
    wait_for(lambda: "too-new 0 ipmi_lan.c(auth_cap_done): User requested RMCP+" in played.daemon.log(), FIRST_VALUES_S)
    assert not played.sensors("too-new")


def test_sensors_that_are_named_are_read_or_all_but_those(played: Played) -> None:
    wait_for(lambda: FAN in played.sensors("others"), FIRST_VALUES_S)
    assert played.sensors("some") == {INLET}
    assert INLET not in played.sensors("others")


@pytest.fixture(scope="module")
def happened(played: Played) -> Played:
    """A fan and a processor went over their thresholds, and all have been told of it."""
    played.fleet["new"].set_sensor("Fan1A", reading=300)
    played.fleet["new"].set_sensor("CPU1 Temp", reading=96)
    played.fleet["cleared"].set_sensor("Fan1A", reading=300)
    counts = {"server-all": 4, "some": 2, "others": 2, "clearing": 2}
    wait_for(lambda: all(len(played.told(host)) >= count for host, count in counts.items()), EVENTS_S)
    return played


def test_events_of_named_sensors_are_told_or_of_all_but_those(happened: Played) -> None:
    def sensors(host: str) -> set[str]:
        return {line.split("type_instance = ")[1].split(",")[0] for line in happened.told(host)}

    fan, processor = "Fan1A fan_cooling (29.1)", "CPU1 Temp processor (3.1)"
    assert sensors("server-all") == {fan, processor}
    assert sensors("some") == {fan}
    assert sensors("others") == {processor}
    assert not happened.told("md5")


def test_bmc_does_not_let_collectd_delete_events_which_is_a_user_by_lan(happened: Played) -> None:
    """Delete SEL Entry wants an operator (IPMI v2.0, appendix G), and collectd asks for no more than a user."""
    wait_for(lambda: "clearing(0.20)(sel)sel.c(handle_sel_delete): IPMI error" in happened.daemon.log(), EVENTS_S)
    assert "IPMI error from SEL delete: d4" in happened.daemon.log()
    assert len(happened.fleet["cleared"].sel_records()) == len(happened.fleet["new"].sel_records()) - 2
