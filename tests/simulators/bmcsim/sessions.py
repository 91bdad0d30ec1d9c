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


@dataclass(eq=False)
class Session:
    """One session from Open Session Request to Close Session."""

    bmc_id: int
    console_id: int
    suite: crypto.Suite
    open_privilege: int
    last_seen: float
    active: bool = False
    user: User | None = None
    role: int = 0
    limit: int = 0
    privilege: int = 0
    rm: bytes = b""
    rc: bytes = b""
    keys: crypto.Keys | None = None
    rakp1: bytes = b""
    rakp2: bytes = b""
    rakp3: bytes = b""
    rakp4: bytes = b""
    sent: int = 0
    highest: int = 0
    replies: OrderedDict[int, list[bytes]] = field(default_factory=OrderedDict)

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


class SessionTable:
    """The session slots of one BMC."""

    def __init__(self, slots: int, timeout_s: float) -> None:
        self.slots, self.timeout_s = slots, timeout_s
        self._sessions: dict[int, Session] = {}

    def __len__(self) -> int:
        return len(self._sessions)

    def active(self) -> int:
        return sum(session.active for session in self._sessions.values())

    def expire(self, now: float) -> None:
        for session in list(self._sessions.values()):
            limit = self.timeout_s if session.active else min(_HANDSHAKE_S, self.timeout_s)
            if now - session.last_seen > limit:
                self.close(session)

    def open(self, console_id: int, suite: crypto.Suite, privilege: int, now: float) -> Session | None:
        """Return a new session, None when all slots are taken."""
        self.expire(now)
        if len(self._sessions) >= self.slots:
            return None
        bmc_id = 0
        while not bmc_id or bmc_id in self._sessions:
            bmc_id = int.from_bytes(os.urandom(4), "little")
        session = self._sessions[bmc_id] = Session(bmc_id, console_id, suite, privilege, now)
        return session

    def get(self, bmc_id: int, now: float) -> Session | None:
        self.expire(now)
        session = self._sessions.get(bmc_id)
        if session:
            session.last_seen = now
        return session

    def close(self, session: Session) -> None:
        self._sessions.pop(session.bmc_id, None)

    def clear(self) -> None:
        self._sessions.clear()
