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
from .fleet import TARGET_SPEC

DELEGATE = "delegate_to"
_VALIDATOR = ArgumentSpecValidator(TARGET_SPEC)


def unknown_options(variables: Collection[str]) -> list[str]:
    """What ``variables`` names that is no option of a target."""
    return sorted(set(variables) - {*TARGET_SPEC, DELEGATE} | set(variables) & {"name"})


def has_value(value: Any, spec: Mapping[str, Any]) -> bool:
    """A role's variable has to have a value: the empty text stands for none where the option is no text."""
    return bool(value != "" or spec["type"] == "str")


def target_of(host: str, told: Mapping[str, Any], delegate: str | None) -> tuple[dict[str, Any], str]:
    """A host's target by its variables, and what is wrong with it, "" for nothing. ``delegate``: whence the task asks;
    a host that is to be asked from elsewhere is not asked at all, since there its address may be another BMC's."""
    own = told.get(DELEGATE, delegate)
    if own != delegate:
        return {}, f"its BMC is asked from {own}, and this task asks from {delegate}: have a play for each of them"
    given = {key: value for key, value in told.items() if key != DELEGATE and has_value(value, TARGET_SPEC[key])}
    # Of a host without a BMC the reading tells that it has none.
    target = {"name": host, "host": "", **given}
    return target, "; ".join(_VALIDATOR.validate(target).error_messages)


def add_untold(result: dict[str, Any], problems: Mapping[str, str]) -> dict[str, Any]:
    """The result of a read with the hosts that could not be targets."""
    if not problems or "fleet" not in result:
        return result
    errors = {host: failure(OptionError(text))["error"] for host, text in problems.items()}
    counts = {name: result["summary"][name] + len(problems) for name in ("targets", "unread")}
    return {
        **result,
        "failed_targets": {**result["failed_targets"], **problems},
        "errors": {**result["errors"], **errors},
        "summary": {**result["summary"], **counts},
    }
