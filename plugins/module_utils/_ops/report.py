# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a fleet's sensors say, one row a host, worst first; and whether that should end a play."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._core.health.rate import CRITICAL, NOMINAL, UNKNOWN, WARNING, WORST_FIRST, worst

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
_COLUMNS = ("host", "status", "critical", "warning", "unknown", "nominal", "worst finding")
_LONGEST_REMARK = 160


@dataclass(frozen=True)
class Row:
    """One host. ``uncertain``: unreachable, incomplete or without a sensor; ``refused``: the BMC, or the task, said
    no."""

    host: str
    status: str
    counts: Mapping[str, int] | None
    remark: str
    uncertain: bool = False
    refused: bool = False


def row(host: str, result: Mapping[str, Any] | None) -> Row:
    """A host's row by the result of its ipmi_sensor_facts task; None where the host never came to it."""
    if not isinstance(result, Mapping):
        return Row(host, UNKNOWN, None, "was not asked: the host failed before", refused=True)
    facts = result.get("ansible_facts") or {}
    if not facts.get("ipmi_health"):
        return _failed_row(host, result)
    health = facts["ipmi_health"]
    findings = health["findings"]
    remark = findings[0]["message"] if findings else ""
    if not any(sensor["available"] for sensor in facts["ipmi_sensors"]):
        remark = remark or "no sensor has a reading" if facts["ipmi_sensors"] else "no sensor was read"
        return Row(host, worst((health["status"], UNKNOWN)), health["counts"], remark, uncertain=True)
    if not health["complete"]:
        remark = f"incomplete; {remark}" if remark else "incomplete: not everything that was asked for could be read"
        return Row(host, worst((health["status"], UNKNOWN)), health["counts"], remark, uncertain=True)
    return Row(host, health["status"], health["counts"], remark)


def _failed_row(host: str, result: Mapping[str, Any]) -> Row:
    error = result.get("error")
    details = error if isinstance(error, Mapping) else {}
    remark = str(details.get("message") or error or result.get("msg") or "failed without a word")
    if result.get("skipped"):
        remark = "was not asked: the task was skipped"
    elif "results" in result:
        remark = "was asked in a loop: register one result a host"
    # A bastion that Ansible cannot reach says nothing about the BMC: that is refused, not out of reach.
    out_of_reach = details.get("kind") in _OUT_OF_REACH
    return Row(host, UNKNOWN, None, remark, uncertain=out_of_reach, refused=not out_of_reach)


def worst_first(rows: Sequence[Row]) -> list[Row]:
    """By status; then those that could not be read; then by name."""
    return sorted(
        rows, key=lambda item: (WORST_FIRST.index(item.status), not (item.refused or item.uncertain), item.host)
    )


def failing(rows: Sequence[Row], fail_on: str, unreachable_warns: bool) -> list[Row]:
    """The hosts that end the play. A BMC that refuses to be read always does, unless nothing is to end it."""
    if fail_on == "never":
        return []
    severities = FAIL_ON[fail_on]
    return [
        item for item in rows if item.status in severities or item.refused or (item.uncertain and not unreachable_warns)
    ]


def table(rows: Sequence[Row]) -> list[str]:
    """The rows as lines of equal columns under a heading."""
    cells = [_COLUMNS] + [_cells(item) for item in rows]
    widths = [max(len(line[column]) for line in cells) for column in range(len(_COLUMNS) - 1)]
    lines = []
    for line in cells:
        fixed = [
            text.ljust(width) if column < 2 else text.rjust(width)
            for column, (text, width) in enumerate(zip(line, widths))
        ]
        lines.append("  ".join([*fixed, line[-1]]).rstrip())
    return lines


def _cells(item: Row) -> tuple[str, ...]:
    counts = ["-" if item.counts is None else str(item.counts[name]) for name in (CRITICAL, WARNING, UNKNOWN, NOMINAL)]
    remark = " ".join(item.remark.split())
    if len(remark) > _LONGEST_REMARK:
        remark = remark[: _LONGEST_REMARK - 3] + "..."
    return (item.host, item.status, *counts, remark)
