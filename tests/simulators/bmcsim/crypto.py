# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cipher suites 3, 8 and 17: keys, integrity codes and AES-CBC-128 (IPMI v2.0, sections 13.28 to 13.32)."""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes


@dataclass(frozen=True)
class Suite:
    """One cipher suite; confidentiality is AES-CBC-128 (1) in all of them."""

    number: int
    authentication: int
    integrity: int
    digest: str
    icv_length: int
    confidentiality: int = 1

    def hmac(self, key: bytes, data: bytes) -> bytes:
        return hmac.digest(key, data, self.digest)

    def icv(self, key: bytes, data: bytes) -> bytes:
        """Return the truncated code that trails packets and RAKP message 4."""
        return self.hmac(key, data)[: self.icv_length]


SUITES = {3: Suite(3, 1, 1, "sha1", 12), 8: Suite(8, 2, 2, "md5", 16), 17: Suite(17, 3, 4, "sha256", 16)}


@dataclass(frozen=True)
class Keys:
    """Session integrity key and the two keys made from it."""

    sik: bytes
    k1: bytes
    aes: bytes


def derive(suite: Suite, key: bytes, seed: bytes) -> Keys:
    """Derive the session keys from Kg (or the user's password) and the RAKP seed."""
    sik = suite.hmac(key, seed)
    return Keys(sik, suite.hmac(sik, b"\x01" * 20), suite.hmac(sik, b"\x02" * 20)[:16])


def encrypt(key: bytes, data: bytes) -> bytes:
    """Return IV and encrypted payload with the confidentiality trailer (section 13.29)."""
    pad = -(len(data) + 1) % 16
    iv = os.urandom(16)
    encryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return iv + encryptor.update(data + bytes(range(1, pad + 1)) + bytes([pad])) + encryptor.finalize()


def decrypt(key: bytes, data: bytes) -> bytes:
    """Return the payload; ValueError when it has no valid form."""
    if len(data) < 32 or len(data) % 16:
        raise ValueError("encrypted payload of an impossible length")
    decryptor = Cipher(algorithms.AES(key), modes.CBC(data[:16])).decryptor()
    plain = decryptor.update(data[16:]) + decryptor.finalize()
    pad = plain[-1]
    if pad > 15 or pad + 1 > len(plain):
        raise ValueError("impossible confidentiality pad")
    return plain[: -(pad + 1)]
