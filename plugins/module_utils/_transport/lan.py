# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine's client over LAN: connects, keeps the deadline, builds a lost session up again, and speaks one family
of errors."""

from __future__ import annotations

import sys
from types import TracebackType

from .._core.client import OneByOne, Request, Response
from .._core.errors import (
    AuthenticationError,
    DeadlineExceeded,
    IpmiError,
    LoginRefused,
    LoginUnfinished,
    NoReply,
    Occupied,
    OptionError,
    PrivilegeRefused,
    SessionLost,
    UnknownUser,
    Unreachable,
    WrongKg,
    WrongPassword,
)
from .endpoint import Address, resolve
from .foundation import HAS_PYGHMI, PyghmiException
from .lan_session import LanSession
from .options import LanOptions, check_options, secret_bytes
from .pace import Clock, Pace
from .turns import Turn

_BUSY_PAUSE_S = 0.25
_ANNOUNCED_AS_SHORT = 16  # a BMC made for IPMI 1.5 keeps so many bytes of a password
# RAKP status codes (IPMI 2.0, table 13-15).
_UNAUTHORIZED_NAME = (0x0D,)
_UNAUTHORIZED_PRIVILEGE = (0x09, 0x0A)
_INTEGRITY = 0x0F


class LanClient(OneByOne):
    """One BMC. Use it as an asynchronous context manager: the session is closed on every way out.
    It waits for the network by itself: its coroutines never suspend.

    After a request without an answer the session is built up again before the next one, since a BMC that restarted, or
    that dropped the session, stays silent to everything.
    """

    def __init__(self, options: LanOptions, clock: Clock | None = None) -> None:
        check_options(options)
        if not HAS_PYGHMI:
            raise OptionError(
                f"a BMC without IPMI 2.0, and transport: pyghmi, need the Python library pyghmi, which {sys.executable}"
                " does not have",
                "Install it there with pip.",
            )
        self._options = options
        self._pace = Pace(options, clock or Clock())
        self._addresses: list[tuple[int, Address]] = []
        self._session: LanSession | None = None
        self._turn: Turn | None = None

    async def __aenter__(self) -> LanClient:
        self._addresses = resolve(self._options)
        address, port = self._addresses[0][1][:2]
        self._turn = Turn(address, port)
        if not self._turn.take(self._wait_for_turn):
            waited = f"{self._options.timeout_s:g} s"
            raise Occupied(f"another process has been talking to it for {waited}", host=self._options.name)
        try:
            self._session = self._connect()
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
        sockaddr = (self._session and self._session.sockaddr) or self._addresses[0][1]
        return str(sockaddr[0]).removeprefix("::ffff:"), int(sockaddr[1])

    async def request(self, request: Request) -> Response:
        if self._session is None:
            self._session = self._connect_again()
        session = self._session
        try:
            return session.exchange(request)
        except NoReply as error:
            error.host = self._options.name
            if not session.heard:
                self._drop()
            raise
        except OSError as error:
            self._drop()
            raise NoReply(f"the network failed: {error.strerror or error}", host=self._options.name) from error

    async def pause(self) -> None:
        self._pace.sleep(_BUSY_PAUSE_S)

    def expect(self, requests: int) -> None:
        self._pace.expect(requests)

    def _wait_for_turn(self, seconds: float) -> bool:
        try:
            self._pace.sleep(seconds)
        except DeadlineExceeded:
            return False
        return True

    def _drop(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None

    def _connect_again(self) -> LanSession:
        try:
            return self._connect()
        except DeadlineExceeded:
            raise
        except IpmiError as error:
            raise SessionLost(
                f"the session was lost and could not be built up again: {error.message}", host=self._options.name
            ) from error

    def _connect(self) -> LanSession:
        host = self._options.name
        try:
            session = LanSession(self._options, self._addresses, self._pace)
        except OSError as error:
            raise Unreachable(f"no socket can be had: {error.strerror or error}", host=host) from error
        try:
            session.log_in()
        except BaseException as error:
            session.close()
            if isinstance(error, NoReply):
                raise self._silent(session, error) from error
            if isinstance(error, PyghmiException):
                raise self._refused(session, str(error)) from error
            if isinstance(error, OSError):
                raise Unreachable(f"cannot be reached: {error.strerror or error}", host=host) from error
            raise
        return session

    def _silent(self, session: LanSession, error: NoReply) -> IpmiError:
        """Nobody there; or somebody who fell silent in the middle of the log-in."""
        host, user = self._options.name, self._options.username
        if session.rmcp_status == _INTEGRITY:
            return WrongPassword("the BMC rejects the key exchange: wrong password", host=host)
        if session.ipmiversion == 1.5 and session.authtype:
            # In IPMI 1.5 a BMC drops what is signed with another password without a word.
            text = f"the BMC ignores the log-in: wrong password for user {user!r}, or it stopped answering"
            return WrongPassword(text, host=host)
        if not session.answered:
            return Unreachable(f"no BMC answers: {error.message}", host=host)
        return LoginUnfinished(f"the BMC answers, and does not finish the log-in: {error.message}", host=host)

    def _refused(self, session: LanSession, text: str) -> AuthenticationError:
        """What pyghmi says of a log-in that failed, in the collection's own errors."""
        host, user = self._options.name, self._options.username
        if "Incorrect password" in text:
            return WrongPassword(f"wrong password for user {user!r}{self._password_hint()}", host=host)
        if "Kg" in text:
            return WrongKg("wrong kg (BMC key), or a BMC key is set and none was given", host=host)
        if session.rmcp_status in _UNAUTHORIZED_NAME or "Invalid user name" in text:
            return UnknownUser(
                f"no such user: {user!r} (or it has no right to privilege {self._options.privilege})", host=host
            )
        if session.rmcp_status in _UNAUTHORIZED_PRIVILEGE or session.privilege_code:
            return PrivilegeRefused(f"user {user!r} may not have privilege {self._options.privilege}", host=host)
        return LoginRefused(f"the BMC refuses the log-in: {text}", host=host)

    def _password_hint(self) -> str:
        size = len(secret_bytes(self._options.password))
        if size > _ANNOUNCED_AS_SHORT:
            return f"; it has {size} bytes, and many BMCs store 16 only"
        return ""
