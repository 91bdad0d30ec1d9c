# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a BMC is reached over LAN, checked before the first packet is sent."""

from __future__ import annotations

import binascii
from dataclasses import dataclass, field
from typing import Protocol

from .._core.errors import OptionError, PasswordTooLong

PRIVILEGES = {"callback": 1, "user": 2, "operator": 3, "administrator": 4}

# IPMI 2.0, sections 13.20 (user name), 22.30 (password) and 13.33 (kg).
_MAX_USERNAME = 16
_MAX_PASSWORD = 20
_MAX_KG = 20
_MOST_OUTSTANDING = 32  # half of the sequence numbers
_LONGEST_S = 7 * 24 * 3600.0


@dataclass(frozen=True)
class LanOptions:
    """``timeout_s`` bounds the whole conversation, ``request_timeout_s`` one try of one request, ``retries`` the
    tries after the first. ``cipher_suite``: None for the best of the preferred ones that the BMC has;
    ``outstanding``: how many requests may be on their way to the BMC."""

    host: str
    username: str = ""
    password: str = field(default="", repr=False)
    port: int = 623
    kg: str | None = field(default=None, repr=False)
    privilege: str = "user"
    timeout_s: float = 180.0
    request_timeout_s: float = 2.0
    retries: int = 3
    min_command_interval_s: float = 0.0
    cipher_suite: int | None = None
    outstanding: int = 1

    @property
    def patience_s(self) -> float:
        """How long an answer to one request is waited for, over all tries."""
        return self.request_timeout_s * (self.retries + 1)

    @property
    def name(self) -> str:
        """The host for people, with its port where that is not the usual one."""
        return self.host if self.port == 623 else f"{self.host} port {self.port}"


def check_options(options: LanOptions) -> None:
    """Raise OptionError or PasswordTooLong for what no BMC could be asked with."""
    if not options.host:
        raise OptionError("host is empty", "Name the BMC, by address or by name.")
    if not 0 < options.port < 65536:
        raise OptionError(f"port {options.port} is no UDP port", "Give a number from 1 to 65535; BMCs use 623.")
    if options.privilege not in PRIVILEGES:
        raise OptionError(f"privilege {options.privilege!r} is unknown", f"Use one of {', '.join(PRIVILEGES)}.")
    check_timing(options)
    if len(secret_bytes(options.username)) > _MAX_USERNAME:
        raise OptionError(
            f"username has {len(secret_bytes(options.username))} bytes, IPMI allows 16", "Use a shorter user name."
        )
    size = len(secret_bytes(options.password))
    if size > _MAX_PASSWORD:
        raise PasswordTooLong(f"the password has {size} bytes; IPMI 2.0 carries 20 at the most", host=options.name)
    if not 1 <= options.outstanding <= _MOST_OUTSTANDING:
        raise OptionError(f"outstanding is not between 1 and {_MOST_OUTSTANDING}", "Leave it out, or give a few.")
    kg_bytes(options.kg)


class Timing(Protocol):
    """The options that pace a conversation; ``name`` of the BMC for errors."""

    @property
    def name(self) -> str: ...
    @property
    def timeout_s(self) -> float: ...
    @property
    def request_timeout_s(self) -> float: ...
    @property
    def retries(self) -> int: ...
    @property
    def min_command_interval_s(self) -> float: ...


def check_timing(options: Timing) -> None:
    """Raise OptionError for times that no conversation could have."""
    for name in ("timeout_s", "request_timeout_s"):
        if not getattr(options, name) > 0:
            raise OptionError(f"{name} is not above zero", "Give a number of seconds.")
    for name in ("timeout_s", "request_timeout_s", "min_command_interval_s"):
        if not getattr(options, name) <= _LONGEST_S:
            raise OptionError(f"{name} is more than a week, or no number", "Give a number of seconds.")
    if options.min_command_interval_s < 0:
        raise OptionError("min_command_interval_s is negative", "Give 0 or more seconds.")
    if options.retries < 0:
        raise OptionError("retries is negative", "Give 0 or more.")


def secret_bytes(text: str) -> bytes:
    """A user name, password or key as the bytes that it was given as, UTF-8 or not."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raise OptionError("username, password or kg holds half a character", "Give it as UTF-8 text.") from None


def kg_bytes(kg: str | None) -> bytes | None:
    """The BMC key as bytes: text, or hex digits behind ``0x``; None for no key."""
    if not kg:
        return None
    key = secret_bytes(kg)
    if kg[:2].lower() == "0x":
        if not kg[2:]:
            raise OptionError("kg is 0x without digits", "Give hex digits behind 0x, or leave kg out.")
        try:
            key = binascii.unhexlify(kg[2:])
        except ValueError as error:
            raise OptionError(
                "kg begins with 0x and goes on with something else than pairs of hex digits", "Mend kg."
            ) from error
    if len(key) > _MAX_KG:
        raise OptionError(f"kg has {len(key)} bytes, IPMI allows 20", "Give kg as text, or as hex digits behind 0x.")
    return key
