# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine's client over RMCP+ in the running event loop: many of them talk to their BMCs at the same time."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Sequence
from typing import Callable

from .._core.client import Request, Response, Value
from .._core.errors import OptionError, SessionLost
from .ciphers import SUITES
from .endpoint import Address, resolve_soon
from .foundation import HAS_CRYPTOGRAPHY
from .native_session import Ipmi15, NativeSession
from .options import LanOptions
from .over_lan import NOT_AGAIN, OverLan
from .pace import Clock
from .wire import Stalled

__all__ = ["Ipmi15", "NativeClient"]


class NativeClient(OverLan[NativeSession]):
    """Entering it raises Ipmi15 where the BMC has no RMCP+. ``stalled`` is told when the BMC lets us wait, and when it
    goes on."""

    def __init__(self, options: LanOptions, stalled: Stalled | None = None) -> None:
        super().__init__(options)
        if not HAS_CRYPTOGRAPHY:
            raise OptionError(
                f"IPMI over LAN needs the Python library cryptography, which {sys.executable} does not have",
                "Install it there with pip; pyghmi brings it, too.",
            )
        if options.cipher_suite not in (None, *SUITES):
            raise OptionError(
                f"cipher suite {options.cipher_suite} is not spoken",
                f"Name one of {', '.join(map(str, SUITES))}, or none.",
            )
        self._stalled = stalled

    async def each(self, asked: Sequence[Callable[[], Awaitable[Value]]]) -> list[Value]:
        if self._options.outstanding == 1:
            return [await ask() for ask in asked]
        places = asyncio.Semaphore(self._options.outstanding)

        async def one(ask: Callable[[], Awaitable[Value]]) -> Value:
            async with places:
                return await ask()

        tasks = [asyncio.get_running_loop().create_task(one(ask)) for ask in asked]
        try:
            return await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def __aenter__(self) -> NativeClient:
        self._connecting, self._lost = asyncio.Lock(), 0
        return await super().__aenter__()

    def _clock(self) -> Clock:
        return Clock(now=asyncio.get_running_loop().time)

    async def _resolve(self) -> list[tuple[int, Address]]:
        return await resolve_soon(self._options)

    async def _sleep(self, seconds: float) -> None:
        await self._pace.sleep_in_loop(seconds)

    def _new_session(self) -> NativeSession:
        return NativeSession(self._options, self._addresses, self._pace, self._stalled)

    async def _log_in(self, session: NativeSession) -> None:
        await session.log_in()

    def _exchange(self, session: NativeSession, request: Request) -> Awaitable[Response]:
        return session.exchange(request)

    async def _living_session(self) -> NativeSession:
        """One of the requests that wait for it builds it up, and none tries again where that one could not."""
        lost = self._lost
        async with self._connecting:
            if self._lost > lost:
                raise SessionLost(NOT_AGAIN, host=self._options.name)
            try:
                return await super()._living_session()
            except (Ipmi15, SessionLost) as error:
                self._lost += 1
                if isinstance(error, SessionLost):
                    raise
                text = f"{NOT_AGAIN}: it offers IPMI 1.5 only by now"
                raise SessionLost(text, host=self._options.name) from error
