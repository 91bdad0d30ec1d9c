# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One BMC's FRU inventory, and who the BMC is."""

from __future__ import annotations

from dataclasses import dataclass

from .._core.bmc import DeviceId, read_guid
from .._core.client import Client
from .._core.fru import Fru, read_fru
from .device import read_device


@dataclass(frozen=True)
class FruResult:
    """``warnings`` for people, each one a sentence."""

    device: DeviceId | None
    guid: str | None
    fru: Fru
    warnings: tuple[str, ...] = ()


async def run(client: Client, fru_device: int) -> FruResult:
    """Read the inventory first: an error of its own shall be told, and not one on the way to it."""
    fru = await read_fru(client, fru_device)
    warnings: list[str] = []
    device = await read_device(client, warnings)
    return FruResult(device, await read_guid(client), fru, tuple(warnings))
