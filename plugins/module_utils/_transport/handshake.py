# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The messages by which console and BMC agree on keys: Open Session and RAKP 1 to 4 (IPMI v2.0 rev 1.1, sections 13.17
to 13.24 and 13.31). Bytes only; sending them is the session's."""

from __future__ import annotations

import hmac
import os

from .._core.errors import AuthenticationError
from .ciphers import Seal, Suite
from .options import PRIVILEGES, LanOptions, kg_bytes, secret_bytes
from .refusals import INTEGRITY, NO_SUITE, login_refused, refusal, wrong_kg, wrong_password

OPEN_REQUEST, OPEN_RESPONSE = 0x10, 0x11
RAKP1, RAKP2, RAKP3, RAKP4 = 0x12, 0x13, 0x14, 0x15
STALE = frozenset((0x02, 0x08))  # the BMC knows no such session: the log-in has to start over
NOT_BY_NAME = frozenset((0x09, 0x0D))  # from BMCs, too, that look users up by name and privilege only
GIVEN_UP = 0x01  # a reason that no BMC takes for somebody who tries passwords
_BY_NAME_ALONE = 0x10
_NUMBERS = 16  # bytes of a random number, and of a GUID
_LENGTHS = {OPEN_RESPONSE: 36, RAKP2: 40, RAKP4: 8}  # before the codes, whose lengths the suite decides


class Refused(Exception):
    """A status other than 0 in a message of the BMC, or a code that proves something else than it should."""

    def __init__(self, error: AuthenticationError, status: int) -> None:
        super().__init__(str(error))
        self.error, self.status = error, status


class Handshake:
    """One log-in: ``message`` makes what is sent, ``take`` looks at what came."""

    def __init__(self, options: LanOptions, suite: Suite, tag: int, by_name: bool) -> None:
        self.suite = suite
        self._options, self._tag = options, tag
        self._username, self._password = secret_bytes(options.username), secret_bytes(options.password)
        self._role = PRIVILEGES[options.privilege] | (_BY_NAME_ALONE if by_name else 0)
        self._console_id = int.from_bytes(os.urandom(4), "little") or 1
        self._console_random = os.urandom(_NUMBERS)
        self._bmc_id = 0
        self._bmc_random = self._guid = self._session_key = b""
        self._name = bytes((self._role, len(self._username))) + self._username

    @property
    def opened(self) -> bool:
        """Whether the BMC has begun a session."""
        return bool(self._bmc_id)

    def message(self, kind: int, status: int = 0) -> bytes:
        """The payload of an Open Session Request, or of RAKP message 1 or 3; ``status``: why the log-in ends here."""
        if kind == OPEN_REQUEST:
            return self._open_request()
        return self._rakp1() if kind == RAKP1 else self._rakp3(status)

    def take(self, kind: int, data: bytes) -> bool:
        """Whether this payload is of this log-in, and whole; raises Refused where it says no, or is no proof."""
        if len(data) < 2:
            return False
        # OpenBMC leaves tag and session id of a refusal at 0.
        if data[1] and data[0] in (self._tag, 0):
            raise Refused(refusal(self._options, data[1]), data[1])
        if len(data) < _LENGTHS[kind] or not self.repeats(data):
            return False
        if kind == OPEN_RESPONSE:
            self._take_open_response(data)
        elif kind == RAKP2:
            self._take_rakp2(data)
        else:
            self._take_rakp4(data)
        return True

    def repeats(self, data: bytes) -> bool:
        """Whether this payload answers a message of this log-in, if not the one that was sent last."""
        return data[:2] == bytes((self._tag, 0)) and data[4:8] == self._id(self._console_id)

    def _open_request(self) -> bytes:
        """Open Session Request: any privilege, which message 1 narrows, and one algorithm of each kind."""
        proposals = enumerate((self.suite.authentication, self.suite.integrity, 1))
        algorithms = b"".join(bytes((kind, 0, 0, 8, number, 0, 0, 0)) for kind, number in proposals)
        return bytes((self._tag, 0, 0, 0)) + self._id(self._console_id) + algorithms

    def _take_open_response(self, data: bytes) -> None:
        if [data[16] & 0x3F, data[24] & 0x3F, data[32] & 0x3F] != [self.suite.authentication, self.suite.integrity, 1]:
            text = f"it offers other algorithms than those of cipher suite {self.suite.number}"
            raise Refused(login_refused(text), NO_SUITE)
        self._bmc_id = int.from_bytes(data[8:12], "little")

    def _rakp1(self) -> bytes:
        head = bytes((self._tag, 0, 0, 0)) + self._id(self._bmc_id) + self._console_random
        return head + bytes((self._role, 0, 0, len(self._username))) + self._username

    def _take_rakp2(self, data: bytes) -> None:
        """The BMC's proof that it knows the password."""
        bmc_random, guid = data[8:24], data[24:40]
        both = self._id(self._console_id) + self._id(self._bmc_id)
        covered = both + self._console_random + bmc_random + guid + self._name
        if not hmac.compare_digest(self.suite.hmac(self._password, covered), data[40:]):
            raise Refused(wrong_password(self._options), INTEGRITY)
        self._bmc_random, self._guid = bmc_random, guid
        seed = self._console_random + bmc_random + self._name
        # A key of zeros is none: so BMCs show that there is none (section 13.33).
        kg = (kg_bytes(self._options.kg) or b"").rstrip(b"\0")
        self._session_key = self.suite.hmac(kg or self._password, seed)

    def _rakp3(self, status: int) -> bytes:
        """Our proof; with a status the end of the log-in, so that the BMC keeps no session for it."""
        head = bytes((self._tag, status, 0, 0)) + self._id(self._bmc_id)
        if status:
            return head
        covered = self._bmc_random + self._id(self._console_id) + self._name
        return head + self.suite.hmac(self._password, covered)

    def _take_rakp4(self, data: bytes) -> None:
        """The BMC's proof that it has the same session key, which kg is part of."""
        covered = self._console_random + self._id(self._bmc_id) + self._guid
        if not hmac.compare_digest(self.suite.code(self._session_key, covered), data[8:]):
            raise Refused(wrong_kg(), INTEGRITY)

    def seal(self) -> Seal:
        """The session's keys, from RAKP message 2 on."""
        return Seal(self.suite, self._session_key, self._bmc_id, self._console_id)

    @staticmethod
    def _id(number: int) -> bytes:
        return number.to_bytes(4, "little")
