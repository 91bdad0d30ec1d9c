# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fleet's table of agents: a row for whatever became of a host, the worst first."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.agents_report import (
    failing,
    row,
    table,
    worst_first,
)

PLAN = {
    "plan": {"vendor": "dell", "generation": "14G", "agent": "idrac_service_module", "version": "5400", "reason": ""}
}
NO_AGENT = {"plan": {"vendor": "lenovo", "generation": None, "agent": None, "version": None, "reason": "none is known"}}
REFUSED = {"failed": True, "msg": "long", "error": {"kind": "agent_error", "message": "no row of the matrix fits"}}


def verified(verdict: str, **states: str) -> dict[str, Any]:
    checks = [{"name": name, "state": state, "detail": f"{name} is {state}"} for name, state in states.items()]
    return {"changed": False, "verdict": verdict, "checks": checks, "next_steps": []}


@pytest.mark.parametrize(
    ("planned", "told", "verdict", "remark"),
    [
        (PLAN, verified("ok", service="passed"), "ok", ""),
        (PLAN, verified("failed", a="unknown", b="passed", c="failed"), "failed", "c is failed; a is unknown"),
        (PLAN, verified("unverified", a="unknown"), "unverified", "a is unknown"),
        (PLAN, None, "unverified", "not come to yet, or failed before"),
        (PLAN, {"skipped": True}, "unverified", "was not asked: the task was skipped"),
        (PLAN, {"failed": True, "msg": "systemctl cannot be asked"}, "failed", "systemctl cannot be asked"),
        (PLAN, {"verdict": "splendid"}, "unverified", "failed without a word"),
        (NO_AGENT, None, "no_agent", "none is known"),
        (REFUSED, None, "failed", "no row of the matrix fits"),
        ({"unreachable": True, "msg": "ssh"}, None, "unknown", "ssh"),
        (None, None, "unknown", "not come to yet, or failed before"),
        ("x", ["y"], "unknown", "was not asked: the host failed before"),
    ],
)
def test_row_says_what_became_of_a_host(planned: Any, told: Any, verdict: str, remark: str) -> None:
    found = row("db01", planned, told)
    assert (found.verdict, found.remark) == (verdict, remark)
    assert table([found])


def test_worst_comes_first_and_ends_the_play_where_it_is_to() -> None:
    rows = worst_first(
        [
            row("a", NO_AGENT, None),
            row("b", PLAN, verified("ok")),
            row("c", PLAN, verified("unverified", x="unknown")),
            row("d", None, None),
            row("e", PLAN, verified("failed", x="failed")),
            row("A", PLAN, verified("failed", x="failed")),
        ]
    )
    assert [one.host for one in rows] == ["A", "e", "d", "c", "b", "a"]
    assert failing(rows, ["failed"]) == {"A": "failed: x is failed", "e": "failed: x is failed"}
    assert list(failing(rows, ["failed", "unknown", "unverified"])) == ["A", "e", "d", "c"]
    assert failing(rows, []) == {}
    assert table(rows)[0].split() == ["host", "vendor", "generation", "agent", "version", "verdict", "remark"]
    assert table(rows)[1].split()[:6] == ["A", "dell", "14G", "idrac_service_module", "5400", "failed"]


def test_hostile_results_stay_on_one_line() -> None:
    hostile = verified("failed", **{"x\x1b[2J\n" + "y" * 5000: "failed"})
    line = table([row("a", PLAN, hostile)])[1]
    assert line.isprintable() and len(line) < 400
