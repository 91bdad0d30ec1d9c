# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""RMCP, ASF and IPMI session headers (ASF 2.0, section 3.2; IPMI v2.0, sections 13.1 to 13.6)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

RMCP_IPMI = b"\x06\x00\xff\x07"
_ASF_IANA = b"\x00\x00\x11\xbe"
PAYLOAD_IPMI = 0x00
OPEN_REQUEST, OPEN_RESPONSE = 0x10, 0x11
RAKP_1, RAKP_2, RAKP_3, RAKP_4 = 0x12, 0x13, 0x14, 0x15


@dataclass(frozen=True)
class Packet:
    """One IPMI packet; `signed` is the part that the integrity code covers (empty without one)."""

    v2: bool
    payload_type: int
    session_id: int
    sequence: int
    payload: bytes
    encrypted: bool = False
    authenticated: bool = False
    signed: bytes = b""
    trailer: bytes = b""
    auth_type: int = 0
    auth_code: bytes = b""


def pong(data: bytes) -> bytes | None:
    """Return the answer to an ASF presence ping, None for any other ASF message."""
    if len(data) < 12 or data[4:8] != _ASF_IANA or data[8] != 0x80:
        return None
    body = _ASF_IANA + b"\0\0\0\0" + b"\x81\x00" + b"\0" * 6
    return b"\x06\x00\xff\x06" + _ASF_IANA + bytes([0x40, data[9], 0, len(body)]) + body


def parse(data: bytes) -> Packet:
    """Return the packet after an RMCP header of class IPMI; ValueError when it has no valid form."""
    if len(data) < 14:
        raise ValueError("packet too short")
    return _parse_v2(data) if data[4] == 0x06 else _parse_v15(data)


def _parse_v15(data: bytes) -> Packet:
    sequence, session_id = struct.unpack_from("<II", data, 5)
    offset = 13 + (16 if data[4] & 0x0F else 0)
    if len(data) < offset + 1 or len(data) < offset + 1 + data[offset]:
        raise ValueError("message shorter than its length says")
    payload = data[offset + 1 : offset + 1 + data[offset]]
    return Packet(
        False, PAYLOAD_IPMI, session_id, sequence, payload, auth_type=data[4] & 0x0F, auth_code=data[13:offset]
    )


def _parse_v2(data: bytes) -> Packet:
    if len(data) < 16:
        raise ValueError("packet too short")
    kind = data[5]
    session_id, sequence, length = struct.unpack_from("<IIH", data, 6)
    end = 16 + length
    if len(data) < end:
        raise ValueError("payload shorter than its length says")
    signed = trailer = b""
    if kind & 0x40:
        # The integrity pad ends on a multiple of four; its length and the next header (07h) follow.
        pad = -(end - 4 + 2) % 4
        stop = end + pad + 2
        if len(data) <= stop or data[stop - 2] != pad:
            raise ValueError("no integrity trailer")
        signed, trailer = data[4:stop], data[stop:]
    return Packet(
        True, kind & 0x3F, session_id, sequence, data[16:end], bool(kind & 0x80), bool(kind & 0x40), signed, trailer
    )


def build_v15(message: bytes, auth_type: int = 0, session_id: int = 0, sequence: int = 0, code: bytes = b"") -> bytes:
    """Return a message in the IPMI v1.5 format, as it is outside of a session unless told otherwise."""
    head = struct.pack("<BII", auth_type, sequence, session_id)
    return RMCP_IPMI + head + code + bytes([len(message)]) + message


def build_v2(payload_type: int, session_id: int, sequence: int, payload: bytes) -> bytes:
    """Return the RMCP+ packet without integrity trailer; `payload_type` carries the two flag bits."""
    return RMCP_IPMI + struct.pack("<BBIIH", 0x06, payload_type, session_id, sequence, len(payload)) + payload


def pad_for_integrity(packet: bytes) -> bytes:
    """Return the packet with integrity pad, pad length and next header; its code covers everything from byte 4."""
    pad = -(len(packet) - 4 + 2) % 4
    return packet + b"\xff" * pad + bytes([pad, 0x07])
