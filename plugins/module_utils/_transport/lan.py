# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine's client over LAN: connects, keeps the deadline, builds a lost session up again, and speaks one family
of errors."""

from __future__ import annotations

import socket
import threading
from types import TracebackType
from typing import Any

from pyghmi.exceptions import PyghmiException

from .._core.client import Request, Response
from .._core.errors import (
    AuthenticationError,
    DeadlineExceeded,
    IpmiError,
    LoginRefused,
    NoReply,
    Occupied,
    PrivilegeRefused,
    SessionLost,
    UnknownHost,
    UnknownUser,
    Unreachable,
    WrongKg,
    WrongPassword,
)
from .lan_session import LanSession
from .options import LanOptions, check_options
from .pace import Clock, Pace
from .turns import Turn

_BUSY_PAUSE_S = 0.25
_ANNOUNCED_AS_SHORT = 16  # a BMC made for IPMI 1.5 keeps so many bytes of a password
# RAKP status codes (IPMI 2.0, table 13-15).
_UNAUTHORIZED_NAME = (0x0D,)
_UNAUTHORIZED_PRIVILEGE = (0x09, 0x0A)
_INTEGRITY = 0x0F


class LanClient:
    """One BMC. Use it as a context manager: the session is closed on every way out.

    After a request without an answer the session is built up again before the next one, since a BMC that restarted, or
    that dropped the session, stays silent to everything.
    """

    def __init__(self, options: LanOptions, clock: Clock | None = None) -> None:
        check_options(options)
        self._options = options
        self._pace = Pace(options, clock or Clock())
        self._addresses: list[tuple[Any, ...]] = []
        self._session: LanSession | None = None
        self._turn: Turn | None = None

    def __enter__(self) -> LanClient:
        self._addresses = self._resolve()
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

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._drop()
        if self._turn:
            self._turn.give_back()

    @property
    def peer(self) -> tuple[str, int]:
        """Address and port at which the BMC answered."""
        sockaddr = self._session.sockaddr if self._session else self._addresses[0][1]
        return str(sockaddr[0]).removeprefix("::ffff:"), int(sockaddr[1])

    def request(self, request: Request) -> Response:
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

    def pause(self) -> None:
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
        session = LanSession.__new__(LanSession)
        try:
            session.__init__(self._options, self._addresses, self._pace)  # type: ignore[misc]
        except BaseException as error:
            sock = getattr(session, "socket", None)
            if sock is not None:
                sock.close()
            if isinstance(error, NoReply):
                raise self._silent(session, error) from error
            if isinstance(error, PyghmiException):
                raise self._refused(session, str(error)) from error
            if isinstance(error, OSError):
                raise Unreachable(f"cannot be reached: {error.strerror or error}", host=self._options.name) from error
            raise
        return session

    def _silent(self, session: LanSession, error: NoReply) -> IpmiError:
        """Nobody there; or somebody who fell silent in the middle of the log-in."""
        host, user = self._options.name, self._options.username
        if session.rmcp_status == _INTEGRITY:
            return WrongPassword("the BMC rejects the key exchange: wrong password", host=host)
        if session.ipmiversion == 1.5 and session.authtype:
            # In IPMI 1.5 a BMC drops what is signed with another password without a word.
            return WrongPassword(f"the BMC ignores the log-in: wrong password for user {user!r}", host=host)
        if not session.answered:
            return Unreachable(f"no BMC answers: {error.message}", host=host)
        return Unreachable(f"the BMC answers, and does not finish the log-in: {error.message}", host=host)

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
        size = len(self._options.password.encode())
        if size > _ANNOUNCED_AS_SHORT:
            return f"; it has {size} bytes, and many BMCs store 16 only"
        return ""

    def _resolve(self) -> list[tuple[Any, ...]]:
        """The host's addresses; a resolver that hangs is left behind at the deadline."""
        found: list[Any] = []

        def look_up() -> None:
            try:
                found.append(socket.getaddrinfo(self._options.host, self._options.port, 0, socket.SOCK_DGRAM))
            except (OSError, UnicodeError) as error:
                found.append(error)

        thread = threading.Thread(target=look_up, daemon=True)
        thread.start()
        thread.join(self._options.timeout_s)
        if not found:
            raise DeadlineExceeded(
                f"the name was not resolved within {self._options.timeout_s:g} s", host=self._options.name
            )
        if isinstance(found[0], Exception):
            reason = getattr(found[0], "strerror", None) or found[0]
            raise UnknownHost(f"the name cannot be resolved: {reason}", host=self._options.name)
        return [(family, sockaddr) for family, _type, _proto, _name, sockaddr in found[0]]
