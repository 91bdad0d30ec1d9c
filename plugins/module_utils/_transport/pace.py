# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time in a conversation: its clock, its deadline, and the pause that a weak BMC needs between two commands."""

from __future__ import annotations

import asyncio
import math
import select
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Union

from .._core.errors import DeadlineExceeded, OptionError
from .options import Timing

Readable = Union[socket.socket, int]


def wait_readable(sock: Readable, seconds: float) -> bool:
    """Whether something waits at a socket or descriptor, or comes within so many seconds; poll, since select ends at
    descriptor 1023."""
    poll = select.poll()
    poll.register(sock, select.POLLIN)
    return bool(poll.poll(math.ceil(max(seconds, 0.0) * 1000)))


@dataclass(frozen=True)
class Clock:
    """``now`` in seconds; ``readable`` waits for a socket for so many seconds at the most; ``sleep`` waits."""

    now: Callable[[], float] = time.monotonic
    readable: Callable[[Readable, float], bool] = wait_readable
    sleep: Callable[[float], None] = time.sleep


class Pace:
    """The deadline of one conversation, from now on, and the interval between its packets."""

    def __init__(self, options: Timing, clock: Clock) -> None:
        self.clock = clock
        self._options = options
        self._interval_s = options.min_command_interval_s
        self._deadline = clock.now() + options.timeout_s
        self._next_at = -math.inf

    @property
    def left_s(self) -> float:
        return self._deadline - self.clock.now()

    def too_late(self) -> DeadlineExceeded:
        return DeadlineExceeded(f"the deadline of {self._options.timeout_s:g} s is over", host=self._options.name)

    def check(self) -> None:
        """Raise DeadlineExceeded where no time is left."""
        if self.left_s <= 0:
            raise self.too_late()

    def readable(self, sock: Readable, until: float) -> bool:
        """Wait for a packet, until a time or the deadline."""
        return self.clock.readable(sock, min(until, self._deadline) - self.clock.now())

    def sleep(self, seconds: float) -> None:
        """Wait; raise DeadlineExceeded at once where there is no time for it."""
        self._check_for(seconds)
        self.clock.sleep(seconds)

    async def sleep_in_loop(self, seconds: float) -> None:
        """As sleep, in an event loop."""
        self._check_for(seconds)
        await asyncio.sleep(seconds)

    def _check_for(self, seconds: float) -> None:
        if seconds >= self.left_s:
            raise self.too_late()

    def keep_interval(self) -> None:
        """Wait until the interval since the packet before has passed."""
        pause = self.claim_turn()
        if pause > 0:
            self.sleep(pause)

    def claim_turn(self) -> float:
        """The seconds until the next packet may leave, which is then taken to leave at that time."""
        pause = max(self._next_at - self.clock.now(), 0.0)
        self._next_at = self.clock.now() + pause + self._interval_s
        return pause

    def expect(self, requests: int) -> None:
        """Raise OptionError, with the arithmetic, where so many requests can never be made before the deadline."""
        needed = requests * self._interval_s
        if needed <= self.left_s:
            return
        raise OptionError(
            f"{self._options.name}: at least {requests} commands are needed, and min_command_interval_s of"
            f" {self._interval_s:g} s makes them last {needed:g} s, longer than what timeout_s of"
            f" {self._options.timeout_s:g} s leaves ({self.left_s:.0f} s)",
            f"Raise timeout_s to {math.ceil((needed + self._options.timeout_s - self.left_s) * 1.2)} or more, lower"
            " min_command_interval_s, or read less (options sensors, types, thresholds).",
        )
