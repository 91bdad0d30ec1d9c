# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ipmi_sensor_facts behind both of its doors: from validated parameters to the task's result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Callable

from .._core.health.overrides import HEALTHS, parse_rules
from .._core.selection import parse_selection
from .._ops.records import Kept
from .._ops.sensors import Progress, SensorsRequest, run
from .._transport.foundation import HAS_CRYPTOGRAPHY
from .connection import CONNECTION_SPEC, Client, bmc_name, converse, open_client
from .facts import sensor_facts
from .fleet_facts import HOST_SPEC
from .query import compile_query
from .sdr_cache import SdrCache, cache_for

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
    **HOST_SPEC,
}


def can_run_here() -> bool:
    """Whether this Python has what a conversation over LAN needs."""
    return HAS_CRYPTOGRAPHY


@dataclass(frozen=True)
class SensorsWish:
    """What is to be read of a BMC, of whichever: parsed once. ``cache_named``: whether the user chose its folder."""

    request: SensorsRequest
    query: Callable[[Any], Any] | None
    cache: SdrCache | None
    cache_named: bool


def sensors_wish(params: Mapping[str, Any]) -> SensorsWish:
    """The options that say nothing of the connection; raises OptionError."""
    query = compile_query(params["query"]) if params["query"] else None
    request = SensorsRequest(
        parse_selection(params["sensors"], params["ignore_selected"], params["types"]),
        params["thresholds"],
        parse_rules(params["health_rules"]),
    )
    return SensorsWish(request, query, cache_for(params), bool(params["sdr_cache_dir"]))


def gather(params: Mapping[str, Any], progress: Progress | None = None) -> tuple[dict[str, Any], list[str]]:
    """The facts, and what the user should be warned of. Raises an IpmiError that tells everything, and nothing else."""
    return converse(params, _gather(params, sensors_wish(params), progress))


async def _gather(
    params: Mapping[str, Any], wish: SensorsWish, progress: Progress | None
) -> tuple[dict[str, Any], list[str]]:
    async with open_client(params) as client:
        return await read_sensors(wish, client, bmc_name(params), progress)


async def read_sensors(
    wish: SensorsWish, client: Client, name: str, progress: Progress | None = None
) -> tuple[dict[str, Any], list[str]]:
    """Facts and warnings of the BMC behind an open client; ``name`` is the BMC's for people. Raises an IpmiError."""
    cache = wish.cache
    result = await run(wish.request, client, progress, Kept(cache, *client.peer) if cache else None)
    facts = sensor_facts(result)
    if wish.query:
        facts["ipmi_query_result"] = wish.query(facts)
    warnings = [f"{name}: {warning}" for warning in result.warnings]
    if cache and cache.problem and wish.cache_named:
        warnings.append(f"sdr_cache_dir is not used: {cache.problem}")
    if not result.rated and result.health.complete:
        warnings.append(f"{name}: no sensor is selected" if result.has_sensors else f"{name}: the BMC has no sensors")
    return facts, warnings
