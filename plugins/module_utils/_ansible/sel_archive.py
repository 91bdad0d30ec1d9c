# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The archive of one host's event log: JSON lines that are on the disk before anything is erased.

Beside the lines a hidden file keeps what of the archived entries was left in the log after we erased some, and what we
began to delete, for BMCs that do not tell when their log was erased last. Where it is missing, the lines alone do for
all others.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any, Callable

from .._core.sel.generations import Known, place
from .._core.sel.log import UNSPECIFIED_TIME, Log
from .files import replace_file
from .sel_files import Line, Place, append, read_lines, read_lines_backwards
from .snapshots import stamp

Describe = Callable[[bytes], Mapping[str, Any]]


class FileArchive:
    """An Archive in files of mode 0600; hold ``place.locked`` while it is in use.

    ``describe`` gives the keys of an entry's line. ``added``: the lines written, or, with ``dry``, those that would
    be.
    """

    def __init__(
        self, place: Place, bmc: str, describe: Describe, for_ipmitool: bool = False, dry: bool = False
    ) -> None:
        self._place, self._bmc, self._describe = place, bmc, describe
        self._for_ipmitool, self._dry = for_ipmitool, dry
        with place.failing("read"):
            self._known = _known(place, bmc)
        self.added: list[Line] = []

    def keep(self, log: Log) -> int:
        placed, known = place(self._known, log), self._known
        new = log.entries[placed.first_new :]
        same = known is not None and placed.generation == known.generation
        before = known.entries if known and same else ()
        now = stamp(datetime.now(timezone.utc))
        where = {"bmc": self._bmc, "generation": placed.generation}
        lines = [
            {
                **self._describe(entry),
                **where,
                "position": placed.position + at,
                "archived_at": now,
                "log_erased": log.info.erased,
            }
            for at, entry in enumerate(new)
        ]
        self._write(lines)
        # All that is in the log is archived now; what is behind a problem may be.
        entries = (*before, *new) if log.problem else log.entries
        self._known = Known(placed.generation, placed.position + len(new) - 1, entries, log.info.erased)
        if known and not same and not new:
            self._save_state()  # somebody cleared the log, and no line tells
        return len(new)

    def deleting(self, entries: tuple[bytes, ...]) -> None:
        self._known = replace(self._known or Known(0), doomed=entries)
        self._save_state()

    def erased(self, log: Log, everything: bool) -> None:
        known = self._known or Known(0)
        if everything:
            self._known = Known(known.generation + 1, 0, (), log.info.erased)
        else:
            there = set(log.entries)
            left = tuple(entry for entry in known.entries if entry in there)
            self._known = Known(known.generation, known.position, left, log.info.erased)
        self._save_state()

    def _write(self, lines: list[Line]) -> None:
        self.added += lines
        if self._dry:
            return
        with self._place.failing("written"):
            if lines or os.path.exists(self._place.lines):
                append(self._place.lines, lines)  # also without any: a run that was killed may have left some unsynced
            if self._for_ipmitool:
                _write_for_ipmitool(self._place)

    def _save_state(self) -> None:
        known = self._known
        if known is None or self._dry:
            return
        state = {
            "bmc": self._bmc,
            "generation": known.generation,
            "position": known.position,
            "entries": [entry.hex() for entry in known.entries],
            "log_erased": known.erased,
            "doomed": [entry.hex() for entry in known.doomed],
        }
        with self._place.failing("written"):
            replace_file(self._place.hidden("state"), json.dumps(state).encode() + b"\n", durable=True)


def _write_for_ipmitool(place: Place) -> None:
    """All entries of the lines anew, where they differ: so a crash never leaves the two of them apart for long."""
    if not os.path.exists(place.lines):
        return
    entries = b"".join(bytes.fromhex(line["raw"]) for line in read_lines(place.lines))
    if not os.path.exists(place.ipmitool) or _content(place.ipmitool) != entries:
        replace_file(place.ipmitool, entries, durable=True)


def _content(path: str) -> bytes:
    with open(path, "rb") as stream:
        return stream.read()


def _known(place: Place, bmc: str) -> Known | None:
    """What the archive has of a BMC's newest generation, from the lines' end and the state behind it."""
    lines = _newest_lines(place, bmc) if os.path.exists(place.lines) else []
    state = _read_state(place, bmc)
    generation = lines[0]["generation"] if lines else 0
    if state and state.generation >= generation:
        if state.generation > generation:
            return state
        newer = [line for line in lines if line["position"] > state.position]
        entries = (*state.entries, *(bytes.fromhex(line["raw"]) for line in newer))
        if not newer:
            return state
        erased = newer[-1].get("log_erased", UNSPECIFIED_TIME)
        return Known(generation, newer[-1]["position"], entries, erased, state.doomed)
    if not lines:
        return None
    entries = tuple(bytes.fromhex(line["raw"]) for line in lines)
    return Known(generation, lines[-1]["position"], entries, lines[-1].get("log_erased", UNSPECIFIED_TIME))


def _newest_lines(place: Place, bmc: str) -> list[Line]:
    """The lines of the BMC's newest generation, in order."""
    found: list[Line] = []
    for line in read_lines_backwards(place.lines):
        if line.get("bmc") != bmc:
            continue
        if found and line["generation"] != found[0]["generation"]:
            break
        found.append(line)
    return found[::-1]


def _read_state(place: Place, bmc: str) -> Known | None:
    try:
        with open(place.hidden("state"), encoding="ascii") as stream:
            state = json.load(stream)
        if state["bmc"] != bmc:
            return None
        entries, doomed = (tuple(bytes.fromhex(entry) for entry in state[name]) for name in ("entries", "doomed"))
        return Known(int(state["generation"]), int(state["position"]), entries, int(state["log_erased"]), doomed)
    except (OSError, ValueError, KeyError, TypeError):
        return None
