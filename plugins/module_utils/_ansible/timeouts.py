# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands behind ipmi_timeouts, on Linux and on Windows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._core.errors import OptionError
from .._core.timeouts import windows
from .._core.timeouts.linux import PARAMETERS, parse_wanted
from .._ops import timeouts_windows
from .._ops.timeouts import TimeoutsRequest, TimeoutsResult, read, run
from .failure import failure
from .linux_driver import LinuxMachine
from .windows_registry import WindowsRegistry

LINUX_SPEC: dict[str, dict[str, Any]] = {
    **{name: {"type": "str"} for name in PARAMETERS},
    "runtime": {"type": "bool", "default": True},
    "persistent": {"type": "bool", "default": True},
}

WINDOWS_SPEC: dict[str, dict[str, Any]] = {
    **{name: {"type": "str"} for name in windows.NAMES},
    "preset": {"type": "str", "choices": list(windows.PRESETS)},
}

TIMEOUTS_SPEC: dict[str, dict[str, Any]] = {
    "linux": {"type": "dict", "options": LINUX_SPEC},
    "windows": {"type": "dict", "options": WINDOWS_SPEC},
}

Told = tuple["dict[str, Any]", "list[str]"]


def set_timeouts(params: Mapping[str, Any], check: bool, diff: bool, machine: LinuxMachine) -> Told:
    """What ipmi_timeouts returns on Linux, and what the user should be warned of. Raises an IpmiError."""
    options = _of_system(params, "linux")
    given = {name: options[name] for name in PARAMETERS if options[name] is not None}
    if not (options["runtime"] or options["persistent"]):
        raise OptionError("runtime and persistent are both false", "Set one of them to true.")
    request = TimeoutsRequest(parse_wanted(given), options["runtime"], options["persistent"], check)
    result = run(request, machine) if given else read(request, machine)
    told: dict[str, Any] = {
        "changed": result.changed,
        "before": {"runtime": dict(result.runtime_before), "persistent": dict(result.persistent_before)},
        "after": {"runtime": dict(result.runtime_after), "persistent": dict(result.persistent_after)},
        "file": machine.path,
        "reboot_required": result.changed and not options["runtime"],
    }
    if diff:
        told["diff"] = _diff(result, machine.path)
    return told, list(result.warnings)


def set_registry(params: Mapping[str, Any], check: bool, diff: bool, registry: WindowsRegistry) -> Told:
    """What ipmi_timeouts returns on Windows; as a failure, with how things are, where it ended halfway. Raises an
    IpmiError where nothing was changed."""
    options = _of_system(params, "windows")
    given = {name: options[name] for name in windows.NAMES if options[name] is not None}
    request = timeouts_windows.RegistryRequest(windows.parse_wanted(given, options["preset"]), check)
    result = timeouts_windows.run(request, registry)
    before, after = _shown(result.before), None if result.after is None else _shown(result.after)
    told: dict[str, Any] = {
        "changed": result.changed,
        "before": before,
        "after": after,
        "key": windows.KEY,
        "reboot_required": result.changed,
    }
    if result.error is not None:
        told.update(failure(result.error), failed=True)
    if diff and after is not None:
        told["diff"] = {
            "before_header": windows.KEY,
            "after_header": windows.KEY,
            "before": _registry_lines(before),
            "after": _registry_lines(after),
        }
    return told, []


def _of_system(params: Mapping[str, Any], system: str) -> Mapping[str, Any]:
    """The options for the host's system; those for another one are not for this host."""
    options: Mapping[str, Any] | None = params[system]
    if options is None:
        raise OptionError(
            f"this host runs {system.capitalize()}, and the option {system} is not set",
            f"Set {system} as well: of both, each host takes the one for its system.",
        )
    return options


def _shown(found: timeouts_windows.Found) -> dict[str, int | str | None]:
    return {option: windows.shown(value) for option, value in found.items()}


def _registry_lines(values: Mapping[str, int | str | None]) -> str:
    return "".join(f"{windows.NAMES[option]} = {value}\n" for option, value in values.items() if value is not None)


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
