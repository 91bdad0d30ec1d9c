# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who logged an event: a controller on the bus or a software (IPMI v2.0 rev 1.1, table 5-4 and section 32.1)."""

from __future__ import annotations

from ..client import BMC_ADDRESS
from .records import EventRecord, SelRecord

_SOFTWARE: tuple[tuple[range, str], ...] = (
    (range(0x10), "BIOS"),
    (range(0x10, 0x20), "SMI handler"),
    (range(0x20, 0x30), "system management software"),
    (range(0x30, 0x40), "OEM system software"),
    (range(0x47, 0x48), "terminal mode remote console software"),
)
_FIRST_REMOTE_CONSOLE = 0x40
_REMOTE_CONSOLES = range(_FIRST_REMOTE_CONSOLE, 0x47)


def _software(number: int) -> str:
    if number in _REMOTE_CONSOLES:
        return f"remote console software {number - _FIRST_REMOTE_CONSOLE + 1}"
    return next((name for numbers, name in _SOFTWARE if number in numbers), f"software {number:02X}h")


def generator_text(record: SelRecord) -> str | None:
    """``BIOS``, ``BMC``, ``controller 2Ch``, with channel and LUN where they are not 0; None for records without one.

    A controller is told by its slave address of 8 bits, a software that the table does not name by its 7-bit number.
    """
    if not isinstance(record, EventRecord):
        return None
    owner = record.generator[0]
    if owner & 0x01:
        return _software(owner >> 1)
    text = "BMC" if owner == BMC_ADDRESS and not record.channel else f"controller {owner:02X}h"
    channel = f" channel {record.channel}" if record.channel else ""
    return text + channel + (f" LUN {record.lun}" if record.lun else "")
