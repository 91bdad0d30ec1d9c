# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Relays UDP between clients and BMCs in a process of its own, and loses packets on the way.

The first line of its standard input is JSON with ``loss`` and ``targets``. It prints one list, of the ports on
127.0.0.1 that stand for the targets, and ends with its standard input.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from typing import Any


class _Upstream(asyncio.DatagramProtocol):
    """One client's way to one BMC, and back."""

    def __init__(self, relay: Relay, client: Any) -> None:
        self._relay, self._client = relay, client

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._relay.back(data, self._client)


class Relay(asyncio.DatagramProtocol):
    """The port that stands for one BMC. ``loss``: the share of packets that get lost, in each direction alike."""

    def __init__(self, target: tuple[str, int], loss: float, seed: int) -> None:
        self._target, self._loss = target, loss
        self._random = random.Random(seed)
        self._ways: dict[Any, asyncio.Task[Any]] = {}
        self.transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        if self._random.random() < self._loss:
            return
        loop = asyncio.get_running_loop()
        if addr not in self._ways:
            way = loop.create_datagram_endpoint(lambda: _Upstream(self, addr), remote_addr=self._target)
            self._ways[addr] = loop.create_task(way)
        self._ways[addr].add_done_callback(lambda task: task.result()[0].sendto(data))

    def back(self, data: bytes, client: Any) -> None:
        if self._random.random() >= self._loss:
            self.transport.sendto(data, client)


async def main(loss: float, targets: list[tuple[str, int]]) -> None:
    loop = asyncio.get_running_loop()
    ports = []
    for number, target in enumerate(targets):
        transport, _relay = await loop.create_datagram_endpoint(
            lambda target=target, seed=number: Relay(target, loss, seed), local_addr=("127.0.0.1", 0)
        )
        ports.append(transport.get_extra_info("sockname")[1])
    print(json.dumps(ports), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    order = json.loads(sys.stdin.readline())
    asyncio.run(main(order["loss"], [tuple(target) for target in order["targets"]]))
