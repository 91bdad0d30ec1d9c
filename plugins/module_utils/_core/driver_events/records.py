# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the operating system's IPMI driver wrote to its log: events, and times in UTC.

Times are seconds since 1970, so that neither a restart nor a time zone changes them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

WINDOWS, LINUX = "windows", "linux"

# IPMIDRV's events by number (Microsoft, "IPMI Driver Functionality"): error state, no SMBIOS record of type 38, a
# setting that was refused for the default, time-out while the device was created, time-out in normal operation.
EVENT_IDS = ("1000", "1001", "1002", "1003", "1004")
REJECTED_SETTING_ID = "1002"
KERNEL_KINDS = ("timeout", "incorrect_response", "queue_full", "error_state", "no_bmc", "bmc_reset")

KINDS = {WINDOWS: EVENT_IDS, LINUX: KERNEL_KINDS}
# What counts as a time-out. 1003 does not: it tells of a start, not of how often a running driver had to wait.
TIMEOUT = {WINDOWS: "1004", LINUX: "timeout"}

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_DAY = r"(\d{4})-(\d\d)-(\d\d)"
_CLOCK = r"(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?"
_ZONE = r"([Zz]|[+-](?:[01]\d|2[0-3]):?[0-5]\d)"
_TIME = re.compile(rf"{_DAY}(?:[Tt ]{_CLOCK}\s*{_ZONE}?)?", re.ASCII)


@dataclass(frozen=True)
class DriverEvent:
    """One entry. ``kind``: one of KINDS of its system. ``message``: the kernel's line, "" on Windows."""

    time: float
    kind: str
    message: str = ""


@dataclass(frozen=True)
class Span:
    """A stretch of time, both ends included."""

    start: float
    end: float

    def holds(self, time: float) -> bool:
        return self.start <= time <= self.end


def parse_time(text: str) -> float:
    """Seconds since 1970 of a time in ISO 8601 (``2026-01-31T12:00:00Z``, ``2026-01-31 13:00:00+01:00``).

    A time without a zone is UTC, a day without a time its beginning. Raises ValueError.
    """
    found = _TIME.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is no time in ISO 8601")
    year, month, day, hour, minute, second, fraction, zone = found.groups()
    whole = datetime(
        int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0), tzinfo=timezone.utc
    )
    seconds = (whole - _EPOCH).total_seconds() + float(f"0.{fraction or 0}")
    return seconds - _offset_s(zone)


def _offset_s(zone: str | None) -> int:
    if zone is None or zone in "Zz":
        return 0
    offset = (int(zone[1:3]) * 60 + int(zone[-2:])) * 60
    return -offset if zone.startswith("-") else offset


def format_time(time: float) -> str:
    """A time as ISO 8601 in UTC: ``2026-01-31T12:00:00Z``. What was less than a second is left out."""
    return (_EPOCH + timedelta(seconds=int(time))).strftime("%Y-%m-%dT%H:%M:%SZ")
