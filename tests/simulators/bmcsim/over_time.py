# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Readings that change over time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .reader import Node

Value = float | tuple[int, ...]


@dataclass(frozen=True)
class Series:
    """Values one after the other: a new one every `every_s` seconds, or at every reading when that is 0."""

    values: tuple[Value, ...]
    every_s: float = 1.0
    loop: bool = True

    def at(self, seconds: float, reads: int) -> Value:
        step = int(seconds / self.every_s) if self.every_s else max(0, reads - 1)
        return self.values[step % len(self.values) if self.loop else min(step, len(self.values) - 1)]


@dataclass(frozen=True)
class Ramp:
    """From one reading to another in `over_s` seconds, then that one, or from the start again."""

    first: float
    last: float
    over_s: float
    loop: bool = False

    def at(self, seconds: float, reads: int) -> Value:
        part = seconds / self.over_s
        part = part % 1 if self.loop else min(part, 1.0)
        return self.first + (self.last - self.first) * part


@dataclass(frozen=True)
class Function:
    """A test's function of the seconds since it was set."""

    function: Callable[[float], Any]

    def at(self, seconds: float, reads: int) -> Value:
        value = self.function(seconds)
        return tuple(value) if isinstance(value, (list, tuple)) else float(value)


OverTime = Series | Ramp | Function


def parse_over_time(node: Node, analog: bool) -> OverTime:
    """Return what an `over_time` mapping says: `values` and `every_s`, or `ramp` and `over_s`; `loop` for both."""
    if node.has("ramp"):
        ends = node.sequence("ramp")
        if not analog or len(ends) != 2 or not all(isinstance(end, (int, float)) for end in ends):
            raise node.error("needs two readings, of an analog sensor", "ramp")
        over_s = node.number("over_s")
        if over_s <= 0:
            raise node.error("must be above 0", "over_s")
        ramp = Ramp(float(ends[0]), float(ends[1]), over_s, node.flag("loop"))
        node.done()
        return ramp
    values: list[Value] = []
    for item in node.sequence("values"):
        if isinstance(item, list) == analog:
            raise node.error("must be readings, or lists of states for a discrete sensor", "values")
        values.append(float(item) if analog else tuple(item))
    if not values:
        raise node.error("must not be empty", "values")
    every_s = node.number("every_s", 1.0)
    if every_s < 0:
        raise node.error("must not be negative", "every_s")
    series = Series(tuple(values), every_s, node.flag("loop", True))
    node.done()
    return series
