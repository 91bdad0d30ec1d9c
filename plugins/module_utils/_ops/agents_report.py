# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What became of the vendors' agents on a fleet, one line a host."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._core.agents.checks import FAILED, OK, PASSED, UNVERIFIED
from .._core.health.rate import CRITICAL, NOMINAL, UNKNOWN, WARNING
from .._core.plain import LONGEST_TEXT, items, mapping, text
from .fleet import aligned, one_line, trouble

NO_AGENT = "no_agent"
# Worst first, with how each is shown.
_STATUSES = {FAILED: CRITICAL, UNKNOWN: UNKNOWN, UNVERIFIED: WARNING, OK: NOMINAL, NO_AGENT: NOMINAL}
FAIL_ON = (FAILED, UNKNOWN, UNVERIFIED)
_COLUMNS = ("host", "vendor", "generation", "agent", "version", "verdict", "remark")


@dataclass(frozen=True)
class AgentRow:
    """One host. ``verdict``: of its verification, ``unknown`` where the host never came to it, ``no_agent`` where none
    is known for its vendor; ``version``: the pinned one, or the release of the matrix; "" for what is not known."""

    host: str
    verdict: str
    vendor: str = ""
    generation: str = ""
    agent: str = ""
    version: str = ""
    remark: str = ""

    @property
    def status(self) -> str:
        return _STATUSES[self.verdict]


def row(host: str, planned: Any, verified: Any) -> AgentRow:
    """A host's row by the results of its two tasks, each None where the host never came to it."""
    plan = mapping(mapping(planned).get("plan"))
    if not plan:
        failed = mapping(planned).get("failed")
        return AgentRow(host, FAILED if failed else UNKNOWN, remark=_trouble(planned))
    names = {key: text(plan.get(key)) for key in ("vendor", "generation", "agent", "version")}
    if not names["agent"]:
        return AgentRow(host, NO_AGENT, **names, remark=text(plan.get("reason"), LONGEST_TEXT))
    told = mapping(verified)
    verdict = text(told.get("verdict"))
    if verdict not in (OK, UNVERIFIED, FAILED):
        failed = told.get("failed")
        return AgentRow(host, FAILED if failed else UNVERIFIED, **names, remark=_trouble(verified))
    return AgentRow(host, verdict, **names, remark=_reasons(told))


def worst_first(rows: Sequence[AgentRow]) -> list[AgentRow]:
    """By verdict, then by name."""
    order = list(_STATUSES)
    return sorted(rows, key=lambda item: (order.index(item.verdict), item.host))


def failing(rows: Sequence[AgentRow], fail_on: Collection[str]) -> dict[str, str]:
    """The hosts with one of these verdicts, and why."""
    return {item.host: f"{item.verdict}: {item.remark}" for item in rows if item.verdict in fail_on}


def table(rows: Sequence[AgentRow]) -> list[str]:
    """The rows as lines of equal columns under a heading."""
    return aligned([_COLUMNS, *(_cells(item) for item in rows)], left=range(len(_COLUMNS)))


def _cells(item: AgentRow) -> tuple[str, ...]:
    names = [getattr(item, name) or "-" for name in _COLUMNS[1:5]]
    return (item.host, *names, item.verdict, one_line(item.remark))


def _reasons(told: Mapping[str, Any]) -> str:
    """What did not pass, failures first."""
    checks = [mapping(check) for check in items(told.get("checks"))]
    bad = sorted(
        (check for check in checks if check.get("state") != PASSED), key=lambda one: one.get("state") != FAILED
    )
    return "; ".join(text(check.get("detail"), LONGEST_TEXT) for check in bad)


def _trouble(result: Any) -> str:
    if result is None:
        return "not come to yet, or failed before"
    return text(trouble(result).remark, LONGEST_TEXT)
