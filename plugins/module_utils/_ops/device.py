# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who a BMC is, as far as it says."""

from __future__ import annotations

from .._core.bmc import DeviceId, read_device_id
from .._core.client import Client
from .._core.errors import CommandError, DecodeError, NoReply


async def read_device(client: Client, warnings: list[str]) -> DeviceId | None:
    """The answer to Get Device ID; None, and a warning more, where there is none to be had."""
    try:
        return await read_device_id(client)
    except (CommandError, DecodeError, NoReply) as error:
        warnings.append(f"the BMC does not say what it is: {error.message}")
        return None
