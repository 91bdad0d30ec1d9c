# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several requests on their way to one BMC: what becomes of the others where one stays without an answer."""

from __future__ import annotations

import asyncio

import pytest
from handmoved import GET_DEVICE_ID, RAKP_3, a_bmc, client, kinds, now, run

from ansible_collections.baremetal.ipmi.plugins.module_utils._core import errors
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.client import Request, Response

ONCE = Request(0x06, 0x01, once=True)


def test_who_still_waits_on_a_session_that_is_given_up_is_asked_in_the_next_one() -> None:
    async def conversation() -> None:
        async with a_bmc() as (bmc, between), client(between, outstanding=3) as opened:
            bmc.faults.change(silent=True)
            began = now()
            quick = asyncio.ensure_future(opened.request(ONCE))
            patient = asyncio.ensure_future(opened.request(GET_DEVICE_ID))
            with pytest.raises(errors.NoReply):
                await quick
            assert now() - began == pytest.approx(2.0)
            bmc.faults.clear()
            assert (await patient).code == 0
            assert now() - began < 4.0
            assert kinds(between.sent).count(RAKP_3) == 2

    run(conversation())


def test_what_must_not_be_repeated_is_not_repeated_in_the_next_session_either() -> None:
    async def conversation() -> None:
        async with a_bmc() as (bmc, between), client(between, outstanding=3) as opened:
            bmc.faults.change(silent=True)
            first = asyncio.ensure_future(opened.request(ONCE))
            await asyncio.sleep(1.0)
            second = asyncio.ensure_future(opened.request(ONCE))
            with pytest.raises(errors.NoReply):
                await first
            bmc.faults.clear()
            ends = await asyncio.gather(second, return_exceptions=True)
            assert [type(end) for end in ends] == [errors.NoReply]
            assert kinds(between.sent).count(RAKP_3) == 1

    run(conversation())


def test_bmc_that_does_not_come_back_is_logged_in_to_once_for_all_who_wait() -> None:
    async def conversation() -> None:
        async with a_bmc() as (bmc, between), client(between, outstanding=8) as opened:
            bmc.faults.change(silent=True)
            began = now()
            asked = [opened.request(Request(0x06, 0x01, once=number == 0)) for number in range(8)]
            ends = await asyncio.gather(*asked, return_exceptions=True)
            assert [type(end) for end in ends] == [errors.NoReply, *[errors.SessionLost] * 7]
            assert now() - began == pytest.approx(2.0 + 8.0)
            bmc.faults.clear()

    run(conversation())


@pytest.mark.parametrize("delay_ms", [100, 130])
def test_one_without_an_answer_harms_none_of_those_that_have_theirs(delay_ms: int) -> None:
    """While it waits, so many others pass that their numbers begin anew; and the session is not given up."""

    async def conversation() -> None:
        swallowed = 0

        def swallow(packet: bytes) -> list[bytes]:
            nonlocal swallowed
            swallowed += len(between.received) == first
            return [] if len(between.received) == first else [packet]

        first = -1
        async with a_bmc(swallow) as (bmc, between):
            async with client(between, outstanding=2, request_timeout_s=15.0, timeout_s=99.0) as opened:
                first = len(between.received) + 1
                bmc.faults.change(delay_ms=delay_ms)
                began = now()
                lost = asyncio.ensure_future(opened.request(ONCE))
                await asyncio.sleep(0.001)  # it is on its way before the others
                for _number in range(150):
                    assert (await opened.request(GET_DEVICE_ID)).code == 0
                    if lost.done():
                        break
                assert swallowed == 1
                assert isinstance(lost.exception(), errors.NoReply)
                assert 15.0 <= now() - began < 16.0
                assert (await opened.request(GET_DEVICE_ID)).code == 0
                bmc.faults.clear()
            assert kinds(between.sent).count(RAKP_3) == 1

    run(conversation())


def test_one_that_ends_by_a_defect_leaves_no_other_behind() -> None:
    async def conversation() -> None:
        async with a_bmc() as (bmc, between):
            async with client(between, outstanding=2) as opened:
                bmc.faults.change(silent=True)

                async def defect() -> Response:
                    await asyncio.sleep(0.1)
                    raise ZeroDivisionError

                began = now()
                with pytest.raises(ZeroDivisionError):
                    await opened.each([lambda: opened.request(GET_DEVICE_ID), defect])
                assert now() - began < 0.2
                bmc.faults.clear()
            assert len(asyncio.all_tasks()) == 1
            await asyncio.sleep(1.0)
            assert kinds(between.sent).count(RAKP_3) == 1

    run(conversation())
