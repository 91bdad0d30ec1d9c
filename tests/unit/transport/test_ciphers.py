# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The packets of a session: what a BMC sealed is read, whatever else arrives is not. The BMC's side is bmcsim's, the
other client's pyghmi's; neither shares code with ours."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from pyghmi.ipmi.private.simplesession import Session as PyghmiSession

from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.ciphers import SUITES, Seal
from bmcsim import crypto, ipmb, rmcp
from bmcsim.sessions import Session

BMC_ID, CONSOLE_ID = 0x0A0B0C0D, 0xF1F2F3F4
MESSAGE = ipmb.Message(0x20, 0x04, 0, 0x81, 9, 0, 0x2D, b"").reply(0, b"\x30\xc0\xc0")
KEYS = {number: crypto.derive(suite, b"password", b"seed") for number, suite in crypto.SUITES.items()}
EACH = pytest.mark.parametrize("number", [3, 8, 17])


def bmc(number: int) -> Session:
    session = Session(
        bmc_id=BMC_ID, last_seen=0.0, console_id=CONSOLE_ID, suite=crypto.SUITES[number], open_privilege=0
    )
    session.keys = KEYS[number]
    return session


def console(number: int) -> Seal:
    return Seal(SUITES[number], KEYS[number].sik, BMC_ID, CONSOLE_ID)


def numbered(number: int, sequence: int, message: bytes = MESSAGE) -> bytes:
    """The BMC's packet with this sequence number."""
    session = bmc(number)
    session.sent = sequence - 1
    return session.seal(message)


def signed(number: int, kind: int, payload: bytes, sequence: int = 1, tail: bytes | None = None) -> bytes:
    """A packet with a right integrity code, whatever is in it; ``tail``: what is between payload and code."""
    packet = rmcp.build_v2(kind, CONSOLE_ID, sequence, payload)
    packet = rmcp.pad_for_integrity(packet) if tail is None else packet + tail
    return packet + crypto.SUITES[number].icv(KEYS[number].k1, packet[4:])


@EACH
def test_our_suites_are_made_of_the_simulators_algorithms(number: int) -> None:
    ours, theirs = SUITES[number], crypto.SUITES[number]
    assert (ours.authentication, ours.integrity, ours.digest, ours.code_length) == (
        theirs.authentication,
        theirs.integrity,
        theirs.digest,
        theirs.icv_length,
    )


@EACH
def test_messages_of_every_length_go_both_ways(number: int) -> None:
    ours, theirs = console(number), bmc(number)
    for length in range(8, 60):
        message = bytes(range(length))
        packet = rmcp.parse(ours.seal(message))
        assert theirs.open(packet) == message
        assert (packet.session_id, packet.sequence) == (BMC_ID, length - 7)
        assert ours.open(theirs.seal(message)) == message


class Pyghmi(PyghmiSession):  # type: ignore[misc]
    """Its packets of an established session, without its log-in and its socket."""

    def __init__(self, number: int) -> None:
        self.k1, self.aeskey, self.currhashlen = KEYS[number].k1, KEYS[number].aes, crypto.SUITES[number].icv_length
        self.currhashlib: Any = getattr(hashlib, crypto.SUITES[number].digest)
        self.localsid, self.sessionid, self.sequencenumber = BMC_ID, CONSOLE_ID, 1
        self.authtype, self.ipmiversion, self.integrityalgo, self.confalgo = 6, 2.0, 1, "aes"
        self.lastpayload: Any = None
        self.sockaddr: Any = None
        self._crypto_backend: Any = None
        self.pendingpayloads: list[Any] = []
        self.taken = b""

    def _xmit_packet(self, *_args: Any, **_named: Any) -> None:
        pass

    def _parse_ipmi_payload(self, payload: bytearray) -> None:
        self.taken = bytes(payload)

    def __del__(self) -> None:
        pass


@EACH
def test_pyghmi_reads_what_we_seal_and_we_read_what_it_seals(number: int) -> None:
    ours = console(number)
    for length in (8, 11, 23, 24, 25, 40):
        pyghmi, message = Pyghmi(number), bytes(range(length))
        pyghmi._handle_ipmi_packet(bytearray(ours.seal(message)))
        assert pyghmi.taken == message
        pyghmi.send_payload(message, 0, retry=False)
        assert console(number).open(bytes(pyghmi.netpacket)) == message


@EACH
def test_packet_with_any_bit_flipped_is_not_accepted(number: int) -> None:
    packet = numbered(number, 1)
    covered = range(8 * 4, 8 * len(packet))  # the RMCP header is not signed, and carries nothing
    for bit in (*range(8), *range(24, 32), *covered):
        changed = bytearray(packet)
        changed[bit // 8] ^= 1 << bit % 8
        assert console(number).open(bytes(changed)) is None, bit
    assert console(number).open(packet) == MESSAGE


@EACH
def test_packet_cut_at_any_length_or_made_longer_is_not_accepted(number: int) -> None:
    packet = numbered(number, 1)
    assert all(console(number).open(packet[:length]) is None for length in range(len(packet)))
    assert all(console(number).open(packet + bytes(more)) is None for more in range(1, 20))


@EACH
def test_packet_of_another_session_or_key_is_not_accepted(number: int) -> None:
    packet = numbered(number, 1)
    assert Seal(SUITES[number], KEYS[number].sik, BMC_ID, CONSOLE_ID ^ 1).open(packet) is None
    assert Seal(SUITES[number], bytes(20), BMC_ID, CONSOLE_ID).open(packet) is None


@EACH
def test_our_own_packet_that_comes_back_is_not_accepted(number: int) -> None:
    ours = console(number)
    assert ours.open(ours.seal(MESSAGE)) is None


@pytest.mark.parametrize("kind", [0x00, 0x40, 0x80, 0xC1, 0xC2, 0xD5])
def test_payload_that_is_not_an_encrypted_and_signed_message_is_not_accepted(kind: int) -> None:
    payload = crypto.encrypt(KEYS[17].aes, MESSAGE) if kind & 0x80 else MESSAGE
    assert console(17).open(signed(17, kind, payload)) is None
    assert console(17).open(rmcp.build_v2(kind, CONSOLE_ID, 1, payload)) is None


def test_packet_is_accepted_once_and_in_any_order_within_32() -> None:
    ours = console(17)
    packets = {sequence: numbered(17, sequence) for sequence in range(1, 101)}
    assert ours.open(packets[40]) == MESSAGE
    assert [sequence for sequence in range(1, 40) if ours.open(packets[sequence])] == list(range(9, 40))
    assert not any(ours.open(packets[sequence]) for sequence in range(1, 41))
    assert ours.open(packets[71]) == MESSAGE
    assert [sequence for sequence in range(1, 72) if ours.open(packets[sequence])] == list(range(41, 71))
    assert ours.open(packets[100])
    assert ours.open(packets[69]) is None  # seen before the window moved on
    assert ours.open(packets[99])


def test_window_moves_far_ahead_and_nothing_that_was_before_comes_back() -> None:
    ours = console(3)
    first, last = numbered(3, 5), numbered(3, 0xFFFFFFFF)
    assert ours.open(first)
    assert ours.open(last)
    assert ours.open(first) is None
    assert ours.open(last) is None
    assert ours.open(numbered(3, 0xFFFFFFFF - 31))
    assert ours.open(numbered(3, 0xFFFFFFFF - 32)) is None


def test_sequence_number_0_is_never_one_of_a_session() -> None:
    text = crypto.encrypt(KEYS[3].aes, MESSAGE)
    assert console(3).open(signed(3, 0xC0, text, sequence=0)) is None


def test_forged_packet_with_a_high_number_does_not_move_the_window() -> None:
    ours, forged = console(17), bytearray(numbered(17, 0xFFFFFF))
    forged[-1] ^= 1
    assert ours.open(bytes(forged)) is None
    assert ours.open(numbered(17, 1)) == MESSAGE


def test_sequence_number_of_what_we_send_skips_0_when_it_wraps() -> None:
    ours = console(17)
    ours._sent = 0xFFFFFFFE
    assert [rmcp.parse(ours.seal(MESSAGE)).sequence for _packet in range(3)] == [0xFFFFFFFF, 1, 2]


def test_vector_is_another_one_for_each_packet() -> None:
    ours = console(17)
    assert len({ours.seal(MESSAGE)[16:32] for _packet in range(50)}) == 50


@pytest.mark.parametrize("length", [0, 1, 15, 16, 17, 31, 33, 47])
def test_signed_payload_of_an_impossible_length_is_none(length: int) -> None:
    assert console(17).open(signed(17, 0xC0, bytes(length))) is None


@pytest.mark.parametrize(("pad", "expected"), [(2, b"thirteenbytes"), (15, b""), (16, None), (255, None)])
def test_pad_that_is_filled_otherwise_counts_by_its_length_and_a_longer_one_not(
    pad: int, expected: bytes | None
) -> None:
    text = plainly_encrypted(KEYS[17].aes, b"thirteenbytes\xee\xee" + bytes((pad,)))
    assert console(17).open(signed(17, 0xC0, text)) == expected


def plainly_encrypted(key: bytes, blocks: bytes) -> bytes:
    encryptor = crypto.Cipher(crypto.algorithms.AES(key), crypto.modes.CBC(bytes(16))).encryptor()
    return bytes(16) + encryptor.update(blocks)


def test_integrity_pad_may_be_of_any_length_as_it_is_signed() -> None:
    text = crypto.encrypt(KEYS[3].aes, MESSAGE)
    for sequence, tail in enumerate((b"\0\x07", b"\xff\xff\x02\x07", b"\xff" * 6 + b"\x06\x07", b""), 1):
        assert console(3).open(signed(3, 0xC0, text, sequence, tail)) == MESSAGE


def test_suites_do_not_read_each_others_packets() -> None:
    suite = replace(crypto.SUITES[17], icv_length=12)
    packet = rmcp.pad_for_integrity(rmcp.build_v2(0xC0, CONSOLE_ID, 1, crypto.encrypt(KEYS[17].aes, MESSAGE)))
    assert console(17).open(packet + suite.icv(KEYS[17].k1, packet[4:])) is None
