# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One part of a host's evidence, as a task has returned it: told, asked in vain, or not asked at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..plain import LONGEST_TEXT, NOT_ASKED, asked, mapping, text
from .checks import CHECKS, UNKNOWN, Check, found, not_made

_SHAPE = "told in a shape that is not understood"
_CREDENTIALS = "See why the task failed; where it was the log-in, check address, user and password."


@dataclass(frozen=True)
class Part:
    """``told``: empty where nothing was told, and ``why`` says why; ``next_step``: what the failed task advises."""

    told: Mapping[str, Any]
    why: str = ""
    was_asked: bool = True
    next_step: str = ""


def part(evidence: Mapping[str, Any], key: str, *needed: str) -> Part:
    """A result with all ``needed`` keys, which may be empty. A task that was skipped has not asked."""
    value = evidence.get(key)
    if mapping(value).get("skipped"):
        return Part({}, NOT_ASKED, was_asked=False)
    answer = asked(evidence, key)
    if answer.told and all(answer.told.get(name) is not None for name in needed):
        return Part(answer.told)
    error = mapping(mapping(value).get("error"))
    words = text(error.get("message"), LONGEST_TEXT) or text(mapping(value).get("msg"), LONGEST_TEXT)
    step = text(error.get("next_step"), LONGEST_TEXT * 2)
    return Part({}, words or answer.why or _SHAPE, answer.why != NOT_ASKED, step)


def unread(check: str, answer: Part) -> Check:
    """The check of a part that told nothing: unknown where it was asked in vain."""
    if not answer.was_asked:
        return not_made(check, NOT_ASKED)
    return found(check, UNKNOWN, answer.why or _SHAPE, answer.next_step or _CREDENTIALS)


def expected_checks(evidence: Mapping[str, Any]) -> tuple[str, ...]:
    """The checks that this host should have; what is no name of a check is left as it is, for who refuses it."""
    told = evidence.get("expected")
    return tuple(str(name) for name in told) if isinstance(told, (list, tuple)) else ()


def how_to_ask(check: str) -> str:
    return CHECKS[check]
