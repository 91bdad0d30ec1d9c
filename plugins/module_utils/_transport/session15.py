# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IPMI 1.5 log-in, where pyghmi mixes text and bytes and always asks for the administrator's privilege."""

from __future__ import annotations

import hashlib
import struct
from typing import Any

from .._core.client import NETFN_APP
from .._core.errors import PasswordTooLong
from .foundation import Session
from .options import LanOptions

_GET_CHALLENGE, _ACTIVATE = 0x39, 0x3A
_MD5 = 2
_MAX_PASSWORD = 16
_PRIVILEGE_EXCEEDED = 0x86  # completion code of Activate Session (section 22.17)


class Session15(Session):
    """What pyghmi's session needs to speak to BMCs without RMCP+ (IPMI 2.0, sections 22.16 and 22.17)."""

    _options: LanOptions
    privilege_code: int

    def _get_session_challenge(self) -> None:
        size = len(self.password)
        if size > _MAX_PASSWORD:
            text = f"the password has {size} bytes, and this BMC speaks IPMI 1.5, which carries 16"
            raise PasswordTooLong(text, host=self._options.name)
        self.ipmicallback = self._got_session_challenge
        data = bytes((_MD5,)) + self.userid.ljust(16, b"\0")
        self._send_ipmi_net_payload(netfn=NETFN_APP, command=_GET_CHALLENGE, data=data)

    def _activate_session(self, data: Any) -> None:
        self.ipmicallback = self._activated_session
        request = bytes((_MD5, self.privlevel)) + bytes(data) + b"\x01\0\0\0"
        self._send_ipmi_net_payload(netfn=NETFN_APP, command=_ACTIVATE, data=request)

    def _activated_session(self, response: dict[str, Any]) -> None:
        self.privilege_code = response["code"] if response["code"] == _PRIVILEGE_EXCEEDED else 0
        if not response["code"] and response["data"] and not response["data"][0] & 0x0F:
            self.authtype = 0  # per-message authentication is off: the rest of the session is not signed
        super()._activated_session(response)

    def _ipmi15authcode(self, payload: Any, checkremotecode: bool = False) -> Any:
        if self.authtype == 0:
            return ()
        sequence = self.remseqnumber if checkremotecode else self.sequencenumber
        password = self.password.ljust(_MAX_PASSWORD, b"\0")
        body = password + struct.pack("<I", self.sessionid) + bytes(payload) + struct.pack("<I", sequence) + password
        return bytearray(hashlib.md5(body).digest())
