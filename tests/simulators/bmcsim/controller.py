# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sensors as they run, and the management controller that owns them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .model import Identity, Initial, SensorModel
from .parse_sensor import parse_state
from .reader import Node
from .repository import Repository


class Sensor:
    """One sensor with its present state."""

    def __init__(self, model: SensorModel, index: int = 0) -> None:
        self.model = model
        self.number = model.number + index
        self.name = model.name + model.share.suffix(index)
        self.state: Initial = model.initial[index]

    def change(self, changes: dict[str, Any], file: str = "set_sensor") -> None:
        """Change the state (`reading`, `raw`, `states`, `scanning`, ... as in a model); ModelError when it is wrong."""
        node = Node(changes, file, self.name)
        self.state = parse_state(node, self.state, self.model.scale, self.model.analog)
        node.done()

    def flags(self) -> int:
        """Return byte 3 of Get Sensor Reading (section 35.14): events on, scanning, state unavailable."""
        return 0x80 | (0x40 if self.state.scanning else 0) | (0x20 if self.state.unavailable else 0)

    def crossed(self) -> int:
        """Return the thresholds that the reading has reached, as the bits of byte 4."""
        scale = self.model.scale
        reading = scale.value(self.state.raw)
        bits = 0
        for bit, raw in enumerate(self.model.thresholds):
            limit = scale.value(raw) if raw is not None else None
            if limit is None or reading is None:
                continue
            if reading <= limit if bit < 3 else reading >= limit:
                bits |= 1 << bit
        return bits

    def reading_bytes(self) -> bytes:
        """Return the data of a Get Sensor Reading response."""
        state = self.state
        dark = not state.scanning or state.unavailable
        raw = 0 if dark else state.raw
        if self.model.threshold_based:
            bits = 0 if dark else self.crossed()
            return bytes([raw, self.flags(), 0xC0 | (bits if state.status is None else state.status)])
        mask = 0 if dark else sum(1 << offset for offset in state.states)
        if state.status is not None:
            mask = mask & ~0xFF | state.status
        return bytes([raw, self.flags(), mask & 0xFF, 0x80 | mask >> 8])

    def asserted_events(self) -> int:
        """Return the assertion events that are on, as the word of Get Sensor Event Status (section 35.13)."""
        if self.model.threshold_based:
            bits = self.crossed()
            return sum(1 << (2 * bit + (bit >= 3)) for bit in range(6) if bits & 1 << bit)
        return sum(1 << offset for offset in self.state.states)


class Controller:
    """A management controller: its identity, and its sensors by (LUN, number)."""

    def __init__(self, address: int, channel: int, identity: Identity, off: bool = False) -> None:
        self.address, self.channel, self.identity, self.off = address, channel, identity, off
        self.repository: Repository | None = None
        self.sensors: dict[tuple[int, int], Sensor] = {}

    def add(self, models: Iterable[SensorModel]) -> None:
        """Add the sensors of this controller; of two records for one sensor the first one counts."""
        for model in models:
            for index in range(model.share.count):
                self.sensors.setdefault((model.lun, model.number + index), Sensor(model, index))
