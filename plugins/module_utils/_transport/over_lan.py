# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all clients over LAN share: one conversation at a time, a session that is built up again when it is lost, and
one family of errors."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Awaitable
from types import TracebackType
from typing import Any, Generic, Protocol, TypeVar

from .._core.client import Request, Response
from .._core.errors import (
    DeadlineExceeded,
    IpmiError,
    LoginUnfinished,
    NoReply,
    Occupied,
    SessionLost,
    Unreachable,
)
from .endpoint import Address
from .options import LanOptions, check_options
from .pace import Clock, Pace
from .turns import LOOK_AGAIN_S, Turn
from .wire import Interrupted

BUSY_PAUSE_S = 0.25
NOT_AGAIN = "the session was lost and could not be built up again"


class Session(Protocol):
    """``peer``: the address that answered, None for none yet; ``answered``: whether any ever did; ``heard``: whether
    anything arrived while a request waited that was not answered."""

    @property
    def peer(self) -> Address | None: ...
    @property
    def answered(self) -> bool: ...
    @property
    def heard(self) -> bool: ...
    def close(self) -> None: ...


AnySession = TypeVar("AnySession", bound=Session)
AnyClient = TypeVar("AnyClient", bound="OverLan[Any]")


class OverLan(Generic[AnySession]):
    """One BMC. Use it as an asynchronous context manager: the session is closed on every way out.

    After a request without an answer the session is built up again before the next one, since a BMC that restarted, or
    that dropped the session, stays silent to everything.
    """

    def __init__(self, options: LanOptions) -> None:
        check_options(options)
        self._options = options
        self._addresses: list[tuple[int, Address]] = []
        self._session: AnySession | None = None
        self._turn: Turn | None = None

    # -- what a transport does in its own way

    @abstractmethod
    def _clock(self) -> Clock:
        """The time that the conversation goes by."""

    @abstractmethod
    async def _resolve(self) -> list[tuple[int, Address]]:
        """The BMC's addresses."""

    @abstractmethod
    async def _sleep(self, seconds: float) -> None:
        """Wait; raise DeadlineExceeded at once where there is no time for it."""

    @abstractmethod
    def _new_session(self) -> AnySession:
        """A session that has not begun; raises OSError where no socket can be had."""

    @abstractmethod
    async def _log_in(self, session: AnySession) -> None:
        """Build it up; raises IpmiError, OSError and what ``_refusal`` knows."""

    @abstractmethod
    def _exchange(self, session: AnySession, request: Request) -> Awaitable[Response]:
        """Send one request, wait for its answer."""

    def _refusal(self, session: AnySession, error: BaseException) -> IpmiError | None:
        """What a log-in that failed is told as; None for what tells itself."""
        if isinstance(error, NoReply):
            # Nobody there; or somebody who fell silent in the middle of the log-in.
            if session.answered:
                return LoginUnfinished(f"the BMC answers, and does not finish the log-in: {error.message}")
            return Unreachable(f"no BMC answers: {error.message}")
        if isinstance(error, OSError):
            return Unreachable(f"cannot be reached: {error.strerror or error}")
        return None

    # -- the conversation

    async def __aenter__(self: AnyClient) -> AnyClient:
        # The deadline begins here.
        self._pace = Pace(self._options, self._clock())
        self._addresses = await self._resolve()
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
        sockaddr = (self._session and self._session.peer) or self._addresses[0][1]
        return str(sockaddr[0]).removeprefix("::ffff:"), int(sockaddr[1])

    async def request(self, request: Request) -> Response:
        while True:
            session = self._session or await self._living_session()
            try:
                return await self._exchange(session, request)
            except Interrupted as error:
                # It has not had its time.
                if request.once:
                    raise NoReply(error.message, host=self._options.name) from error
            except (NoReply, OSError) as error:
                if session is self._session and not (isinstance(error, NoReply) and session.heard):
                    self._drop()
                if isinstance(error, NoReply):
                    error.host = self._options.name
                    raise
                raise NoReply(f"the network failed: {error.strerror or error}", host=self._options.name) from error

    async def pause(self) -> None:
        await self._sleep(BUSY_PAUSE_S)

    def expect(self, requests: int) -> None:
        self._pace.expect(requests)

    async def _wait_for_turn(self, turn: Turn) -> None:
        while not turn.try_to_take():
            try:
                await self._sleep(LOOK_AGAIN_S)
            except DeadlineExceeded:
                text = f"another process has been talking to it for {self._options.timeout_s:g} s"
                raise Occupied(text, host=self._options.name) from None

    async def _living_session(self) -> AnySession:
        if self._session is None:
            try:
                self._session = await self._connect()
            except DeadlineExceeded:
                raise
            except IpmiError as error:
                raise SessionLost(f"{NOT_AGAIN}: {error.message}", host=self._options.name) from error
        return self._session

    async def _connect(self) -> AnySession:
        try:
            session = self._new_session()
        except OSError as error:
            text = f"no socket can be had: {error.strerror or error}"
            raise Unreachable(text, host=self._options.name) from error
        try:
            await self._log_in(session)
        except BaseException as error:
            session.close()
            refusal = self._refusal(session, error) or error
            if isinstance(refusal, IpmiError):
                refusal.host = self._options.name
            if refusal is error:
                raise
            raise refusal from error
        return session

    def _drop(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None
