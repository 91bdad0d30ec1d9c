# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Targets of ipmi_fleet_info made of hosts' variables: what is wrong with those of one host is told of that host."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from .._core.errors import OptionError
from .failure import failure
from .fleet import TARGET_SPEC, Roster

DELEGATE = "delegate_to"
_VALIDATOR = ArgumentSpecValidator(TARGET_SPEC)


def unknown_options(variables: Collection[str]) -> list[str]:
    """What ``variables`` names that is no option of a target."""
    return sorted(set(variables) - {*TARGET_SPEC, DELEGATE} | set(variables) & {"name"})


def has_value(value: Any, spec: Mapping[str, Any]) -> bool:
    """A role's variable has to have a value: the empty text stands for none where the option is no text."""
    return bool(value != "" or spec["type"] == "str")


def target_of(host: str, told: Mapping[str, Any], delegate: str | None) -> dict[str, Any]:
    """A host's target by its variables, as one would write it. ``delegate``: whence the task asks; raises OptionError
    for a host that is to be asked from elsewhere, since from here its address may be another BMC's."""
    own = told.get(DELEGATE, delegate)
    if own != delegate:
        raise OptionError(
            f"its BMC is asked from {own}, and this task asks from {delegate}", "Have a play for each of them."
        )
    given = {key: value for key, value in told.items() if key != DELEGATE and has_value(value, TARGET_SPEC[key])}
    # Of a host without a BMC the reading tells that it has none.
    return {"name": host, "host": "", **given}


def validated(target: Mapping[str, Any]) -> dict[str, Any]:
    """Its options as the engine takes them; raises OptionError for what is wrong with them."""
    checked = _VALIDATOR.validate(target)
    if checked.error_messages:
        raise OptionError("; ".join(checked.error_messages))
    return dict(checked.validated_parameters)


def listed(roster: Roster) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
    """The targets of a roster for a module on another machine, and the failures of those that are none."""
    targets, failures = [], {}
    for name in roster.names:
        try:
            target = dict(roster.told(name))
            validated(target)
            targets.append(target)
        except OptionError as error:
            failures[name] = failure(error)
    return targets, failures


def add_untold(result: dict[str, Any], failures: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """The result of a read with the hosts that could not be targets."""
    if not failures or "fleet" not in result:
        return result
    counts = {name: result["summary"][name] + len(failures) for name in ("targets", "unread")}
    return {
        **result,
        "failed_targets": {**result["failed_targets"], **{name: told["msg"] for name, told in failures.items()}},
        "errors": {**result["errors"], **{name: told["error"] for name, told in failures.items()}},
        "summary": {**result["summary"], **counts},
    }
