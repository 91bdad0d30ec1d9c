# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ipmi_sensor_facts behind both of its doors: from validated parameters to the task's result."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from .._core.errors import OptionError
from .._core.selection import parse_selection
from .._ops.sensors import Progress, SensorsRequest, run
from .connection import CONNECTION_SPEC, lan_options
from .facts import sensor_facts
from .query import compile_query

try:
    from .._transport.lan import LanClient
except ImportError:
    LanClient = None  # type: ignore[assignment, misc]

ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    **CONNECTION_SPEC,
    "sensors": {"type": "list", "elements": "str", "default": []},
    "ignore_selected": {"type": "bool", "default": False},
    "types": {"type": "list", "elements": "str", "default": []},
    "thresholds": {"type": "str", "choices": ["bmc", "sdr", "none"], "default": "bmc"},
    "query": {"type": "str"},
}


def can_run_here() -> bool:
    """Whether this Python has what a conversation over LAN needs."""
    return LanClient is not None


def gather(params: Mapping[str, Any], progress: Progress | None = None) -> tuple[dict[str, Any], list[str]]:
    """The facts, and what the user should be warned of. Raises an IpmiError that tells everything, and nothing else."""
    query = compile_query(params["query"]) if params["query"] else None
    request = SensorsRequest(
        parse_selection(params["sensors"], params["ignore_selected"], params["types"]), params["thresholds"]
    )
    options = lan_options(params)
    if not can_run_here():
        raise OptionError(
            f"IPMI over LAN needs the Python library pyghmi, which {sys.executable} does not have",
            "Install it there with pip.",
        )
    with LanClient(options) as client:
        result = run(request, client, progress)
    facts = sensor_facts(result)
    if query:
        facts["ipmi_query_result"] = query(facts)
    warnings = [f"{options.name}: {warning}" for warning in result.warnings]
    if not result.rated and result.health.complete:
        warnings.append(
            f"{options.name}: no sensor is selected"
            if result.has_sensors
            else f"{options.name}: the BMC has no sensors"
        )
    return facts, warnings
