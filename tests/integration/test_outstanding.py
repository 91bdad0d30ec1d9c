# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several requests on their way to one BMC: what is read stays the same, and never more than were asked for."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import OptionError
from bmcsim import running
from harness.reading import read
from harness.relay import Relay

MODELS = ("rack1u", "blade")


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("style", ["message", "embedded"])
def test_what_is_read_is_the_same(model: str, style: str) -> None:
    with running({"name": "one", "model": model, "limits": {"bridge_style": style}}) as fleet:
        assert read(fleet["one"], outstanding=8) == read(fleet["one"])


def test_lost_packets_cost_time_only() -> None:
    with running({"name": "one", "model": "rack1u"}) as fleet:
        bmc = fleet["one"]
        whole = read(bmc)
        bmc.faults.change(drop=5, seed=3)
        assert read(bmc, outstanding=8, request_timeout_s=0.2, retries=6)["ipmi_sensors"] == whole["ipmi_sensors"]


def test_session_that_the_bmc_forgets_costs_the_readings_that_were_on_their_way() -> None:
    """A BMC that starts anew while sensors are read."""
    answered, last = 0, 0

    def count(packet: bytes) -> list[bytes]:
        nonlocal answered
        answered += 1
        if answered == last:
            bmc.reset()
        return [packet]

    with running({"name": "one", "model": "rack1u", "limits": {"sessions": 2}}) as fleet:
        bmc = fleet["one"]
        with Relay(bmc.address, bmc.port, count) as relay:
            log_in = {"username": bmc.user, "password": bmc.password, "outstanding": 4}
            whole = read(relay, **log_in)
            last, answered = answered - 8, 0
            facts = read(relay, **log_in)
    unread = [sensor for sensor in facts["ipmi_sensors"] if "not read" in (sensor["unavailable_reason"] or "")]
    assert 1 <= len(unread) <= 4
    names = {sensor["name"] for sensor in unread}
    assert [one for one in facts["ipmi_sensors"] if one["name"] not in names] == [
        one for one in whole["ipmi_sensors"] if one["name"] not in names
    ]


@pytest.mark.parametrize("outstanding", [1, 3])
def test_no_more_are_on_their_way_than_are_let(outstanding: int) -> None:
    most = waiting = 0

    def delayed(packet: bytes) -> list[bytes]:
        nonlocal waiting
        waiting -= 1
        return [packet]

    with running({"name": "one", "model": "rack1u", "faults": {"delay_ms": 5}}) as fleet:
        bmc = fleet["one"]
        with Relay(bmc.address, bmc.port, delayed) as relay:
            forward = relay._back.sendto

            class Counting:
                """Counts what goes to the BMC and has no answer yet."""

                def __getattr__(self, name: str) -> Any:
                    return getattr(real, name)

                def sendto(self, packet: bytes, address: Any) -> None:
                    nonlocal most, waiting
                    waiting += 1
                    most = max(most, waiting)
                    forward(packet, address)

            real, relay._back = relay._back, Counting()
            read(relay, username=bmc.user, password=bmc.password, outstanding=outstanding, request_timeout_s=5.0)
    assert most == outstanding


@pytest.mark.parametrize("outstanding", [0, 33])
def test_number_that_makes_no_sense_is_refused(outstanding: int) -> None:
    with pytest.raises(OptionError, match="outstanding is not between 1 and 32"):
        read(type("Bmc", (), {"address": "127.0.0.1", "port": 1, "user": "", "password": ""}), outstanding=outstanding)
