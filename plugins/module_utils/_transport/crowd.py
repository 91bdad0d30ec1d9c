# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many conversations in one event loop, so many of them at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, Callable

from .wire import Stalled

Conversation = Callable[[Stalled], Coroutine[Any, Any, None]]


class Places:
    """So many conversations may go on at a time; one whose BMC lets us wait gives its place away meanwhile, so that a
    hundred dead BMCs hold up none of the others. ``most``: how many may be open all the same."""

    def __init__(self, places: int, most: int) -> None:
        self._free, self._closed = places, max(places, most)
        self._changed = asyncio.Event()

    async def take(self) -> None:
        while self._free <= 0 or self._closed <= 0:
            self._changed.clear()
            await self._changed.wait()
        self._free -= 1
        self._closed -= 1

    def give_back(self) -> None:
        self._free += 1
        self._closed += 1
        self._changed.set()

    def lend(self, stalled: bool) -> None:
        """A place is free while its BMC lets us wait. Whoever goes on does so at once, also where there are too many
        then."""
        self._free += 1 if stalled else -1
        if stalled:
            self._changed.set()


async def converse_with_all(conversations: Iterable[Conversation], places: int, most: int) -> None:
    """Begin them in their order, ``places`` at a time, and wait for the last one to end. What one raises ends them all:
    each keeps its troubles to itself."""
    crowd = Places(places, most)
    tasks: set[asyncio.Task[None]] = set()
    failed: list[BaseException] = []

    def ended(task: asyncio.Task[None]) -> None:
        tasks.discard(task)
        crowd.give_back()
        if not task.cancelled() and task.exception():
            failed.append(task.exception() or RuntimeError())

    try:
        for conversation in conversations:
            await crowd.take()
            if failed:
                break
            task = asyncio.get_running_loop().create_task(conversation(crowd.lend))
            tasks.add(task)
            task.add_done_callback(ended)
        while tasks and not failed:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    if failed:
        raise failed[0]
