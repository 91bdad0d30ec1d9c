# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a hostile BMC makes of a notification: names that look like headers, or like a message; any bytes at all."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.collectd.notifications import parse_notification
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.collectd.rating import (
    rate_notification,
    report,
    sentence,
)

HEAD = b"Severity: OKAY\nTime: 1795277079.000\nHost: web01\nPlugin: ipmi\n"
DISCRETE = (
    HEAD + b"Type: power_supply\nTypeInstance: PSU1 Status power_supply (10.1)\noffset: 1\nentity_name: power_supply\n"
    b"entity_id: 10\nentity_instance: 1\nassert: true\nevent_type: 2\n\n"
    b"sensor PSU1 Status power_supply (10.1) received event: power supply failure detected\n"
)
THRESHOLD = (
    HEAD + b"Type: temperature\nTypeInstance: CPU1 Temp processor (3.1)\nseverity: upper critical\n"
    b"direction: going-high\nval: 9.600000e+01\nraw: 0x60\nentity_name: processor\nentity_id: 3\nentity_instance: 1\n"
    b"assert: true\nevent_type: 2\n\n"
    b"sensor CPU1 Temp processor (3.1) received event: upper critical - going high, value is 96.000000\n"
)
NOT_PRESENT = (
    HEAD + b"Type: fanspeed\nTypeInstance: Fan1A fan_cooling (29.1)\n\nsensor Fan1A fan_cooling (29.1) not present\n"
)
LOST = HEAD + b"\nIPMI connection lost\n"


def told(text: bytes) -> dict[str, Any]:
    notification = parse_notification(text)
    assert notification is not None
    return report(notification, rate_notification(notification), 0)


# What a name of 16 bytes, or of 31, may hold to look like headers or like a message.
HOSTILE_NAMES = [
    "\nassert: false\n",
    "x\n\nIPMI connecti",
    "x\n\nsensor x remo",
    "a\n\nb",
    "\n\n",
    "\r\n\r\n",
    "Host: evil\n",
    "\x1b[2J\x07",
    "\u00b5\x85\x9b",
    '","severity":"n',
    "percent-",
    "{{ 1 + 1 }}",
    "%s%n",
]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_name_that_looks_like_headers_changes_nothing(name: str) -> None:
    found = told(DISCRETE.replace(b"PSU1 Status", name.encode("latin-1")))
    assert (found["host"], found["severity"], found["assertion"]) == ("web01", "critical", "assertion")
    assert (found["event"], found["entity"]) == ("discrete", "10.1")
    clean = "".join(char if char.isprintable() else "\ufffd" for char in name)
    assert found["collectd_name"] == f"{clean} power_supply (10.1)"


PIECES = st.sampled_from(
    [b"\n", b"\n\n", b": ", b"assert: false\n", b"Host: x\n", b"sensor ", b" present", b"percent-", b"(10.1)", b"\xff"]
)
BYTES = st.binary(max_size=40)


@given(st.lists(st.one_of(PIECES, BYTES), max_size=8).map(b"".join).filter(lambda name: 0 not in name))
def test_no_name_changes_severity_or_host(name: bytes) -> None:
    text = DISCRETE.replace(b"PSU1 Status", name)
    found = told(text)
    assert (found["host"], found["severity"], found["assertion"]) == ("web01", "critical", "assertion")
    line = json.dumps(found, allow_nan=False)
    assert "\n" not in line and json.loads(line) == found
    assert sentence(found).isprintable()


@given(st.integers(0, len(DISCRETE)), st.lists(st.one_of(PIECES, BYTES), max_size=4).map(b"".join), st.integers(0, 60))
def test_no_damage_makes_it_fail(place: int, wedge: bytes, cut: int) -> None:
    for text in (DISCRETE, THRESHOLD, NOT_PRESENT, LOST):
        notification = parse_notification(text[:place] + wedge + text[place + cut :])
        if notification is not None:
            found = report(notification, rate_notification(notification), 0)
            assert "\n" not in json.dumps(found, allow_nan=False)
            assert sentence(found).isprintable()


@given(st.binary(max_size=8192))
def test_no_bytes_make_it_fail(raw: bytes) -> None:
    parse_notification(raw)
    parse_notification(LOST[:-22] + raw)
