# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A session with bmcsim, and what comes between: packets repeated, forged, lost and late. After each way out the BMC
has no session left."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random

import pytest
from handmoved import GET_DEVICE_ID, RAKP_3, a_bmc, client, kind, kinds, log_in, logged_in, run

from ansible_collections.baremetal.ipmi.plugins.module_utils._core import errors
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.client import Request
from bmcsim import rmcp


def test_everything_that_came_before_may_come_again_at_any_time() -> None:
    seen: list[bytes] = []

    def replay(packet: bytes) -> list[bytes]:
        seen.append(packet)
        return [*seen, *seen]

    assert len(logged_in(replay)) == 7


@pytest.mark.parametrize("proven", [True, False], ids=["proven", "forged"])
def test_second_rakp2_does_not_change_the_keys(proven: bool) -> None:
    """BMCs answer an RAKP message 1 that comes twice with other numbers; strangers know no password."""

    async def conversation() -> None:
        def change(packet: bytes) -> list[bytes]:
            if kind(packet) != rmcp.RAKP_4:
                return [packet]
            (session,) = bmc.bmc.sessions._sessions.values()
            console, numbers = session.console_id.to_bytes(4, "little"), os.urandom(16)
            seed = console + session.bmc_id.to_bytes(4, "little") + session.rm + numbers + session.rakp2[24:40]
            name = bytes((session.role, len(session.user.name))) + session.user.name.encode()
            code = session.suite.hmac(session.user.password if proven else b"another", seed + name)
            again = session.rakp2[:8] + numbers + session.rakp2[24:40] + code
            return [rmcp.build_v2(rmcp.RAKP_2, 0, 0, again), packet, rmcp.build_v2(rmcp.RAKP_2, 0, 0, again)]

        async with a_bmc(change) as (bmc, between):
            await log_in(between)
            await asyncio.sleep(0.01)
            assert len(between.sent) == 7

    run(conversation())


def test_lost_rakp4_costs_a_try_and_leaves_no_second_session() -> None:
    """The BMC has a session by then, and refuses the message 3 that comes again as one for no session of its."""
    lost: list[bytes] = []

    def lose(packet: bytes) -> list[bytes]:
        if kind(packet) != rmcp.RAKP_4 or len(lost) > 1:
            return [packet]
        lost.append(packet)
        return [] if len(lost) == 1 else [packet[:14] + b"\x08\0" + packet[16:17] + b"\x02" + bytes(6)]

    sent = logged_in(lose, limits={"sessions": 1})
    assert sent.count(RAKP_3) == 4  # twice, the end of that log-in, and once in the next


@pytest.mark.parametrize("answered", range(2, 6))
def test_bmc_that_is_not_heard_any_more_keeps_no_session_that_we_know_of(answered: int) -> None:
    """Our packets arrive, its answers do not: whatever was reached by then is closed. It alone knows of a session that
    was begun by a message whose answer got lost."""

    async def conversation() -> None:
        def mute(packet: bytes) -> list[bytes]:
            return [packet] if len(between.received) <= answered else []

        async with a_bmc(mute) as (bmc, between):
            with pytest.raises((errors.LoginUnfinished, errors.NoReply)):
                await log_in(between, request_timeout_s=0.5)
            await asyncio.sleep(0.01)
            lost = kinds(between.received[answered:]).count(rmcp.OPEN_RESPONSE)
            assert len(bmc.bmc.sessions) == lost

    run(conversation())


@pytest.mark.parametrize("answered", range(2, 6))
def test_conversation_that_is_cancelled_leaves_no_session(answered: int) -> None:
    async def conversation() -> None:
        def mute(packet: bytes) -> list[bytes]:
            return [packet] if len(between.received) <= answered else []

        async with a_bmc(mute) as (bmc, between):
            task = asyncio.get_running_loop().create_task(log_in(between))
            await asyncio.sleep(0.2)
            assert len(bmc.bmc.sessions) == 1
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await asyncio.sleep(0.01)
            assert len(bmc.bmc.sessions) == 0

    run(conversation())


def test_exception_of_the_caller_leaves_no_session() -> None:
    async def conversation() -> None:
        async with a_bmc() as (bmc, between):
            with pytest.raises(ZeroDivisionError):
                async with client(between):
                    assert bmc.bmc.sessions.active() == 1
                    raise ZeroDivisionError
            await asyncio.sleep(0.01)
            assert len(bmc.bmc.sessions) == 0

    run(conversation())


def test_session_that_the_bmc_forgot_is_built_up_again_after_one_lost_request() -> None:
    async def conversation() -> None:
        async with a_bmc() as (bmc, between):
            async with client(between) as opened:
                await opened.request(GET_DEVICE_ID)
                bmc.bmc.sessions.clear()
                with pytest.raises(errors.NoReply):
                    await opened.request(GET_DEVICE_ID)
                assert (await opened.request(GET_DEVICE_ID)).code == 0
                bmc.faults.change(silent=True)
                with pytest.raises(errors.NoReply):
                    await opened.request(GET_DEVICE_ID)
                with pytest.raises(errors.SessionLost, match="could not be built up again"):
                    await opened.request(GET_DEVICE_ID)
            bmc.faults.clear()

    run(conversation())


@pytest.mark.parametrize("seed", range(3))
def test_late_answer_is_never_another_requests(seed: int) -> None:
    """Answers come at any time from at once to four seconds later, in any order."""
    rng, asked, truth = random.Random(seed), [Request(0x04, 0x2D, bytes((number,))) for number in range(1, 9)], {}

    async def conversation() -> int:
        def late(packet: bytes) -> list[bytes]:
            if len(between.received) <= 5 + len(asked):
                return [packet]
            asyncio.get_running_loop().call_later(rng.uniform(0, 4), between.tell, packet)
            return []

        right = 0
        async with a_bmc(late) as (_bmc, between), client(between, timeout_s=1e4) as opened:
            session = opened._session
            assert session is not None
            for request in asked:
                truth[request] = await session.exchange(request)
            for _request in range(300):
                request = rng.choice(asked)
                with contextlib.suppress(errors.NoReply):
                    assert await session.exchange(request) == truth[request]
                    right += 1
            await asyncio.sleep(5.0)
        return right

    assert run(conversation()) > 200
    assert len({(answer.code, answer.data) for answer in truth.values()}) > 4


def test_request_that_must_not_be_repeated_is_sent_once_and_waited_for() -> None:
    async def conversation() -> None:
        async with a_bmc() as (bmc, between), client(between) as opened:
            bmc.faults.change(delay_ms=1900)
            before = len(between.sent)
            assert (await opened.request(Request(0x06, 0x01, once=True))).code == 0
            assert len(between.sent) == before + 1

    run(conversation())
