# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands behind vendor_agent_plan, vendor_agent_verify and vendor_agent_report: options, and results as data."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from .._core.agents.choice import Wish, choose, plan_data
from .._core.agents.rows import CONTROLLERS, parse_rows
from .._core.agents.server import server_of
from .._ops.agents_report import FAIL_ON
from .._ops.agents_verify import CHECK, PASS_THROUGH, Host, VerifyRequest, run

_NAMES = {"type": "list", "elements": "str"}
PLAN_SPEC: dict[str, dict[str, Any]] = {
    "facts": {"type": "dict", "required": True},
    "bmc": {"type": "dict", "default": {}},
    "fru": {"type": "dict", "default": {}},
    "rows": {"type": "list", "elements": "dict", "required": True},
    "extra_rows": {"type": "list", "elements": "dict", "default": []},
    "agent": {"type": "str", "default": ""},
    "repository_url": {"type": "str", "default": ""},
    "version": {"type": "str", "default": ""},
}
VERIFY_SPEC: dict[str, dict[str, Any]] = {
    "services": {**_NAMES, "required": True},
    "processes": {**_NAMES, "default": []},
    "settle_s": {"type": "float", "default": 15.0},
    "controller": {"type": "str", "choices": list(CONTROLLERS), "default": CONTROLLERS[0]},
    "controller_wait_s": {"type": "float", "default": 120.0},
    "racadm": {"type": "str", "default": ""},
    "racadm_timeout_s": {"type": "float", "default": 60.0},
    "host_name": {"type": "str", "default": ""},
    # No secret, whatever its name reads like to Ansible.
    "pass_through": {"type": "str", "choices": list(PASS_THROUGH), "default": CHECK, "no_log": False},
}
REPORT_SPEC: dict[str, dict[str, Any]] = {
    "hosts": {**_NAMES, "required": True},
    "plan_variable": {"type": "str", "required": True},
    "variable": {"type": "str", "required": True},
    "fail_on": {**_NAMES, "choices": list(FAIL_ON), "default": ["failed"]},
}


def plan(params: Mapping[str, Any]) -> dict[str, Any]:
    """What vendor_agent_plan returns. Raises AgentError where no agent fits, or a row cannot be used."""
    rows = [*parse_rows(params["extra_rows"], "extra_rows"), *parse_rows(params["rows"], "rows")]
    wish = Wish(params["agent"], params["repository_url"], params["version"])
    server = server_of(params["facts"], params["bmc"], params["fru"])
    return {"changed": False, "plan": plan_data(choose(server, rows, wish))}


def verify(
    params: Mapping[str, Any],
    host: Host,
    check_mode: bool,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[str, Any]:
    """What vendor_agent_verify returns. Raises an IpmiError where the options, or the host, do not allow an answer."""
    options = {**params, "racadm": params["racadm"] or "racadm"}
    result = run(VerifyRequest(**options, check_mode=check_mode), host, clock, sleep)
    steps = [check.next_step for check in result.checks if check.next_step]
    return {
        "changed": result.changed,
        "verdict": result.verdict,
        "checks": [{"name": one.name, "state": one.state, "detail": one.detail} for one in result.checks],
        "next_steps": list(dict.fromkeys(steps)),
    }
