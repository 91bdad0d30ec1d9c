# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time as the native transport sees it: tries, patience, deadline and interval, with a clock that is moved by hand."""

from __future__ import annotations

import asyncio
import itertools
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from handmoved import a_bmc, client, now, run

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.client import Request
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import (
    DeadlineExceeded,
    IpmiError,
    NoReply,
    Unreachable,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.endpoint import Endpoint
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.native import NativeClient
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.options import LanOptions
from bmcsim import ipmb

GET_DEVICE_ID = Request(0x06, 0x01)


class DeadHost:
    """A UDP port on loopback where somebody listens and says nothing."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.times: list[float] = []

    def given_up(self, error: type[IpmiError], **options: Any) -> float:
        """The seconds until then; ``times`` says when packets came."""
        values = LanOptions(host="127.0.0.1", port=self.socket.getsockname()[1], **options)

        async def conversation() -> float:
            began, loop = now(), asyncio.get_running_loop()

            def arrived() -> None:
                self.socket.recv(4096)
                self.times.append(now() - began)

            loop.add_reader(self.socket, arrived)
            with pytest.raises(error):
                async with NativeClient(values):
                    pass
            loop.remove_reader(self.socket)
            return now() - began

        return run(conversation())


@pytest.fixture
def dead() -> Iterator[DeadHost]:
    host = DeadHost()
    yield host
    host.socket.close()


@pytest.mark.parametrize(("retries", "seconds", "packets"), [(0, 2.0, 3), (3, 8.0, 6), (5, 12.0, 8)])
def test_dead_host_is_given_up_after_all_tries(dead: DeadHost, retries: int, seconds: float, packets: int) -> None:
    assert dead.given_up(Unreachable, retries=retries) == pytest.approx(seconds)
    assert len(dead.times) == packets


def test_waits_grow_up_to_the_time_for_one_try(dead: DeadHost) -> None:
    dead.given_up(Unreachable, retries=9)
    gaps = [after - before for before, after in itertools.pairwise(dead.times)]
    assert gaps == pytest.approx([0.5, 0.75, 1.125, 1.6875, *[2.0] * 7])


def test_time_for_one_try_bounds_each_wait(dead: DeadHost) -> None:
    assert dead.given_up(Unreachable, request_timeout_s=0.1, retries=4) == pytest.approx(0.5)
    assert dead.times == pytest.approx([0.0, 0.1, 0.2, 0.3, 0.4])


def test_deadline_comes_before_the_tries_are_used_up(dead: DeadHost) -> None:
    assert dead.given_up(DeadlineExceeded, retries=100, timeout_s=5.0) == pytest.approx(5.0)


def test_dead_host_gets_its_packets_an_interval_apart_and_one_a_try(dead: DeadHost) -> None:
    assert dead.given_up(Unreachable, min_command_interval_s=5.0) == pytest.approx(17.0)
    assert dead.times == pytest.approx([0.0, 5.0, 10.0, 15.0])


def test_interval_that_the_deadline_does_not_leave_ends_at_once(dead: DeadHost) -> None:
    assert dead.given_up(DeadlineExceeded, min_command_interval_s=5.0, timeout_s=6.0) == pytest.approx(6.0)
    assert len(dead.times) == 2


@pytest.mark.parametrize("seconds", [0.02, 0.26, 0.6, 1.2, 1.9])
@pytest.mark.parametrize("jitter_ms", [0, 30])
@pytest.mark.parametrize("always", [True, False], ids=["from the beginning", "later"])
def test_slow_bmc_is_asked_twice_for_a_moment_only(seconds: float, jitter_ms: int, always: bool) -> None:
    """It does one thing after the other: what was asked twice stays before everything that is asked next."""
    slow = {"delay_ms": seconds * 1000, "jitter_ms": jitter_ms, "seed": 1}

    async def conversation() -> None:
        async with a_bmc(faults=slow if always else {}) as (bmc, between), client(between, timeout_s=1e4) as opened:
            bmc.faults.change(**slow)
            logged_in = len(between.sent)
            for _request in range(6):
                assert (await opened.request(GET_DEVICE_ID)).code == 0
            before, began = len(between.sent), now()
            for _request in range(200):
                assert (await opened.request(GET_DEVICE_ID)).code == 0
            assert logged_in <= 8
            assert len(between.sent) - before == 200
            assert now() - began < 200 * (seconds + jitter_ms / 1000) + 0.1

    run(conversation())


def test_bmc_that_answers_everything_but_what_it_is_asked_is_left_at_the_deadline() -> None:
    async def conversation() -> None:
        began = now()

        async with a_bmc() as (bmc, between), client(between, timeout_s=30.0) as opened:
            (session,) = bmc.bmc.sessions._sessions.values()
            bmc.faults.change(silent=True)

            def chatter() -> None:
                between.tell(session.seal(ipmb.Message(0x20, 0x04, 0, 0x81, 0, 0, 0x2D, b"").reply(0)))
                asyncio.get_running_loop().call_later(0.1, chatter)

            chatter()
            with pytest.raises(DeadlineExceeded):
                await opened.request(GET_DEVICE_ID)
            assert now() - began == pytest.approx(30.0)
            bmc.faults.clear()

    run(conversation())


def test_lost_packet_of_a_quick_bmc_costs_a_quarter_of_a_second() -> None:
    async def conversation() -> None:
        def lose(packet: bytes) -> list[bytes]:
            return [] if len(between.received) == 20 else [packet]

        async with a_bmc(lose) as (_bmc, between), client(between) as opened:
            for _request in range(10):
                await opened.request(GET_DEVICE_ID)
            began = now()
            for _request in range(10):
                await opened.request(GET_DEVICE_ID)
            assert now() - began == pytest.approx(0.25, abs=0.01)

    run(conversation())


def test_slow_bmc_behind_an_interval_is_asked_once() -> None:
    """Until the next packet may leave, an answer is waited for."""

    async def conversation() -> None:
        async with a_bmc() as (bmc, between), client(between, min_command_interval_s=5.0, timeout_s=500.0) as opened:
            bmc.faults.change(delay_ms=1900)
            before = len(between.sent)
            for _request in range(5):
                assert (await opened.request(GET_DEVICE_ID)).code == 0
            assert len(between.sent) - before == 5
            gaps = [after[0] - first[0] for first, after in itertools.pairwise(between.sent)]
            assert min(gaps) == pytest.approx(5.0)

    run(conversation())


def test_deadline_ends_a_request_that_is_waited_for() -> None:
    async def conversation() -> None:
        began = now()
        async with a_bmc() as (bmc, between), client(between, timeout_s=3.0) as opened:
            bmc.faults.change(silent=True)
            with pytest.raises(DeadlineExceeded):
                await opened.request(GET_DEVICE_ID)
            assert now() - began == pytest.approx(3.0)
            bmc.faults.clear()

    run(conversation())


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"retries": 0, "request_timeout_s": 0.1},
        {"timeout_s": 0.3},
        {"timeout_s": 0.6},
        {"timeout_s": 3.0, "min_command_interval_s": 2.0},
        {"timeout_s": 9.0, "min_command_interval_s": 2.0},
    ],
)
def test_who_waits_is_told_when_it_begins_and_when_it_ends(options: dict[str, Any]) -> None:
    """Each True is followed by a False, on every way out: places are counted by them."""

    async def conversation() -> list[bool]:
        told: list[bool] = []
        async with a_bmc(faults={"silent": True}) as (_bmc, between):
            with pytest.raises((Unreachable, DeadlineExceeded)):
                async with client(between, told.append, **options):
                    pass
        return told

    told = run(conversation())
    assert told in ([], [True, False])
    assert told or options.get("timeout_s") in (0.3,)


def test_who_waits_for_one_answer_only_is_told_too_and_who_is_cancelled() -> None:
    async def conversation() -> None:
        told: list[bool] = []
        async with a_bmc() as (bmc, between), client(between, told.append) as opened:
            assert told == []
            bmc.faults.change(silent=True)
            with pytest.raises(NoReply):
                await opened.request(Request(0x06, 0x01, once=True))
            assert told in ([], [True, False])
            del told[:]
            bmc.faults.clear()
            await opened.request(GET_DEVICE_ID)
            bmc.faults.change(silent=True)
            task = asyncio.get_running_loop().create_task(opened.request(GET_DEVICE_ID))
            await asyncio.sleep(1.0)
            assert told == [True]
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert told == [True, False]
            bmc.faults.clear()

    run(conversation())


@pytest.mark.parametrize("strangers", [False, True])
def test_flood_costs_a_bounded_number_of_looks_and_requests_are_answered_meanwhile(
    strangers: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second of twenty packets a millisecond, from the BMC's address or another one."""
    looks, receive = 0, Endpoint.receive

    def counting(self: Endpoint) -> Any:
        nonlocal looks
        looks += 1
        return receive(self)

    async def conversation() -> int:
        sent = 0
        async with a_bmc() as (_bmc, between), client(between, timeout_s=60.0) as opened:
            loop, stranger = asyncio.get_running_loop(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            target = between.client
            until = now() + 1.0

            def burst() -> None:
                nonlocal sent
                for _packet in range(20):
                    sent += 1
                    stranger.sendto(bytes(60), target) if strangers else between.tell(bytes(60))
                if now() < until:
                    loop.call_later(0.001, burst)

            burst()
            while now() < until:
                assert (await opened.request(GET_DEVICE_ID)).code == 0
                await asyncio.sleep(0.05)
            stranger.close()
        return sent

    monkeypatch.setattr(Endpoint, "receive", counting)
    assert run(conversation()) > 15_000
    assert looks < 5_000


def test_answers_that_all_come_twice_cost_no_time() -> None:
    async def conversation() -> None:
        began = now()
        async with a_bmc(lambda packet: [packet, packet]) as (_bmc, between), client(between) as opened:
            for _request in range(450):
                assert (await opened.request(GET_DEVICE_ID)).code == 0
        assert now() - began < 0.04

    run(conversation())
