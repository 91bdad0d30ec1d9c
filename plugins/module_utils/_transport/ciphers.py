# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cipher suites with authentication, integrity and confidentiality, and the packets of a session that they seal
(IPMI v2.0 rev 1.1, sections 13.28 to 13.32 and 6.12.13; cipher suite 17 from its errata)."""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass

from .foundation import Cipher, algorithms, modes
from .rmcp import Packet, build_packet, parse_packet

SEALED = 0xC0  # payload type 0, an IPMI message, encrypted and authenticated
_RMCP_HEADER = 4
_AES_BLOCK = 16
_WINDOW = 32
_PADS = [bytes(range(1, size + 1)) + bytes((size,)) for size in range(_AES_BLOCK)]


@dataclass(frozen=True)
class Suite:
    """One cipher suite: the numbers of its authentication and integrity algorithms, the hash behind both, and how many
    bytes of it an integrity code has. Confidentiality is AES-CBC-128 in all of them."""

    number: int
    authentication: int
    integrity: int
    digest: str
    code_length: int

    def hmac(self, key: bytes, data: bytes) -> bytes:
        return hmac.digest(key, data, self.digest)

    def code(self, key: bytes, data: bytes) -> bytes:
        """The integrity code of a packet, or of RAKP message 4."""
        return hmac.digest(key, data, self.digest)[: self.code_length]


SUITES = {
    suite.number: suite
    for suite in (Suite(17, 3, 4, "sha256", 16), Suite(3, 1, 1, "sha1", 12), Suite(8, 2, 2, "md5", 16))
}
PREFERRED = (17, 3)


class Seal:
    """The keys and sequence numbers of one session, both ways."""

    def __init__(self, suite: Suite, session_key: bytes, bmc_id: int, console_id: int) -> None:
        self._suite = suite
        self._integrity_key = suite.hmac(session_key, b"\x01" * 20)
        # CBC's chaining is done here: a Cipher made anew for each packet's vector would cost as much as all the rest.
        aes = Cipher(algorithms.AES(suite.hmac(session_key, b"\x02" * 20)[:_AES_BLOCK]), modes.ECB())
        self._encrypt_block, self._decrypt_blocks = aes.encryptor().update, aes.decryptor().update
        self.bmc_id, self._console_id = bmc_id, console_id
        self._sent = 0
        self._highest = 0
        self._seen = 0  # bit n: the packet n before the highest one has been here

    def seal(self, message: bytes) -> bytes:
        """The next packet of the session."""
        self._sent = self._sent % 0xFFFFFFFF + 1
        payload = self._encrypt(message + _PADS[-(len(message) + 1) % _AES_BLOCK])
        packet = build_packet(SEALED, payload, self.bmc_id, self._sent)
        pad = -(len(packet) - _RMCP_HEADER + 2) % 4
        packet += b"\xff" * pad + bytes((pad, 0x07))
        return packet + self._suite.code(self._integrity_key, packet[_RMCP_HEADER:])

    def open(self, data: bytes) -> bytes | None:
        """The message in a packet of the session that is new and untouched."""
        packet = parse_packet(data)
        if packet is None or packet.kind != SEALED or packet.session_id != self._console_id:
            return None
        signed, code = data[_RMCP_HEADER : -self._suite.code_length], data[-self._suite.code_length :]
        if not hmac.compare_digest(self._suite.code(self._integrity_key, signed), code):
            return None
        return self._decrypt(packet.payload) if self._is_new(packet) else None

    def _is_new(self, packet: Packet) -> bool:
        """Whether no packet had this number, of those within the window (section 6.12.13)."""
        ahead = packet.sequence - self._highest
        if ahead > 0:
            self._seen = (self._seen << ahead | 1) & ((1 << _WINDOW) - 1) if ahead < _WINDOW else 1
            self._highest = packet.sequence
            return True
        if not packet.sequence or -ahead >= _WINDOW or self._seen >> -ahead & 1:
            return False
        self._seen |= 1 << -ahead
        return True

    def _encrypt(self, plain: bytes) -> bytes:
        """AES-CBC-128 with a vector of its own before it."""
        block = os.urandom(_AES_BLOCK)
        blocks = [block]
        for start in range(0, len(plain), _AES_BLOCK):
            block = self._encrypt_block(_xor(plain[start : start + _AES_BLOCK], block))
            blocks.append(block)
        return b"".join(blocks)

    def _decrypt(self, payload: bytes) -> bytes | None:
        if len(payload) < 2 * _AES_BLOCK or len(payload) % _AES_BLOCK:
            return None
        plain = _xor(self._decrypt_blocks(payload[_AES_BLOCK:]), payload[:-_AES_BLOCK])
        # Some BMCs fill the pad with something else than 1, 2, 3...: its length alone counts.
        return plain[: -plain[-1] - 1] if plain[-1] < _AES_BLOCK else None


def _xor(one: bytes, other: bytes) -> bytes:
    return (int.from_bytes(one, "little") ^ int.from_bytes(other, "little")).to_bytes(len(one), "little")
