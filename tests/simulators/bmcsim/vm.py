# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inner side of a simulated BMC: the system interface of a QEMU that connects to it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

from . import vm_codec
from .bmc import Bmc


class VmProtocol(asyncio.Protocol):
    """One connection of a QEMU."""

    def __init__(self, bmc: Bmc, loop: asyncio.AbstractEventLoop, connections: set[Any]) -> None:
        self.bmc, self._loop, self._connections = bmc, loop, connections
        self._decoder = vm_codec.Decoder()
        self._lines: tuple[int, ...] = ()
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        self._connections.add(transport)
        transport.write(vm_codec.frame(vm_codec.COMMAND, vm_codec.VERSION))
        self._set_lines()

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.discard(self._transport)

    def data_received(self, data: bytes) -> None:
        for kind, content in self._decoder.feed(data):
            if kind == vm_codec.MESSAGE:
                self._answer(content)
            elif content[0] == vm_codec.RESET:
                self.bmc.system.reset()
                self._set_lines()

    def _answer(self, content: bytes) -> None:
        bmc, faults = self.bmc, self.bmc.faults
        bmc.requests.datagrams += 1
        if not faults.hears() or time.monotonic() < bmc.asleep_until:
            return
        try:
            number, message = vm_codec.request(content)
        except ValueError:
            bmc.requests.rejected += 1
            return
        replies = bmc.answer(message, bmc.system)
        frames = b"".join(vm_codec.response(number, reply) for reply in replies if not faults.reply_lost)
        if faults.delay_ms:
            self._loop.call_later(faults.delay_ms / 1000, self._send, frames)
        else:
            self._send(frames)

    def _send(self, frames: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(frames)
            self._set_lines()

    def _set_lines(self) -> None:
        """Tell of the lines that have changed: interrupts, and attention while messages wait."""
        interface = self.bmc.system
        attention = vm_codec.NO_ATTENTION
        if interface.queue:
            attention = vm_codec.ATTENTION_WITH_IRQ if interface.interrupts else vm_codec.ATTENTION
        lines = vm_codec.ENABLE_IRQ if interface.interrupts else vm_codec.DISABLE_IRQ, attention
        for at, command in enumerate(lines):
            if self._lines[at : at + 1] != (command,):
                self._transport.write(vm_codec.frame(vm_codec.COMMAND, bytes([command])))
        self._lines = lines


@contextlib.asynccontextmanager
async def listening(bmc: Bmc, address: str, port: int) -> AsyncIterator[int]:
    """Wait for QEMU at a TCP port (0: any free one), which is returned; OSError when it cannot be had."""
    loop = asyncio.get_running_loop()
    connections: set[Any] = set()
    server = await loop.create_server(lambda: VmProtocol(bmc, loop, connections), address, port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for transport in tuple(connections):
            transport.abort()
