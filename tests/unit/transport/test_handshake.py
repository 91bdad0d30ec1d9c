# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The key exchange, message by message: against the recorded ones of ipmitool and FreeIPMI, and against bmcsim's."""

from __future__ import annotations

import os
from typing import Any

import pytest
from handmoved import USER
from recorded import RECORDINGS, Recording

from ansible_collections.baremetal.ipmi.plugins.module_utils._core import errors
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.ciphers import SUITES, Seal
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.handshake import (
    OPEN_REQUEST,
    OPEN_RESPONSE,
    RAKP1,
    RAKP2,
    RAKP3,
    RAKP4,
    Handshake,
    Refused,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.options import LanOptions, kg_bytes
from bmcsim import crypto, ipmb, rmcp
from bmcsim.fleet import collect

ALL = pytest.mark.parametrize("name", RECORDINGS)
EACH = pytest.mark.parametrize("number", [3, 8, 17])
TAG = 7
GET_DEVICE_ID = (0x06, 0x01)


def messages(recording: Recording) -> dict[int, bytes]:
    """The messages of the log-in by their payload type."""
    packets = [rmcp.parse(packet) for packet in recording.sent() + recording.received()]
    return {packet.payload_type: packet.payload for packet in packets if packet.payload_type >= OPEN_REQUEST}


def as_recorded(recording: Recording, monkeypatch: pytest.MonkeyPatch) -> Handshake:
    """Our log-in with the other program's random numbers."""
    told = messages(recording)
    numbers = {4: told[OPEN_REQUEST][4:8], 16: told[RAKP1][8:24]}
    monkeypatch.setattr(os, "urandom", lambda size: numbers[size])
    options = LanOptions("192.0.2.1", username=recording.username, password=recording.password, kg=recording.kg)
    made = Handshake(options, SUITES[recording.suite], TAG, by_name=bool(told[RAKP1][24] & 0x10))
    monkeypatch.undo()
    return made


def tagged(message: bytes) -> bytes:
    return bytes((TAG,)) + message[1:]


@ALL
def test_our_messages_are_byte_for_byte_those_of_other_programs(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    recording = RECORDINGS[name]
    told, ours = messages(recording), as_recorded(recording, monkeypatch)
    assert ours.message(OPEN_REQUEST)[4:] == told[OPEN_REQUEST][4:]  # they name the privilege here, we ask for any
    assert ours.take(OPEN_RESPONSE, tagged(told[OPEN_RESPONSE]))
    assert ours.message(RAKP1) == tagged(told[RAKP1])
    assert ours.take(RAKP2, tagged(told[RAKP2]))
    assert ours.message(RAKP3) == tagged(told[RAKP3])
    assert ours.take(RAKP4, tagged(told[RAKP4]))


@ALL
def test_sessions_of_other_programs_are_read_both_ways(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    recording = RECORDINGS[name]
    told, ours = messages(recording), as_recorded(recording, monkeypatch)
    for kind in (OPEN_RESPONSE, RAKP2, RAKP4):
        assert ours.take(kind, tagged(told[kind]))
    seal = ours.seal()
    answers = [seal.open(packet) for packet in recording.received() if rmcp.parse(packet).session_id]
    assert all(answers)
    name_and_role = told[RAKP1][24:25] + told[RAKP1][27:]
    seed = told[RAKP1][8:24] + told[RAKP2][8:24] + name_and_role
    key = (recording.kg or recording.password).encode()
    session_key = crypto.derive(crypto.SUITES[recording.suite], key, seed).sik
    bmc_id = int.from_bytes(told[OPEN_RESPONSE][8:12], "little")
    assert seal.bmc_id == bmc_id
    console = Seal(SUITES[recording.suite], session_key, 0, bmc_id)  # what is sent to the BMC, as the BMC reads it
    sealed = [console.open(packet) for packet in recording.sent() if rmcp.parse(packet).session_id]
    assert all(sealed)
    asked = [ipmb.parse(message) for message in sealed if message]
    assert GET_DEVICE_ID in [(one.netfn, one.cmd) for one in asked]
    assert len(answers) == len(asked)


class Exchange:
    """A log-in with bmcsim, without sockets: each step asks, and hands over what was answered."""

    def __init__(self, number: int, **changes: Any) -> None:
        source = {"name": "x", "model": "rack1u", "users": [USER], "limits": {"suites": [number]}}
        kg = kg_bytes(changes.get("kg"))
        self.bmc = collect({**source, "kg": kg.decode()} if kg else source)[0].build()
        values = {"username": USER["name"], "password": USER["password"], "privilege": "operator", **changes}
        self.console = Handshake(LanOptions("192.0.2.1", **values), SUITES[number], TAG, by_name=True)

    def ask(self, kind: int) -> bytes:
        side = self.bmc.handshake
        step = {OPEN_REQUEST: side.open_session, RAKP1: side.rakp1, RAKP3: side.rakp3}[kind]
        return step(self.console.message(kind), 0.0) or b""

    def until(self, answer: int) -> bytes:
        """The answer, after everything before it was taken."""
        for kind in (OPEN_REQUEST, RAKP1, RAKP3):
            told = self.ask(kind)
            if kind + 1 == answer:
                break
            assert self.console.take(kind + 1, told)
        return told

    def takes(self, kind: int, data: bytes) -> bool:
        """Whether it counts as a success."""
        try:
            return self.console.take(kind, data)
        except Refused:
            return False


@EACH
@pytest.mark.parametrize("kg", [None, "BMC-key", "0x" + "5a" * 20])
def test_keys_are_the_simulators(number: int, kg: str | None) -> None:
    login = Exchange(number, kg=kg)
    assert login.console.take(RAKP4, login.until(RAKP4))
    (session,) = login.bmc.sessions._sessions.values()
    seal = login.console.seal()
    assert session.open(rmcp.parse(seal.seal(b"a message of ours"))) == b"a message of ours"
    assert seal.open(session.seal(b"and one of theirs")) == b"and one of theirs"


@pytest.mark.parametrize("kg", ["0x" + "00" * 20, "0x00"])
def test_bmc_key_of_zeros_is_none(kg: str) -> None:
    """So BMCs show that none is set (section 13.33), and so people write it down."""
    login = Exchange(3)
    options = LanOptions("192.0.2.1", username="reader", password="Read-0nly", kg=kg)
    login.console = Handshake(options, SUITES[3], TAG, by_name=True)
    assert login.console.take(RAKP4, login.until(RAKP4))


@EACH
@pytest.mark.parametrize("answer", [RAKP2, RAKP4])
def test_proof_with_any_bit_flipped_is_none(number: int, answer: int) -> None:
    login = Exchange(number)
    told = login.until(answer)
    assert login.takes(answer, told)
    agreed = login.console.message(RAKP3)
    reserved = range(16, 32)
    for bit in (bit for bit in range(8 * len(told)) if bit not in reserved):
        changed = bytearray(told)
        changed[bit // 8] ^= 1 << bit % 8
        assert not login.takes(answer, bytes(changed)), bit
        assert login.console.message(RAKP3) == agreed


@EACH
@pytest.mark.parametrize("answer", [OPEN_RESPONSE, RAKP2, RAKP4])
def test_message_cut_at_any_length_is_none(number: int, answer: int) -> None:
    login = Exchange(number)
    told = login.until(answer)
    assert not any(login.takes(answer, told[:length]) for length in range(len(told)))
    assert login.takes(answer, told)


def test_proof_that_is_longer_than_it_should_be_is_none() -> None:
    for answer in (RAKP2, RAKP4):
        login = Exchange(17)
        assert not login.takes(answer, login.until(answer) + b"\0")


def test_message_of_another_log_in_is_none() -> None:
    """By its tag, and where the tags are the same by the session id of the console."""
    one, other = Exchange(17), Exchange(17)
    for answer in (OPEN_RESPONSE, RAKP2, RAKP4):
        assert not one.takes(answer, bytes((TAG + 1,)) + one.until(answer)[1:])
        assert not one.takes(answer, other.until(answer))


def test_other_algorithms_than_those_proposed_are_refused() -> None:
    for place in (16, 24, 32):
        login = Exchange(17)
        changed = bytearray(login.until(OPEN_RESPONSE))
        changed[place] = 0
        with pytest.raises(Refused, match="other algorithms than those of cipher suite 17"):
            login.console.take(OPEN_RESPONSE, bytes(changed))


@pytest.mark.parametrize(
    ("kind", "status", "error"),
    [
        (OPEN_RESPONSE, 0x01, errors.LoginRefused),
        (OPEN_RESPONSE, 0x11, errors.LoginRefused),
        (RAKP2, 0x09, errors.PrivilegeRefused),
        (RAKP2, 0x0A, errors.PrivilegeRefused),
        (RAKP2, 0x0D, errors.UnknownUser),
        (RAKP4, 0x0F, errors.WrongPassword),
        (RAKP4, 0xC7, errors.LoginRefused),
    ],
)
@pytest.mark.parametrize("zeros", [False, True], ids=["whole", "zeros"])
def test_refusal_is_told_as_what_it_is(kind: int, status: int, error: type[errors.IpmiError], zeros: bool) -> None:
    """OpenBMC leaves everything but the status at zero."""
    login = Exchange(3)
    told = login.until(kind)
    refusal = bytes((0, status)) + bytes(6) if zeros else bytes((TAG, status)) + told[2:8]
    with pytest.raises(Refused) as caught:
        login.console.take(kind, refusal)
    assert isinstance(caught.value.error, error)
    assert caught.value.status == status


def test_refusal_of_an_earlier_log_in_is_none() -> None:
    assert not Exchange(3).console.take(OPEN_RESPONSE, bytes((TAG - 1, 0x01)) + bytes(6))


def test_wrong_password_is_found_by_us_and_a_wrong_bmc_key_only_after_it() -> None:
    login = Exchange(17, password="Gu3ss")
    with pytest.raises(Refused) as caught:
        login.console.take(RAKP2, login.until(RAKP2))
    assert isinstance(caught.value.error, errors.WrongPassword)
    assert "Gu3ss" not in str(caught.value)
    login = Exchange(17)
    login.bmc.handshake.kg = b"another"
    with pytest.raises(Refused) as caught:
        login.console.take(RAKP4, login.until(RAKP4))
    assert isinstance(caught.value.error, errors.WrongKg)


def test_end_of_a_log_in_names_the_session_and_proves_nothing() -> None:
    login = Exchange(3)
    login.until(RAKP2)
    ended = login.console.message(RAKP3, 0x0F)
    assert len(ended) == 8
    assert login.bmc.handshake.rakp3(ended, 0.0) is None
    assert len(login.bmc.sessions) == 0


def test_numbers_are_other_ones_for_each_log_in() -> None:
    made = [Exchange(17) for _login in range(20)]
    assert len({login.console.message(OPEN_REQUEST)[4:8] for login in made}) == 20
    assert len({login.console.message(RAKP1)[8:24] for login in made}) == 20
