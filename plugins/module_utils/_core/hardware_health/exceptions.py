# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exceptions: findings that an administrator knows of and does not want to see until a date, by host, check and sensor.

They hide nothing in silence: what is hidden is told beside the verdict, and an exception whose date has passed is void.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from fnmatch import fnmatchcase
from typing import Any

from ..errors import OptionError
from ..plain import LONGEST_TEXT, text, time
from .checks import ATTENTION, CHECKS, EVIDENCE, Check, Finding, Hidden

KEYS = ("host", "check", "sensor", "until", "reason")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_RENEW = "Mend it, or renew the exception with another until."
_ABLE = tuple(name for name in CHECKS if name != EVIDENCE)


@dataclass(frozen=True)
class HealthException:
    """``host``, ``check``, ``sensor``: names or patterns, "" for any; ``end``: it is void from then on; ``until``: as
    written; ``place``: for messages."""

    host: str
    check: str
    sensor: str
    end: datetime
    until: str
    reason: str
    place: str

    def fits(self, host: str, finding: Finding) -> bool:
        if not fnmatchcase(host, self.host) or self.check not in ("", finding.check):
            return False
        # What is said of a whole check is said of no sensor, whatever its pattern.
        return not self.sensor or bool(finding.subject and fnmatchcase(finding.subject, self.sensor))


def parse_exceptions(given: Any) -> tuple[HealthException, ...]:
    """From what is written; raises OptionError that names the entry and what is allowed."""
    if not isinstance(given, (list, tuple)):
        raise OptionError("exceptions: it is no list", f"Write each with {', '.join(KEYS)}.")
    return tuple(_parse(entry, f"exceptions[{number}]") for number, entry in enumerate(given, start=1))


def _parse(entry: Any, place: str) -> HealthException:
    if not isinstance(entry, Mapping):
        raise OptionError(f"{place}: it is no dictionary", f"Write it with {', '.join(KEYS)}.")
    told = {key: value for key, value in entry.items() if value is not None}
    named = f"{place} (host {text(str(told['host']))})" if "host" in told else place
    unknown = sorted(str(key) for key in told if key not in KEYS)
    if unknown:
        raise OptionError(f"{named}: {unknown[0]!r} is no key of an exception", f"Use {', '.join(KEYS)}.")
    for key in ("host", "check", "sensor", "reason"):
        if not isinstance(told.get(key, ""), str):
            raise OptionError(f"{named}: {key} is no text", "Put it in quotes.")
    if not told.get("host"):
        raise OptionError(f"{named}: host is missing", 'Name the host, or write a pattern such as "web*".')
    check = told.get("check", "")
    if check and check not in _ABLE:
        raise OptionError(f"{named}: {check!r} is no check", f"Use one of {', '.join(_ABLE)}.")
    if not check and not told.get("sensor"):
        raise OptionError(f"{named}: it would hide everything of the host", "Name a check, a sensor, or both.")
    end, until = _until(told.get("until"), named)
    reason = text(told.get("reason", ""), LONGEST_TEXT)
    return HealthException(told["host"], check, told.get("sensor", ""), end, until, reason, named)


def _until(value: Any, named: str) -> tuple[datetime, str]:
    """The end, and how it is written. A day counts to its end, in UTC."""
    written = value.isoformat() if isinstance(value, date) else value
    if not written:
        raise OptionError(f"{named}: until is missing", "Give the last day on which it holds, such as 2026-03-31.")
    try:
        if isinstance(written, str) and _DATE.fullmatch(written):
            return datetime.fromisoformat(written).replace(tzinfo=timezone.utc) + timedelta(days=1), str(written)
        end = time(written)
    except (ValueError, OverflowError):
        end = None
    if end is None:
        shown = text(str(written))
        raise OptionError(f"{named}: until {shown!r} is no date", "Write it by ISO 8601, such as 2026-03-31.")
    return end, text(written)


def apply(
    check: Check, host: str, exceptions: Sequence[HealthException], now: datetime
) -> tuple[Check, set[HealthException]]:
    """The check without what is hidden, and the exceptions that are over and would have hidden something: each of
    these is a finding of its own."""
    mine = [one for one in exceptions if any(one.fits(host, finding) for finding in check.findings)]
    valid, over = [one for one in mine if now < one.end], [one for one in mine if now >= one.end]
    kept: list[Finding] = []
    hidden: list[Hidden] = []
    missed: dict[HealthException, Finding] = {}
    for finding in check.findings:
        holding = next((one for one in valid if one.fits(host, finding)), None)
        if holding:
            hidden.append(Hidden(finding, holding.until, holding.reason))
            continue
        kept.append(finding)
        for one in over:
            if one.fits(host, finding):
                missed.setdefault(one, finding)
    for one, finding in missed.items():
        why = f" ({one.reason})" if one.reason else ""
        words = f"exception expired: {one.place} held until {one.until}{why}"
        kept.append(Finding(check.name, ATTENTION, finding.subject, words, _RENEW))
    return replace(check, findings=tuple(kept), hidden=tuple(hidden)), set(missed)
