# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change and ask simulated BMCs from another process.

A request is one line, a JSON list of words: the BMC's name, a command, its arguments (`key=value`, the value in YAML).
The answer is one line, too: `{"ok": true, "result": ...}` or `{"ok": false, "error": "..."}`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import stat
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from .handle import RunningBmc
from .reader import ModelError

_LINE = 1 << 20


class ControlError(Exception):
    """A request that is wrong, or a control channel that cannot be had."""


def _values(words: list[str]) -> dict[str, Any]:
    result = {}
    for word in words:
        key, mark, text = word.partition("=")
        if not mark:
            raise ControlError(f"{word!r} is no key=value")
        try:
            result[key] = yaml.safe_load(text)
        except yaml.YAMLError as error:
            raise ControlError(f"{word!r}: not valid YAML") from error
    return result


def _set(bmc: RunningBmc, words: list[str]) -> None:
    bmc.set_sensor(_first(words, "sensor"), **_values(words[1:]))


def _faults(bmc: RunningBmc, words: list[str]) -> None:
    if words == ["clear"]:
        bmc.faults.clear()
    else:
        bmc.faults.change(**_values(words))


def _event(bmc: RunningBmc, words: list[str]) -> int | None:
    """The first word is the sensor, unless it is a key=value."""
    named = {"sensor": words[0]} if words and "=" not in words[0] else {}
    return bmc.event(**named, **_values(words[len(named) :]))


def _requests(bmc: RunningBmc, words: list[str]) -> Any:
    if words == ["clear"]:
        return bmc.requests.clear()
    return {f"{netfn:02x} {cmd:02x}": count for (netfn, cmd), count in sorted(bmc.requests.counts.items())}


def _ledger(bmc: RunningBmc, words: list[str]) -> Any:
    return bmc.ledger().lines


def _satellite(bmc: RunningBmc, words: list[str]) -> None:
    bmc.power_satellite(**_values(words))


def _first(words: list[str], what: str) -> str:
    if not words:
        raise ControlError(f"the {what} is missing")
    return words[0]


COMMANDS: dict[str, Callable[[RunningBmc, list[str]], Any]] = {
    "set": _set,
    "faults": _faults,
    "event": _event,
    "reboot": lambda bmc, words: bmc.reboot(**_values(words)),
    "reset": lambda bmc, words: bmc.reset(),
    "clock": lambda bmc, words: bmc.set_clock(**_values(words)),
    "clear": lambda bmc, words: bmc.clear_sel(**_values(words)),
    "sdr": lambda bmc, words: bmc.change_sdr(**_values(words)),
    "sel": lambda bmc, words: [entry.hex() for entry in bmc.sel_records()],
    "ledger": _ledger,
    "requests": _requests,
    "satellite": _satellite,
}


def perform(fleet: Mapping[str, RunningBmc], words: Any) -> Any:
    """Carry out one request; ControlError or ModelError when it is wrong."""
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise ControlError("a request is a list of strings")
    if words == ["list"]:
        return {name: [bmc.address, bmc.port] for name, bmc in fleet.items()}
    if len(words) < 2 or words[1] not in COMMANDS:
        raise ControlError(f"a request is list, or a BMC's name and one of {', '.join(COMMANDS)}")
    if words[0] not in fleet:
        raise ControlError(f"no BMC {words[0]!r} (there are {', '.join(fleet)})")
    try:
        return COMMANDS[words[1]](fleet[words[0]], words[2:])
    except (TypeError, KeyError, ValueError) as error:
        raise ControlError(f"{words[1]}: {error.args[0] if error.args else error}") from error


def answer(fleet: Mapping[str, RunningBmc], line: bytes) -> bytes:
    """Return the answer to one line."""
    try:
        reply: dict[str, Any] = {"ok": True, "result": perform(fleet, json.loads(line))}
    except (ControlError, ModelError, ValueError) as error:
        reply = {"ok": False, "error": str(error)}
    return json.dumps(reply).encode() + b"\n"


@contextlib.asynccontextmanager
async def control_channel(path: str | Path, fleet: Mapping[str, RunningBmc]) -> AsyncIterator[None]:
    """Answer on a UNIX socket that only its owner can use; ControlError when it cannot be made."""
    path = Path(path)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, ValueError):
            while line := await reader.readline():
                writer.write(answer(fleet, line))
                await writer.drain()
        writer.close()

    before = os.umask(0o177)
    try:
        if path.exists() and stat.S_ISSOCK(path.stat().st_mode):
            path.unlink()
        server = await asyncio.start_unix_server(talk, str(path), limit=_LINE)
    except OSError as error:
        raise ControlError(f"--control {path}: {error.strerror or error}") from error
    finally:
        os.umask(before)
    try:
        yield
    finally:
        server.close()
        with contextlib.suppress(OSError):
            path.unlink()


def request(path: str | Path, words: list[str], timeout_s: float = 30.0) -> Any:
    """Send one request to a running simulator and return its result; ControlError when it says no."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(timeout_s)
        try:
            connection.connect(str(path))
            connection.sendall(json.dumps(words).encode() + b"\n")
            with connection.makefile("rb") as stream:
                line = stream.readline()
        except OSError as error:
            raise ControlError(f"{path}: {error.strerror or error}") from error
    if not line:
        raise ControlError(f"{path}: the simulator ended the conversation")
    reply = json.loads(line)
    if not reply["ok"]:
        raise ControlError(reply["error"])
    return reply["result"]
