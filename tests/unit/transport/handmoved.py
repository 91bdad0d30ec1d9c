# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An event loop whose clock jumps to the next timer when no packet waits: no test sleeps, and times are exact."""

from __future__ import annotations

import asyncio
import contextlib
import selectors
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, TypeVar
from unittest import mock

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.client import Request
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.native import NativeClient
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.options import LanOptions
from bmcsim import rmcp, serving

Value = TypeVar("Value")
Change = Callable[[bytes], list[bytes]]
_DELIVERED_S = 0.001


class _Selector(selectors.DefaultSelector):  # type: ignore[valid-type,misc]
    """On loopback a packet is there as soon as it was sent: what does not wait now comes by a timer only."""

    loop: HandMovedLoop

    def select(self, timeout: float | None = None) -> Any:
        # Busy machines deliver a little later than at once.
        events = super().select(0) or (super().select(_DELIVERED_S) if timeout else [])
        if not events and timeout is None:
            raise RuntimeError("nothing will ever happen in this loop")
        if not events and timeout:
            self.loop.now += timeout
        return events


class HandMovedLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.now = 1000.0
        selector = _Selector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.now


def run(coroutine: Coroutine[Any, Any, Value]) -> Value:
    """Run a coroutine to its end in a loop of its own, whose time is bmcsim's, too; an exception in a callback fails
    it."""
    loop, troubles = HandMovedLoop(), []
    loop.set_exception_handler(lambda _loop, context: troubles.append(context))
    try:
        with mock.patch("time.monotonic", loop.time):
            value = loop.run_until_complete(coroutine)
    finally:
        loop.close()
    assert not troubles, troubles
    return value


def now() -> float:
    return asyncio.get_running_loop().time()


class Between:
    """A relay in the running loop: ``change`` makes of a BMC's packet what the client gets. ``sent`` and ``received``
    are (time, packet) as they came; ``client`` is the address of the client."""

    def __init__(self, host: str, port: int, change: Change | None = None) -> None:
        self._bmc, self.client = (host, port), ("", 0)
        self._change = change or (lambda packet: [packet])
        self._front, self._back = _bound(), _bound()
        self.host, self.port = self._front.getsockname()
        self.sent: list[tuple[float, bytes]] = []
        self.received: list[tuple[float, bytes]] = []
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(self._front, self._from_client)
        self._loop.add_reader(self._back, self._from_bmc)

    def _from_client(self) -> None:
        packet, self.client = self._front.recvfrom(4096)
        self.sent.append((self._loop.time(), packet))
        self._back.sendto(packet, self._bmc)

    def _from_bmc(self) -> None:
        packet = self._back.recv(4096)
        self.received.append((self._loop.time(), packet))
        for changed in self._change(packet):
            self.tell(changed)

    def tell(self, packet: bytes) -> None:
        """A packet to the client, from the BMC's address."""
        self._front.sendto(packet, self.client)

    def close(self) -> None:
        for one in (self._front, self._back):
            self._loop.remove_reader(one)
            one.close()


def _bound() -> socket.socket:
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.bind(("127.0.0.1", 0))
    return one


GET_DEVICE_ID = Request(0x06, 0x01)
OPEN, RAKP_1, RAKP_3 = rmcp.OPEN_REQUEST, rmcp.RAKP_1, rmcp.RAKP_3
USER = {"name": "reader", "password": "Read-0nly", "privilege": "administrator"}


@contextlib.asynccontextmanager
async def a_bmc(change: Change | None = None, **entry: Any) -> AsyncIterator[Any]:
    """bmcsim in the running loop and a relay before it: (the BMC, the relay)."""
    source = {"name": "bmc", "model": "rack1u", "users": [USER], **entry}
    async with serving(source) as fleet:
        between = Between(fleet["bmc"].address, fleet["bmc"].port, change)
        try:
            yield fleet["bmc"], between
        finally:
            await asyncio.sleep(0.01)  # the last packets arrive
            between.close()


def client(between: Between, stalled: Callable[[bool], None] | None = None, **options: Any) -> NativeClient:
    values = {"username": "reader", "password": "Read-0nly", **options}
    return NativeClient(LanOptions(host=between.host, port=between.port, **values), stalled)


def kind(packet: bytes) -> int:
    """Payload type of a message of the log-in; 0 for a message, in a session or before it."""
    return packet[5] & 0x3F if packet[4] == 6 else 0


def kinds(packets: list[tuple[float, bytes]]) -> list[int]:
    return [kind(packet) for _time, packet in packets]


async def log_in(between: Between, **options: Any) -> None:
    async with client(between, **options) as opened:
        assert (await opened.request(GET_DEVICE_ID)).code == 0


def logged_in(change: Change | None = None, options: Any = None, **entry: Any) -> list[int]:
    """Log in, ask, log out; the kinds of the packets that were sent."""

    async def conversation() -> list[int]:
        async with a_bmc(change, **entry) as (bmc, between):
            try:
                await log_in(between, **(options or {}))
            finally:
                await asyncio.sleep(0.01)
                assert len(bmc.bmc.sessions) == 0
            return kinds(between.sent)

    return run(conversation())
