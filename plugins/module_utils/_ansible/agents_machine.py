# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Linux host of a vendor's agent: its units under systemd, its processes, and racadm."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence

from .._core.agents.checks import Service
from .._core.errors import AgentError
from .._core.racadm.verdict import NOT_STARTED, Ended
from .._ops.racadm import PLACES, Command, Runner

_COMMAND_DEADLINE_S = 60.0
_PROPERTIES = ("LoadState", "ActiveState", "SubState", "MainPID", "NRestarts")
# The kernel keeps so much of a program's name.
_COMM_CHARS = 15
_STAT_BYTES = 4096


class AgentMachine:
    """A Host of ``_ops.agents_verify``. ``racadm``: path or name, looked for where it is None; ``proc``: for tests."""

    def __init__(self, runner: Runner, racadm: str | None, racadm_timeout_s: float, proc: str = "/proc") -> None:
        self._runner, self._racadm, self._timeout_s, self._proc = runner, racadm, racadm_timeout_s, proc

    def services(self, names: Sequence[str]) -> dict[str, Service]:
        return {name: self._service(name) for name in names}

    def daemons(self, names: Sequence[str]) -> dict[str, tuple[int, ...]]:
        found = list(_processes(self._proc))
        return {name: _roots([one for one in found if one[2] == name[:_COMM_CHARS]]) for name in names}

    def racadm(self, words: Sequence[str]) -> Ended:
        program = self._runner.find((self._racadm,) if self._racadm else PLACES)
        if program is None:
            where = f"{self._racadm} is" if self._racadm else "racadm is"
            return Ended(NOT_STARTED, problem=f"{where} not there, or no program")
        return self._runner.run(Command((program, *words)), self._timeout_s)

    def log(self, service: str) -> str:
        return f"journalctl --unit {service}"

    def _service(self, name: str) -> Service:
        told = _properties(_systemctl("show", f"--property={','.join(_PROPERTIES)}", "--", name))
        state = told.get("ActiveState", "")
        # A unit of an init script is active for ever: its second word is more telling.
        shown = state if state == "active" else " ".join(filter(None, (state, told.get("SubState"))))
        pid, restarts = (_number(told.get(key)) for key in ("MainPID", "NRestarts"))
        return Service(told.get("LoadState") not in ("not-found", None), shown, pid, restarts)


def _properties(text: str) -> Mapping[str, str]:
    return dict(line.partition("=")[::2] for line in text.splitlines())


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() else 0


def _processes(proc: str) -> Iterator[tuple[int, int, str]]:
    """Process id, parent and name of everything that runs; what ends meanwhile is left out."""
    for entry in os.listdir(proc):
        if not entry.isdigit():
            continue
        try:
            with open(os.path.join(proc, entry, "stat"), "rb") as stream:
                line = stream.read(_STAT_BYTES).decode("utf-8", "replace")
        except OSError:
            continue
        # The name stands in brackets, and may hold brackets itself.
        name, rest = line[line.find("(") + 1 : line.rfind(")")], line[line.rfind(")") + 1 :].split()
        if len(rest) > 1 and rest[0] not in ("Z", "X"):
            yield int(entry), int(rest[1]), name


def _roots(found: Sequence[tuple[int, int, str]]) -> tuple[int, ...]:
    """Those that are no child of another one: a daemon may fork, and is one all the same."""
    pids = {pid for pid, _parent, _name in found}
    return tuple(sorted(pid for pid, parent, _name in found if parent not in pids))


def _systemctl(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["systemctl", *arguments],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_COMMAND_DEADLINE_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise AgentError(
            f"systemctl cannot be asked: {error}", "This needs a system that systemd runs, and one that answers."
        ) from error
    if done.returncode:
        said = " ".join(done.stderr.split())[-300:].rstrip(".")
        raise AgentError(f"systemctl {arguments[0]} failed: {said}", "Run it by hand on the host.")
    return done.stdout
