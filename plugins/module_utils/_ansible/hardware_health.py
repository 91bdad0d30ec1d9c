# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""hardware_health_report: its options, the files of the baseline, the verdicts as plain data."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from .._core.hardware_health.baseline import Known
from .._core.hardware_health.checks import CRITICAL, UNKNOWN, VERDICTS, Finding
from .._core.hardware_health.exceptions import parse_exceptions
from .._core.hardware_health.judge import Verdict
from .._ops.hardware_health import Wish
from .files import replace_file
from .snapshots import read_snapshot, stamp, write_snapshot

HEALTH_SPEC: dict[str, dict[str, Any]] = {
    "hosts": {"type": "list", "elements": "str", "required": True},
    "variable": {"type": "str", "default": "hardware_health_evidence"},
    "exceptions": {"type": "list", "elements": "dict", "default": []},
    "baseline_dir": {"type": "str", "default": ""},
    "accept_baseline": {"type": "bool", "default": False},
    "fail_on": {"type": "list", "elements": "str", "choices": list(VERDICTS[:-1]), "default": [CRITICAL, UNKNOWN]},
    "junit": {"type": "str", "default": ""},
    "json": {"type": "str", "default": ""},
    "prometheus": {"type": "str", "default": ""},
}
# A file of ours has some kilobytes.


def wish(options: dict[str, Any], now: datetime) -> Wish:
    """Raises OptionError that names the exception that cannot be used."""
    return Wish(parse_exceptions(options["exceptions"]), options["accept_baseline"], now)


def read_baseline(folder: str, hosts: Iterable[str]) -> dict[str, Known] | None:
    """What the baseline has of each host; None where none is wanted. Raises OSError."""
    return {host: _read(folder, host) for host in hosts} if folder else None


def _read(folder: str, host: str) -> Known:
    try:
        return Known(read_snapshot(folder, host))
    except FileNotFoundError:
        return Known()
    except ValueError:
        return Known(is_damaged=True)


def write_baseline(folder: str, found: Sequence[Verdict], now: datetime) -> None:
    """The files that change, mode 0600. Raises OSError."""
    for item in found:
        if item.baseline is not None:
            write_snapshot(folder, item.host, {"host": item.host, "accepted_at": stamp(now), **item.baseline})


def write_file(path: str, content: str, mode: int = 0o600) -> None:
    """A report in one step, and its folder where that is missing. Raises OSError."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    replace_file(path, content.encode("utf-8", "replace"), mode)


def host_data(item: Verdict) -> dict[str, Any]:
    """An entry of ``hosts``."""
    return {
        "verdict": item.verdict,
        "model": item.model,
        "firmware": item.firmware,
        "checks": {check.name: {"state": check.state, "told": check.told} for check in item.checks},
        "findings": [_finding(finding) for finding in item.findings],
        "hidden": [
            {**_finding(hidden.finding), "until": hidden.until, "reason": hidden.reason} for hidden in item.hidden
        ],
    }


def _finding(finding: Finding) -> dict[str, str]:
    return {
        "check": finding.check,
        "state": finding.state,
        "subject": finding.subject,
        "evidence": finding.evidence,
        "next_step": finding.next_step,
    }
