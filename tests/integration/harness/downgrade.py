# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A UDP relay that hides from the client that a BMC speaks IPMI 2.0: what goes through it is IPMI 1.5."""

from __future__ import annotations

import select
import socket
import threading
from types import TracebackType

# Offsets in the answer to Get Channel Authentication Capabilities, in an IPMI 1.5 packet without authentication.
_COMMAND = 19
_EXTENDED = 22
_VERSIONS = 24
_CHECKSUM_FROM = 17


class Downgrade:
    """Relays between clients and one BMC; ``host`` and ``port`` are where clients go."""

    def __init__(self, host: str, port: int) -> None:
        self._bmc = (host, port)
        self._front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._front.bind(("127.0.0.1", 0))
        self._back = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._back.bind(("127.0.0.1", 0))
        self.host, self.port = self._front.getsockname()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._relay, daemon=True)

    def __enter__(self) -> Downgrade:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join(5)
        self._front.close()
        self._back.close()

    def _relay(self) -> None:
        client = None
        while not self._ended.is_set():
            for ready in select.select([self._front, self._back], [], [], 0.1)[0]:
                packet, sender = ready.recvfrom(4096)
                if ready is self._front:
                    client = sender
                    self._back.sendto(packet, self._bmc)
                elif client is not None:
                    self._front.sendto(downgraded(packet), client)


def downgraded(packet: bytes) -> bytes:
    """The packet; in an answer about authentication without the bits that offer IPMI 2.0."""
    if len(packet) <= _VERSIONS or packet[4] != 0 or packet[_COMMAND] != 0x38:
        return packet
    changed = bytearray(packet)
    changed[_EXTENDED] &= 0x7F
    changed[_VERSIONS] &= ~0x02 & 0xFF
    changed[-1] = -sum(changed[_CHECKSUM_FROM:-1]) & 0xFF
    return bytes(changed)
