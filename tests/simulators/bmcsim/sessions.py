# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions of one BMC: slots, sequence numbers, expiry (IPMI v2.0, sections 6.12 and 13.27)."""

from __future__ import annotations

import os
from collections import OrderedDict
from dataclasses import dataclass, field

from . import crypto, rmcp
from .model import User

_WINDOW = 16
_CACHED_REPLIES = 32
_HANDSHAKE_S = 10.0


@dataclass(eq=False, kw_only=True)
class AnySession:
    """What sessions of both versions have: a user, a privilege, and the numbers of the packets seen."""

    bmc_id: int
    last_seen: float
    active: bool = False
    user: User | None = None
    limit: int = 0
    privilege: int = 0
    sent: int = 0
    highest: int = 0
    replies: OrderedDict[int, list[bytes]] = field(default_factory=OrderedDict)

    def seal(self, message: bytes) -> bytes:
        """Return the next packet of this session."""
        raise NotImplementedError

    def open(self, packet: rmcp.Packet) -> bytes:
        """Return the message of a packet of this session; ValueError when it is not ours."""
        raise NotImplementedError

    def accept(self, sequence: int) -> str:
        """Judge a sequence number: `new`, `repeated` (its replies are in `replies`) or `outside` of the window."""
        if sequence in self.replies:
            return "repeated"
        if self.highest - _WINDOW < sequence <= self.highest + _WINDOW or not self.highest:
            self.highest = max(self.highest, sequence)
            return "new"
        return "outside"

    def remember(self, sequence: int, packets: list[bytes]) -> None:
        """Keep replies for a request that comes again, so that it is answered and not carried out twice."""
        self.replies[sequence] = packets
        while len(self.replies) > _CACHED_REPLIES:
            self.replies.popitem(last=False)


@dataclass(eq=False, kw_only=True)
class Session(AnySession):
    """One RMCP+ session from Open Session Request to Close Session."""

    console_id: int
    suite: crypto.Suite
    open_privilege: int
    role: int = 0
    rm: bytes = b""
    rc: bytes = b""
    keys: crypto.Keys | None = None
    rakp1: bytes = b""
    rakp2: bytes = b""
    rakp3: bytes = b""
    rakp4: bytes = b""

    def seal(self, message: bytes) -> bytes:
        """Return the next packet of this session: encrypted, numbered and signed."""
        assert self.keys is not None
        self.sent = self.sent % 0xFFFFFFFF + 1
        payload = crypto.encrypt(self.keys.aes, message)
        packet = rmcp.build_v2(0xC0 | rmcp.PAYLOAD_IPMI, self.console_id, self.sent, payload)
        packet = rmcp.pad_for_integrity(packet)
        return packet + self.suite.icv(self.keys.k1, packet[4:])

    def open(self, packet: rmcp.Packet) -> bytes:
        """Return the message of a packet of this session; ValueError when it is not ours."""
        if self.keys is None or not packet.authenticated or not packet.encrypted:
            raise ValueError("a session of these suites signs and encrypts everything")
        if self.suite.icv(self.keys.k1, packet.signed) != packet.trailer:
            raise ValueError("wrong integrity code")
        return crypto.decrypt(self.keys.aes, packet.payload)


class SessionTable:
    """The session slots of one BMC."""

    def __init__(self, slots: int, timeout_s: float) -> None:
        self.slots, self.timeout_s = slots, timeout_s
        self._sessions: dict[int, AnySession] = {}

    def __len__(self) -> int:
        return len(self._sessions)

    def active(self) -> int:
        return sum(session.active for session in self._sessions.values())

    def expire(self, now: float) -> None:
        for session in list(self._sessions.values()):
            limit = self.timeout_s if session.active else min(_HANDSHAKE_S, self.timeout_s)
            if now - session.last_seen > limit:
                self.close(session)

    def open(
        self, console_id: int, suite: crypto.Suite, privilege: int, now: float, slots: int | None = None
    ) -> Session | None:
        """Return a new RMCP+ session, None when all slots are taken."""
        session = Session(
            bmc_id=self.new_id(), console_id=console_id, suite=suite, open_privilege=privilege, last_seen=now
        )
        return session if self.take_slot(session, now, slots) else None

    def new_id(self) -> int:
        bmc_id = 0
        while not bmc_id or bmc_id in self._sessions:
            bmc_id = int.from_bytes(os.urandom(4), "little")
        return bmc_id

    def take_slot(self, session: AnySession, now: float, slots: int | None = None) -> bool:
        """Give a session a slot; False when all (or as many as `slots`) are taken."""
        self.expire(now)
        if len(self._sessions) >= (self.slots if slots is None else slots):
            return False
        self._sessions[session.bmc_id] = session
        return True

    def get(self, bmc_id: int, now: float) -> AnySession | None:
        self.expire(now)
        session = self._sessions.get(bmc_id)
        if session:
            session.last_seen = now
        return session

    def close(self, session: AnySession) -> None:
        self._sessions.pop(session.bmc_id, None)

    def clear(self) -> None:
        self._sessions.clear()
