# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for racadm, and for the ssh program that runs racadm on an iDRAC.

    racadm = Racadm(folder)                               # racadm.path, or racadm.ssh, is what to run
    racadm.answer("getsysinfo", text)                     # what it prints; bytes, too
    racadm.answer("get iDRAC.ServiceModule", "...", status=1, stderr="...")
    racadm.answer("set idrac.OS-BMC.AdminState 1", "Object value modified successfully",
                  then={"get idrac.OS-BMC.AdminState": "AdminState=Enabled"})
    racadm.calls                                          # what was asked, with arguments and environment

A call is answered by the answer for its words, else for its first words; what has no answer is an invalid subcommand.
An answer can hang, flood, and leave children that ignore signals, in its own session or in one of their own. With -r it
warns of its certificate as the real one does, and with -i it asks, at the terminal or at its standard input.

Everything lies in the folder: answers/ (a file of JSON for each), calls.jsonl, processes (their ids). The file is its
own program and needs nothing but Python, so that it can be copied to where a role runs.
"""

from __future__ import annotations

import base64
import getpass
import json
import os
import re
import shlex
import signal
import sys
import time
from pathlib import Path
from typing import Any

ALERT = "Security Alert: Certificate is invalid - self signed certificate\n"
GOES_ON = "Continuing execution. Use -S option for racadm to stop execution on certificate-related errors.\n"
INVALID = "ERROR: Invalid subcommand specified.\n"
REFUSED = "ERROR: Login failed - invalid username or password\n"
_LONG_S = 600
# Options of ssh, and of racadm, that take a value.
_WITH_VALUE = {"ssh": ("-o", "-l", "-p", "-i"), "racadm": ("-r", "-u", "-p")}


class Racadm:
    """The stand-in in a folder of its own. ``settings``: ``users``, name -> password of those that may log in remotely;
    ``asks``, where it asks for the password, "tty" or "stdin"; ``asks_again``, how often after a refusal; ``trusted``,
    whether its certificate is."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self._folder = folder
        (folder / "answers").mkdir(parents=True)
        default = {"users": {}, "asks": "tty", "asks_again": 0, "trusted": False}
        (folder / "settings.json").write_text(json.dumps({**default, **settings}))
        self.path, self.ssh = (self._install(name) for name in ("racadm", "ssh"))

    def answer(self, subcommand: str, output: str | bytes = "", **behaviour: Any) -> None:
        """``behaviour``: ``status``, ``stderr``, ``hang``, ``flood``, ``delay_s`` before it prints, ``children`` (how
        many stay), ``strays`` (how many in a session of their own), ``then`` (subcommand -> its output after this)."""
        _write_answer(self._folder, subcommand, output, **behaviour)

    @property
    def calls(self) -> list[dict[str, Any]]:
        """Of each call ``program``, ``arguments``, ``subcommand``, ``cmdline`` (as others see it), ``environment``."""
        log = self._folder / "calls.jsonl"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    @property
    def processes(self) -> list[int]:
        """Process ids of all that ran, with the children that were left."""
        return [int(pid) for pid in (self._folder / "processes").read_text().split()]

    def _install(self, name: str) -> Path:
        path = self._folder / "bin" / name
        path.parent.mkdir(exist_ok=True)
        command = shlex.join([sys.executable, "-I", "-S", __file__, str(self._folder), name])
        path.write_text(f'#!/bin/sh\nexec {command} "$@"\n')
        path.chmod(0o755)
        return path


def is_alive(pid: int) -> bool:
    """Whether a process is there, and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def _write_answer(folder: Path, subcommand: str, output: str | bytes, **behaviour: Any) -> None:
    raw = output.encode() if isinstance(output, str) else output
    told = {"output": base64.b64encode(raw).decode(), **behaviour}
    (folder / "answers" / _file(subcommand.split())).write_text(json.dumps(told))


def _file(words: list[str]) -> str:
    return re.sub(r"[^\w.# -]", "_", " ".join(words)).lower() + ".json"


def _note(folder: Path, pid: int) -> None:
    with (folder / "processes").open("a") as stream:
        stream.write(f"{pid}\n")


def _split(program: str, arguments: list[str]) -> tuple[dict[str, str | None], list[str]]:
    """Options and the rest."""
    options: dict[str, str | None] = {}
    rest = list(arguments)
    while rest and rest[0].startswith("-") and rest[0] != "--":
        option = rest.pop(0)
        options[option] = rest.pop(0) if option in _WITH_VALUE[program] else None
    return options, rest


def _answer_for(folder: Path, words: list[str]) -> dict[str, Any]:
    for count in range(len(words), 0, -1):
        path = folder / "answers" / _file(words[:count])
        if path.exists():
            return json.loads(path.read_text())
    return {"output": base64.b64encode(INVALID.encode()).decode(), "status": 1}


def _log_in(settings: dict[str, Any]) -> bool:
    """Ask, as -i does; whether the user may."""
    for _try in range(1 + settings["asks_again"]):
        print("UserName: ", end="", flush=True)
        user = sys.stdin.readline().rstrip("\n")
        if settings["asks"] == "tty":
            password = getpass.getpass("Password: ")
        else:
            print("Password: ", end="", flush=True)
            password = sys.stdin.readline().rstrip("\n")
        print(flush=True)
        if settings["users"].get(user) == password:
            return True
    return False


def _remotely(folder: Path, options: dict[str, str | None]) -> int | None:
    """The exit status where it ends before the subcommand."""
    settings = json.loads((folder / "settings.json").read_text())
    if "--nocertwarn" not in options and not settings["trusted"]:
        print(ALERT, end="", flush=True)
        if "-S" in options:
            return 1
        print(GOES_ON, end="", flush=True)
    if _log_in(settings) if "-i" in options else settings["users"].get(options.get("-u")) == options.get("-p"):
        return None
    print(REFUSED, end="", flush=True)
    return 1


def _leave_child(folder: Path, is_stray: bool) -> None:
    """A child that ignores what is asked of it, and keeps the output open."""
    pid = os.fork()
    if pid:
        _note(folder, pid)
        return
    if is_stray:
        os.setsid()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    time.sleep(_LONG_S)
    os._exit(0)


def _behave(folder: Path, told: dict[str, Any]) -> int:
    for number in range(told.get("children", 0) + told.get("strays", 0)):
        _leave_child(folder, number >= told.get("children", 0))
    time.sleep(told.get("delay_s", 0))
    output = base64.b64decode(told["output"])
    sys.stdout.buffer.write(output)
    sys.stdout.flush()
    sys.stderr.write(told.get("stderr", ""))
    sys.stderr.flush()
    while told.get("flood"):
        sys.stdout.buffer.write(output or b"flood = flood\n")
    if told.get("hang"):
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        time.sleep(_LONG_S)
    for subcommand, text in told.get("then", {}).items():
        _write_answer(folder, subcommand, text)
    return told.get("status", 0)


def _main(folder: Path, program: str, arguments: list[str]) -> int:
    _note(folder, os.getpid())
    options, words = _split(program, arguments)
    if program == "ssh":
        words = words[words.index("--") + 1 :] if "--" in words else words
        words = words[2:] if words[1:2] == ["racadm"] else words[1:]
    call = {
        "program": program,
        "arguments": arguments,
        "subcommand": words,
        "cmdline": Path("/proc/self/cmdline").read_bytes().decode(errors="replace").split("\0"),
        "environment": dict(os.environ),
    }
    with (folder / "calls.jsonl").open("a") as log:
        log.write(json.dumps(call) + "\n")
    status = _remotely(folder, options) if "-r" in options else None
    return status if status is not None else _behave(folder, _answer_for(folder, words))


if __name__ == "__main__":
    sys.exit(_main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:]))
