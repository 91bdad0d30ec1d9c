# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A fleet of odd BMCs, read by one task and host by host, and what both say in a form that can be compared."""

from __future__ import annotations

import json
import re
from typing import Any

from .playing import Player, tell

FAN_FAILED = {"time": "2026-01-11T22:40:03Z", "sensor": "Fan2A", "offset": 2, "reading": 360, "threshold": 480}
PATIENCE = {"request_timeout_s": 0.5, "retries": 2}
BMCS: list[dict[str, Any]] = [
    {"name": "good", "model": "rack1u", "events": True},
    {"name": "fan", "model": "rack1u", "overrides": {"Fan2A": {"reading": 360}}, "sel": [FAN_FAILED]},
    {"name": "over", "model": "rack1u", "sel": [FAN_FAILED, {**FAN_FAILED, "deassert": True}]},
    {"name": "partial", "model": "rack1u", "overrides": {"Fan1A": {"no_reply": True}}},
    {"name": "silent", "model": "rack1u", "faults": {"silent": True}},
    {"name": "refuses", "model": "rack1u", "faults": {"refuse": {"privilege": True}}},
    {"name": "slow", "model": "rack1u", "faults": {"delay_ms": 20}},
    {"name": "logless", "model": "rack1u", "sel_options": {"present": False}},
    {"name": "old", "model": "rack1u", "lan": {"versions": ["1.5"]}},
    {"name": "three", "model": "rack1u", "limits": {"suites": [3]}},
    {"name": "storage", "model": "storage"},
    {"name": "blade", "model": "blade"},
    {"name": "oddities", "model": "oddities"},
    {"name": "bare", "model": {"name": "nothing", "sensors": [], "locator": "BMC"}},
]
OPTIONS = ("host", "port", "username", "password")
BY_HOST = {**{name: "{{ bmc_" + name + " }}" for name in OPTIONS}, **PATIENCE}
HERE = {"delegate_to": "localhost"}
FLEET = "baremetal.ipmi.ipmi_fleet_info"
SHARE = "baremetal.ipmi.ipmi_fleet_facts"


def once(**options: Any) -> dict[str, Any]:
    """The task for the whole fleet, registered as ``fleet``."""
    return {FLEET: options, **HERE, "run_once": True, "register": "fleet"}


def share(part: str, name: str) -> dict[str, Any]:
    """The task that hands a host its share, registered by a name."""
    return {SHARE: {"variable": "fleet", "part": part}, "register": name, "failed_when": False}


def alone(module: str, name: str, **options: Any) -> dict[str, Any]:
    """The task that reads one host's BMC, registered by a name."""
    return {f"baremetal.ipmi.{module}": {**BY_HOST, **options}, **HERE, "register": name, "failed_when": False}


def play(*tasks: dict[str, Any], **keywords: Any) -> list[dict[str, Any]]:
    return [{"hosts": "all", "gather_facts": False, "tasks": list(tasks), **keywords}]


def tell_each(*names: str) -> dict[str, Any]:
    """A task that writes registered variables of all hosts: one task, since a module costs half a second a host."""
    hosts = "ansible_play_hosts"
    values = [f"'{name}': dict({hosts} | zip({hosts} | map('extract', hostvars, '{name}')))" for name in names]
    return {**tell("{" + ", ".join(values) + "}"), "run_once": True}


# How long an answer was waited for; the transports count that differently.
WAITED = re.compile(r"in \d+ tries(, | of )[0-9.]+ s\b")


def told(player: Player, host: str) -> dict[str, Any]:
    """What :func:`tell_each` wrote of a host."""
    text = WAITED.sub("in vain", (player.folder / "told.json").read_text())
    return {name: comparable(value[host]) for name, value in json.loads(text).items()}


def comparable(result: dict[str, Any]) -> dict[str, Any]:
    """What a read says that does not depend on when, or by which task."""
    if result.get("error"):
        return {"error": {name: result["error"][name] for name in ("kind", "host", "next_step")}}
    kept = {name: result[name] for name in ("ansible_facts", "sel", "sel_info", "bmc") if name in result}
    clock = result.get("sel_clock") or {}
    return {**kept, "sel_clock": {name: clock[name] for name in clock if name not in ("time", "timecode", "drift_s")}}
