# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""wevtutil, as far as ``qe`` (query-events) of a channel as XML goes."""

from __future__ import annotations

import re
from datetime import datetime

from .events import EventLog
from .payload import Outcome
from .understanding import Misunderstood
from .xpath import compile_query

_SHORT = {"query": "q", "format": "f", "element": "e", "reversedirection": "rd", "count": "c"}
NO_SUCH_CHANNEL = 15007


def arguments_of(command_line: str) -> list[str]:
    """The arguments as the C runtime of Windows takes a command line apart (CommandLineToArgvW)."""
    found, argument, quoted, position = [], "", False, 0
    started = False
    while position < len(command_line):
        backslashes = len(command_line) - position - len(command_line[position:].lstrip("\\"))
        position += backslashes
        following = command_line[position : position + 1]
        if following == '"':
            argument += "\\" * (backslashes // 2)
            started = True
            if backslashes % 2:
                argument += '"'
            else:
                quoted = not quoted
            position += 1
            continue
        argument += "\\" * backslashes
        started = started or bool(backslashes)
        if following and (quoted or not following.isspace()):
            argument += following
            started = True
        elif following and started:
            found.append(argument)
            argument, started = "", False
        position += 1
    return [*found, argument] if started else found


def is_wevtutil(program: str) -> bool:
    return re.fullmatch(r"(.*[\\/])?wevtutil(\.exe)?", program, re.IGNORECASE) is not None


def wevtutil(arguments: list[str], log: EventLog, now: datetime) -> Outcome:
    """What ``wevtutil.exe`` with these arguments puts out; Misunderstood."""
    if len(arguments) < 2 or arguments[0].lower() not in ("qe", "query-events"):
        raise Misunderstood(f"wevtutil {' '.join(arguments)}")
    channel, options = arguments[1], _options(arguments[2:])
    if options.get("f", "XML").upper() != "XML":
        raise Misunderstood(f"wevtutil's format {options['f']}")
    events = log.of(channel)
    if not events and channel.casefold() not in ("system", "application", "security", "setup"):
        return Outcome(NO_SUCH_CHANNEL, "", "Failed to read events. The specified channel could not be found.\r\n")
    test = compile_query(options.get("q", "*"))
    found = [event for event in events if test(event, now)]
    if _flag(options.get("rd", "false")):
        found.reverse()
    lines = [log.as_xml(event) for event in found[: _count(options.get("c"))]]
    root = options.get("e")
    return Outcome(0, "".join(f"{line}\r\n" for line in ([f"<{root}>", *lines, f"</{root}>"] if root else lines)))


def _options(arguments: list[str]) -> dict[str, str]:
    options = {}
    for argument in arguments:
        name, colon, value = argument.removeprefix("/").partition(":")
        name = _SHORT.get(name.lower(), name.lower())
        if not argument.startswith("/") or not colon or name not in _SHORT.values():
            raise Misunderstood(f"wevtutil's argument {argument}")
        options[name] = value
    return options


def _flag(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise Misunderstood(f"wevtutil's /rd:{text}")
    return text.lower() == "true"


def _count(text: str | None) -> int | None:
    if text is None:
        return None
    if not text.isdigit() or text == "0":
        raise Misunderstood(f"wevtutil's /c:{text}")
    return int(text)
