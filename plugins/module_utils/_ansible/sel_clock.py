# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands behind ipmi_sel_clock, in its module and in its action plugin."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from .._core.errors import OptionError
from .._ops.sel_clock import ClockResult, run
from .connection import CONNECTION_SPEC, bmc_name, converse, open_client
from .sel import telling_host
from .sel_records import clock_data

CLOCK_SPEC: dict[str, dict[str, Any]] = {
    **CONNECTION_SPEC,
    "privilege": {**CONNECTION_SPEC["privilege"], "default": "operator"},
    "tolerance_s": {"type": "float", "default": 60.0},
}


def set_sel_clock(params: Mapping[str, Any], check: bool, diff: bool) -> dict[str, Any]:
    """What ipmi_sel_clock returns. Raises an IpmiError."""
    if not params["tolerance_s"] >= 1:
        raise OptionError("tolerance_s is below 1", "Give at least 1: BMCs count whole seconds.")
    with telling_host(params):
        result = converse(params, _set(params, check))
    told: dict[str, Any] = {
        "changed": result.changed,
        "before": clock_data(result.before),
        "after": clock_data(result.after),
        "drift_s": result.before.drift_s,
    }
    if diff:
        heading = f"clock of {bmc_name(params)}"
        told["diff"] = {"before_header": heading, "after_header": heading, "before": {}, "after": {}}
        for when, clock in (("before", result.before), ("after", result.after)):
            told["diff"][when] = {"time": clock.time, "time_kind": clock.kind}
    return told


async def _set(params: Mapping[str, Any], check: bool) -> ClockResult:
    async with open_client(params) as client:
        return await run(client, params["tolerance_s"], check, time.time)
