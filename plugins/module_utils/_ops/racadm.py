# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking Dell's racadm how a server's remote access controller is: in-band, remotely, or over SSH on the iDRAC.

Remote racadm takes a password in its arguments, where every user of the machine sees it, or asks for it (-i). It is
always made to ask.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from .._core.errors import OptionError
from .._core.racadm.verdict import NOT_STARTED, Ended, Verdict, judge

LOCAL, REMOTE, SSH = TRANSPORTS = ("local", "remote", "ssh")
GETSYSINFO = ("getsysinfo",)

# Where Dell's packages put it, if it is not in the path.
PLACES = (
    "racadm",
    "idracadm7",
    "/opt/dell/srvadmin/sbin/racadm",
    "/opt/dell/srvadmin/bin/idracadm7",
    "/opt/dell/srvadmin/bin/idracadm8",
    "/opt/dell/srvadmin/bin/idracadm",
)
_MAX_TIMEOUT_S = 3600
_MAX_CHARS = 255
# No question that nobody answers, and no process that stays behind for the next connection.
_SSH_OPTIONS = ("-T", "-o", "BatchMode=yes", "-o", "ControlMaster=no", "-o", "ControlPath=none")


@dataclass(frozen=True)
class RacadmRequest:
    """``executable``: racadm, or for SSH the ssh program, by path or name; looked for where it is None."""

    transport: str = LOCAL
    host: str | None = None
    port: int | None = None
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    executable: str | None = None
    validate_certs: bool = True
    timeout_s: float = 60.0


@dataclass(frozen=True)
class Command:
    """What is run. ``username`` and ``password`` are given when the program asks for them, and only then; without them
    it gets no terminal."""

    arguments: tuple[str, ...]
    username: str | None = None
    password: str | None = field(default=None, repr=False)


class Runner(Protocol):
    """Runs programs on this machine."""

    def find(self, names: Sequence[str]) -> str | None:
        """The first of these programs that is there, by path or name; None where none is."""

    def run(self, command: Command, timeout_s: float) -> Ended:
        """Run it to its end or ours, and leave no process behind. Whatever becomes of it is a result."""


@dataclass(frozen=True)
class RacadmResult:
    """``executable``: what was run, None where there is none; ``status``: its exit status, None where it did not end
    by itself."""

    verdict: Verdict
    executable: str | None
    status: int | None
    duration_s: float


def run(request: RacadmRequest, runner: Runner, clock: Callable[[], float]) -> RacadmResult:
    """Ask with getsysinfo. ``clock``: seconds that only grow. Raises OptionError, and nothing for what racadm does."""
    request = checked(request)
    started = clock()
    is_ssh = request.transport == SSH
    names = (request.executable,) if request.executable else ("ssh",) if is_ssh else PLACES
    executable = runner.find(names)
    if executable is None:
        where = "there" if request.executable else "in the path or the usual places"
        ended = Ended(NOT_STARTED, problem=f"no such program is {where}")
    else:
        ended = runner.run(command(request, executable, GETSYSINFO), request.timeout_s)
    shown = executable or request.executable or ("ssh" if is_ssh else "racadm")
    verdict = judge(ended, shown, request.timeout_s, is_ssh)
    return RacadmResult(verdict, executable, ended.status, clock() - started)


def command(request: RacadmRequest, executable: str, subcommand: tuple[str, ...]) -> Command:
    """The command for a subcommand of racadm, of a request that is checked."""
    host, port = request.host or "", request.port
    if request.transport == SSH:
        login = ("-l", request.username) if request.username else ()
        where = ("-p", str(port)) if port else ()
        return Command((executable, *_SSH_OPTIONS, *login, *where, "--", host, "racadm", *subcommand))
    if request.transport == REMOTE:
        address = f"[{host}]" if port and ":" in host else host
        certificate = "-S" if request.validate_certs else "--nocertwarn"
        arguments = (executable, "-r", f"{address}:{port}" if port else address, "-i", certificate, *subcommand)
        return Command(arguments, request.username or "", request.password or "")
    return Command((executable, *subcommand))


def checked(request: RacadmRequest) -> RacadmRequest:
    """The request, if it can be done as written; raises OptionError."""
    given = [name for name in ("host", "port", "username", "password") if getattr(request, name)]
    if request.transport == LOCAL and given:
        raise OptionError(
            f"{given[0]} is given, and transport is local", "Set transport to remote or ssh, or leave it out."
        )
    if request.transport != LOCAL and not request.host:
        raise OptionError(f"host is missing, and transport is {request.transport}", "Give the iDRAC's address.")
    if request.transport == SSH and request.password:
        raise OptionError(
            "password is given, and is not used over SSH",
            "Leave it out, and give the iDRAC the public key of the task's user (racadm sshpkauth), or set transport to"
            " remote.",
        )
    missing = [name for name in ("username", "password") if not getattr(request, name)]
    if request.transport == REMOTE and missing:
        raise OptionError(f"{missing[0]} is missing, and transport is remote", "Give a user of the iDRAC's own.")
    _check_values(request)
    return request


def _check_values(request: RacadmRequest) -> None:
    # What begins with a hyphen would be an option to racadm or ssh.
    for name in ("host", "username"):
        value = getattr(request, name) or ""
        if (
            value.startswith("-")
            or not value.isprintable()
            or len(value) > _MAX_CHARS
            or (name == "host" and " " in value)
        ):
            raise OptionError(f"{name} is no {'address' if name == 'host' else 'name'}: {value[:60]!r}", "Correct it.")
    # It is typed into a terminal, where control characters are commands.
    if not (request.password or "").isprintable() or len(request.password or "") > _MAX_CHARS:
        raise OptionError("password cannot be typed: it has control characters, or is too long", "Set another one.")
    if request.port is not None and not 1 <= request.port <= 65535:
        raise OptionError(f"port: {request.port} is not between 1 and 65535", "Give the port of the iDRAC, or none.")
    if not (math.isfinite(request.timeout_s) and 0 < request.timeout_s <= _MAX_TIMEOUT_S):
        raise OptionError(
            f"timeout_s: {request.timeout_s:g} is not above 0 and at most {_MAX_TIMEOUT_S}",
            "Give seconds in that range.",
        )
