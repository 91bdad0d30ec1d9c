# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which entries of a log an archive has already.

An entry is known by its BMC, the generation of the log, its position in that and its sixteen bytes. Bytes alone do not
do: a BMC that restarts without a clock logs the same events, with the same times, again; a log that was cleared counts
its record ids from one again. A generation lasts from one clear to the next, ours or a stranger's.

Where it cannot be told whether the log was cleared, it is taken to be: an entry is rather archived twice than lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .log import UNSPECIFIED_TIME, Log
from .times import SET, timestamp


@dataclass(frozen=True)
class Known:
    """What an archive has of a BMC's log: the newest ``generation``, its entries in order, the ``position`` of the last
    one (from 1), and the time of the log's last erase as it was then. ``doomed``: entries that we began to delete."""

    generation: int
    position: int = 0
    entries: tuple[bytes, ...] = ()
    erased: int = UNSPECIFIED_TIME
    doomed: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Placed:
    """Where a log's entries belong: those from ``first_new`` on are not archived yet, and get the positions from
    ``position`` on."""

    generation: int
    first_new: int
    position: int


def place(known: Known | None, log: Log) -> Placed:
    """Compare a log with what the archive has of it."""
    if known is None:
        return Placed(1, 0, 1)
    survivors = _survivors(known, log)
    if survivors is None:
        return Placed(known.generation + 1, 0, 1)
    return Placed(known.generation, survivors, known.position + 1)


def _survivors(known: Known, log: Log) -> int | None:
    """How many of the log's entries are archived already, from its beginning on; None after a clear."""
    kept = _subsequence(known.entries, log.entries)
    if not known.entries or (log.problem and kept == len(log.entries)):
        return kept  # nothing is known, or nothing new could be read
    if known.doomed and kept and set(known.entries).difference(known.doomed) <= set(log.entries[:kept]):
        return kept  # what we did not want to delete is there
    if known.erased == log.info.erased:
        # The BMC tells no time, or nothing was erased since, save by a circular log that overwrites its oldest entries:
        # the log goes on behind the last entry that is archived.
        return kept if kept and log.entries[kept - 1] == known.entries[-1] else None
    # Deleting single entries advances the time of the last erase, too. An entry that is older survived that.
    return kept if any(_is_before(entry, log.info.erased) for entry in log.entries[:kept]) else None


def _subsequence(archived: Sequence[bytes], entries: Sequence[bytes]) -> int:
    """How many of the log's first entries are archived, in the same order, with gaps or without."""
    rest = iter(archived)
    count = 0
    for entry in entries:
        if entry not in rest:
            break
        count += 1
    return count


def _is_before(entry: bytes, erased: int) -> bool:
    """Whether an entry has a time of day that is earlier than the last erase."""
    timecode = int.from_bytes(entry[3:7], "little") if entry[2] < 0xE0 else None
    return timestamp(timecode, None)[1] == SET and timestamp(erased, None)[1] == SET and int(timecode or 0) < erased
