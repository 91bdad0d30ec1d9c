# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Session activation: Open Session and RAKP messages 1 to 4 (IPMI v2.0, sections 13.17 to 13.24)."""

from __future__ import annotations

import hmac
import os
import struct
from dataclasses import replace

from . import crypto
from .faults import Faults
from .model import ServerModel, User
from .sessions import Session, SessionTable

# Status codes of table 13-15.
NO_RESOURCES = 0x01
INVALID_SESSION = 0x02
INVALID_AUTHENTICATION = 0x04
INVALID_INTEGRITY = 0x05
INVALID_ROLE = 0x09
INVALID_NAME_LENGTH = 0x0C
UNAUTHORIZED_NAME = 0x0D
INVALID_ICV = 0x0F
INVALID_CONFIDENTIALITY = 0x10
NO_MATCHING_SUITE = 0x11
ILLEGAL_PARAMETER = 0x12

_NAME_ONLY = 0x10
_WRONG_PASSWORD = 0x100  # no status: message 2 is made with another password


class Handshake:
    """Opens sessions for one BMC."""

    def __init__(
        self, model: ServerModel, users: tuple[User, ...], kg: bytes, table: SessionTable, faults: Faults
    ) -> None:
        self.model, self.users, self.kg, self.table, self.faults = model, users, kg, table, faults
        self._guid = model.identity.guid_bytes()

    def open_session(self, data: bytes, now: float) -> bytes | None:
        """Answer an RMCP+ Open Session Request; None for one that is too short to answer."""
        if len(data) < 32:
            return bytes([data[0], ILLEGAL_PARAMETER, 0, 0]) + data[4:8] if len(data) >= 8 else None
        tag, privilege = data[0], data[1] & 0x0F
        console_id = struct.unpack_from("<I", data, 4)[0]

        def refuse(status: int) -> bytes:
            return bytes([tag, status, privilege, 0]) + data[4:8]

        if [data[8], data[16], data[24]] != [0, 1, 2] or privilege > 5:
            return refuse(ILLEGAL_PARAMETER)
        suite = self._suite(data)
        if isinstance(suite, int):
            return refuse(suite)
        status = self.faults.refusal("session", usual=NO_RESOURCES)
        session = None if status else self.table.open(console_id, suite, privilege, now, self.faults.plan.session_limit)
        if session is None:
            return refuse(status or NO_RESOURCES)
        algorithms = b"".join(
            bytes([kind, 0, 0, 8, number, 0, 0, 0])
            for kind, number in enumerate((suite.authentication, suite.integrity, suite.confidentiality))
        )
        granted = privilege or 4
        return bytes([tag, 0, granted, 0]) + data[4:8] + struct.pack("<I", session.bmc_id) + algorithms

    def _get(self, bmc_id: int, now: float) -> Session | None:
        session = self.table.get(bmc_id, now)
        return session if isinstance(session, Session) else None

    def _suite(self, data: bytes) -> crypto.Suite | int:
        """Return the suite of the three proposed algorithms, or the status that refuses them."""
        # A length of 0 in an algorithm payload is a wildcard: the BMC chooses.
        wanted = [data[base + 4] & 0x3F if data[base + 3] else None for base in (8, 16, 24)]
        suites = [crypto.SUITES[number] for number in self.model.limits.suites]
        fields = ("authentication", "integrity", "confidentiality")
        matching = [s for s in suites if all(w in (None, getattr(s, f)) for w, f in zip(wanted, fields, strict=True))]
        if matching:
            return max(matching, key=lambda suite: suite.number)
        codes = (INVALID_AUTHENTICATION, INVALID_INTEGRITY, INVALID_CONFIDENTIALITY)
        for value, name, code in zip(wanted, fields, codes, strict=True):
            if value is not None and all(value != getattr(suite, name) for suite in suites):
                return code
        return NO_MATCHING_SUITE

    def rakp1(self, data: bytes, now: float) -> bytes | None:
        """Answer RAKP message 1 with message 2."""
        if len(data) < 28 or len(data) < 28 + data[27]:
            return None
        tag, bmc_id = data[0], struct.unpack_from("<I", data, 4)[0]
        session = self._get(bmc_id, now)
        if session is None or session.active:
            return bytes([tag, INVALID_SESSION, 0, 0, 0, 0, 0, 0])
        if session.rakp1[1:] == data[1:]:  # repeated: the same numbers again
            return bytes([tag]) + session.rakp2[1:]
        console_id = struct.pack("<I", session.console_id)
        status = self._identify(session, data)
        if status:
            self.table.close(session)
            return bytes([tag, status, 0, 0]) + console_id
        assert session.user is not None
        session.rm, session.rc, session.rakp1 = data[8:24], os.urandom(16), data
        name = _role_and_name(session)
        seed = console_id + data[4:8] + session.rm + session.rc + self._guid + name
        code = session.suite.hmac(session.user.password, seed)
        session.rakp2 = bytes([tag, 0, 0, 0]) + console_id + session.rc + self._guid + code
        return session.rakp2

    def _identify(self, session: Session, data: bytes) -> int:
        """Find the user and grant the privilege; return 0 or the status that refuses."""
        role, length = data[24], data[27]
        wanted = role & 0x0F
        if length > 16:
            return INVALID_NAME_LENGTH
        if not 1 <= wanted <= 5:
            return INVALID_ROLE
        name = data[28 : 28 + length]
        named = [user for user in self.users if user.name.encode() == name]
        refused = self.faults.refusal("user", name.decode(errors="replace"), UNAUTHORIZED_NAME)
        if refused or not named:
            return refused or UNAUTHORIZED_NAME
        # By name alone the first entry decides, by name and privilege the first one that may go so high.
        candidates = named[:1] if role & _NAME_ONLY else named
        user = next((user for user in candidates if user.privilege >= wanted), None)
        if user is None or (session.open_privilege and wanted > session.open_privilege):
            return self.model.limits.privilege_refused
        refused = self.faults.refusal("privilege", user.name, self.model.limits.privilege_refused)
        # Another password than the user's: the console finds message 2 wrong, the BMC message 3.
        refused = refused or self.faults.refusal("password", user.name, _WRONG_PASSWORD)
        if refused == _WRONG_PASSWORD:
            user, refused = replace(user, password=os.urandom(20)), 0
        session.user, session.role, session.limit = user, role, wanted
        return refused

    def rakp3(self, data: bytes, now: float) -> bytes | None:
        """Answer RAKP message 3 with message 4; the session is then active."""
        if len(data) < 8:
            return None
        tag, bmc_id = data[0], struct.unpack_from("<I", data, 4)[0]
        session = self._get(bmc_id, now)
        if session is None or not session.rakp1:
            return bytes([tag, INVALID_SESSION, 0, 0, 0, 0, 0, 0])
        if session.active:
            return bytes([tag]) + session.rakp4[1:] if session.rakp3[1:] == data[1:] else None
        if data[1]:  # the console found message 2 wrong and gives up
            self.table.close(session)
            return None
        assert session.user is not None
        console_id = struct.pack("<I", session.console_id)
        name = _role_and_name(session)
        expected = session.suite.hmac(session.user.password, session.rc + console_id + name)
        if not hmac.compare_digest(expected, data[8:]):
            self.table.close(session)
            return bytes([tag, INVALID_ICV, 0, 0]) + console_id
        session.keys = crypto.derive(session.suite, self.kg or session.user.password, session.rm + session.rc + name)
        code = session.suite.icv(session.keys.sik, session.rm + data[4:8] + self._guid)
        session.active, session.rakp3 = True, data
        session.privilege = min(session.limit, 2)
        session.rakp4 = bytes([tag, 0, 0, 0]) + console_id + code
        return session.rakp4


def _role_and_name(session: Session) -> bytes:
    assert session.user is not None
    name = session.user.name.encode()
    return bytes([session.role, len(name)]) + name
