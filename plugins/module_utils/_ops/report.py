# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a fleet's sensors say, one row a host, worst first; and whether that should end a play."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._core.health.rate import CRITICAL, NOMINAL, UNKNOWN, WARNING, worst
from .fleet import aligned, one_line, trouble

_COLUMNS = ("host", "status", "critical", "warning", "unknown", "nominal", "worst finding")


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
    facts = (result.get("ansible_facts") or {}) if isinstance(result, Mapping) else {}
    if not facts.get("ipmi_health"):
        why = trouble(result)
        return Row(host, UNKNOWN, None, why.remark, uncertain=why.out_of_reach, refused=not why.out_of_reach)
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


def table(rows: Sequence[Row]) -> list[str]:
    """The rows as lines of equal columns under a heading."""
    return aligned([_COLUMNS, *(_cells(item) for item in rows)], left=(0, 1))


def _cells(item: Row) -> tuple[str, ...]:
    counts = ["-" if item.counts is None else str(item.counts[name]) for name in (CRITICAL, WARNING, UNKNOWN, NOMINAL)]
    return (item.host, item.status, *counts, one_line(item.remark))
