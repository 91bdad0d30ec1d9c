# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine on which a collectd is enforced: its files, its service under systemd, and its values."""

from __future__ import annotations

import glob
import grp
import os
import pwd
import re
import shutil
import stat
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .._core.collectd.options import Version
from .._core.collectd.render import Block
from .._core.errors import CollectdError
from .._ops.collectd import FoundFile, ManagedFile, Service, Trial
from .collectd_socket import ipmi_values
from .collectd_trial import Account, try_out
from .files import replace_file

_COMMAND_DEADLINE_S = 120.0
_VERSION = re.compile(r"^collectd (\d+(?:\.\d+)+)", re.MULTILINE)
_LOG_LINES = 100


@dataclass(frozen=True)
class Paths:
    """Where this system has collectd: program, name of the service, and the socket that is asked for values."""

    program: str
    service: str
    socket: str


class CollectdMachine:
    """An ``_ops.collectd.Machine``; ``others``: hosts that other BMCs' values are told under; every other one is
    collectd's own."""

    def __init__(self, paths: Paths, others: frozenset[str]) -> None:
        self._paths, self._others = paths, others
        self._since = ""
        self._reload_wanted = False
        self._account = _account(self._show("User")["User"])

    def read(self, file: ManagedFile) -> FoundFile:
        try:
            with open(file.path, "rb") as stream:
                status = os.fstat(stream.fileno())
                content = stream.read()
        except FileNotFoundError:
            return FoundFile(None)
        mode = stat.S_IMODE(status.st_mode)
        return FoundFile(content, mode, mode == file.mode and status.st_uid == self._owner(file)[0])

    def _owner(self, file: ManagedFile) -> tuple[int, int]:
        """A secret is the service's own, everything else root's."""
        if self._account and not file.mode & 0o077:
            return self._account.uid, self._account.gid
        return 0, 0

    def write(self, file: ManagedFile) -> None:
        self._reload_wanted = self._reload_wanted or file.path.startswith("/etc/systemd/")
        if file.content is None:
            if os.path.exists(file.path):
                os.unlink(file.path)
            return
        os.makedirs(os.path.dirname(file.path), mode=0o755, exist_ok=True)
        replace_file(file.path, file.content, file.mode, owner=self._owner(file))

    def service(self) -> Service:
        found = self._show("ActiveState", "UnitFileState")
        return Service(found["ActiveState"] == "active", found["UnitFileState"] == "enabled")

    def enable(self) -> None:
        self._systemctl("enable", self._paths.service)

    def restart(self) -> None:
        if self._reload_wanted:
            self._systemctl("daemon-reload")
            self._reload_wanted = False
        self._since = time.strftime("%Y-%m-%d %H:%M:%S")
        self._systemctl("reset-failed", self._paths.service, check=False)
        self._systemctl("restart", self._paths.service)

    def stop(self) -> None:
        self._systemctl("stop", self._paths.service)

    def try_out(self, blocks: Sequence[Block], hosts: frozenset[str | None], timeout_s: float) -> Trial:
        return try_out(self._paths.program, blocks, hosts, timeout_s, self._account)

    def values(self) -> Mapping[str | None, Mapping[str, float]]:
        try:
            found = ipmi_values(self._paths.socket)
        except OSError:
            return {}  # it has only just begun, or has ended
        told: dict[str | None, dict[str, float]] = {}
        for host, values in found.items():
            told.setdefault(host if host in self._others else None, {}).update(values)
        return told

    def log(self) -> Sequence[str]:
        command = ["journalctl", "--unit", self._paths.service, "--output=cat", "--no-pager", f"--lines={_LOG_LINES}"]
        if self._since:
            command += ["--since", self._since]
        done = _run(command)
        return [line.strip() for line in done.stdout.splitlines() if line.strip()]

    def now(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    def open_files(self) -> int | None:
        """How many files the running collectd has open; None where it does not run, or nobody may look."""
        pid = self._show("MainPID")["MainPID"]
        try:
            return len(os.listdir(f"/proc/{pid}/fd")) if pid not in ("", "0") else None
        except OSError:
            return None

    def _show(self, *names: str) -> dict[str, str]:
        """Properties of the unit, empty where it has none."""
        told = self._systemctl("show", f"--property={','.join(names)}", self._paths.service)
        found = dict(line.partition("=")[::2] for line in told.splitlines())
        return {name: found.get(name, "") for name in names}

    def _systemctl(self, *arguments: str, check: bool = True) -> str:
        done = _run(["systemctl", *arguments])
        if check and done.returncode:
            said = " ".join((done.stderr or done.stdout).split())[-400:].rstrip(".")
            raise CollectdError(
                f"systemctl {' '.join(arguments)} failed: {said}",
                f"See journalctl --unit {self._paths.service}.",
            )
        return done.stdout


def _run(command: list[str]) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command, capture_output=True, text=True, errors="replace", timeout=_COMMAND_DEADLINE_S, check=False
        )
    except FileNotFoundError as error:
        raise CollectdError(f"{command[0]} is not there", "This needs a system that systemd runs.") from error
    except subprocess.TimeoutExpired as error:
        raise CollectdError(
            f"{' '.join(command[:3])} did not end within {_COMMAND_DEADLINE_S:g} s", "See the service's log."
        ) from error


def _account(user: str) -> Account | None:
    if user in ("", "root"):
        return None
    try:
        found = pwd.getpwnam(user)
    except KeyError as error:
        raise CollectdError(
            f"the service's user {user} is not there", "Make it, or mend the service's unit."
        ) from error
    groups = tuple(group.gr_gid for group in grp.getgrall() if user in group.gr_mem)
    return Account(found.pw_uid, found.pw_gid, groups)


def installed_version(program: str) -> Version | None:
    """The version of a collectd; None where there is none."""
    if not shutil.which(program):
        return None
    found = _VERSION.search(_run([program, "-h"]).stdout)
    if not found:
        raise CollectdError(f"{program} -h tells no version", "Is that collectd?")
    return tuple(map(int, found[1].split(".")))


def other_texts(main_file: str, own: str) -> dict[str, str]:
    """The configuration but for our own file: path -> text, of the main file and the *.conf beside ours."""
    paths = [main_file, *sorted(glob.glob(os.path.join(os.path.dirname(own), "*.conf")))]
    found = {}
    for path in dict.fromkeys(paths):
        if path != own and os.path.isfile(path):
            with open(path, encoding="utf-8", errors="replace") as stream:
                found[path] = stream.read()
    return found
