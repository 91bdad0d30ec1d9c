# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A BMC of bmcsim that costs the machine little, so that a thousand of them hold back few of the clients they serve.

bmcsim looks at faults, hooks and logs before each answer, which nobody wants here. A quick BMC asks it once for each
answer that is always the same one (a sensor's reading, its thresholds, a record, the device's id), keeps that, and
has nothing left to do but the encryption. The log-in and all other requests are bmcsim's own. Requests are decrypted,
but the integrity code of those with a kept answer is not looked at.
"""

from __future__ import annotations

import hmac
import struct
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from bmcsim import ipmb
from bmcsim.bmc import Bmc
from bmcsim.server import BmcProtocol

# Network function and LUN, command: Get Sensor Reading, Get Sensor Thresholds, Get Device ID, Get SDR.
_READING = b"\x10\x2d"
_ALWAYS_THE_SAME = {_READING, b"\x10\x27", b"\x18\x01", b"\x28\x23"}
_CLOSE_SESSION = b"\x18\x3c"
_SECURED = b"\x06\x00\xff\x07\x06\xc0"  # RMCP, class IPMI; RMCP+, an IPMI message, encrypted and authenticated
_BLOCK = 16
_PADS = [bytes(range(1, pad + 1)) + bytes([pad]) for pad in range(_BLOCK)]

Kept = dict[bytes, tuple[bytes, int]]
Answers = tuple[list[bytes], int]


class _Session:
    """What it takes to open and to seal the packets of one active session.

    CBC needs to know no more than the block before: one cipher serves a whole session. The last block that it sealed is
    the initialization vector of the next packet, and the vector of a request is deciphered as if it were a block.
    """

    def __init__(self, session: Any) -> None:
        self.session = session
        self._key, self._digest, self._code_length = session.keys.k1, session.suite.digest, session.suite.icv_length
        cipher = Cipher(algorithms.AES(session.keys.aes), modes.CBC(bytes(_BLOCK)))
        self._decrypt, self._encrypt = cipher.decryptor().update, cipher.encryptor().update
        self._vector = self._encrypt(bytes(_BLOCK))

    def open(self, packet: bytes) -> bytes:
        """The message in a packet."""
        plain = self._decrypt(packet[16 : 16 + (packet[14] | packet[15] << 8)])
        return plain[_BLOCK : -(plain[-1] + 1)]

    def seal(self, message: bytes) -> bytes:
        """The next packet, as bmcsim's own session makes it."""
        session = self.session
        session.sent += 1
        blocks = self._encrypt(message + _PADS[-(len(message) + 1) % _BLOCK])
        signed = struct.pack("<HIIH", 0xC006, session.console_id, session.sent, _BLOCK + len(blocks))
        # Blocks and header come to a multiple of four: two bytes of padding, their number, the next header.
        signed += self._vector + blocks + b"\xff\xff\x02\x07"
        self._vector = blocks[-_BLOCK:]
        return b"\x06\x00\xff\x07" + signed + hmac.digest(self._key, signed, self._digest)[: self._code_length]


class QuickBmc:
    """One BMC. ``kept``: its answers without header and checksum, with the sum of their bytes, by request; BMCs that
    are alike share them."""

    def __init__(self, bmc: Bmc, loop: Any, kept: Kept) -> None:
        self._bmc, self._slow, self._kept = bmc, BmcProtocol(bmc, loop), kept
        self._sessions: dict[bytes, _Session] = {}

    def answers(self, packet: bytes, now: float) -> Answers:
        """The packets that answer one, and the bit of the sensor whose reading they tell (0: none).

        ValueError, IndexError: the packet is malformed.
        """
        session = None
        if packet.startswith(_SECURED):
            session = self._sessions.get(packet[6:10]) or self._begin(packet[6:10], now)
        if session is None:
            return self._slow.handle(packet), 0
        message = session.open(packet)
        key = message[1:2] + message[5:-1]
        kept = self._kept.get(key) or self._keep(key, message, session)
        if kept is None:
            if key == _CLOSE_SESSION:
                del self._sessions[packet[6:10]]
            return self._slow.handle(packet), 0
        session.session.last_seen = now
        session.session.highest = max(session.session.highest, int.from_bytes(packet[10:14], "little"))
        return [session.seal(_reply(message, *kept))], 1 << key[2] if key.startswith(_READING) else 0

    def _begin(self, number: bytes, now: float) -> _Session | None:
        """The session of that number, once its log-in is done."""
        found = self._bmc.sessions.get(int.from_bytes(number, "little"), now)
        if found is None or not found.active:
            return None
        self._sessions[number] = _Session(found)
        return self._sessions[number]

    def _keep(self, key: bytes, message: bytes, session: _Session) -> tuple[bytes, int] | None:
        """Ask bmcsim for an answer that is always the same; None for one that is not."""
        if key[:2] not in _ALWAYS_THE_SAME:
            return None
        replies = self._bmc.answer(ipmb.parse(message), session.session)
        tail = replies[0][5:-1]
        if tail[1]:  # a refusal
            return None
        self._kept[key] = tail, sum(tail)
        return self._kept[key]


def _reply(message: bytes, tail: bytes, total: int) -> bytes:
    """The response to a request (IPMI v2.0, section 13.8): addresses and LUNs change places."""
    requester, function = message[3], (message[1] & 0xFC) + 4 | message[4] & 3
    responder, sequence = message[0], message[4] & 0xFC | message[1] & 3
    head = bytes((requester, function, -(requester + function) & 0xFF, responder, sequence))
    return head + tail + bytes((-(responder + sequence + total) & 0xFF,))
