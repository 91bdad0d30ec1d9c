# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""FRU inventory commands (network function 0Ah)."""

from __future__ import annotations

from . import registry
from .registry import STORAGE, Context, Refused, command


def _inventory(context: Context) -> bytes:
    data = context.bmc.frus.get(context.data[0])
    if data is None:
        raise Refused(registry.NOT_PRESENT)
    return data


@command(STORAGE, 0x10, length=1)
def get_fru_inventory_area_info(context: Context) -> bytes:
    """Section 34.1: accessed by bytes."""
    return len(_inventory(context)).to_bytes(2, "little") + b"\0"


@command(STORAGE, 0x11, length=4)
def read_fru_data(context: Context) -> bytes:
    """Section 34.2."""
    data, offset, count = _inventory(context), context.word(1), context.data[3]
    limit = context.bmc.model.limits.fru_read
    if limit and count > limit:
        raise Refused(registry.TOO_MANY_BYTES)
    if offset >= len(data):
        raise Refused(registry.OUT_OF_RANGE)
    part = data[offset : offset + count]
    return bytes([len(part)]) + part
