# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bare RMCP+ client that shows every byte, for tests of what a server does with right and wrong packets.

It knows neither bmcsim nor the collection. It retries nothing: a reply that does not come is `TimeoutError`.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import socket
import struct

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

_ALGORITHMS = {3: (1, 1, 1, hashlib.sha1, 12), 17: (3, 4, 1, hashlib.sha256, 16)}


class StatusError(Exception):
    """A handshake message that carries another status than 0."""

    def __init__(self, step: str, status: int) -> None:
        super().__init__(f"{step} status {status:#04x}")
        self.step, self.status = step, status


def _sum(data: bytes) -> bytes:
    return bytes([-sum(data) & 0xFF])


def ipmb(address: int, netfn: int, cmd: int, data: bytes = b"", sequence: int = 0, lun: int = 0) -> bytes:
    """Return a request from the remote console (81h)."""
    head = bytes([address, netfn << 2 | lun])
    body = bytes([0x81, sequence << 2, cmd]) + data
    return head + _sum(head) + body + _sum(body)


class Probe:
    """One UDP socket to one BMC, and at most one session."""

    def __init__(self, host: str, port: int, timeout_s: float = 2.0) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.socket = socket.socket(family, socket.SOCK_DGRAM)
        self.socket.settimeout(timeout_s)
        self.socket.connect((host, port))
        self.console_id = 0xA0A1A2A3
        self.bmc_id = self.sequence = self.rq_seq = 0
        self.received: list[int] = []

    def __enter__(self) -> Probe:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.socket.close()

    def exchange(self, packet: bytes) -> bytes:
        self.socket.send(packet)
        return self.socket.recv(2048)

    def silent(self, packet: bytes, wait_s: float = 0.2) -> bool:
        """Say whether a packet gets no answer."""
        before = self.socket.gettimeout()
        self.socket.settimeout(wait_s)
        try:
            self.exchange(packet)
        except (TimeoutError, ConnectionRefusedError):
            return True
        finally:
            self.socket.settimeout(before)
        return False

    def plain(self, netfn: int, cmd: int, data: bytes = b"") -> bytes:
        """Send a request outside of a session (IPMI v1.5 format); return completion code and data."""
        message = ipmb(0x20, netfn, cmd, data)
        packet = b"\x06\x00\xff\x07" + bytes(9) + bytes([len(message)]) + message
        return self.exchange(packet)[20:-1]

    def _handshake(self, kind: int, payload: bytes) -> bytes:
        head = b"\x06\x00\xff\x07\x06" + bytes([kind]) + bytes(8)
        return self.exchange(head + struct.pack("<H", len(payload)) + payload)[16:]

    def open_request(self, algorithms_: tuple[int, int, int], privilege: int = 4) -> bytes:
        payload = bytes([1, privilege, 0, 0]) + struct.pack("<I", self.console_id)
        for kind, number in enumerate(algorithms_):
            payload += bytes([kind, 0, 0, 8, number, 0, 0, 0])
        reply = self._handshake(0x10, payload)
        if reply[1]:
            raise StatusError("open session", reply[1])
        self.bmc_id = struct.unpack_from("<I", reply, 8)[0]
        return reply

    def login(
        self, user: str, password: bytes, suite: int = 3, privilege: int = 4, kg: bytes = b"",
        name_only: bool = True, wrong_rakp3: bool = False,
    ) -> None:  # fmt: skip
        """Open a session; StatusError when the BMC refuses, ValueError when RAKP message 2 or 4 does not fit."""
        auth, integrity, crypt, self._hash, self._icv = _ALGORITHMS[suite]
        self.open_request((auth, integrity, crypt), privilege)
        sidm, sidc = struct.pack("<I", self.console_id), struct.pack("<I", self.bmc_id)
        rm, role = os.urandom(16), privilege | (0x10 if name_only else 0)
        name = bytes([role, len(user)]) + user.encode()
        reply = self._handshake(0x12, bytes([2, 0, 0, 0]) + sidc + rm + bytes([role, 0, 0, len(user)]) + user.encode())
        if reply[1]:
            raise StatusError("RAKP 2", reply[1])
        rc, guid = reply[8:24], reply[24:40]
        if self._mac(password, sidm + sidc + rm + rc + guid + name) != reply[40:]:
            raise ValueError("RAKP 2: wrong password")
        code = self._mac(password, rc + sidm + name)
        code = bytes(len(code)) if wrong_rakp3 else code
        reply = self._handshake(0x14, bytes([3, 0, 0, 0]) + sidc + code)
        if reply[1]:
            raise StatusError("RAKP 4", reply[1])
        sik = self._mac(kg or password, rm + rc + name)
        if self._mac(sik, rm + sidc + guid)[: self._icv] != reply[8:]:
            raise ValueError("RAKP 4: wrong BMC key")
        self._k1, self._aes = self._mac(sik, b"\1" * 20), self._mac(sik, b"\2" * 20)[:16]

    def _mac(self, key: bytes, data: bytes) -> bytes:
        return hmac.new(key, data, self._hash).digest()

    def seal(self, message: bytes, sequence: int | None = None) -> bytes:
        """Return a packet of the session, with the next sequence number or a given one."""
        if sequence is None:
            self.sequence += 1
            sequence = self.sequence
        pad, iv = -(len(message) + 1) % 16, os.urandom(16)
        encryptor = Cipher(algorithms.AES(self._aes), modes.CBC(iv)).encryptor()
        text = iv + encryptor.update(message + bytes(range(1, pad + 1)) + bytes([pad])) + encryptor.finalize()
        packet = b"\x06\xc0" + struct.pack("<IIH", self.bmc_id, sequence, len(text)) + text
        fill = -(len(packet) + 2) % 4
        packet += b"\xff" * fill + bytes([fill, 7])
        return b"\x06\x00\xff\x07" + packet + self._mac(self._k1, packet)[: self._icv]

    def unseal(self, packet: bytes) -> bytes:
        """Return the message of a packet; ValueError for a wrong integrity code."""
        if self._mac(self._k1, packet[4 : -self._icv])[: self._icv] != packet[-self._icv :]:
            raise ValueError("wrong integrity code")
        self.received.append(struct.unpack_from("<I", packet, 10)[0])
        length = struct.unpack_from("<H", packet, 14)[0]
        text = packet[16 : 16 + length]
        decryptor = Cipher(algorithms.AES(self._aes), modes.CBC(text[:16])).decryptor()
        plain = decryptor.update(text[16:]) + decryptor.finalize()
        return plain[: -(plain[-1] + 1)]

    def request(self, netfn: int, cmd: int, data: bytes = b"", lun: int = 0) -> bytes:
        """Send a request in the session; return completion code and data."""
        self.rq_seq = (self.rq_seq + 1) & 0x3F
        return self.unseal(self.exchange(self.seal(ipmb(0x20, netfn, cmd, data, self.rq_seq, lun))))[6:-1]

    def bridged(self, address: int, channel: int, netfn: int, cmd: int, data: bytes = b"", lun: int = 0) -> list[bytes]:
        """Send a request through Send Message; return the whole messages that come back."""
        self.rq_seq = (self.rq_seq + 1) & 0x3F
        inner = ipmb(address, netfn, cmd, data, self.rq_seq, lun)
        first = self.exchange(self.seal(ipmb(0x20, 0x06, 0x34, bytes([channel | 0x40]) + inner, self.rq_seq)))
        messages = [self.unseal(first)]
        if messages[0][6] == 0 and len(messages[0]) == 8:
            with contextlib.suppress(TimeoutError):
                messages.append(self.unseal(self.socket.recv(2048)))
        return messages
