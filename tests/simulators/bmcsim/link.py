# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The network between clients and one BMC: loss, delay, duplicates, another order."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable

from .fault_plan import FaultPlan


class Link:
    """Draws the fate of every datagram; with one seed it is the same one every time."""

    def __init__(self, plan: FaultPlan) -> None:
        self.plan = plan
        self._in, self._out = random.Random(plan.seed), random.Random(plan.seed + 1)
        self._busy_until = 0.0
        self._held: tuple[Callable[[], None], asyncio.TimerHandle] | None = None

    def loses_request(self) -> bool:
        """Say whether a datagram gets lost on its way to the BMC."""
        return _draw(self._in, max(self.plan.drop, self.plan.drop_in))

    def send(self, loop: asyncio.AbstractEventLoop, send: Callable[[], None], extra_s: float = 0.0) -> None:
        """Send a reply by calling `send` now, later, twice or never."""
        delay, lost = self._delay_s(extra_s), _draw(self._out, max(self.plan.drop, self.plan.drop_out))
        twice, late = _draw(self._out, self.plan.duplicate), _draw(self._out, self.plan.reorder)
        if lost:
            return

        def deliver() -> None:
            if late and self._held is None:
                timer = loop.call_later(self.plan.reorder_ms / 1000, self._release)
                self._held = (send, timer)
                return
            send()
            if twice:
                send()
            self._release()

        if delay > 0:
            loop.call_later(delay, deliver)
        else:
            deliver()

    def _release(self) -> None:
        if self._held:
            send, timer = self._held
            self._held = None
            timer.cancel()
            send()

    def _delay_s(self, extra_s: float) -> float:
        delay = self.plan.delay_ms / 1000 + extra_s
        if self.plan.jitter_ms:
            delay += self._out.random() * self.plan.jitter_ms / 1000
        if not delay:
            return 0.0
        # One answer at a time, as a slow BMC works.
        now = time.monotonic()
        self._busy_until = max(now, self._busy_until) + delay
        return self._busy_until - now


def _draw(source: random.Random, percent: float) -> bool:
    return bool(percent) and source.random() * 100 < percent
