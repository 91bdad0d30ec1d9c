# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sensors as they run, and the management controller that owns them."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from . import events
from .model import Identity, Initial, SensorModel
from .over_time import Function
from .parse_sensor import parse_state
from .reader import Node
from .repository import Repository

_SENSOR = 0x04


class Sensor:
    """One sensor with its present state."""

    def __init__(self, model: SensorModel, index: int = 0) -> None:
        self.model = model
        self.number = model.number + index
        self.name = model.name + model.share.suffix(index)
        self.state: Initial = model.initial[index]
        self.reads = 0
        self.logs = False
        self._since = time.monotonic()
        self._events = self._active(frozenset())

    def change(self, changes: dict[str, Any], file: str = "set_sensor") -> None:
        """Change the state (`reading`, `raw`, `states`, `scanning`, ... as in a model); ModelError when it is wrong.

        `reading` and `states` can be functions of the seconds since then.
        """
        plain = {key: value for key, value in changes.items() if not callable(value)}
        functions = [changes[key] for key in ("reading", "states") if callable(changes.get(key))]
        node = Node(plain, file, self.name)
        state = parse_state(node, self.state, self.model.scale, self.model.analog)
        node.done()
        self.state = replace(state, over_time=Function(functions[0])) if functions else state
        if functions or "over_time" in changes:
            self._since, self.reads = time.monotonic(), 0
        self.refresh()

    def refresh(self) -> None:
        """Bring a reading that changes over time up to date."""
        course = self.state.over_time
        if course is None:
            return
        value = course.at(time.monotonic() - self._since, self.reads)
        if isinstance(value, tuple):
            self.state = replace(self.state, states=value)
            return
        with contextlib.suppress(ValueError):  # out of range: the reading before stays
            self.state = replace(self.state, raw=self.model.scale.raw(value))

    def _active(self, before: frozenset[int]) -> frozenset[int]:
        if self.model.threshold_based:
            return events.crossed(self.model, self.state.raw, before)
        return frozenset(self.state.states)

    def pending_events(self) -> list[bytes]:
        """Return the event records (without id and time) for what has changed since the last question."""
        state, before = self.state, self._events
        if not state.scanning or state.unavailable or state.absent:
            return []
        self._events = after = self._active(before)
        if self.model.threshold_based:
            return events.threshold_events(self.model, self.number, state.raw, before, after)
        return events.state_events(self.model, self.number, before, after)

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

    def sensor_name(self, netfn: int, lun: int, data: bytes) -> str:
        """Return the name of the sensor that a sensor command is about, empty for another command."""
        sensor = self.sensors.get((lun, data[0])) if netfn == _SENSOR and data else None
        return sensor.name if sensor else ""
