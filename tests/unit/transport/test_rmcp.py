# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packets outside of a session, and the messages in packets, against bmcsim and what other programs sent."""

from __future__ import annotations

import pytest
from recorded import RECORDINGS

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.client import Request, Target
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.rmcp import (
    Message,
    build_message,
    build_packet,
    build_sessionless,
    parse_message,
    parse_packet,
    parse_sessionless,
)
from bmcsim import ipmb, rmcp

ALL = pytest.mark.parametrize("name", RECORDINGS)
GET_AUTHENTICATION = Request(0x06, 0x38, b"\x8e\x04")


def answer(netfn: int, sequence: int, command: int, code: int, data: bytes) -> bytes:
    request = ipmb.Message(0x20, netfn & ~1, 0, 0x81, sequence, 0, command, b"")
    return request.reply(code, data)


@ALL
def test_first_packet_and_its_answer_are_those_of_other_programs(name: str) -> None:
    sent, received = RECORDINGS[name].sent()[0], RECORDINGS[name].received()[0]
    told = ipmb.parse(rmcp.parse(sent).payload)
    request = Request(told.netfn, told.cmd, told.data)
    assert build_sessionless(build_message(request, told.rq_seq)) == sent
    message = parse_sessionless(received)
    assert message is not None
    assert (message.netfn, message.sequence, message.command, message.code) == (0x07, told.rq_seq, 0x38, 0)
    assert message.data[1] & 0x80
    assert message.data[3] & 0x02


@ALL
def test_answer_outside_of_a_session_is_whole_or_none(name: str) -> None:
    received = RECORDINGS[name].received()[0]
    assert all(parse_sessionless(received[:length]) is None for length in range(len(received)))
    for bit in range(8 * 14, 8 * len(received)):
        changed = bytearray(received)
        changed[bit // 8] ^= 1 << bit % 8
        assert parse_sessionless(bytes(changed)) is None, bit


def test_answer_that_claims_a_session_or_a_signature_is_none_outside_of_one() -> None:
    message = answer(0x07, 0, 0x38, 0, bytes(8))
    assert parse_sessionless(rmcp.build_v15(message)) == Message(0x07, 0, 0x38, 0, bytes(8))
    assert parse_sessionless(rmcp.build_v15(message, session_id=1)) is None
    assert parse_sessionless(rmcp.build_v15(message, sequence=1)) is None
    assert parse_sessionless(rmcp.build_v15(message, auth_type=2, code=bytes(16))) is None
    assert parse_sessionless(rmcp.build_v15(message) + b"\0") is not None  # a pad that old network chips need


def test_request_is_what_the_simulator_reads() -> None:
    told = ipmb.parse(build_message(Request(0x04, 0x2D, b"\x30", lun=1), 63))
    assert told == ipmb.Message(0x20, 0x04, 1, 0x81, 63, 0, 0x2D, b"\x30")


def test_request_to_a_satellite_goes_within_a_tracked_send_message() -> None:
    bridge = ipmb.parse(build_message(Request(0x04, 0x2D, b"\x30", lun=2, target=Target(0x2C, 6)), 5))
    assert (bridge.rs_addr, bridge.netfn, bridge.cmd, bridge.rq_seq) == (0x20, 0x06, 0x34, 5)
    assert bridge.data[0] == 0x46
    assert ipmb.parse(bridge.data[1:]) == ipmb.Message(0x2C, 0x04, 2, 0x20, 5, 0, 0x2D, b"\x30")


def test_response_is_read_as_the_simulator_writes_it_and_a_short_one_is_none() -> None:
    message = answer(0x05, 33, 0x2D, 0xCB, b"\x01\x02")
    assert parse_message(message) == Message(0x05, 33, 0x2D, 0xCB, b"\x01\x02")
    assert all(parse_message(message[:length]) is None for length in range(8))


@ALL
def test_packets_of_the_log_in_are_read_and_a_cut_one_is_none(name: str) -> None:
    for packet in (one for one in RECORDINGS[name].received() if one[4] == 6):
        theirs, ours = rmcp.parse(packet), parse_packet(packet)
        assert ours is not None
        kind = theirs.payload_type | theirs.encrypted << 7 | theirs.authenticated << 6
        assert ours == (kind, theirs.session_id, theirs.sequence, theirs.payload)
        end = 16 + len(theirs.payload)
        assert build_packet(*ours[:1], ours.payload, ours.session_id, ours.sequence) == packet[:end]
        assert all(parse_packet(packet[:length]) is None for length in range(end))


@pytest.mark.parametrize("packet", [b"", b"\x06\0\xff\x06" + bytes(30), b"\x05\0\xff\x07\x06" + bytes(30)])
def test_what_is_no_ipmi_over_rmcp_is_none(packet: bytes) -> None:
    assert parse_packet(packet) is None
    assert parse_sessionless(packet) is None
