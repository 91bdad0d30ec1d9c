# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the records of a BMC are still the ones that were read before.

The state of a repository is told by Get SDR Repository Info (IPMI 2.0, section 33.9): how many records, and when one
was last added and erased. Device SDRs have a change indicator (section 35.2). Many BMCs leave these at zero, or count
from their start: such a state proves nothing, and nothing is taken from a cache because of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from ..client import Client, Request, ask
from ..errors import CommandError, DecodeError, NoReply
from .repository import DEVICE_SDRS, Source

_GET_INFO = 0x20
# Up to here a time counts seconds since the BMC started (section 37.1); FFFFFFFFh is unspecified.
_LAST_PRE_INIT = 0x20000000
_UNSPECIFIED = 0xFFFFFFFF


@dataclass(frozen=True)
class Stamp:
    """The state of a repository. ``count`` of records (of sensors for device SDRs), times in seconds since 1970."""

    source: str
    count: int
    added_at: int
    erased_at: int

    @property
    def proves_content(self) -> bool:
        """Whether an equal stamp means equal records."""
        return _LAST_PRE_INIT < self.added_at < _UNSPECIFIED


@dataclass(frozen=True)
class Identity:
    """Whose records they are: where the BMC answered, its GUID if it has one, and all that Get Device ID returned."""

    address: str
    port: int
    guid: str | None
    device: str


class RecordStore(Protocol):
    """Where records are kept between reads."""

    def load(self, identity: Identity, stamp: Stamp) -> list[bytes] | None:
        """The records that were kept for this BMC in this state; None where there are none."""

    def save(self, identity: Identity, stamp: Stamp, records: list[bytes]) -> None:
        """Keep the records; failing to is no error."""


async def read_stamp(client: Client, source: Source) -> Stamp | None:
    """The present state; None where the BMC does not tell."""
    try:
        data = await ask(client, f"{source.name} information", Request(source.netfn, _GET_INFO), 2)
    except (CommandError, DecodeError, NoReply):
        return None
    return decode_device_stamp(data) if source == DEVICE_SDRS else decode_stamp(data)


def decode_stamp(data: bytes) -> Stamp | None:
    """Get SDR Repository Info: version, count, free space, most recent addition, most recent erase, support."""
    if len(data) < 13:
        return None
    count, added_at = int.from_bytes(data[1:3], "little"), int.from_bytes(data[5:9], "little")
    return Stamp("repository", count, added_at, int.from_bytes(data[9:13], "little"))


def decode_device_stamp(data: bytes) -> Stamp | None:
    """Get Device SDR Info: number of sensors, flags, and, for a dynamic population, its change indicator.

    The indicator is a time or any other number that changes; a static population has none and proves nothing.
    """
    if len(data) < 6:
        return None
    return Stamp("device", data[0], int.from_bytes(data[2:6], "little"), 0)
