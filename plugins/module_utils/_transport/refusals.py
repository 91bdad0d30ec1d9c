# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a BMC's refusal of a log-in is told as (IPMI v2.0 rev 1.1, table 13-15)."""

from __future__ import annotations

from .._core.errors import AuthenticationError, LoginRefused, PrivilegeRefused, UnknownUser, WrongKg, WrongPassword
from .options import LanOptions, secret_bytes

INTEGRITY, NO_SUITE = 0x0F, 0x11
_UNAUTHORIZED_NAME = 0x0D
_UNAUTHORIZED_PRIVILEGE = (0x09, 0x0A)
_ANNOUNCED_AS_SHORT = 16  # a BMC made for IPMI 1.5 keeps so many bytes of a password
_STATUS = {
    0x01: "insufficient resources to create a session",
    0x02: "invalid session id",
    0x03: "invalid payload type",
    0x04: "invalid authentication algorithm",
    0x05: "invalid integrity algorithm",
    0x06: "no matching authentication payload",
    0x07: "no matching integrity payload",
    0x08: "inactive session id",
    0x09: "invalid role",
    0x0A: "unauthorized role or privilege level",
    0x0B: "insufficient resources to create a session at this role",
    0x0C: "invalid name length",
    0x0D: "unauthorized name",
    0x0E: "unauthorized GUID",
    0x0F: "invalid integrity check value",
    0x10: "invalid confidentiality algorithm",
    0x11: "no cipher suite matches",
    0x12: "illegal parameter",
}


def wrong_password(options: LanOptions) -> WrongPassword:
    size = len(secret_bytes(options.password))
    hint = f"; it has {size} bytes, and many BMCs store 16 only" if size > _ANNOUNCED_AS_SHORT else ""
    return WrongPassword(f"wrong password for user {options.username!r}{hint}")


def wrong_kg() -> WrongKg:
    return WrongKg("wrong kg (BMC key), or a BMC key is set and none was given")


def unknown_user(options: LanOptions) -> UnknownUser:
    return UnknownUser(f"no such user: {options.username!r} (or it has no right to privilege {options.privilege})")


def privilege_refused(options: LanOptions, said: str = "") -> PrivilegeRefused:
    """``said``: what the BMC says of it."""
    text = f"user {options.username!r} may not have privilege {options.privilege}"
    return PrivilegeRefused(f"{text}: {said}" if said else text)


def login_refused(said: str) -> LoginRefused:
    return LoginRefused(f"the BMC refuses the log-in: {said}")


def known_refusal(options: LanOptions, status: int) -> AuthenticationError | None:
    """What a status code tells of the user; None for any other."""
    if status == _UNAUTHORIZED_NAME:
        return unknown_user(options)
    return privilege_refused(options) if status in _UNAUTHORIZED_PRIVILEGE else None


def refusal(options: LanOptions, status: int) -> AuthenticationError:
    """What a status code other than 0 is told as."""
    if status == INTEGRITY:
        return wrong_password(options)
    text = f"{_STATUS.get(status, 'unknown reason')} (status {status:02X}h)"
    return known_refusal(options, status) or login_refused(text)
