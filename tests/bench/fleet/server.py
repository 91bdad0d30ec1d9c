# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A thousand BMCs in one process that counts, delays and loses packets; its cost is counted for no client.

As a program: serves BMCs, and obeys lines of JSON on standard input. `FleetServer` starts it and talks to it.
"""

from __future__ import annotations

import heapq
import json
import random
import resource
import select
import socket
import sys
import time
from dataclasses import dataclass
from typing import Any

import server_model
from server import SIMULATORS, Server

# bmcsim numbers sensors from 1.
_ALL_SENSORS = (1 << server_model.READABLE_SENSORS + 1) - 2


@dataclass(frozen=True)
class Counted:
    """``packets``: to all BMCs together. ``complete``: BMCs that told the readings of all their sensors, the last one
    ``last_complete_s`` after the start. ``longest_s``: the longest time from a BMC's first packet to its last."""

    packets: int
    complete: int
    last_complete_s: float
    longest_s: float


class FleetServer(Server):
    """Context manager: ``count`` BMCs at ``hosts`` and ``port``, counting what they are asked."""

    module = "fleet.server"

    def conditions(self, delay_ms: float = 0, loss: float = 0, silent: int = 0) -> None:
        """Forget what was counted. From now on a BMC takes ``delay_ms`` for each reply, one after the other, of 1
        packet ``loss`` gets lost in each direction, and the first ``silent`` BMCs say nothing."""
        self._ask({"delay_ms": delay_ms, "loss": loss, "silent": silent})

    def told(self) -> Counted:
        """What was counted since."""
        return Counted(**self._ask({"count": True}))

    def cost_a_packet_us(self) -> float:
        """Its own user and system time for each packet that it was sent, from its start until now."""
        return float(self._ask({"cost": True}))


class _Port:
    """One BMC and its socket. ``packets``: how many it was sent, from ``first`` to ``last``; ``told``: bits of the
    sensors that it told of, all of them at ``complete``. Times are those of time.monotonic()."""

    def __init__(self, bmc: Any, address: tuple[str, int]) -> None:
        self.bmc = bmc
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(address)
        self.socket.setblocking(False)
        self.start_counting(silent=False)

    def start_counting(self, silent: bool) -> None:
        self.packets = self.told = 0
        self.first = self.last = self.complete = self.busy_until = 0.0
        self.silent = silent


class _Loop:
    """All ports in one loop; replies that wait are in a heap."""

    def __init__(self, ports: list[_Port]) -> None:
        self._ports = {port.socket.fileno(): port for port in ports}
        self._waiting: list[tuple[float, int, _Port, bytes, Any, int]] = []
        self._count = self._packets = 0
        self._random = random.Random(0)
        self._delay_s = self._loss = self._started = 0.0

    def run(self) -> None:
        """Serve until the standard input ends."""
        poll = select.epoll()
        for number in (sys.stdin.fileno(), *self._ports):
            poll.register(number, select.EPOLLIN)
        while True:
            pause = max(self._waiting[0][0] - time.monotonic(), 0.0) if self._waiting else -1
            for number, _event in poll.poll(pause):
                port = self._ports.get(number)
                if port is not None:
                    self._receive(port)
                elif not self._obey(sys.stdin.readline()):
                    return
            if self._waiting:
                self._send_due()

    def _receive(self, port: _Port) -> None:
        try:
            packet, client = port.socket.recvfrom(2048)
        except OSError:  # taken back by the kernel: a wrong checksum
            return
        now = port.last = time.monotonic()
        port.first = port.first or now
        port.packets += 1
        self._packets += 1
        if port.silent or (self._loss and self._random.random() < self._loss):
            return
        try:
            packets, sensor = port.bmc.answers(packet, now)
        except (ValueError, IndexError):
            return
        if self._delay_s:
            port.busy_until = max(now, port.busy_until) + self._delay_s
        for reply in packets:
            if self._delay_s:
                self._count += 1
                heapq.heappush(self._waiting, (port.busy_until, self._count, port, reply, client, sensor))
            else:
                self._send(port, reply, client, sensor)

    def _send_due(self) -> None:
        now = time.monotonic()
        while self._waiting and self._waiting[0][0] <= now:
            self._send(*heapq.heappop(self._waiting)[2:])

    def _send(self, port: _Port, reply: bytes, client: Any, sensor: int) -> None:
        if self._loss and self._random.random() < self._loss:
            return
        try:
            port.socket.sendto(reply, client)
        except BlockingIOError:  # the client does not take what it was sent before
            return
        port.told |= sensor
        if port.told == _ALL_SENSORS and not port.complete:
            port.complete = time.monotonic()

    def _obey(self, line: str) -> bool:
        if not line:
            return False
        order = json.loads(line)
        answer: Any = True
        if order.get("count"):
            answer = self._counted()
        elif order.get("cost"):
            answer = sum(resource.getrusage(resource.RUSAGE_SELF)[:2]) * 1e6 / max(self._packets, 1)
        elif order:
            self._delay_s, self._loss = order["delay_ms"] / 1000, order["loss"]
            self._random.seed(0)
            self._waiting.clear()
            self._started = time.monotonic()
            for number, port in enumerate(self._ports.values()):
                port.start_counting(number < order["silent"])
        print(json.dumps(answer), flush=True)
        return True

    def _counted(self) -> dict[str, float]:
        ports = self._ports.values()
        complete = [port.complete for port in ports if port.complete]
        return {
            "packets": sum(port.packets for port in ports),
            "complete": len(complete),
            "last_complete_s": max(complete) - self._started if complete else 0.0,
            "longest_s": max(port.last - port.first for port in ports),
        }


def main(count: int, port: int) -> None:
    sys.path.insert(0, str(SIMULATORS))
    from bmcsim.fleet import collect
    from bmcsim.load import parse_model
    from fleet.quick import Kept, QuickBmc

    layout = server_model.fleet(count, port)
    alike = parse_model(layout["bmcs"][0]["model"], "bench")
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(count + 256, resource.getrlimit(resource.RLIMIT_NOFILE)[1]),) * 2)
    kept: Kept = {}
    ports = []
    for spec in collect({"bmcs": [{**entry, "model": alike} for entry in layout["bmcs"]]}):
        ports.append(_Port(QuickBmc(spec.build(), None, kept), (spec.address, spec.port)))
    _Loop(ports).run()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
