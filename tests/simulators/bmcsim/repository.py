# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The SDR repository of one BMC (IPMI v2.0, section 33), and the device SDRs of a controller (section 35)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass

from . import sdr
from .model import SensorModel, ServerModel

_SPACE = 0x10000


@dataclass
class Item:
    """One record; `sensor` is what it describes, None for a locator, an association or an oddity."""

    data: bytes
    sensor: SensorModel | None = None
    keep_id: bool = False

    @property
    def record_id(self) -> int:
        return int.from_bytes(self.data[:2], "little")

    def number(self, record_id: int) -> None:
        if not self.keep_id:
            self.data = record_id.to_bytes(2, "little") + self.data[2:]


def sensor_item(sensor: SensorModel) -> Item:
    return Item(sdr.encode_sensor(sensor), sensor)


def model_items(model: ServerModel) -> list[Item]:
    """Return the records of a model in their order."""
    items = [sensor_item(sensor) for sensor in model.sensors]
    items += [Item(extra.data, None, extra.keep_id) for extra in model.records if extra.at is None]
    for extra in sorted((e for e in model.records if e.at is not None), key=lambda e: e.at or 0):
        items.insert(extra.at or 0, Item(extra.data, None, extra.keep_id))
    return items


class Repository:
    """Records with their ids, the time stamps, and the reservation."""

    def __init__(self, items: Iterable[Item], stamp: int) -> None:
        self.items = list(items)
        self.renumber()
        self.added, self.erased = stamp, 0
        self.reservation = 0

    @property
    def records(self) -> list[bytes]:
        return [item.data for item in self.items]

    @property
    def ids(self) -> list[int]:
        return [item.record_id for item in self.items]

    def renumber(self) -> None:
        """Give the records the ids 1, 2, 3..., as a BMC does that builds its repository when it starts."""
        for position, item in enumerate(self.items):
            item.number(position + 1)

    def append(self, item: Item) -> None:
        item.number(max(self.ids, default=0) % 0xFFFE + 1)
        self.items.append(item)

    def changed(self, added: bool, erased: bool, now: int) -> None:
        """Advance the time stamps: always to another value, also twice within a second."""
        if added:
            self.added = _later(self.added, now)
        if erased:
            self.erased = _later(self.erased, now)

    def reserve(self) -> int:
        """Return a new reservation id, which ends the one before."""
        self.reservation = next_reservation(self.reservation)
        return self.reservation

    def cancel(self) -> None:
        self.reservation = 0

    def find(self, record_id: int) -> tuple[bytes, int] | None:
        """Return a record and the id of the next one (FFFFh after the last); 0 is the first, FFFFh the last."""
        ids = self.ids
        if not ids:
            return None
        if record_id in ids:
            position = ids.index(record_id)
        elif record_id in (0, 0xFFFF):
            position = 0 if record_id == 0 else len(ids) - 1
        else:
            return None
        following = ids[position + 1] if position + 1 < len(ids) else 0xFFFF
        return self.items[position].data, following

    def free(self) -> int:
        return max(0, min(_SPACE - sum(map(len, self.records)), 0xFFFE))


def _later(before: int, now: int) -> int:
    return now if before in (0, 0xFFFFFFFF) or now > before else before + 1


def next_reservation(before: int) -> int:
    """Return another id than 0 and the one before."""
    while True:
        number = int.from_bytes(os.urandom(2), "little")
        if number not in (0, before):
            return number
