# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ipmi_sensor_facts behind both of its doors: from validated parameters to the task's result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._core.health.overrides import HEALTHS, parse_rules
from .._core.selection import parse_selection
from .._ops.records import Kept
from .._ops.sensors import Progress, SensorsRequest, run
from .._transport.foundation import HAS_PYGHMI
from .connection import CONNECTION_SPEC, bmc_name, open_client
from .facts import sensor_facts
from .query import compile_query
from .sdr_cache import cache_for

HEALTH_RULE_SPEC: dict[str, dict[str, Any]] = {
    "name": {"type": "str"},
    "sensor": {"type": "str"},
    "type": {"type": "str"},
    "entity": {"type": "str"},
    "state": {"type": "str"},
    "above": {"type": "float"},
    "below": {"type": "float"},
    "health": {"type": "str", "choices": list(HEALTHS), "required": True},
}

RULES_SPEC: dict[str, dict[str, Any]] = {
    "health_rules": {"type": "list", "elements": "dict", "default": [], "options": HEALTH_RULE_SPEC},
}

CACHE_SPEC: dict[str, dict[str, Any]] = {
    "sdr_cache": {"type": "bool", "default": True},
    "sdr_cache_dir": {"type": "path"},
}

ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    **CONNECTION_SPEC,
    "sensors": {"type": "list", "elements": "str", "default": []},
    "ignore_selected": {"type": "bool", "default": False},
    "types": {"type": "list", "elements": "str", "default": []},
    "thresholds": {"type": "str", "choices": ["bmc", "sdr", "none"], "default": "bmc"},
    "query": {"type": "str"},
    **RULES_SPEC,
    **CACHE_SPEC,
}


def can_run_here() -> bool:
    """Whether this Python has what a conversation over LAN needs."""
    return HAS_PYGHMI


def gather(params: Mapping[str, Any], progress: Progress | None = None) -> tuple[dict[str, Any], list[str]]:
    """The facts, and what the user should be warned of. Raises an IpmiError that tells everything, and nothing else."""
    query = compile_query(params["query"]) if params["query"] else None
    request = SensorsRequest(
        parse_selection(params["sensors"], params["ignore_selected"], params["types"]),
        params["thresholds"],
        parse_rules(params["health_rules"]),
    )
    name = bmc_name(params)
    cache = cache_for(params)
    with open_client(params) as client:
        result = run(request, client, progress, Kept(cache, *client.peer) if cache else None)
    facts = sensor_facts(result)
    if query:
        facts["ipmi_query_result"] = query(facts)
    warnings = [f"{name}: {warning}" for warning in result.warnings]
    if cache and cache.problem and params["sdr_cache_dir"]:
        warnings.append(f"sdr_cache_dir is not used: {cache.problem}")
    if not result.rated and result.health.complete:
        warnings.append(f"{name}: no sensor is selected" if result.has_sensors else f"{name}: the BMC has no sensors")
    return facts, warnings
