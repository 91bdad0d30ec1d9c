# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ipmi_doctor: its options, the rules of a fleet, what was found before, and the diagnoses as plain data."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .._core.doctor.rules import CONTROLLER_SICK, VERDICTS, Rule, parse_rules
from .._ops.doctor import Diagnosis, kept
from .snapshots import file_name, read_snapshot, write_snapshot

DOCTOR_SPEC: dict[str, dict[str, Any]] = {
    "hosts": {"type": "list", "elements": "str", "required": True},
    "variable": {"type": "str", "default": "ipmi_doctor_evidence"},
    "rules": {"type": "list", "elements": "dict", "default": []},
    "rules_variable": {"type": "str", "default": ""},
    "directory": {"type": "str", "default": ""},
    "fail_on": {"type": "list", "elements": "str", "choices": list(VERDICTS), "default": [CONTROLLER_SICK]},
}


def rules_of(hosts: Iterable[str], everyones: Any, own: Mapping[str, Any]) -> dict[str, tuple[Rule, ...]]:
    """Each host's rules, its own before those of all; raises OptionError that names rule and host."""
    common = parse_rules(everyones)
    # A group's rules are the same object for each of its hosts.
    parsed: dict[int, tuple[Rule, ...]] = {}
    found = {}
    for host in hosts:
        told = own.get(host)
        if told is not None and id(told) not in parsed:
            parsed[id(told)] = parse_rules(told, f"rules of {host}")
        found[host] = (*parsed[id(told)], *common) if told is not None else common
    return found


def read_before(folder: str, hosts: Iterable[str]) -> tuple[dict[str, Any], list[str]]:
    """What the last run wrote of each host, as far as there is any; and what to warn of. Raises OSError."""
    found, warnings = {}, []
    for host in hosts if folder else ():
        try:
            found[host] = read_snapshot(folder, host)
        except FileNotFoundError:
            continue
        except ValueError:
            path = os.path.join(folder, file_name(host))
            warnings.append(
                f"{path} is damaged: {host} is not compared with its last run, and the file is written anew."
            )
    return found, warnings


def save(
    folder: str, found: Sequence[Diagnosis], evidence: Mapping[str, Any], before: Mapping[str, Any], read_at: str
) -> None:
    """A file for each host: what was found, and what the next run compares with. Raises OSError."""
    for item in found:
        compared = kept(evidence[item.host], before.get(item.host), item.rate, read_at)
        write_snapshot(folder, item.host, {"host": item.host, "read_at": read_at, **host_data(item), **compared})


def host_data(item: Diagnosis) -> dict[str, Any]:
    """An entry of ``hosts``."""
    decision = item.decision
    return {
        "verdict": decision.verdict,
        "rule": decision.rule,
        "because": decision.because,
        "evidence": list(decision.evidence),
        "signs": {name: sign.value for name, sign in decision.signs.items()},
        "next_steps": list(decision.next_steps),
        "also": [{"rule": rule.name, "verdict": rule.verdict, "because": rule.because} for rule in decision.also],
    }
