# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ipmi_sel_report: its options, what each host wants to have cleared, and the report as plain data."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from .._core.errors import OptionError
from .._core.health.overrides import HEALTHS
from .._ops.fleet import FAIL_ON
from .._ops.sel_plan import CLEAR, ClearPlan, Wish
from .._ops.sel_report import EventGroup, LogRow

ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    "hosts": {"type": "list", "elements": "str", "required": True},
    "variable": {"type": "str", "required": True},
    "severity": {
        "type": "list",
        "elements": "str",
        "choices": list(HEALTHS),
        "default": ["critical", "warning", "unknown"],
    },
    "fail_on": {"type": "str", "choices": list(FAIL_ON), "default": "never"},
    "unreachable": {"type": "str", "choices": ["fail", "warn"], "default": "fail"},
    "clear_variable": {"type": "str", "default": ""},
    "clear_hosts": {"type": "list", "elements": "str", "default": []},
    "confirm_hosts": {"type": "int", "default": 1},
}


def wish(host: str, told: Any) -> Wish:
    """What a host's variable says is to be cleared, nothing where it has none; raises OptionError."""
    if told is None:
        return Wish()
    try:
        found = Wish(str(told["clear"]), float(told["over_percent"]))
    except (TypeError, KeyError, ValueError):
        found = None
    if found is None or found.clear not in CLEAR or not 0 <= found.over_percent <= 100:
        raise OptionError(
            f"what is to be cleared of {host} cannot be understood: {told!r}",
            f"clear is one of {', '.join(CLEAR)}, and over_percent a number from 0 to 100.",
        )
    return found


def host_data(row: LogRow) -> dict[str, Any]:
    """An entry of ``summary``."""
    info, clock = row.info or {}, row.clock or {}
    return {
        "host": row.host,
        "status": row.status,
        "counts": row.counts,
        "entries": info.get("entries"),
        "used_percent": info.get("used_percent"),
        "overflow": info.get("overflow"),
        "drift_s": clock.get("drift_s"),
        "remark": row.remark,
    }


def event_data(group: EventGroup) -> dict[str, Any]:
    """An entry of ``events``."""
    return {**asdict(group), "hosts": list(group.hosts)}


def plan_data(plan: ClearPlan) -> dict[str, Any]:
    """``clearing``, ``archiving``, ``clear_count`` and ``refusal``."""
    return {
        "clearing": plan.clearing,
        "archiving": list(plan.archiving),
        "clear_count": plan.count,
        "refusal": plan.refusal or "",
    }
