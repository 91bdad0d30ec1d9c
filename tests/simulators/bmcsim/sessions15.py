# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IPMI v1.5 sessions (IPMI v2.0, sections 6.11, 6.12 and 22.16 to 22.18, where they still stand)."""

from __future__ import annotations

import hashlib
import hmac
import os
import struct
from dataclasses import dataclass

from . import rmcp
from .sessions import AnySession, SessionTable

NONE, MD5, STRAIGHT = 0, 2, 4
AUTH_TYPES = {"none": NONE, "md5": MD5, "straight": STRAIGHT}
PASSWORD_BYTES = 16
_CHALLENGES = 32
_CHALLENGE_S = 20.0


def auth_code(auth_type: int, password: bytes, session_id: int, sequence: int, message: bytes) -> bytes:
    """Return the code of a packet, empty for `none`; the password is padded to 16 bytes."""
    key = password.ljust(PASSWORD_BYTES, b"\0")
    if auth_type == STRAIGHT:
        return key
    if auth_type != MD5:
        return b""
    number, order = struct.pack("<I", session_id), struct.pack("<I", sequence)
    return hashlib.md5(key + number + message + order + key).digest()


@dataclass(eq=False, kw_only=True)
class Session15(AnySession):
    """One session from Get Session Challenge, whose temporary id it keeps, to Close Session."""

    challenge: bytes
    auth_type: int
    per_message: bool = True

    def seal(self, message: bytes) -> bytes:
        """Return the next packet: numbered, and with an authentication code unless only the activation has one."""
        assert self.user is not None
        code = auth_code(self.auth_type, self.user.password, self.bmc_id, self.sent, message)
        packet = rmcp.build_v15(message, self.auth_type, self.bmc_id, self.sent, code)
        self.sent = self.sent % 0xFFFFFFFF + 1
        if self.active and not self.per_message:
            self.auth_type = NONE
        return packet

    def open(self, packet: rmcp.Packet) -> bytes:
        """Return the message of a packet; ValueError for a wrong type or code."""
        assert self.user is not None
        if packet.v2 or packet.auth_type != self.auth_type:
            raise ValueError("not the authentication type of the session")
        password = self.user.password
        expected = auth_code(self.auth_type, password, self.bmc_id, packet.sequence, packet.payload)
        # A password of more than 16 bytes is for RMCP+ alone (section 22.30).
        if len(password) > PASSWORD_BYTES or not hmac.compare_digest(expected, packet.auth_code):
            raise WrongPassword
        return packet.payload


class WrongPassword(ValueError):
    """An authentication code made with another password."""


class Challenges:
    """Sessions that have a challenge and wait for their activation: they take no slot yet."""

    def __init__(self, table: SessionTable) -> None:
        self.table = table
        self._waiting: dict[int, Session15] = {}

    def add(self, session: Session15) -> None:
        self._waiting[session.bmc_id] = session
        while len(self._waiting) > _CHALLENGES:
            self._waiting.pop(next(iter(self._waiting)))

    def get(self, session_id: int, now: float) -> Session15 | None:
        session = self._waiting.get(session_id)
        return session if session and now - session.last_seen <= _CHALLENGE_S else None

    def activate(self, session: Session15, now: float, slots: int | None) -> bool:
        """Give a session its slot; False when all are taken."""
        if not self.table.take_slot(session, now, slots):
            return False
        self._waiting.pop(session.bmc_id, None)
        return True

    def clear(self) -> None:
        self._waiting.clear()


def new_challenge() -> bytes:
    return os.urandom(16)
