# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time stamps of the System Event Log (IPMI v2.0 rev 1.1, sections 37 and 31.11a). Time is never guessed."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

SET, PRE_INIT, UNSPECIFIED = "set", "pre_init", "unspecified"
_LAST_PRE_INIT = 0x20000000
_NO_TIME = 0xFFFFFFFF
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def timestamp(timecode: int | None, utc_offset_minutes: int | None) -> tuple[str | None, str]:
    """A record's time in UTC (``2026-01-11T22:40:00Z``) and its kind: "set", "pre_init" or "unspecified".

    A BMC whose clock was not set counts the seconds since it started, up to 20000000h: that is no time of day, and the
    text is None. ``utc_offset_minutes`` (Get SEL Time UTC Offset) is that of a clock which shows local time; None
    where it is unspecified or the BMC knows no such command: the clock is then taken to show UTC, as other tools do.
    """
    if timecode is None or timecode == _NO_TIME:
        return None, UNSPECIFIED
    if timecode <= _LAST_PRE_INIT:
        return None, PRE_INIT
    time = _EPOCH + timedelta(seconds=timecode, minutes=-(utc_offset_minutes or 0))
    return time.strftime("%Y-%m-%dT%H:%M:%SZ"), SET
