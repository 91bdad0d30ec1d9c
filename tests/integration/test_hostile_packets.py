# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BMCs, and strangers, whose packets are cut, flipped, repeated, late or too many: an answer, or an error of ours."""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core import errors
from bmcsim import running
from harness.reading import read
from harness.relay import Change, Relay, is_about_log_ins, mended

pytestmark = pytest.mark.usefixtures("each_transport")


@pytest.fixture(scope="module")
def rack() -> Iterator[Any]:
    with running({"name": "rack", "model": "rack1u", "limits": {"sessions": 32}}) as fleet:
        yield fleet["rack"]


@pytest.fixture(scope="module")
def facts(rack: Any) -> dict[str, Any]:
    return read(rack)


def through(rack: Any, change: Change, **options: Any) -> dict[str, Any]:
    with Relay(rack.address, rack.port, change) as relay:
        return read(relay, username=rack.user, password=rack.password, **options)


def once(nth: int, spoil: Callable[[bytes], list[bytes]]) -> Change:
    """Spoils the nth answer and no other."""
    seen = 0

    def change(packet: bytes) -> list[bytes]:
        nonlocal seen
        seen += 1
        return spoil(packet) if seen == nth else [packet]

    return change


def flipped(packet: bytes) -> bytes:
    changed = bytearray(packet)
    place = random.randrange(4, len(packet))
    changed[place] ^= 1 << random.randrange(8)
    return bytes(changed)


@pytest.mark.parametrize("nth", range(1, 7))
@pytest.mark.parametrize("length", [3, 12, 21, 30])
def test_answer_that_is_cut_short_costs_time_only(rack: Any, facts: dict[str, Any], nth: int, length: int) -> None:
    told = through(rack, once(nth, lambda packet: [packet[:length]]), request_timeout_s=0.15, retries=3)
    assert told["ipmi_health"]["status"] == "nominal"
    assert len(told["ipmi_sensors"]) == len(facts["ipmi_sensors"])


@pytest.mark.parametrize("length", [8, 16, 20, 22, 24])
def test_log_in_that_is_always_cut_short_is_an_error_of_ours(rack: Any, length: int) -> None:
    def cut(packet: bytes) -> list[bytes]:
        return [mended(bytearray(packet[:length]))] if is_about_log_ins(packet) else [packet]

    with pytest.raises(errors.TransportError):
        through(rack, cut, request_timeout_s=0.1, retries=2)


def test_bmc_that_never_tells_which_log_ins_it_offers_is_not_asked_for_ever(rack: Any) -> None:
    def refuse(packet: bytes) -> list[bytes]:
        if not is_about_log_ins(packet):
            return [packet]
        changed = bytearray(packet)
        changed[20] = 0xCC
        return [mended(changed)]

    with Relay(rack.address, rack.port, refuse) as relay:
        with pytest.raises(errors.LoginRefused):
            read(relay, username=rack.user, password=rack.password)
        assert relay.asked <= 3


def test_packets_that_come_twice_are_taken_once(rack: Any, facts: dict[str, Any]) -> None:
    assert through(rack, lambda packet: [packet, packet]) == facts


def test_packets_that_are_repeated_later_are_taken_once(rack: Any, facts: dict[str, Any]) -> None:
    seen: list[bytes] = []

    def replay(packet: bytes) -> list[bytes]:
        seen.append(packet)
        return [*seen[-4:-1], packet]

    assert through(rack, replay) == facts


@pytest.mark.parametrize("seed", range(3))
def test_forged_copies_are_never_believed(rack: Any, facts: dict[str, Any], seed: int) -> None:
    random.seed(seed)
    in_session = 8  # a forged packet in the log-in may cost a try, it is not signed yet

    def forge(packet: bytes) -> list[bytes]:
        forge.seen += 1  # type: ignore[attr-defined]
        return [flipped(packet), packet] if forge.seen > in_session else [packet]  # type: ignore[attr-defined]

    forge.seen = 0  # type: ignore[attr-defined]
    assert through(rack, forge) == facts


def test_flood_of_nonsense_does_not_outlast_the_deadline(rack: Any) -> None:
    noise = [random.randbytes(random.randrange(1, 90)) for _packet in range(300)]
    started = time.monotonic()
    with contextlib.suppress(errors.TransportError):
        through(rack, lambda packet: [*noise, packet], timeout_s=3.0)
    assert time.monotonic() - started < 3 * 3.0


def test_log_ins_that_fail_late_leave_no_session_behind() -> None:
    late = {"commands": [{"netfn": 6, "cmd": 0x3B, "completion_code": 0x81}]}
    with running({"name": "full", "model": "rack1u", "limits": {"sessions": 2}, "faults": late}) as fleet:
        for _attempt in range(5):
            with pytest.raises(errors.PrivilegeRefused):
                read(fleet["full"])
        fleet["full"].faults.change(commands={})
        assert read(fleet["full"])["ipmi_health"]["complete"]
