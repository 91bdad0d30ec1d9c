# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One target's share of a fleet's read, as the module for one BMC would have returned it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._core.errors import OptionError

SENSORS, SEL = "sensors", "sel"
_FACTS = ("ipmi_sensors", "ipmi_health", "ipmi_bmc", "ipmi_query_result")
_LOG = ("sel", "sel_info", "sel_clock")

# Options of the modules for one BMC that their action plugins take out: the variable that has what one task for all
# hosts has read, and the variables that set other options.
HOST_SPEC: dict[str, dict[str, Any]] = {"fleet": {"type": "str"}, "variables": {"type": "dict"}}

FLEET_FACTS_SPEC: dict[str, dict[str, Any]] = {
    "variable": {"type": "str", "required": True},
    "target": {"type": "str"},
    "part": {"type": "str", "choices": [SENSORS, SEL], "default": SENSORS},
}


def is_read(variable: Any) -> bool:
    """Whether it is the result of an ipmi_fleet_info that was not skipped."""
    return isinstance(variable, dict) and ("fleet" in variable or ("msg" in variable and "skipped" not in variable))


def share(fleet: Mapping[str, Any], target: str, part: str) -> tuple[dict[str, Any], list[str]]:
    """What ipmi_sensor_facts, or ipmi_sel_info, would have returned of the target, and its warnings. ``fleet`` may be
    the result of a task that has failed: then each target has its failure. Raises OptionError where nothing of it has
    been asked for."""
    if "fleet" not in fleet:
        return {"failed": True, "msg": fleet["msg"], **({"error": fleet["error"]} if "error" in fleet else {})}, []
    warnings = list(fleet["target_warnings"].get(target, ()))
    told = fleet["fleet"].get(target, {})
    error = dict(fleet["errors"].get(target, {}))
    kept = {key: told[key] for key in (_FACTS if part == SENSORS else (*_LOG, "ipmi_bmc")) if key in told}
    if error and (error.pop("part", None) == part or not told):
        return {"failed": True, "msg": fleet["failed_targets"][target], "error": error}, warnings
    if not kept:
        raise _missing(target, part, target in fleet["fleet"])
    if part == SENSORS:
        return {"changed": False, "ansible_facts": kept}, warnings
    return {"changed": False, "bmc": told.get("ipmi_bmc"), **{key: told.get(key) for key in _LOG}}, warnings


def _missing(target: str, part: str, is_target: bool) -> OptionError:
    if is_target:
        step = f"Put {part} into collect of ipmi_fleet_info, and do not omit it."
        return OptionError(f"nothing of {part} was returned of {target}", step)
    return OptionError(f"{target} was not among the targets that were read", "Add it to them.")
