# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The engine's client over LAN through pyghmi."""

from __future__ import annotations

import sys

from .._core.client import OneByOne, Request, Response
from .._core.errors import AuthenticationError, IpmiError, NoReply, OptionError, WrongPassword
from .endpoint import Address, resolve
from .foundation import HAS_PYGHMI, PyghmiException
from .lan_session import LanSession
from .options import LanOptions
from .over_lan import OverLan
from .pace import Clock
from .refusals import (
    INTEGRITY,
    known_refusal,
    login_refused,
    privilege_refused,
    unknown_user,
    wrong_kg,
    wrong_password,
)


class LanClient(OneByOne, OverLan[LanSession]):
    """It waits for the network by itself: its coroutines never suspend."""

    def __init__(self, options: LanOptions, clock: Clock | None = None) -> None:
        super().__init__(options)
        if not HAS_PYGHMI:
            raise OptionError(
                f"a BMC without IPMI 2.0, and transport: pyghmi, need the Python library pyghmi, which {sys.executable}"
                " does not have",
                "Install it there with pip.",
            )
        self._own_clock = clock or Clock()

    def _clock(self) -> Clock:
        return self._own_clock

    async def _resolve(self) -> list[tuple[int, Address]]:
        return resolve(self._options)

    async def _sleep(self, seconds: float) -> None:
        self._pace.sleep(seconds)

    def _new_session(self) -> LanSession:
        return LanSession(self._options, self._addresses, self._pace)

    async def _log_in(self, session: LanSession) -> None:
        session.log_in()

    async def _exchange(self, session: LanSession, request: Request) -> Response:
        return session.exchange(request)

    def _refusal(self, session: LanSession, error: BaseException) -> IpmiError | None:
        if isinstance(error, NoReply):
            if session.rmcp_status == INTEGRITY:
                return WrongPassword("the BMC rejects the key exchange: wrong password")
            if session.ipmiversion == 1.5 and session.authtype:
                # In IPMI 1.5 a BMC drops what is signed with another password without a word.
                user = self._options.username
                text = f"the BMC ignores the log-in: wrong password for user {user!r}, or it stopped answering"
                return WrongPassword(text)
        if isinstance(error, PyghmiException):
            return self._as_pyghmi_tells(session, str(error))
        return super()._refusal(session, error)

    def _as_pyghmi_tells(self, session: LanSession, text: str) -> AuthenticationError:
        if "Incorrect password" in text:
            return wrong_password(self._options)
        if "Kg" in text:
            return wrong_kg()
        if "Invalid user name" in text:
            return unknown_user(self._options)
        known = known_refusal(self._options, session.rmcp_status)
        if session.privilege_code and not known:
            return privilege_refused(self._options)
        return known or login_refused(text)
