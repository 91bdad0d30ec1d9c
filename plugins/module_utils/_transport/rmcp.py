# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""RMCP packets and the IPMI messages in them, as bytes (IPMI v2.0 rev 1.1, sections 13.1, 13.6 and 13.8).

Whatever does not have the shape that the specification gives it is None here, and never an exception.
"""

from __future__ import annotations

from typing import NamedTuple

from .._core.client import BMC_ADDRESS, NETFN_APP, Request

SEND_MESSAGE = 0x34
_RMCP = b"\x06\x00\xff\x07"  # version 1.0, no acknowledgement, class IPMI
_RMCP_PLUS = 0x06
_CONSOLE = 0x81  # software id of a remote console (section 5.5)
_TRACKED = 0x40
_SHORTEST_MESSAGE = 8
_SHORTEST_PACKET = 16


class Message(NamedTuple):
    """A response: network function (odd), the requester's sequence number, command, completion code, data."""

    netfn: int
    sequence: int
    command: int
    code: int
    data: bytes


class Packet(NamedTuple):
    """An RMCP+ packet. ``kind``: the byte of the payload type with its bits for encrypted (80h) and authenticated
    (40h)."""

    kind: int
    session_id: int
    sequence: int
    payload: bytes


def checksum(data: bytes) -> int:
    return -sum(data) & 0xFF


def _addressed(receiver: int, netfn_lun: int, sender: int, sequence: int, body: bytes) -> bytes:
    head = bytes((receiver, netfn_lun))
    rest = bytes((sender, sequence << 2)) + body
    return head + bytes((checksum(head),)) + rest + bytes((checksum(rest),))


def build_message(request: Request, sequence: int) -> bytes:
    """A request to the BMC, or, within a tracked Send Message (section 22.7), to a controller behind it."""
    netfn_lun = request.netfn << 2 | request.lun
    body = bytes((request.command,)) + request.data
    if request.target is None:
        return _addressed(BMC_ADDRESS, netfn_lun, _CONSOLE, sequence, body)
    inner = _addressed(request.target.address, netfn_lun, BMC_ADDRESS, sequence, body)
    bridge = bytes((SEND_MESSAGE, _TRACKED | request.target.channel)) + inner
    return _addressed(BMC_ADDRESS, NETFN_APP << 2, _CONSOLE, sequence, bridge)


def parse_message(data: bytes) -> Message | None:
    """A response. Checksums are not looked at: the packet's integrity code covers more than they do."""
    if len(data) < _SHORTEST_MESSAGE:
        return None
    return Message(data[1] >> 2, data[4] >> 2, data[5], data[6], data[7:-1])


def build_sessionless(message: bytes) -> bytes:
    """A message outside of any session, in the format of IPMI 1.5, which every BMC knows (section 13.6)."""
    return _RMCP + bytes(9) + bytes((len(message),)) + message


def parse_sessionless(packet: bytes) -> Message | None:
    """The response in such a packet; nothing but its checksums tells that it is whole."""
    if len(packet) < 14 or packet[0] != 6 or packet[3:5] != b"\x07\x00" or any(packet[5:13]):
        return None
    message = packet[14 : 14 + packet[13]]
    if len(message) != packet[13] or sum(message[:3]) & 0xFF or sum(message[3:]) & 0xFF:
        return None
    return parse_message(message)


def build_packet(kind: int, payload: bytes, session_id: int = 0, sequence: int = 0) -> bytes:
    """An RMCP+ packet, as far as its payload goes."""
    numbers = session_id.to_bytes(4, "little") + sequence.to_bytes(4, "little") + len(payload).to_bytes(2, "little")
    return _RMCP + bytes((_RMCP_PLUS, kind)) + numbers + payload


def parse_packet(packet: bytes) -> Packet | None:
    """An RMCP+ packet; what follows its payload is its session's to judge."""
    if len(packet) < _SHORTEST_PACKET or packet[0] != 6 or packet[3] != 7 or packet[4] != _RMCP_PLUS:
        return None
    end = _SHORTEST_PACKET + int.from_bytes(packet[14:16], "little")
    if len(packet) < end:
        return None
    session_id, sequence = int.from_bytes(packet[6:10], "little"), int.from_bytes(packet[10:14], "little")
    return Packet(packet[5], session_id, sequence, packet[_SHORTEST_PACKET:end])
