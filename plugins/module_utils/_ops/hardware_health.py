# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The health of a fleet: every host's verdict, worst first, the table, and the hosts that are to end a play."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from string import hexdigits
from typing import Any

from .._core.errors import OptionError
from .._core.hardware_health.baseline import Known
from .._core.hardware_health.checks import ATTENTION, CRITICAL, HEALTHY, UNKNOWN, VERDICTS, Finding
from .._core.hardware_health.exceptions import HealthException
from .._core.hardware_health.judge import Log, Verdict, judge
from .._core.health import rate
from .._core.plain import mapping
from .fleet import aligned, one_line
from .sel_report import events

# The verdicts in the reports' four words, and so in their colours.
STATUS = {CRITICAL: rate.CRITICAL, ATTENTION: rate.WARNING, UNKNOWN: rate.UNKNOWN, HEALTHY: rate.NOMINAL}
_COLUMNS = ("host", "verdict", "critical", "attention", "unknown", "hidden", "model", "firmware", "worst finding")
_COUNTED = (CRITICAL, ATTENTION, UNKNOWN)
_RECORD_TEXTS = (
    *("severity", "raw", "live_state", "timestamp", "direction"),
    *("sensor_name", "sensor_type", "event", "event_detail"),
)
_RAW_CHARS, _HEX = 32, frozenset(hexdigits)


@dataclass(frozen=True)
class Wish:
    """``accept``: what there is now becomes the baseline; ``now``: for the exceptions' dates."""

    exceptions: Sequence[HealthException]
    accept: bool
    now: datetime


def examine(evidence: Mapping[str, Any], known: Mapping[str, Known] | None, wish: Wish) -> list[Verdict]:
    """Every host of ``evidence``, worst first. ``known``: what the baseline has of each, None where none is wanted.
    Raises OptionError where there is no host: nothing that was checked is no health."""
    if not evidence:
        raise OptionError(
            "nothing was checked: the list of hosts is empty",
            "See whether the group has hosts, and whether a limit leaves any of them.",
        )
    found = [
        judge(
            host,
            told,
            read_log(told),
            None if known is None else known.get(host, Known()),
            wish.exceptions,
            wish.accept,
            wish.now,
        )
        for host, told in evidence.items()
    ]
    return sorted(found, key=lambda item: (VERDICTS.index(item.verdict), item.host))


def read_log(evidence: Any) -> Log:
    """The records of the part ``log`` that can be understood, with their states."""
    records = mapping(mapping(evidence).get("log")).get("sel")
    if not isinstance(records, (list, tuple)):
        return Log()
    good = [found for found in map(_record, records) if found]
    return Log(events(good), len(records) - len(good))


def _record(told: Any) -> dict[str, Any] | None:
    """What the events' states go by, None for what is no record."""
    texts = {key: mapping(told).get(key) for key in _RECORD_TEXTS}
    record: dict[str, Any] = {key: value if isinstance(value, str) else None for key, value in texts.items()}
    number, raw = mapping(told).get("sensor_number"), record["raw"] or ""
    if not (record["severity"] and record["event"]) or len(raw) != _RAW_CHARS or not set(raw) <= _HEX:
        return None
    is_number = isinstance(number, int) and 0 <= number <= 0xFF
    return {**record, "sensor_number": number if is_number else None}


def table(found: Sequence[Verdict]) -> list[str]:
    """The hosts as lines of equal columns under a heading."""
    return aligned([_COLUMNS, *(_cells(item) for item in found)], left=(0, 1, 6, 7))


def _cells(item: Verdict) -> tuple[str, ...]:
    counts = [str(sum(finding.state == state for finding in item.findings)) for state in _COUNTED]
    place = (item.model or "-", item.firmware or "-")
    return (item.host, item.verdict, *counts, str(len(item.hidden)), *place, one_line(_remark(item)))


def _remark(item: Verdict) -> str:
    if item.findings:
        return _words(item.findings[0])
    if item.hidden:
        hidden = item.hidden[0]
        return f"hidden until {hidden.until}: {_words(hidden.finding)}"
    return ""


def _words(finding: Finding) -> str:
    return f"{finding.check}: {finding.evidence}"


def failing(found: Sequence[Verdict], fail_on: Collection[str]) -> dict[str, str]:
    """The hosts with a check in one of these states, and the worst that is wrong there.

    Checks count, not the verdict alone: a BMC that refuses the log-in must not pass because its server's clock is
    wrong, too.
    """
    bad = {item.host: next((one for one in item.findings if one.state in fail_on), None) for item in found}
    return {host: f"{finding.state}: {_words(finding)}" for host, finding in bad.items() if finding}


def forgotten(found: Sequence[Verdict], wish: Wish) -> list[str]:
    """What to warn of: exceptions that are over and hide nothing any more."""
    told = {exception for item in found for exception in item.expired}
    return [
        f"{one.place}: it held until {one.until}, and has nothing left to hide: remove it."
        for one in wish.exceptions
        if wish.now >= one.end and one not in told
    ]
