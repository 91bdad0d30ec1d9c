# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-in host as tests use it: the package's docstring has an example."""

from __future__ import annotations

import json
import math
import re
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from . import modules
from .doors import ssh_door
from .events import EventLog
from .facts import facts_of, times
from .options import ModuleFailed
from .payload import Outcome, Request, read
from .reboot import run_script
from .registry import MemoryRegistry, Registry
from .understanding import Misunderstood
from .winrm import PASSWORD, USER, winrm_door


@dataclass(frozen=True)
class Canned:
    """An answer of :meth:`WindowsHost.answer`."""

    module: str
    pattern: str
    stdout: str
    stderr: str
    rc: int
    output: tuple[Any, ...]


@dataclass
class _Fault:
    """``at``: the call that fails, counted from when the fault was asked for; None: every call."""

    module: str
    message: str
    at: int | None
    seen: int = 0

    def strikes(self, module: str) -> bool:
        """Whether this call of a module fails; it is counted."""
        if module != self.module:
            return False
        self.seen += 1
        return self.at is None or self.seen == self.at


class WindowsHost:
    """A host for the length of a ``with`` block; AssertionError at its end if it was sent what it does not understand.

    ``name``: what it calls itself. ``registry``: where its registry is, by default in memory. ``clock``: its time.
    """

    def __init__(
        self,
        name: str = "windows",
        *,
        registry: Registry | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.name = name
        self.registry: Registry = MemoryRegistry() if registry is None else registry
        self.clock = clock
        self.events = EventLog(name, clock)
        # By name, as win_service_info tells them; add_service makes them.
        self.services: dict[str, dict[str, Any]] = {}
        self.facts: dict[str, Any] = facts_of(name)
        self.calls: list[Request] = []
        self.misunderstood: list[str] = []
        self.booted = clock() - timedelta(days=10)
        self.reboots = 0
        self._canned: list[Canned] = []
        self._faults: list[_Fault] = []
        self._changes: list[tuple[str, Callable[[str], str]]] = []
        self._delays: dict[str, float] = {}
        self._at_reboot: list[Callable[[], None]] = []
        self._attempts = 0
        # The attempts that do not reach the host: the first, and how many.
        self._gone: tuple[int, float] | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> WindowsHost:
        with ExitStack() as stack:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="windows-"))
            self._ssh = stack.enter_context(ssh_door(self, Path(folder)))
            self._winrm_port = stack.enter_context(winrm_door(self))
            self._running = stack.pop_all()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_exception: object) -> None:
        self._running.close()
        if kind is None and self.misunderstood:
            raise AssertionError(
                "the stand-in for Windows was sent what it does not know: " + "; ".join(self.misunderstood)
            )

    def variables(self, connection: str) -> dict[str, Any]:
        """The variables of an Ansible host that is this one. ``connection``: "ssh" or "winrm"."""
        common = {"ansible_host": "127.0.0.1", "ansible_connection": connection, "ansible_shell_type": "powershell"}
        if connection == "ssh":
            return {**common, "ansible_ssh_executable": str(self._ssh), "ansible_user": USER}
        if connection == "winrm":
            return {
                **common,
                "ansible_port": self._winrm_port,
                "ansible_user": USER,
                "ansible_password": PASSWORD,
                "ansible_winrm_scheme": "http",
                "ansible_winrm_transport": "basic",
            }
        raise ValueError(f"{connection!r} is neither ssh nor winrm")

    def add_service(
        self, name: str, display_name: str = "", *, state: str = "started", start_mode: str = "auto"
    ) -> None:
        """A service for win_service_info."""
        self.services[name] = {
            "name": name,
            "display_name": display_name or name,
            "state": state,
            "start_mode": start_mode,
        }

    def calls_of(self, module: str) -> list[Request]:
        """The calls of one module ("win_regedit"), in order."""
        return [call for call in self.calls if call.module == module]

    def answer(
        self,
        module: str,
        pattern: str,
        stdout: str = "",
        *,
        stderr: str = "",
        rc: int = 0,
        output: Sequence[Any] = (),
    ) -> None:
        """Answer commands in which the regular expression is found; a later answer goes before an earlier one.

        ``module``: win_command, win_package (by its path), win_shell, win_powershell or raw. ``output``: what a script
        of win_powershell puts out. It goes before the stand-in's own answers, those of wevtutil among them.
        """
        self._canned.insert(0, Canned(module, pattern, stdout, stderr, rc, tuple(output)))

    def fail(self, module: str, message: str, *, at: int | None = None) -> None:
        """Let the module fail: its ``at``-th call from now on, or every call."""
        self._faults.append(_Fault(module, message, at))

    def go_away(self, *, at: int = 1, calls: int | None = None) -> None:
        """Be unreachable from the ``at``-th call from now on (of any module), for so many calls or for good."""
        self._gone = (self._attempts + at, math.inf if calls is None else calls)

    def damage(self, pattern: str, change: Callable[[str], str]) -> None:
        """Change what commands of win_command put out in which the regular expression is found."""
        self._changes.append((pattern, change))

    def delay(self, module: str, seconds: float) -> None:
        """Let every call of the module take that long."""
        self._delays[module] = seconds

    def on_reboot(self, action: Callable[[], None]) -> None:
        """Have ``action`` called at each reboot, after the host's boot time has changed."""
        self._at_reboot.append(action)

    def reboot(self) -> None:
        """Restart."""
        self.reboots += 1
        self.booted = max(self.clock(), self.booted + timedelta(seconds=1))
        for action in self._at_reboot:
            action()

    # What the doors and modules ask for.

    def knock(self) -> bool:
        """As :meth:`.doors.Inside.knock` says."""
        with self._lock:
            if self._is_away(self._attempts + 1):
                self._attempts += 1
                return False
            return True

    def _is_away(self, attempt: int) -> bool:
        return self._gone is not None and 0 <= attempt - self._gone[0] < self._gone[1]

    def run(self, command: str, stdin: bytes) -> Outcome | None:
        """How a command line ended; None where it did not reach the host."""
        with self._lock:
            self._attempts += 1
            if self._is_away(self._attempts):
                return None
            try:
                request = read(command, stdin)
                self.calls.append(request)
                outcome = (
                    run_script(self, request.arguments["script"]) if request.module == "raw" else self._module(request)
                )
            except Misunderstood as why:
                self.misunderstood.append(str(why))
                return Outcome(1, "", f"the stand-in for Windows does not know {why}\r\n")
        time.sleep(self._delays.get(request.module, 0))
        return outcome

    def _module(self, request: Request) -> Outcome:
        # Every fault counts its own calls.
        struck = [fault for fault in self._faults if fault.strikes(request.module)]
        try:
            if struck:
                raise ModuleFailed(struck[0].message)
            result = modules.run(self, request)
        except ModuleFailed as why:
            result = {"changed": False, **why.result, "failed": True, "msg": str(why)}
            return Outcome(1, json.dumps(result) + "\r\n")
        return Outcome(0, json.dumps(result) + "\r\n")

    def canned(self, module: str, command: str) -> Canned | None:
        """The answer that a test has given for a command."""
        fitting = (canned for canned in self._canned if canned.module == module and re.search(canned.pattern, command))
        return next(fitting, None)

    def canned_outcome(self, module: str, command: str) -> Outcome | None:
        canned = self.canned(module, command)
        return Outcome(canned.rc, canned.stdout, canned.stderr) if canned else None

    def damaged(self, command: str, stdout: str) -> str:
        for pattern, change in self._changes:
            if re.search(pattern, command):
                stdout = change(stdout)
        return stdout

    def all_facts(self) -> dict[str, Any]:
        """Those that change with time, and over them what the test says."""
        return {**times(self.clock(), self.booted), **self.facts}
