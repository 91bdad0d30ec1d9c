# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A UDP relay between clients and one BMC that changes what the BMC says."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Callable
from types import TracebackType

# Offsets in the answer to Get Channel Authentication Capabilities, in an IPMI 1.5 packet without authentication.
_COMMAND = 19
_EXTENDED = 22
_VERSIONS = 24
_CHECKSUM_FROM = 17

# From one of the BMC's packets to the ones that the client gets instead.
Change = Callable[[bytes], list[bytes]]


class Relay:
    """``host`` and ``port`` are where clients go; ``asked`` counts the client's packets."""

    user = password = ""

    def __init__(self, host: str, port: int, change: Change) -> None:
        self._bmc, self._change = (host, port), change
        self._front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._front.bind(("127.0.0.1", 0))
        self._back = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._back.bind(("127.0.0.1", 0))
        self.address, self.port = self._front.getsockname()
        self.asked = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._relay, daemon=True)

    def __enter__(self) -> Relay:
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
                    self.asked += 1
                    self._back.sendto(packet, self._bmc)
                elif client is not None:
                    for changed in self._change(packet):
                        self._front.sendto(changed, client)


def is_about_log_ins(packet: bytes) -> bool:
    """Whether it is the answer to Get Channel Authentication Capabilities."""
    return len(packet) > _VERSIONS and packet[4] == 0 and packet[_COMMAND] == 0x38


def mended(packet: bytearray) -> bytes:
    """The packet with its last checksum right again."""
    packet[-1] = -sum(packet[_CHECKSUM_FROM:-1]) & 0xFF
    return bytes(packet)


def downgraded(packet: bytes) -> list[bytes]:
    """Hides that the BMC speaks IPMI 2.0: what goes through the relay is IPMI 1.5."""
    if not is_about_log_ins(packet):
        return [packet]
    changed = bytearray(packet)
    changed[_EXTENDED] &= 0x7F
    changed[_VERSIONS] &= ~0x02 & 0xFF
    return [mended(changed)]
