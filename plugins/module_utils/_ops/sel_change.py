# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archiving a log, and erasing what is archived: one course, wherever log and archive are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from .._core.client import Client
from .._core.errors import SelError, telling
from .._core.sel.clear import Erased, Step, clear_log, delete_entries, is_cleared
from .._core.sel.log import Log, Progress, entry_id, read_log

ARCHIVED, CLEARED = "archived", "cleared"
_ATTEMPTS = 20


class LogAccess(Protocol):
    """A BMC's log, from here or from another machine."""

    async def read(self) -> Log:
        """The log as it is before anything is done."""

    async def erase(self, archived: Log, record_ids: frozenset[int] | None) -> Step:
        """Erase all of it, or these records, unless it is not the archived one any more."""


class Archive(Protocol):
    """Where entries are before they are erased."""

    def keep(self, log: Log) -> int:
        """Make durable what is not there yet; the number of entries that were added. Raises ArchiveError."""

    def deleting(self, entries: tuple[bytes, ...]) -> None:
        """Be told which single entries are about to be erased."""

    def erased(self, log: Log, everything: bool) -> None:
        """Be told that we erased entries, everything or some, and what the log is after that."""


@dataclass(frozen=True)
class ClientAccess:
    """The log behind a client."""

    client: Client
    progress: Progress | None = None

    async def read(self) -> Log:
        return await read_log(self.client, progress=self.progress)

    async def erase(self, archived: Log, record_ids: frozenset[int] | None) -> Step:
        if record_ids is None:
            return await clear_log(self.client, archived)
        return await delete_entries(self.client, archived, record_ids)


@dataclass(frozen=True)
class ChangeRequest:
    """``state``: archived or cleared; ``record_ids``: what is to be erased, None for everything; ``check``: nothing is
    changed, and the result tells what would be."""

    state: str
    record_ids: frozenset[int] | None = None
    check: bool = False

    def holds(self, log: Log) -> bool:
        """Whether a log is in the state already. An entry that says nothing but that the log was cleared stays where
        it is, and is archived with what comes after it."""
        return self.state == CLEARED and self.record_ids is None and is_cleared(log.entries) and log.problem is None

    def doomed(self, log: Log) -> tuple[bytes, ...]:
        """What of a log is to be erased."""
        if self.state == ARCHIVED or self.holds(log):
            return ()
        if self.record_ids is None:
            return log.entries
        return tuple(entry for entry in log.entries if entry_id(entry) in self.record_ids)


@dataclass(frozen=True)
class ChangeResult:
    """Numbers of entries, the log before and after, and what was, or would be, erased of it."""

    archived: int
    erased: int
    attempts: int
    before: Log
    after: Log
    doomed: tuple[bytes, ...] = ()


async def run(request: ChangeRequest, access: LogAccess, archive: Archive) -> ChangeResult:
    """Bring a log into a state. Nothing is erased that the archive does not have; an error says what was done."""
    log = await access.read()
    if request.holds(log):
        return ChangeResult(0, 0, 0, log, log)
    archived, erased = archive.keep(log), 0
    before, doomed = log, request.doomed(log)
    if request.check or not doomed:
        _check_whole(request, log)
        return ChangeResult(archived, len(doomed), 0, before, log, doomed)
    for attempt in range(1, _ATTEMPTS + 1):
        _check_whole(request, log)
        if request.record_ids is not None:
            archive.deleting(request.doomed(log))
        step = await access.erase(log, request.record_ids)
        erased, log = erased + step.count, step.log
        with telling(f"{erased} entries were erased, after all of them were archived" if erased else ""):
            if step.count:
                archive.erased(log, everything=request.record_ids is None)
            if isinstance(step, Erased) or request.holds(log):
                return ChangeResult(archived, erased, attempt, before, log, doomed)
            archived += archive.keep(log)
        if not request.doomed(log):
            return ChangeResult(archived, erased, attempt, before, log, doomed)
    raise SelError(
        f"{erased} entries were erased, and not the rest: that did not succeed {_ATTEMPTS} times in a row",
        "Events arrive faster than the log can be erased, or somebody else reserves it all the time, or the BMC does"
        " not do it. All that it held is archived.",
    )


def _check_whole(request: ChangeRequest, log: Log) -> None:
    if log.problem and request.state == CLEARED:
        raise SelError(
            f"the log cannot be read to its end: {log.problem}",
            "What could be read is archived, and nothing is erased, since the rest would be lost.",
        )
