# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One family of errors for everything that can go wrong between this collection and a BMC.

An error carries what happened and the next step to take. The host is added where it is known: by the transport.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class IpmiError(Exception):
    """The family. ``str(error)`` is one sentence for people; ``next_step`` tells what to do about it, ``host`` where
    it was."""

    next_step = ""

    def __init__(self, message: str, next_step: str | None = None, host: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if next_step is not None:
            self.next_step = next_step
        self.host = host

    def __str__(self) -> str:
        return f"{self.host}: {self.message}" if self.host else self.message

    def sentence(self) -> str:
        """What happened, on which host, and the next step."""
        return f"{self}. {self.next_step}".rstrip() if self.next_step else f"{self}."


class DecodeError(IpmiError):
    """Bytes from a BMC that do not have the shape that the specification gives them."""


class OptionError(IpmiError):
    """Something the user asked for that cannot be done as written."""


class CommandError(IpmiError):
    """A BMC that answers a command with a completion code other than 00h (IPMI 2.0, table 5-2)."""

    def __init__(self, command_name: str, code: int, host: str | None = None) -> None:
        super().__init__(f"{command_name} was refused: {completion_text(code)}", host=host)
        self.command_name = command_name
        self.code = code


class TransportError(IpmiError):
    """A conversation that did not take place, or ended early."""


class UnknownHost(TransportError):
    """A name that no resolver knows."""

    next_step = "Check the spelling of host, or give its IP address."


class Unreachable(TransportError):
    """Nobody answered at all."""

    next_step = (
        "Check address, port (UDP 623 by default), firewall and that IPMI over LAN is enabled on the BMC;"
        " raise request_timeout_s or retries for a slow BMC."
    )


class LoginUnfinished(TransportError):
    """The BMC answers, and falls silent before the session is there."""

    next_step = (
        "The BMC may be busy, or short of sessions: try again later; raise request_timeout_s or retries for a slow one."
    )


class NoReply(TransportError):
    """One request stayed without an answer, though the session was up."""

    next_step = "Raise request_timeout_s or retries if the BMC is slow."


class SessionLost(TransportError):
    """The session was up, went away and could not be built up again."""

    next_step = (
        "The BMC may have restarted or run out of sessions; try again, and look at its own log if it happens again."
    )


class DeadlineExceeded(TransportError):
    """The time for the whole conversation is over."""

    next_step = "Raise timeout_s, or read less of a slow BMC (options sensors, types, thresholds)."


class Occupied(TransportError):
    """Another process talks to this BMC, and did not end before the deadline."""

    next_step = "Wait for it to end, or raise timeout_s; one BMC is asked by one process at a time."


class NoBmc(TransportError):
    """A machine in which no BMC is found."""

    next_step = "Name the BMC with the option host, if it is reached by LAN; else there is nothing to read here."


class NoDriver(TransportError):
    """The driver for the machine's own BMC is not loaded."""

    next_step = (
        "Load the modules (modprobe ipmi_si ipmi_devintf; role ipmi_driver keeps them), or name the BMC with host."
    )


class DeviceRefused(TransportError):
    """The device of the machine's own BMC is not for this user."""

    next_step = "Use become, or let the user into the device's group (role ipmi_driver makes one)."


class DeviceBusy(TransportError):
    """The device of the machine's own BMC cannot be opened now."""

    next_step = "Look who uses it (fuser /dev/ipmi0), and at the kernel's messages of ipmi_si."


class AuthenticationError(TransportError):
    """The family of refusals at log-in."""


class WrongPassword(AuthenticationError):
    """The BMC knows the user, and its password is another one."""

    next_step = "Check the password of this user on the BMC."


class UnknownUser(AuthenticationError):
    """The BMC knows no such user."""

    next_step = "Check username, and that the user is enabled for IPMI over LAN on the BMC."


class PrivilegeRefused(AuthenticationError):
    """The user exists, and may not have the privilege that was asked for."""

    next_step = (
        "Ask for a lower privilege (option privilege), or raise the user's privilege limit on the BMC's LAN channel."
    )


class WrongKg(AuthenticationError):
    """The password is right, and the BMC key (kg) is not."""

    next_step = "Check kg, the BMC key; leave it out for a BMC that has none."


class LoginRefused(AuthenticationError):
    """Any other refusal at log-in, in the BMC's own words."""

    next_step = "Read the reason; a BMC that is out of session slots frees them after about a minute."


class PasswordTooLong(AuthenticationError):
    """A password that IPMI cannot carry: 20 bytes in IPMI 2.0, 16 in 1.5 (section 22.30)."""

    next_step = "Give the BMC's user a shorter password: 20 bytes are the most that IPMI 2.0 carries, 16 for IPMI 1.5."


class SelError(IpmiError):
    """A System Event Log that cannot be read or changed as it was asked for; nothing was erased, unless it says so."""


class ArchiveError(IpmiError):
    """An archive of a log that cannot be read or written; nothing was erased."""


class DriverError(IpmiError):
    """The operating system's driver, which cannot be set as it was asked for."""


class CollectdError(IpmiError):
    """A collectd that cannot be brought to what was asked for."""


class AgentError(IpmiError):
    """A vendor's agent that cannot be chosen, installed or verified as it was asked for."""


class InsufficientPrivilege(IpmiError):
    """A command that the session's privilege does not suffice for."""

    next_step = "Set privilege to operator, and give the user that privilege on the BMC's LAN channel."


def refusal(command_name: str, code: int) -> IpmiError:
    """The error for a command that changes the BMC and was refused: the privilege is the user's to mend."""
    if code == _INSUFFICIENT_PRIVILEGE:
        return InsufficientPrivilege(f"{command_name} was refused: {completion_text(code)}")
    return CommandError(command_name, code)


@contextmanager
def telling(state: str) -> Iterator[None]:
    """Add to an error how things are by now, where there is something to say."""
    try:
        yield
    except IpmiError as error:
        error.message = f"{error.message}; {state}" if state else error.message
        raise


_INSUFFICIENT_PRIVILEGE = 0xD4
_COMPLETION = {
    0x00: "completed normally",
    0xC0: "node busy",
    0xC1: "invalid command",
    0xC2: "command invalid for this LUN",
    0xC3: "time-out while the controller processed the command",
    0xC4: "out of space",
    0xC5: "reservation cancelled or invalid",
    0xC6: "request data truncated",
    0xC7: "request data length invalid",
    0xC8: "request data field length limit exceeded",
    0xC9: "parameter out of range",
    0xCA: "cannot return the number of bytes asked for",
    0xCB: "requested sensor, data or record not present",
    0xCC: "invalid data field in request",
    0xCD: "command illegal for this sensor or record type",
    0xCE: "response could not be provided",
    0xCF: "duplicated request not executed",
    0xD0: "SDR repository in update mode",
    0xD1: "device in firmware update mode",
    0xD2: "controller initialization in progress",
    0xD3: "destination unavailable",
    0xD4: "insufficient privilege",
    0xD5: "not supported in the present state",
    0xD6: "command sub-function disabled",
    0xFF: "unspecified error",
}


def completion_text(code: int) -> str:
    """The completion code as text and number: ``node busy (C0h)`` (IPMI 2.0, table 5-2)."""
    if code in _COMPLETION:
        return f"{_COMPLETION[code]} ({code:02X}h)"
    if 0x01 <= code <= 0x7E:
        return f"vendor's completion code ({code:02X}h)"
    if 0x80 <= code <= 0xBE:
        return f"command-specific completion code ({code:02X}h)"
    return f"reserved completion code ({code:02X}h)"
