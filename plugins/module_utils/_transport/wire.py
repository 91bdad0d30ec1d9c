# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packets to one BMC and back in the running event loop: sent again while nothing comes, never past a deadline, and
at a bounded cost whatever arrives."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Iterator
from typing import Any, Callable, Optional

from .._core.errors import NoReply
from .endpoint import Address, Endpoint
from .options import LanOptions
from .pace import Pace

# A first guess, and a lower bound, for the time that an answer takes: a BMC that needs longer is asked once more than
# it would have to be, and what it answers to the first packet counts.
_FIRST_GUESS_S = 0.5
_SHORTEST_S = 0.25
_SPARE = 0.5  # of the time that answers take: a BMC that is always as slow must not be asked twice by a hair's breadth
_BACK_OFF = 1.5
_NOTHING_S = 1e-6
# So many packets that nobody waits for are looked at, then none for a while: the kernel throws a flood away for less.
_STRANGE_PACKETS = 200
_DEAF_S = 0.05

Key = Hashable
Judge = Callable[[bytes], Optional[tuple[Key, Any]]]
Stalled = Callable[[bool], None]


class RoundTrip:
    """How long the BMC takes to answer, learned from its answers (as RFC 6298 has it for TCP)."""

    def __init__(self, longest_s: float) -> None:
        self._longest_s = longest_s
        self._mean_s: float | None = None
        self._deviation_s = 0.0
        self._at_least_s = _SHORTEST_S
        self._maybe_s = 0.0

    def learn(self, seconds: float) -> None:
        """An answer to what was sent once."""
        self._at_least_s = _SHORTEST_S
        if self._mean_s is None:
            self._mean_s, self._deviation_s = seconds, seconds / 2
            return
        self._deviation_s += (abs(self._mean_s - seconds) - self._deviation_s) / 4
        self._mean_s += (seconds - self._mean_s) / 8

    def learn_from_a_later_try(self, seconds: float, careful: bool) -> None:
        """The answer to what was sent more than once: nobody knows whether the others were lost, or the BMC takes so
        long. ``careful``: believe the latter at once; else when an answer comes that nobody waits for any more."""
        self._maybe_s = seconds
        if careful or self._mean_s is None:
            self.learn_of_haste()

    def learn_of_haste(self) -> None:
        """An answer that nobody waits for any more: nothing was lost, and what was sent again was sent too early."""
        self._at_least_s = max((1 + _SPARE) * self._maybe_s, self._at_least_s)

    def waits(self, patience_s: float, at_least_s: float, tries: int | None) -> Iterator[float]:
        """How long to wait for an answer each time that a request is sent, ``patience_s`` in all; or so many
        ``tries``, of which the last one waits for as long as one may."""
        guess = _FIRST_GUESS_S
        if self._mean_s is not None:
            guess = self._mean_s + max(4 * self._deviation_s, _SPARE * self._mean_s)
        wait = max(guess, self._at_least_s, at_least_s)
        while patience_s > _NOTHING_S and tries != 0:
            tries = tries - 1 if tries else tries
            wait = min(self._longest_s if tries == 0 else wait, self._longest_s, patience_s)
            patience_s -= wait
            yield wait
            wait *= _BACK_OFF


class Interrupted(NoReply):
    """The session was given up, by another request, while an answer was waited for."""


class _Waiting:
    """A future, which ends with None at a time."""

    def __init__(self, future: asyncio.Future[Any], seconds: float, until: float) -> None:
        self.future, self.seconds, self.until = future, seconds, until


class Wire:
    """The socket to one BMC.

    ``judge`` tells what a packet is an answer to, None for what is none. An answer that nobody waits for shows that the
    BMC has not come yet to what it was asked since, and so has its time anew: asked again meanwhile, a slow one would
    never catch up. ``stalled`` is told by True when the BMC lets us wait for longer than its answers usually take, by
    False when it goes on. ``heard``: how often the BMC has said anything that it should.
    """

    def __init__(
        self,
        options: LanOptions,
        addresses: list[tuple[int, Address]],
        pace: Pace,
        judge: Judge,
        stalled: Stalled | None = None,
    ) -> None:
        self._options, self._pace, self._judge, self._stalled = options, pace, judge, stalled
        self._loop = asyncio.get_running_loop()
        self._endpoint = Endpoint(addresses)
        self._round_trip = RoundTrip(options.request_timeout_s)
        self._waiting: dict[Key, _Waiting] = {}
        # One for all: most answers come long before it is time to ask again.
        self._timer: asyncio.TimerHandle | None = None
        self._strange = 0
        self._deaf: asyncio.TimerHandle | None = None
        self.peer: Address | None = None
        self.heard, self._closed = 0, False
        self._listen()

    async def ask(
        self, key: Key, packet: Callable[[], bytes], what: str, tries: int | None = None, at_least_s: float = 0.0
    ) -> Any:
        """The answer to a request, which is made anew, and sent again, while nothing comes.

        ``tries``: how often it is sent at most, if not as often as request_timeout_s and retries allow; ``at_least_s``:
        how long each waits. Raises NoReply, Interrupted, DeadlineExceeded, and OSError where nothing can be sent.
        """
        began, first_at, sent, stalling = self._loop.time(), 0.0, 0, False
        # Before the interval is over nothing can be sent again: until then the answer may as well be waited for.
        at_least_s = max(at_least_s, self._options.min_command_interval_s)
        try:
            for wait in self._round_trip.waits(self._options.patience_s, at_least_s, tries):
                await self._my_turn()
                self._check_open(what)
                first_at, sent = first_at or self._loop.time(), sent + 1
                self._endpoint.send(packet(), self.peer)
                reply = await self._wait(key, wait)
                if reply is not None:
                    took = self._loop.time() - first_at
                    if sent == 1:
                        self._round_trip.learn(took)
                    else:
                        self._round_trip.learn_from_a_later_try(took, careful=at_least_s > 0)
                    return reply
                self._check_open(what)
                if self._stalled and not stalling:
                    stalling = True
                    self._stalled(True)
        finally:
            self._waiting.pop(key, None)
            if self._stalled and stalling:
                self._stalled(False)
        waited = self._loop.time() - began
        raise NoReply(f"no answer to the {what} in {sent} {'tries' if sent > 1 else 'try'}, {waited:.1f} s")

    def tell(self, packet: bytes) -> None:
        """Send a packet to which no answer is awaited."""
        self._endpoint.send(packet, self.peer)

    def close(self) -> None:
        """Give the socket back. Whoever still waits is interrupted."""
        self._closed = True
        for timer in (self._deaf, self._timer):
            if timer:
                timer.cancel()
        for waiting in self._waiting.values():
            _settle(waiting.future)
        self._loop.remove_reader(self._endpoint.socket)
        self._endpoint.close()

    def _check_open(self, what: str) -> None:
        if self._closed:
            raise Interrupted(f"the session was given up before the {what} was answered")

    async def _my_turn(self) -> None:
        self._pace.check()
        pause = self._pace.claim_turn()
        if pause > 0:
            await self._pace.sleep_in_loop(pause)

    async def _wait(self, key: Key, seconds: float) -> Any:
        waiting = _Waiting(self._loop.create_future(), seconds, self._end_of(seconds))
        self._waiting[key] = waiting
        if self._timer is None or self._timer.when() > waiting.until:
            self._set_timer(waiting.until)
        reply = await waiting.future
        if reply is None:
            self._pace.check()
        return reply

    def _end_of(self, seconds: float) -> float:
        return self._loop.time() + min(seconds, self._pace.left_s)

    def _set_timer(self, at: float) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = self._loop.call_at(at, self._look_at_the_time)

    def _look_at_the_time(self) -> None:
        now, self._timer = self._loop.time(), None
        pending = [waiting for waiting in self._waiting.values() if not waiting.future.done()]
        for waiting in pending:
            if waiting.until <= now:
                _settle(waiting.future)
        later = [waiting.until for waiting in pending if waiting.until > now]
        if later:
            self._set_timer(min(later))

    def _listen(self) -> None:
        self._strange, self._deaf = 0, None
        self._loop.add_reader(self._endpoint.socket, self._receive)

    def _receive(self) -> None:
        """Take one packet; the loop serves all other BMCs before the next one."""
        received = self._endpoint.receive()
        answer = self._judge(received[0]) if received else None
        waiting = self._waiting.get(answer[0]) if answer else None
        if received and answer:
            self.heard += 1
            self.peer = self.peer or received[1]
            if waiting:
                self._strange = 0
                _settle(waiting.future, answer[1])
                return
            self._round_trip.learn_of_haste()
            for other in self._waiting.values():
                other.until = self._end_of(other.seconds)
        self._strange += 1
        if self._strange >= _STRANGE_PACKETS:
            self._loop.remove_reader(self._endpoint.socket)
            self._deaf = self._loop.call_later(_DEAF_S, self._listen)


def _settle(future: asyncio.Future[Any], reply: Any = None) -> None:
    if not future.done():
        future.set_result(reply)
