# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What reports on a fleet share: why a host was not read, which one comes first, which ends a play, and columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from .._core.health.rate import CRITICAL, WARNING, WORST_FIRST

FAIL_ON = {"never": (), "critical": (CRITICAL,), "warning": (CRITICAL, WARNING)}
# The BMC could not be asked because of where it is. Anything else, a wrong password above all, is the user's to mend.
_OUT_OF_REACH = (
    "unknown_host",
    "unreachable",
    "login_unfinished",
    "no_reply",
    "session_lost",
    "deadline_exceeded",
    "occupied",
)
_LONGEST_REMARK = 160


class HostRow(Protocol):
    """A host's line. ``uncertain``: what it says is not all; ``refused``: the BMC, or the task, said no."""

    @property
    def host(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def uncertain(self) -> bool: ...
    @property
    def refused(self) -> bool: ...
    @property
    def remark(self) -> str: ...


AnyRow = TypeVar("AnyRow", bound=HostRow)


@dataclass(frozen=True)
class Trouble:
    """Why a host has no result that can be reported on; ``out_of_reach``: because its BMC could not be asked."""

    remark: str
    out_of_reach: bool = False


def trouble(result: Mapping[str, Any] | None) -> Trouble:
    """What the result of a task tells that has failed; None where the host never came to it."""
    if not isinstance(result, Mapping):
        return Trouble("was not asked: the host failed before")
    error = result.get("error")
    details = error if isinstance(error, Mapping) else {}
    remark = str(details.get("message") or error or result.get("msg") or "failed without a word")
    if result.get("skipped"):
        remark = "was not asked: the task was skipped"
    elif "results" in result:
        remark = "was asked in a loop: register one result a host"
    # A bastion that Ansible cannot reach says nothing about the BMC: that is refused, not out of reach.
    return Trouble(remark, details.get("kind") in _OUT_OF_REACH)


def worst_first(rows: Sequence[AnyRow]) -> list[AnyRow]:
    """By status; then those that could not be read; then by name."""
    return sorted(
        rows, key=lambda item: (WORST_FIRST.index(item.status), not (item.refused or item.uncertain), item.host)
    )


def failing(rows: Sequence[AnyRow], fail_on: str, unreachable_warns: bool) -> list[AnyRow]:
    """The hosts that end the play. A BMC that refuses to be read always does, unless nothing is to end it."""
    if fail_on == "never":
        return []
    severities = FAIL_ON[fail_on]
    return [
        item for item in rows if item.status in severities or item.refused or (item.uncertain and not unreachable_warns)
    ]


def aligned(lines: Sequence[Sequence[str]], left: Sequence[int]) -> list[str]:
    """Cells as lines of equal columns: aligned on the left where ``left`` says so, the last one free."""
    if not lines:
        return []
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]) - 1)]
    told = []
    for line in lines:
        fixed = [
            text.ljust(width) if column in left else text.rjust(width)
            for column, (text, width) in enumerate(zip(line, widths))
        ]
        told.append("  ".join([*fixed, line[-1]]).rstrip())
    return told


def one_line(text: str) -> str:
    """A remark without line breaks, cut where it is too long for a table."""
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST_REMARK else text[: _LONGEST_REMARK - 3] + "..."
