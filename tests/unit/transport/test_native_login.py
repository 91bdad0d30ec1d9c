# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Log-in to bmcsim: suites, users and keys, and refusals as odd BMCs tell them. One that fails leaves no session."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from handmoved import OPEN, RAKP_1, RAKP_3, USER, a_bmc, kind, kinds, log_in, logged_in, run

from ansible_collections.baremetal.ipmi.plugins.module_utils._core import errors
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.native import Ipmi15
from bmcsim import rmcp
from bmcsim.rakp import Handshake


@pytest.mark.parametrize("suite", [None, 3, 8, 17])
def test_log_in_takes_seven_packets_with_each_suite(suite: int | None) -> None:
    sent = logged_in(None, {"cipher_suite": suite}, limits={"suites": [3, 8, 17]})
    assert sent == [0, OPEN, RAKP_1, RAKP_3, 0, 0, 0]


def test_suite_is_the_best_of_17_and_3_and_another_one_only_where_it_is_named() -> None:
    assert logged_in(limits={"suites": [3]}).count(OPEN) == 2
    assert logged_in(limits={"suites": [8, 17]}).count(OPEN) == 1
    with pytest.raises(errors.LoginRefused):
        logged_in(limits={"suites": [8]})
    with pytest.raises(errors.LoginRefused):
        logged_in(options={"cipher_suite": 17}, limits={"suites": [3]})


@pytest.mark.parametrize("suite", [0, 1, 2, 15, 18])
def test_suite_without_authentication_integrity_and_confidentiality_is_not_spoken(suite: int) -> None:
    with pytest.raises(errors.OptionError, match=f"cipher suite {suite} is not spoken"):
        logged_in(options={"cipher_suite": suite})


def test_bmc_that_takes_new_numbers_for_a_repeated_message_is_no_wrong_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """OpenBMC does, and answers late while the host starts: message 3 then proves by numbers that it has forgotten."""
    answer = Handshake.rakp1

    def forgetful(self: Handshake, data: bytes, at: float) -> bytes | None:
        for session in self.table._sessions.values():
            session.rakp1 = b""  # type: ignore[attr-defined]
        return answer(self, data, at)

    monkeypatch.setattr(Handshake, "rakp1", forgetful)

    async def conversation() -> None:
        def late(packet: bytes) -> list[bytes]:
            if kind(packet) != rmcp.RAKP_2 or len(between.received) > 4:
                return [packet]
            asyncio.get_running_loop().call_later(1.2, between.tell, packet)
            return []

        async with a_bmc(late) as (_bmc, between):
            await log_in(between)
            assert kinds(between.sent)[:9] == [0, OPEN, RAKP_1, RAKP_1, RAKP_3, 0, RAKP_3, OPEN, RAKP_1]

    run(conversation())


def test_bmc_that_becomes_slow_gets_no_message_of_the_key_exchange_twice() -> None:
    """It answers the second Open Session Request before it comes to what follows."""

    async def conversation() -> None:
        def slow_down(packet: bytes) -> list[bytes]:
            if len(between.received) == 1:
                bmc.faults.change(delay_ms=1900)
            return [packet]

        async with a_bmc(slow_down) as (bmc, between):
            await log_in(between)
            sent = kinds(between.sent)
            assert [sent.count(each) for each in (OPEN, RAKP_1, RAKP_3)] == [2, 1, 1]

    run(conversation())


def test_wrong_proof_of_a_bmc_that_got_each_message_once_is_told_at_once() -> None:
    def refuse(packet: bytes) -> list[bytes]:
        return [packet[:17] + b"\x0f" + packet[18:]] if kind(packet) == rmcp.RAKP_4 else [packet]

    with pytest.raises(errors.WrongPassword):
        logged_in(refuse)


@pytest.mark.parametrize(
    ("options", "entry", "error"),
    [
        ({"password": "Gu3ss"}, {}, errors.WrongPassword),
        ({"username": "nobody"}, {}, errors.UnknownUser),
        ({}, {"faults": {"refuse": {"privilege": True}}}, errors.PrivilegeRefused),
        ({}, {"faults": {"refuse": {"session": True}}}, errors.LoginRefused),
        ({}, {"faults": {"commands": [{"netfn": 6, "cmd": 0x3B, "completion_code": 0x81}]}}, errors.PrivilegeRefused),
    ],
)
def test_refused_log_in_leaves_no_session(options: Any, entry: Any, error: type[errors.IpmiError]) -> None:
    with pytest.raises(error):
        logged_in(None, options, **entry)


def test_session_with_a_wrong_bmc_key_is_left_to_the_bmc_which_alone_could_close_it() -> None:
    async def conversation() -> None:
        async with a_bmc(kg="BMC-key") as (bmc, between):
            with pytest.raises(errors.WrongKg):
                await log_in(between)
            await asyncio.sleep(0.01)
            assert bmc.bmc.sessions.active() == 1

    run(conversation())


@pytest.mark.parametrize("status", [0x09, 0x0D])
def test_users_that_are_not_looked_up_by_name_alone_are_named_with_their_privilege(status: int) -> None:
    """Two entries of one name: by name alone the first one counts, which may not do what is asked for."""
    users = [{**USER, "privilege": "user"}, {**USER, "privilege": "operator"}]
    sent = logged_in(None, {"privilege": "operator"}, users=users, limits={"privilege_refused": status})
    assert sent.count(RAKP_1) == 2


def test_refusal_by_both_look_ups_is_told_in_the_words_of_the_first() -> None:
    """OpenBMC says 09h of a user that is disabled, and 0Dh when privilege and user do not fit."""
    count = 0

    def refuse(packet: bytes) -> list[bytes]:
        nonlocal count
        if kind(packet) != rmcp.RAKP_2:
            return [packet]
        count += 1
        return [packet[:14] + b"\x08\0\0" + (b"\x09" if count == 1 else b"\x0d") + bytes(6)]

    with pytest.raises(errors.PrivilegeRefused):
        logged_in(refuse)
    assert count == 2


@pytest.mark.parametrize("code", [0xCC, 0xC1, 0xD4])
def test_bmc_that_refuses_the_bit_for_ipmi_20_is_asked_without_it(code: int) -> None:
    """Also where answers come twice, so that the refusal comes again after the second question."""
    with pytest.raises(Ipmi15):
        logged_in(lambda packet: [packet, packet], lan={"versions": ["1.5"], "extended_code": code})


@pytest.mark.parametrize("command", [0x38, 0x3B])
def test_bmc_that_is_busy_while_it_logs_in_is_asked_again(command: int) -> None:
    busy = {"commands": [{"netfn": 6, "cmd": command, "completion_code": 0xC0, "times": 2}]}
    assert len(logged_in(faults=busy)) == 9


def test_bmc_that_is_busy_for_ever_is_given_up_at_the_deadline() -> None:
    busy = {"commands": [{"netfn": 6, "cmd": 0x38, "completion_code": 0xC0}]}
    with pytest.raises(errors.DeadlineExceeded):
        logged_in(None, {"timeout_s": 20.0}, faults=busy)
