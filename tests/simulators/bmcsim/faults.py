# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of one BMC: what it does wrong, and where the server asks about it.

Faults of one sensor (`completion_code`, `no_reply`) are part of the sensor's state.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import Any

from . import ipmb
from .reader import Node

LOST_RESERVATION = 0xC5


@dataclass(frozen=True)
class FaultPlan:
    """The `faults` of a fleet file, immutable."""

    delay_ms: float = 0.0
    drop: float = 0.0
    seed: int = 0
    silent: bool = False
    ipmi15_only: bool = False
    silent_after: int | None = None
    max_sdr_read: int | None = None
    lose_reservation_after: int | None = None
    commands: dict[tuple[int, int], int] = field(default_factory=dict)
    no_reply: frozenset[tuple[int, int]] = frozenset()


def parse_faults(node: Node) -> FaultPlan:
    """Return the plan of a `faults` mapping."""
    plan = FaultPlan(
        delay_ms=node.number("delay_ms", 0.0),
        drop=node.number("drop", 0.0),
        seed=node.integer("seed", 0, high=2**31),
        silent=node.flag("silent"),
        ipmi15_only=node.flag("ipmi15_only"),
        silent_after=node.integer("silent_after", None, high=2**31),
        max_sdr_read=node.integer("max_sdr_read", None, 1),
        lose_reservation_after=node.integer("lose_reservation_after", None, high=2**31),
    )
    if not 0 <= plan.drop <= 100:
        raise node.error("is a percentage from 0 to 100", "drop")
    codes: dict[tuple[int, int], int] = {}
    mute: set[tuple[int, int]] = set()
    for part in node.nodes("commands", "cmd"):
        where = part.integer("netfn", high=0x3E), part.integer("cmd")
        if part.flag("no_reply"):
            mute.add(where)
        else:
            codes[where] = part.integer("completion_code", low=1)
        part.done()
    node.done()
    return replace(plan, commands=codes, no_reply=frozenset(mute))


class Faults:
    """The faults of one running BMC; `plan` can be replaced while it runs."""

    def __init__(self, plan: FaultPlan | None = None) -> None:
        self.plan = plan or FaultPlan()
        self._random = random.Random(self.plan.seed)
        self._heard = 0
        self._partial_reads = 0
        self._busy_until = 0.0

    def change(self, **changes: Any) -> None:
        """Replace fields of the plan, and count anew."""
        self.plan = replace(self.plan, **changes)
        self._random = random.Random(self.plan.seed)
        self._heard = self._partial_reads = 0

    def hears(self) -> bool:
        """Say whether the BMC takes note of a datagram that has come in."""
        self._heard += 1
        after = self.plan.silent_after
        return not self.plan.silent and (after is None or self._heard <= after)

    def code(self, message: ipmb.Message) -> int:
        """Return the completion code that replaces the answer to a request, 0 for none."""
        return self.plan.commands.get((message.netfn, message.cmd), 0)

    def swallows(self, message: ipmb.Message) -> bool:
        """Say whether a request gets no answer at all."""
        return (message.netfn, message.cmd) in self.plan.no_reply

    def sdr_read_limit(self, limit: int | None) -> int | None:
        return self.plan.max_sdr_read or limit

    def loses_reservation(self) -> bool:
        """Say, at every partial SDR read, whether the reservation has got lost before it."""
        after = self.plan.lose_reservation_after
        if after is None:
            return False
        self._partial_reads += 1
        if self._partial_reads <= after:
            return False
        self._partial_reads = 0
        return True

    def send_delay_s(self, now: float) -> float | None:
        """Return how long a packet waits before it is sent, None when it gets lost on the way."""
        delay = 0.0
        if self.plan.delay_ms:
            # One answer at a time, as a slow BMC works.
            self._busy_until = max(now, self._busy_until) + self.plan.delay_ms / 1000
            delay = self._busy_until - now
        if self.plan.drop and self._random.random() * 100 < self.plan.drop:
            return None
        return delay
