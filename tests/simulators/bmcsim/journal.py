# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a simulated BMC has been asked: for tests that count requests."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass


@dataclass(frozen=True)
class Request:
    """One IPMI request, bridged ones with the address of their owner in `address`."""

    netfn: int
    cmd: int
    data: bytes
    address: int = 0x20
    lun: int = 0
    user: str | None = None


class RequestLog:
    """Requests in the order of their arrival (the last 20,000), and counters of all of them."""

    def __init__(self) -> None:
        self.entries: deque[Request] = deque(maxlen=20_000)
        self.counts: Counter[tuple[int, int]] = Counter()
        self.datagrams = 0
        self.rejected = 0
        self.handshakes = 0

    def __len__(self) -> int:
        return sum(self.counts.values())

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(list(self.entries))

    def add(self, request: Request) -> None:
        self.entries.append(request)
        self.counts[request.netfn, request.cmd] += 1

    def count(self, netfn: int, cmd: int | None = None) -> int:
        """Return how many requests came for a command, or for a whole network function."""
        if cmd is not None:
            return self.counts[netfn, cmd]
        return sum(number for (function, _cmd), number in self.counts.items() if function == netfn)

    def clear(self) -> None:
        self.entries.clear()
        self.counts.clear()
        self.datagrams = self.rejected = self.handshakes = 0
