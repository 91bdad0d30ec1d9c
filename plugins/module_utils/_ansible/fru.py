# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands behind ipmi_fru_info: options, and the inventory as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from .._core.errors import OptionError
from .._core.fru import Fru
from .._ops.fru import FruResult, run
from .connection import CONNECTION_SPEC, bmc_name, converse, open_client
from .facts import bmc_facts
from .sel import telling_host

_LAST_DEVICE = 254  # FFh is reserved (section 34.1)

FRU_SPEC: dict[str, dict[str, Any]] = {**CONNECTION_SPEC, "device": {"type": "int", "default": 0}}


def gather_fru(params: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """What ipmi_fru_info returns, and what the user should be warned of. Raises an IpmiError."""
    if not 0 <= params["device"] <= _LAST_DEVICE:
        raise OptionError(f"device {params['device']} is no FRU device", f"Give a number from 0 to {_LAST_DEVICE}.")
    with telling_host(params):
        result = converse(params, _read(params))
    told = {"fru": fru_data(result.fru), "bmc": bmc_facts(result.device, result.guid)}
    return told, [f"{bmc_name(params)}: {warning}" for warning in result.warnings]


async def _read(params: Mapping[str, Any]) -> FruResult:
    async with open_client(params) as client:
        return await run(client, params["device"])


def fru_data(fru: Fru) -> dict[str, Any]:
    """``fru``: null for what is empty or not told."""
    data = asdict(fru)
    for part in (data["product"], data["chassis"]):
        part["custom"] = list(part["custom"])
    return {**data, "problems": list(fru.problems)}
