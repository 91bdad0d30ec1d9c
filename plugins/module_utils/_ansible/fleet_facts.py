# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One target's share of a fleet's read, as the module for one BMC would have returned it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SENSORS, SEL = "sensors", "sel"
_FACTS = ("ipmi_sensors", "ipmi_health", "ipmi_bmc", "ipmi_query_result")
_LOG = ("sel", "sel_info", "sel_clock")

FLEET_FACTS_SPEC: dict[str, dict[str, Any]] = {
    "variable": {"type": "str", "required": True},
    "target": {"type": "str"},
    "part": {"type": "str", "choices": [SENSORS, SEL], "default": SENSORS},
}


def share(fleet: Mapping[str, Any], target: str, part: str) -> tuple[dict[str, Any], list[str]]:
    """What ipmi_sensor_facts, or ipmi_sel_info, would have returned of the target, and its warnings."""
    warnings = list(fleet["target_warnings"].get(target, ()))
    told = fleet["fleet"].get(target)
    if told is None:
        text = fleet["failed_targets"].get(target, f"{target} was not among the targets that were read.")
        error = fleet["errors"].get(target, {"kind": "option_error", "message": text, "host": None, "next_step": ""})
        return {"failed": True, "msg": text, "error": error}, warnings
    if part == SENSORS:
        return {"changed": False, "ansible_facts": {key: told[key] for key in _FACTS if key in told}}, warnings
    return {"changed": False, "bmc": told.get("ipmi_bmc"), **{key: told.get(key) for key in _LOG}}, warnings
