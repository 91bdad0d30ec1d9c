# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on a controller: how racadm ended and what it printed, as one of seven words.

Exit codes of racadm are documented nowhere, so that the text decides. An exit status of 0 makes nothing ``ok``; another
one keeps it from being so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from . import messages
from .generation import generation
from .messages import TABLE, Known
from .output import Output, is_error, parse

OK = "ok"
DEGRADED = "degraded"
BROKEN_TOOL = "broken_tool"
UNREACHABLE = "unreachable"
TIMEOUT = "timeout"
UNPARSABLE = "unparsable"

# How a program ended: by itself; by us at the time-out, for too much output, or since it asked again; or never began.
EXITED = "exited"
TIMED_OUT = "timed_out"
FLOODED = "flooded"
ASKED_AGAIN = "asked_again"
NOT_STARTED = "not_started"

SERVICE_MODULE_SILENT = "service_module_silent"

_MAX_SHOWN = 200
_SSH_FAILED = 255
_SHELL_FAILED = (126, 127)
# What stands for a value that is not there.
_NOTHING = frozenset(
    {"", "/", "-", "na", "n/a", "none", "null", "(null)", "unknown", "not available", "not applicable"}
)
# The fields that a controller which is well always fills, and the section that has them. Other sections may have the
# same keys; they are asked only where that one is called otherwise.
_FIRMWARE, _MODEL, _TAG = _VITAL = ("Firmware Version", "System Model", "Service Tag")
_SECTIONS = {_FIRMWARE: "rac information"}
_SYSTEM = "system information"
_STUCK = (
    "The controller may be stuck, as after a firmware update that did not end: ask it by IPMI, then restart it (racadm"
    " racreset), and where that is refused take the server's power away for a minute. A missing service tag alone comes"
    " from a system board that was replaced: have it programmed."
)
_HANGS = (
    "Ask the controller by IPMI: one that hangs makes racadm hang. Restart it, or raise timeout_s for one that is slow."
)
_LOOK = "Run the same command by hand on the task's host and look at what it prints."
_AGENT = (
    "Host name and OS name are empty: install or start the iDRAC Service Module (dcism), if the operating system shall"
    " talk to the iDRAC."
)


@dataclass(frozen=True)
class Ended:
    """A program's end: ``how``, its output (of both streams), its exit status (below 0 by a signal, None where it did
    not end by itself), why it could not be started, and whether it outlived its killing."""

    how: str
    output: bytes = b""
    status: int | None = None
    problem: str = ""
    is_left: bool = False


@dataclass(frozen=True)
class Verdict:
    """``next_step`` is empty where there is nothing to do; ``hints``: names of what is worth a look though it is well;
    ``generation``: iDRAC9 and its like, None where it is not told; ``missing``: fields without a value of those that a
    controller which is well always fills, where it answers at all."""

    verdict: str
    reason: str
    next_step: str
    sections: Mapping[str, Mapping[str, str]]
    generation: str | None = None
    hints: tuple[str, ...] = ()
    skipped: int = 0
    missing: tuple[str, ...] = ()


def judge(ended: Ended, program: str, timeout_s: float, is_ssh: bool = False) -> Verdict:
    """The verdict. ``program``: what ran, for the reason; ``is_ssh``: it is ssh, and racadm runs on the iDRAC."""
    output = parse(ended.output)
    verdict, reason, next_step = _decide(ended, output, program, timeout_s)
    if is_ssh and verdict == BROKEN_TOOL:
        next_step = messages.INSTALL_SSH if ended.how == NOT_STARTED else messages.NO_IDRAC
    if is_ssh and verdict == UNPARSABLE and ended.status == _SSH_FAILED:
        verdict = UNREACHABLE  # ssh's own exit status, which is documented
    hints = (SERVICE_MODULE_SILENT,) if verdict == OK and _is_agent_silent(output) else ()
    return Verdict(
        verdict,
        reason,
        _AGENT if hints else next_step,
        output.sections,
        generation(_field(output, _MODEL) or "", _field(output, _FIRMWARE) or "", output.sections),
        hints,
        output.skipped,
        tuple(_missing(output)) if verdict == DEGRADED else (),
    )


def _decide(ended: Ended, output: Output, program: str, timeout_s: float) -> tuple[str, str, str]:
    if ended.how == NOT_STARTED:
        return BROKEN_TOOL, f"{program} cannot be run: {ended.problem}", messages.INSTALL
    if ended.how == ASKED_AGAIN:
        return UNREACHABLE, *messages.REFUSED_LOGIN
    if ended.how == TIMED_OUT:
        left = "; it waits in the kernel, and cannot be killed" if ended.is_left else ""
        said = f"; its last words: {_shown(output.messages[-1])}" if output.messages else ""
        return TIMEOUT, f"{program} did not end within {timeout_s:g} s{left}{said}", _HANGS
    if ended.how == FLOODED:
        return UNPARSABLE, f"{program} printed {len(ended.output)} bytes and more, and was ended", _LOOK
    if any(_field(output, key) is not None for key in _VITAL):
        return _of_fields(ended, output)
    known = next(_known(output), None)
    return known or _of_nothing(ended, output, program)


def _of_fields(ended: Ended, output: Output) -> tuple[str, str, str]:
    """The controller's fields are there: only an error beside them, or a missing one, keeps it from being well."""
    if any(messages.FAILED.match(said) for said in output.messages):
        return next(_known(output))
    missing = _missing(output)
    if missing:
        return DEGRADED, f"racadm answers without {', '.join(missing)}", _STUCK
    error = next(filter(is_error, output.messages), None)
    if error:
        return DEGRADED, f"all is there, and beside it racadm says: {_shown(error)}", _LOOK
    if ended.status != 0:
        return DEGRADED, f"all is there, but racadm {_ending(ended.status)}", _LOOK
    firmware, model, tag = (_shown(_field(output, key) or "", 60) for key in _VITAL)
    return OK, f"the controller of the {model} with service tag {tag} answers, with firmware {firmware}", ""


def _missing(output: Output) -> list[str]:
    return [key for key in _VITAL if is_nothing(_field(output, key))]


def _known(output: Output) -> Iterator[tuple[str, str, str]]:
    """What the table says to the messages; racadm's own words first."""
    for known in (*TABLE, messages.REFUSED_CERTIFICATE):
        for said in output.messages:
            if known.pattern.search(said) and not _goes_on(known, output):
                yield known.verdict, f"{known.meaning}: {_shown(said)}", known.next_step


def _goes_on(known: Known, output: Output) -> bool:
    return known is messages.REFUSED_CERTIFICATE and any(
        "continuing execution" in said.lower() for said in output.messages
    )


def _of_nothing(ended: Ended, output: Output, program: str) -> tuple[str, str, str]:
    """No field of a controller, and no message that is known."""
    said = f": {_shown(' '.join(output.messages))}" if output.messages else ""
    if ended.status is not None and (ended.status < 0 or ended.status in _SHELL_FAILED):
        return BROKEN_TOOL, f"{program} {_ending(ended.status)}{said}", messages.INSTALL
    if not output.sections and not output.messages:
        return UNPARSABLE, f"{program} printed nothing and {_ending(ended.status)}", _LOOK
    return UNPARSABLE, f"{program} printed what is no answer of getsysinfo{said}", _LOOK


def _ending(status: int | None) -> str:
    if status is not None and status < 0:
        return f"was ended by signal {-status}"
    return f"ended with exit status {status}"


def _is_agent_silent(output: Output) -> bool:
    names = [_field(output, key) for key in ("Host Name", "OS Name")]
    is_on = (_field(output, "Power Status") or "").lower() != "off"
    return is_on and None not in names and all(is_nothing(name) for name in names)


def _field(output: Output, key: str) -> str | None:
    """The value of this key; None where no section has it."""
    home = _SECTIONS.get(key, _SYSTEM)
    found = [
        (section.lower() != home, value)
        for section, fields in output.sections.items()
        for name, value in fields.items()
        if name.lower() == key.lower()
    ]
    return min(found, key=lambda one: one[0])[1] if found else None


def is_nothing(value: str | None) -> bool:
    """Whether a field has no value, or one that stands for none."""
    return value is None or value.strip("[]() ").lower() in _NOTHING


def _shown(text: str, chars: int = _MAX_SHOWN) -> str:
    return text if len(text) <= chars else f"{text[: chars - 3]}..."
