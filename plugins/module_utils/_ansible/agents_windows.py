# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Windows host of a vendor's agent, through win_service_info and win_command of ansible.windows."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from typing import Any

from .._core.agents.checks import ACTIVE, Service
from .._core.errors import AgentError
from .._core.racadm.verdict import EXITED, NOT_STARTED, Ended
from .windows import RunWindows

# What Windows calls an error to find a program, or to be let to it.
_NO_PROGRAM = (2, 3, 5)
_MAX_CHARS = 1 << 20


class WindowsAgentHost:
    """A Host of ``_ops.agents_verify``. ``run`` runs a module of ansible.windows and returns its result; there is no
    bound on the time of a command but the task's own."""

    def __init__(self, run: RunWindows, racadm: str | None) -> None:
        self._run, self._racadm = run, racadm or "racadm"

    def services(self, names: Sequence[str]) -> dict[str, Service]:
        return {name: self._service(name) for name in names}

    def daemons(self, names: Sequence[str]) -> dict[str, tuple[int, ...]]:
        if not names:
            return {}
        told = self._run("win_command", {"argv": ["tasklist.exe", "/FO", "CSV", "/NH"]})
        if told.get("failed") or told.get("rc", 0) != 0:
            raise _failed("tasklist", told)
        running: dict[str, list[int]] = {}
        for fields in csv.reader(str(told.get("stdout") or "")[:_MAX_CHARS].splitlines()):
            if len(fields) > 1 and fields[1].isascii() and fields[1].isdigit():
                running.setdefault(fields[0].lower(), []).append(int(fields[1]))
        return {name: tuple(sorted(running.get(name.lower(), ()))) for name in names}

    def racadm(self, words: Sequence[str]) -> Ended:
        told = self._run("win_command", {"argv": [self._racadm, *words]})
        status = told.get("rc")
        printed = f"{told.get('stdout') or ''}\n{told.get('stderr') or ''}".strip()
        if not isinstance(status, int) or (status in _NO_PROGRAM and told.get("failed") and not printed):
            problem = " ".join(str(told.get("msg") or "it cannot be started").split())[:300].rstrip(".")
            return Ended(NOT_STARTED, problem=problem)
        return Ended(EXITED, printed[:_MAX_CHARS].encode("utf-8", "replace"), status)

    def log(self, service: str) -> str:
        return f"the events of {service} in the System log"

    def _service(self, name: str) -> Service:
        told = self._run("win_service_info", {"name": name})
        if told.get("failed"):
            raise _failed("win_service_info", told)
        found = [service for service in told.get("services") or [] if isinstance(service, Mapping)]
        if not found:
            return Service(is_there=False)
        state, pid = str(found[0].get("state") or ""), found[0].get("process_id")
        return Service(True, ACTIVE if state == "started" else state, pid if isinstance(pid, int) else 0)


def _failed(what: str, told: Mapping[str, Any]) -> AgentError:
    said = " ".join(str(told.get("msg") or told.get("stderr") or "it failed without a word").split())[:300]
    return AgentError(f"{what} says: {said.rstrip('.')}", "Run it as an administrator of the host.")
