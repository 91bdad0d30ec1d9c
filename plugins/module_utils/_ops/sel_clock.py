# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Setting the clock of a BMC's log, where it has drifted away from ours."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .._core.client import Client
from .._core.errors import SelError
from .._core.sel.clock import Now, SelClock, read_clock, set_clock


@dataclass(frozen=True)
class ClockResult:
    """The clock before and after."""

    before: SelClock
    after: SelClock
    changed: bool


async def run(client: Client, tolerance_s: float, check: bool, now: Now) -> ClockResult:
    """Set the clock if it was never set, or is further from ours than the tolerance; ``check`` tells what would be."""
    before = await read_clock(client, now)
    if _is_right(before, tolerance_s):
        return ClockResult(before, before, False)
    if check:
        seconds = round(before.asked_at) + 60 * (before.utc_offset or 0)
        return ClockResult(before, replace(before, timecode=seconds), True)
    await set_clock(client, before.utc_offset, now)
    after = await read_clock(client, now)
    if not _is_right(after, tolerance_s):
        raise SelError(
            f"the BMC accepted the time and shows {after.time or f'{after.timecode} s since its start'} all the same",
            "Look whether it takes its time from elsewhere, such as NTP or the host's clock.",
        )
    return ClockResult(before, after, True)


def _is_right(clock: SelClock, tolerance_s: float) -> bool:
    return clock.drift_s is not None and abs(clock.drift_s) <= tolerance_s
