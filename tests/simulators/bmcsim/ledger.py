# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ledger: what a BMC did to its event log, on disk before it did it; and the reader for tests.

A line is a JSON object with `n`, `at` (host time) and `kind`:

start    a BMC starts
initial  id, raw, time: an entry that the log has when the BMC starts
event    id, raw, time, origin: an event that gets an entry
refused  raw, time, origin: an event that finds the log full
clear    by, count: the log is cleared (the erase lines follow)
erase    id, raw, reason (clear, delete, overwrite), by
clock    before, after, by
reboot   clock_before, clock_after, silent_s, by
"""

from __future__ import annotations

import json
import os
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Raw = bytes | str


class Ledger:
    """One BMC's ledger; without a path it is kept in memory only."""

    def __init__(self, path: str | Path | None, name: str) -> None:
        self.path = Path(path) if path else None
        self._number = 0
        self._memory: list[dict[str, Any]] = []
        self._file: int | None = None
        if self.path:
            self._open(self.path)
        self.write({"kind": "start", "bmc": name})

    def _open(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        before = path.read_bytes() if path.exists() else b""
        torn = bool(before) and not before.endswith(b"\n")
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if torn:
            os.write(self._file, b"\n")
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def write(self, *entries: dict[str, Any], sync: bool = True) -> None:
        """Append entries and wait until they are on disk; without `sync` until the next ones are."""
        if not entries:
            return
        lines = []
        for entry in entries:
            self._number += 1
            lines.append({"n": self._number, "at": round(time.time(), 6), **entry})
        if self._file is None:
            self._memory += lines
            return
        text = memoryview("".join(json.dumps(line) + "\n" for line in lines).encode())
        while text:
            text = text[os.write(self._file, text) :]
        if sync:
            os.fsync(self._file)

    def view(self) -> LedgerView:
        return read_ledger(self.path) if self.path else LedgerView(list(self._memory))

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


@dataclass
class LedgerView:
    """What a ledger says; records are 32 hexadecimal digits, and multisets are counters of them."""

    lines: list[dict[str, Any]] = field(default_factory=list)
    torn: int = 0

    def of(self, *kinds: str) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["kind"] in kinds]

    @property
    def events(self) -> list[dict[str, Any]]:
        """Every record that was in the log at any time, in order: those of the start and the events."""
        return self.of("initial", "event")

    @property
    def erased(self) -> list[dict[str, Any]]:
        return self.of("erase")

    @property
    def clears(self) -> list[dict[str, Any]]:
        return self.of("clear")

    @property
    def clocks(self) -> list[dict[str, Any]]:
        return self.of("clock")

    @property
    def reboots(self) -> list[dict[str, Any]]:
        return self.of("reboot")

    @property
    def refused(self) -> list[dict[str, Any]]:
        return self.of("refused")

    def generated_raw(self) -> Counter[str]:
        return multiset(line["raw"] for line in self.events)

    def erased_raw(self, by: str | None = None) -> Counter[str]:
        """Return the erased records, all or those that one user erased."""
        return multiset(line["raw"] for line in self.erased if by is None or line["by"] == by)

    def remaining_raw(self) -> Counter[str]:
        """Return what the log must hold now."""
        return self.generated_raw() - self.erased_raw()

    def last_run(self) -> LedgerView:
        """Return the lines since the simulator started last: every start has a new log."""
        starts = [position for position, line in enumerate(self.lines) if line["kind"] == "start"]
        return LedgerView(self.lines[starts[-1] if starts else 0 :])

    def lost(self, archived: Iterable[Raw], remaining: Iterable[Raw] | None = None) -> Counter[str]:
        """Return what was generated and is neither archived nor in the log (by the ledger, or as it was read)."""
        left = self.remaining_raw() if remaining is None else multiset(remaining)
        return self.generated_raw() - multiset(archived) - left

    def twice(self, archived: Iterable[Raw], remaining: Iterable[Raw] | None = None) -> Counter[str]:
        """Return what archive and log have more often than it was generated."""
        left = self.remaining_raw() if remaining is None else multiset(remaining)
        return multiset(archived) + left - self.generated_raw()


def multiset(records: Iterable[Raw]) -> Counter[str]:
    """Return a counter of records given as 16 bytes or as hexadecimal digits."""
    return Counter(record.hex() if isinstance(record, bytes) else record.replace(" ", "").lower() for record in records)


def read_ledger(path: str | Path) -> LedgerView:
    """Return a ledger; a torn last line, also one before a new start, counts in `torn`; ValueError for any other."""
    view = LedgerView()
    pieces = Path(path).read_bytes().split(b"\n")
    bad: list[int] = []
    for number, piece in enumerate(pieces):
        if not piece:
            continue
        try:
            line = json.loads(piece)
            view.lines.append({**line, "kind": line["kind"]})
        except (ValueError, TypeError, KeyError):
            bad.append(number)
            continue
        if bad and line["kind"] != "start" and bad[-1] == number - 1:
            raise ValueError(f"{path}: line {number} is damaged")
    view.torn = len(bad)
    return view
