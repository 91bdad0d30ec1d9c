# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clock by which the System Event Log stamps its entries (IPMI v2.0 rev 1.1, sections 31.10 to 31.11b)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

from ..client import NETFN_STORAGE, Client, Request
from ..errors import CommandError, DecodeError, refusal
from .log import ask_log
from .times import SET, timestamp

_GET_TIME, _SET_TIME, _GET_OFFSET = 0x48, 0x49, 0x5C
_NO_OFFSET = 0x07FF
_LONGEST_OFFSET = 1440

Now = Callable[[], float]


@dataclass(frozen=True)
class SelClock:
    """What the clock showed, in seconds, when our own showed ``asked_at`` (seconds since 1970, UTC). ``utc_offset`` in
    minutes, None where the BMC tells none."""

    timecode: int
    utc_offset: int | None
    asked_at: float

    @property
    def time(self) -> str | None:
        return timestamp(self.timecode, self.utc_offset)[0]

    @property
    def kind(self) -> str:
        return timestamp(self.timecode, self.utc_offset)[1]

    @property
    def drift_s(self) -> float | None:
        """How far the clock is ahead of ours, to a tenth of a second; None for a clock that was never set."""
        if self.kind != SET:
            return None
        return round(self.timecode - 60 * (self.utc_offset or 0) - self.asked_at, 1)


async def read_clock(client: Client, now: Now) -> SelClock:
    """The clock and its UTC offset."""
    before = now()
    data = await ask_log(client, "Get SEL Time", _GET_TIME, at_least=4)
    asked_at = (before + now()) / 2
    return SelClock(int.from_bytes(data[:4], "little"), await _utc_offset(client), asked_at)


async def _utc_offset(client: Client) -> int | None:
    """Minutes from UTC to local time; None where it is unspecified, or the command unknown (it came with IPMI 2.0)."""
    try:
        data = await ask_log(client, "Get SEL Time UTC Offset", _GET_OFFSET, at_least=2)
    except (CommandError, DecodeError):
        return None
    minutes = int.from_bytes(data[:2], "little", signed=True)
    return minutes if minutes != _NO_OFFSET and abs(minutes) <= _LONGEST_OFFSET else None


async def set_clock(client: Client, utc_offset: int | None, now: Now) -> None:
    """Set the clock to our time, in local time where the BMC has a UTC offset."""
    seconds = round(now()) + 60 * (utc_offset or 0)
    response = await client.request(Request(NETFN_STORAGE, _SET_TIME, seconds.to_bytes(4, "little")))
    if response.code:
        raise refusal("Set SEL Time", response.code)
