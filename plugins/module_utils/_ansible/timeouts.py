# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands behind ipmi_timeouts on Linux."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._core.errors import OptionError
from .._core.timeouts.linux import PARAMETERS, parse_wanted
from .._ops.timeouts import TimeoutsRequest, TimeoutsResult, run
from .linux_driver import LinuxMachine

LINUX_SPEC: dict[str, dict[str, Any]] = {
    **{name: {"type": "str"} for name in PARAMETERS},
    "runtime": {"type": "bool", "default": True},
    "persistent": {"type": "bool", "default": True},
}

TIMEOUTS_SPEC: dict[str, dict[str, Any]] = {
    "linux": {"type": "dict", "required": True, "options": LINUX_SPEC},
}


def set_timeouts(
    params: Mapping[str, Any], check: bool, diff: bool, machine: LinuxMachine
) -> tuple[dict[str, Any], list[str]]:
    """What ipmi_timeouts returns, and what the user should be warned of. Raises an IpmiError."""
    options = params["linux"]
    given = {name: options[name] for name in PARAMETERS if options[name] is not None}
    if not given:
        raise OptionError("linux names no time-out", f"Set one of {', '.join(PARAMETERS)}.")
    if not (options["runtime"] or options["persistent"]):
        raise OptionError("runtime and persistent are both false", "Set one of them to true.")
    request = TimeoutsRequest(parse_wanted(given), options["runtime"], options["persistent"], check)
    result = run(request, machine)
    told: dict[str, Any] = {
        "changed": result.changed,
        "before": {"runtime": dict(result.runtime_before), "persistent": dict(result.persistent_before)},
        "after": {"runtime": dict(result.runtime_after), "persistent": dict(result.persistent_after)},
        "file": machine.path,
    }
    if diff:
        told["diff"] = _diff(result, machine.path)
    return told, list(result.warnings)


def _diff(result: TimeoutsResult, path: str) -> list[dict[str, str]]:
    def lines(values: Mapping[str, Any]) -> str:
        return "".join(f"{name} = {value}\n" for name, value in values.items())

    running = "the running driver"
    return [
        {
            "before_header": running,
            "after_header": running,
            "before": lines(result.runtime_before),
            "after": lines(result.runtime_after),
        },
        {"before_header": path, "after_header": path, "before": result.file_before, "after": result.file_after},
    ]
