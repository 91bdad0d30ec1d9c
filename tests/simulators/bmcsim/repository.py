# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SDR repository of one BMC (IPMI v2.0, section 33)."""

from __future__ import annotations

import os

from . import sdr
from .model import ServerModel

_SPACE = 0x10000


class Repository:
    """Records with their ids, and the reservation."""

    def __init__(self, model: ServerModel, stamp: int) -> None:
        records = [(sdr.encode_sensor(sensor), False) for sensor in model.sensors]
        records += [(extra.data, extra.keep_id) for extra in model.records if extra.at is None]
        for extra in sorted((e for e in model.records if e.at is not None), key=lambda e: e.at or 0):
            records.insert(extra.at or 0, (extra.data, extra.keep_id))
        self.records = [
            data if keep else (position + 1).to_bytes(2, "little") + data[2:]
            for position, (data, keep) in enumerate(records)
        ]
        self.ids = [int.from_bytes(record[:2], "little") for record in self.records]
        self.added, self.erased = stamp, 0
        self.reservation = 0

    def reserve(self) -> int:
        """Return a new reservation id, which ends the one before."""
        self.reservation = next_reservation(self.reservation)
        return self.reservation

    def cancel(self) -> None:
        self.reservation = 0

    def find(self, record_id: int) -> tuple[bytes, int] | None:
        """Return a record and the id of the next one (FFFFh after the last); 0 is the first, FFFFh the last."""
        if not self.records:
            return None
        if record_id in self.ids:
            position = self.ids.index(record_id)
        elif record_id in (0, 0xFFFF):
            position = 0 if record_id == 0 else len(self.ids) - 1
        else:
            return None
        following = self.ids[position + 1] if position + 1 < len(self.ids) else 0xFFFF
        return self.records[position], following

    def free(self) -> int:
        return max(0, min(_SPACE - sum(map(len, self.records)), 0xFFFE))


def next_reservation(before: int) -> int:
    """Return another id than 0 and the one before."""
    while True:
        number = int.from_bytes(os.urandom(2), "little")
        if number not in (0, before):
            return number
