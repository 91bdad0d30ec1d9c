# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of collectd on a fleet, one line a host."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._core.health.rate import CRITICAL, NOMINAL, UNKNOWN, WARNING
from .fleet import aligned, one_line, trouble

_COLUMNS = ("host", "version", "instances", "sensors", "drift", "remark")


@dataclass(frozen=True)
class CollectdRow:
    """One host. ``status``: critical where it failed, unknown where it never came to it, warning for drift that a check
    found and for an instance without values, else nominal; ``sensors``: how many have values, None where that is not
    known."""

    host: str
    status: str
    version: str = ""
    instances: int | None = None
    sensors: int | None = None
    drift: int | None = None
    remark: str = ""


def row(host: str, result: Mapping[str, Any] | None, checking: bool) -> CollectdRow:
    """A host's row by the result of its collectd_ipmi task; None where the host never came to it."""
    if result is None:
        return CollectdRow(host, UNKNOWN, remark="not come to yet, or failed before")
    if "drift" not in result:
        return CollectdRow(host, CRITICAL if result.get("failed") else UNKNOWN, remark=trouble(result).remark)
    drift = result["drift"]
    known = [instance["sensors"] for instance in result["instances"] if instance["sensors"] is not None]
    remarks = [f"{name}: no BMC, left out" for name in result["left_out"]]
    silent = [instance["name"] for instance in result["instances"] if instance["sensors"] == 0]
    remarks += [f"{name}: no values" for name in silent]
    if drift:
        remarks.append(("is not as it should be: " if checking else "was mended: ") + ", ".join(drift))
    return CollectdRow(
        host,
        WARNING if (drift and checking) or silent else NOMINAL,
        result["version"] or "",
        len(result["instances"]),
        sum(known) if known else None,
        len(drift),
        "; ".join(remarks),
    )


def table(rows: Sequence[CollectdRow]) -> list[str]:
    """The rows as lines of equal columns under a heading."""
    return aligned([_COLUMNS, *(_cells(item) for item in rows)], left=(0, 1))


def _cells(item: CollectdRow) -> tuple[str, ...]:
    numbers = ["-" if number is None else str(number) for number in (item.instances, item.sensors, item.drift)]
    return (item.host, item.version or "-", *numbers, one_line(item.remark))
