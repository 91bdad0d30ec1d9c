# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Peers: others of this model and firmware, and others in this chassis, told apart."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.doctor.evidence import signs_of
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.doctor.peers import Peers, place_of


def host(timeouts: str | None, model: str = "M620", firmware: str = "2.30", chassis: str = "") -> dict[str, Any]:
    evidence: dict[str, Any] = {
        "system": {"vendor": "Dell Inc.", "model": f"PowerEdge {model}", "chassis": chassis},
        "log": {"sel_info": {"entries": 1}, "bmc": {"firmware_version": firmware}},
    }
    return evidence if timeouts is None else {**evidence, "events": {"class": timeouts}}


def peers_of_first(*hosts: dict[str, Any]) -> dict[str, Any]:
    known = {str(number): (place_of(told), signs_of(told)) for number, told in enumerate(hosts)}
    place, signs = known["0"]
    return {sign.name: sign for sign in Peers(known).signs(place, signs)}


@pytest.mark.parametrize(
    ("others", "told"),
    [
        ([], "unknown"),
        ([None, None], "unknown"),
        (["none", "none"], "none"),
        (["high"], "some"),  # one may be a coincidence
        (["high", "low"], "most"),
        (["high", "low", "none", "none"], "most"),
        (["high", "low", "none", "none", "none"], "some"),
        (["high", "low", None, None, None], "most"),
    ],
)
@pytest.mark.parametrize("own", ["high", "none", None])
def test_share_of_the_others_of_a_model(others, told, own):
    found = peers_of_first(host(own), *(host(timeouts) for timeouts in others))
    assert (found["model_peers"].value, found["chassis_peers"].value) == (told, "unknown")


def test_other_firmware_or_model_is_no_peer():
    found = peers_of_first(host("high"), host("high", firmware="2.40"), host("high", model="M630"))
    assert found["model_peers"].value == "unknown"


def test_peers_in_the_chassis_are_not_counted_as_peers_of_the_model():
    chassis = [host("high", chassis="A") for _server in range(4)]
    elsewhere = [host("none", chassis="B") for _server in range(3)] + [host("none")]
    found = peers_of_first(*chassis, *elsewhere, host("high", model="M820", chassis="A"))
    assert (found["chassis_peers"].value, found["model_peers"].value) == ("most", "none")
    assert found["chassis_peers"].sentence == "peers: 4 of 4 others in chassis A have time-outs"
    assert "0 of 4 others of PowerEdge M620, firmware 2.30, in other chassis" in found["model_peers"].sentence


def test_host_without_a_model_has_no_peers():
    found = peers_of_first({}, {}, {"events": {"class": "high"}})
    assert {sign.value for sign in found.values()} == {"unknown"}
