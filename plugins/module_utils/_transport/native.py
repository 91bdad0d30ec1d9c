# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine's client over RMCP+ in the running event loop: many of them talk to their BMCs at the same time."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Sequence
from types import TracebackType
from typing import Callable

from .._core.client import Request, Response, Value
from .._core.errors import (
    AuthenticationError,
    DeadlineExceeded,
    IpmiError,
    LoginUnfinished,
    NoReply,
    Occupied,
    OptionError,
    SessionLost,
    Unreachable,
)
from .ciphers import SUITES
from .endpoint import Address, resolve_soon
from .foundation import HAS_CRYPTOGRAPHY
from .native_session import Ipmi15, NativeSession
from .options import LanOptions, check_options
from .pace import Clock, Pace
from .turns import LOOK_AGAIN_S, Turn
from .wire import Stalled

_BUSY_PAUSE_S = 0.25

__all__ = ["Ipmi15", "NativeClient"]


class NativeClient:
    """One BMC. Use it as an asynchronous context manager: the session is closed on every way out. Entering it raises
    Ipmi15 where the BMC has no RMCP+.

    After a request without an answer the session is built up again before the next one, since a BMC that restarted, or
    that dropped the session, stays silent to everything. ``stalled`` is told when the BMC lets us wait, and when it
    goes on.
    """

    def __init__(self, options: LanOptions, stalled: Stalled | None = None) -> None:
        check_options(options)
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
        self._options, self._stalled = options, stalled
        self._addresses: list[tuple[int, Address]] = []
        self._session: NativeSession | None = None
        self._turn: Turn | None = None

    async def __aenter__(self) -> NativeClient:
        self._connecting = asyncio.Lock()
        # The deadline begins here, in the loop's own time.
        self._pace = Pace(self._options, Clock(now=asyncio.get_running_loop().time))
        self._addresses = await resolve_soon(self._options)
        address, port = self._addresses[0][1][:2]
        self._turn = Turn(address, port)
        try:
            await self._wait_for_turn(self._turn)
            self._session = await self._connect()
        except BaseException:
            self._turn.give_back()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._drop()
        if self._turn:
            self._turn.give_back()

    @property
    def peer(self) -> tuple[str, int]:
        """Address and port at which the BMC answered."""
        sockaddr = (self._session and self._session.wire.peer) or self._addresses[0][1]
        return str(sockaddr[0]).removeprefix("::ffff:"), int(sockaddr[1])

    async def request(self, request: Request) -> Response:
        async with self._connecting:
            if self._session is None:
                self._session = await self._connect_again()
            session = self._session
        try:
            return await session.exchange(request)
        except NoReply as error:
            error.host = self._options.name
            if not session.wire.heard and session is self._session:
                self._drop()
            raise
        except OSError as error:
            if session is self._session:
                self._drop()
            raise NoReply(f"the network failed: {error.strerror or error}", host=self._options.name) from error

    async def pause(self) -> None:
        await self._sleep(_BUSY_PAUSE_S)

    def expect(self, requests: int) -> None:
        self._pace.expect(requests)

    async def each(self, asked: Sequence[Callable[[], Awaitable[Value]]]) -> list[Value]:
        if self._options.outstanding == 1:
            return [await ask() for ask in asked]
        places = asyncio.Semaphore(self._options.outstanding)

        async def one(ask: Callable[[], Awaitable[Value]]) -> Value:
            async with places:
                return await ask()

        return await asyncio.gather(*map(one, asked))

    async def _sleep(self, seconds: float) -> None:
        if seconds >= self._pace.left_s:
            raise self._pace.too_late()
        await asyncio.sleep(seconds)

    async def _wait_for_turn(self, turn: Turn) -> None:
        while not turn.try_to_take():
            try:
                await self._sleep(LOOK_AGAIN_S)
            except DeadlineExceeded:
                waited = f"{self._options.timeout_s:g} s"
                text = f"another process has been talking to it for {waited}"
                raise Occupied(text, host=self._options.name) from None

    def _drop(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    async def _connect_again(self) -> NativeSession:
        try:
            return await self._connect()
        except DeadlineExceeded:
            raise
        except (IpmiError, Ipmi15) as error:
            reason = error.message if isinstance(error, IpmiError) else "it offers IPMI 1.5 only by now"
            raise SessionLost(
                f"the session was lost and could not be built up again: {reason}", host=self._options.name
            ) from error

    async def _connect(self) -> NativeSession:
        host = self._options.name
        try:
            session = NativeSession(self._options, self._addresses, self._pace, self._stalled)
        except OSError as error:
            raise Unreachable(f"no socket can be had: {error.strerror or error}", host=host) from error
        try:
            await session.log_in()
        except BaseException as error:
            session.close()
            if isinstance(error, NoReply):
                raise self._silent(session, error) from error
            if isinstance(error, AuthenticationError):
                error.host = host
            if isinstance(error, OSError):
                raise Unreachable(f"cannot be reached: {error.strerror or error}", host=host) from error
            raise
        return session

    def _silent(self, session: NativeSession, error: NoReply) -> IpmiError:
        """Nobody there; or somebody who fell silent in the middle of the log-in."""
        if not session.wire.answered:
            return Unreachable(f"no BMC answers: {error.message}", host=self._options.name)
        text = f"the BMC answers, and does not finish the log-in: {error.message}"
        return LoginUnfinished(text, host=self._options.name)
