# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The UDP side of a simulated BMC."""

from __future__ import annotations

import asyncio
import time
from functools import partial
from typing import Any

from . import ipmb, rmcp
from .bmc import Bmc
from .sessions15 import WrongPassword

_ASF, _IPMI = 0x06, 0x07
_DROPPED = 0x100


class BmcProtocol(asyncio.DatagramProtocol):
    """One BMC's socket: datagrams in, datagrams out, the faults between."""

    def __init__(self, bmc: Bmc, loop: asyncio.AbstractEventLoop) -> None:
        self.bmc, self._loop = bmc, loop
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def error_received(self, exc: Exception) -> None:
        """Ignore what the network says of clients that have gone."""

    def datagram_received(self, data: bytes, addr: Any) -> None:
        bmc, faults = self.bmc, self.bmc.faults
        bmc.requests.datagrams += 1
        if not faults.hears() or time.monotonic() < bmc.asleep_until or faults.link.loses_request():
            return
        try:
            replies = self.handle(data)
        except (ValueError, IndexError):
            bmc.requests.rejected += 1
            return
        if faults.reply_lost:
            return
        for reply in replies:
            faults.link.send(self._loop, partial(self._send_now, reply, addr), faults.delay_ms / 1000)

    def _send_now(self, packet: bytes, addr: Any) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.sendto(packet, addr)

    def handle(self, data: bytes) -> list[bytes]:
        """Return the packets that answer a datagram; ValueError for one that is malformed."""
        if len(data) < 4 or data[0] != 0x06:
            raise ValueError("no RMCP version 1.0 header")
        kind = data[3] & 0x1F
        if kind == _ASF:
            answer = rmcp.pong(data)
            return [answer] if answer else []
        if kind != _IPMI:
            raise ValueError("RMCP class is neither ASF nor IPMI")
        packet = rmcp.parse(data)
        if packet.v2 and "2.0" not in self.bmc.versions():
            raise ValueError("no RMCP+ here")
        if packet.session_id:
            return self._in_session(packet)
        if packet.payload_type == rmcp.PAYLOAD_IPMI:
            return self._outside(packet)
        return self._handshake(packet)

    def _outside(self, packet: rmcp.Packet) -> list[bytes]:
        """Answer the few commands that need no session, in the format they came in."""
        message = ipmb.parse(packet.payload)
        replies = self.bmc.answer(message, None)
        if packet.v2:
            return [rmcp.build_v2(rmcp.PAYLOAD_IPMI, 0, 0, reply) for reply in replies]
        return [rmcp.build_v15(reply) for reply in replies]

    def _handshake(self, packet: rmcp.Packet) -> list[bytes]:
        handshake, now = self.bmc.handshake, time.monotonic()
        steps = {
            rmcp.OPEN_REQUEST: (handshake.open_session, rmcp.OPEN_RESPONSE),
            rmcp.RAKP_1: (handshake.rakp1, rmcp.RAKP_2),
            rmcp.RAKP_3: (handshake.rakp3, rmcp.RAKP_4),
        }
        step, answer_type = steps.get(packet.payload_type, (None, 0))
        if step is None:
            raise ValueError("unknown payload type outside of a session")
        self.bmc.requests.handshakes += 1
        answer = step(packet.payload, now)
        return [] if answer is None else [rmcp.build_v2(answer_type, 0, 0, answer)]

    def _in_session(self, packet: rmcp.Packet) -> list[bytes]:
        now = time.monotonic()
        session = self.bmc.sessions.get(packet.session_id, now)
        if session is None:
            return self._activate(packet, now)
        if not session.active or packet.payload_type != rmcp.PAYLOAD_IPMI:
            raise ValueError("no such session")
        message = ipmb.parse(session.open(packet))
        verdict = session.accept(packet.sequence)
        if verdict == "outside":
            raise ValueError("sequence number outside of the window")
        if verdict == "repeated":
            return session.replies[packet.sequence]
        replies = [session.seal(reply) for reply in self.bmc.answer(message, session)]
        session.remember(packet.sequence, replies)
        return replies

    def _activate(self, packet: rmcp.Packet, now: float) -> list[bytes]:
        """Answer Activate Session, the only command of an IPMI v1.5 session that is not active yet."""
        session = self.bmc.challenges.get(packet.session_id, now)
        if session is None or packet.v2:
            raise ValueError("no such session")
        message, refusal = ipmb.parse(packet.payload), self.bmc.model.lan.wrong_password_code
        if (message.netfn, message.cmd) != (0x06, 0x3A):
            raise ValueError("the session is not active")
        refused = self.bmc.faults.refusal("password", usual=_DROPPED)
        refusal = refused if refused and refused != _DROPPED else refusal
        try:
            session.open(packet)
            if refused:
                raise WrongPassword
        except WrongPassword:
            # The specification drops such a packet; some BMCs say so.
            if not refusal:
                raise
            return [rmcp.build_v15(message.reply(refusal), 0, packet.session_id)]
        replies = [session.seal(reply) for reply in self.bmc.answer(message, session)]
        session.remember(packet.sequence, replies)
        return replies
