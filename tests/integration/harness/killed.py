# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ipmi_sel in processes that are killed. As a program: for each line of JSON a child, forked when all is imported."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

CALLS = ("mkdir", "open", "write", "fsync", "ftruncate", "replace")
HALF = "half"


class Children:
    """Starts children, one after the other; a context manager."""

    def __enter__(self) -> Children:
        command = [sys.executable, __file__]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_error: object) -> None:
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait(30)

    def run(
        self, params: dict[str, Any], at: tuple[int, str] | None = None, born: Callable[[int], object] = lambda _pid: 0
    ) -> tuple[bool, list[str]]:
        """Whether a child that runs ipmi_sel was killed, and the calls of the file system that it began.

        ``at``: it kills itself at the call of this number, ``before``, ``after`` or, of a write, ``half`` of it.
        ``born`` is told its process id before it does anything.
        """
        self._say({"params": params, "at": at})
        born(int(self._hear()))
        self._say("go")
        calls = []
        while not (heard := self._hear()).startswith("end "):
            calls.append(heard)
        status = os.waitstatus_to_exitcode(int(heard[4:]))
        assert status in (0, -signal.SIGKILL), (status, calls)
        return status != 0, calls

    def _say(self, what: object) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(what) + "\n")
        self._process.stdin.flush()

    def _hear(self) -> str:
        assert self._process.stdout
        heard = self._process.stdout.readline()
        assert heard, "the children's parent has ended"
        return heard.strip()


def _tell(text: str) -> None:
    os.write(1, f"{text}\n".encode())


def _deadly(name: str, number: int, moment: str, calls: list[str]) -> Callable[..., Any]:
    """A function of ``os`` that tells of its calls, and kills the process at one of them."""
    function = getattr(os, name)

    def call(*arguments: Any, **options: Any) -> Any:
        calls.append(name)
        _tell(name)
        last = len(calls) - 1 == number
        if last and moment == HALF and name == "write":
            function(arguments[0], arguments[1][: len(arguments[1]) // 2])
        if last and moment != "after":
            os.kill(os.getpid(), signal.SIGKILL)
        result = function(*arguments, **options)
        if last:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    return call


def _child(job: dict[str, Any]) -> None:
    from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible import files, sel_change, sel_files

    number, moment = job["at"] or (-1, "")
    calls: list[str] = []
    deadly = {name: _deadly(name, number, moment, calls) for name in CALLS}
    for module in (files, sel_files):  # the modules that touch the archive's files
        vars(module)["os"] = SimpleNamespace(**{**vars(os), **deadly})
    sel_change.change_here(job["params"], "host", False, False)


def _main() -> None:
    sys.path[:0] = os.environ["ANSIBLE_COLLECTIONS_PATH"].split(os.pathsep)
    import ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.sel_change  # noqa: F401

    while line := sys.stdin.readline():
        child = os.fork()
        if not child:
            assert json.loads(os.read(0, 100)) == "go"
            _child(json.loads(line))
            os._exit(0)
        _tell(str(child))
        _tell(f"end {os.waitpid(child, 0)[1]}")


if __name__ == "__main__":
    sys.path.remove(str(Path(__file__).parent))
    _main()
