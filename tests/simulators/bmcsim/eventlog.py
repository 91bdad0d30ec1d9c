# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The system event log of one BMC (IPMI v2.0, section 31)."""

from __future__ import annotations

import itertools

from .faults import Faults
from .ledger import Ledger
from .model import SelOptions
from .repository import next_reservation

UNSPECIFIED = 0xFFFFFFFF


class EventLog:
    """Entries with their ids, the reservation and the state of an erasure; the ledger comes first in every change."""

    def __init__(self, options: SelOptions, entries: tuple[bytes, ...], ledger: Ledger, faults: Faults) -> None:
        self.options, self.ledger, self._faults = options, ledger, faults
        self.entries: list[tuple[int, bytes]] = []
        self.reservation = 0
        stamps = [int.from_bytes(entry[3:7], "little") for entry in entries if entry[2] < 0xE0]
        self.added = max((t for t in stamps if t != UNSPECIFIED), default=UNSPECIFIED)
        self.erased = UNSPECIFIED  # as there has been no deletion
        self.overflow = False
        self.free_unknown = False
        self._last_id = options.first_id - 1
        self._polls_left: int | None = None
        self._erasing: set[int] = set()
        self._eraser = ""
        self._used: set[int] = set()
        self._hint = 0
        for entry in entries:
            self.append(entry, "initial")

    def _next_id(self) -> int:
        candidate = self._last_id % 0xFFFE + 1
        while candidate in self._used:
            candidate = candidate % 0xFFFE + 1
        return candidate

    def append(self, entry: bytes, origin: str = "event") -> int | None:
        """Store 16 bytes under a new id and return it; None when the log is full."""
        stamp = int.from_bytes(entry[3:7], "little") if entry[2] < 0xE0 else None
        lines = []
        full = len(self.entries) >= self.options.capacity
        if full and not self.options.circular:
            self.ledger.write({"kind": "refused", "raw": entry.hex(), "time": stamp, "origin": origin})
            self.overflow = True
            return None
        if full:
            lines.append(self._erase_line(*self.entries[0], "overwrite", "bmc"))
        number = self._next_id()
        entry = number.to_bytes(2, "little") + entry[2:]
        kind = "initial" if origin == "initial" else "event"
        line = {"kind": kind, "id": number, "raw": entry.hex(), "time": stamp, "origin": origin}
        self.ledger.write(*lines, line, sync=kind == "event")
        if full:
            self.overflow = True
            self._forget({self.entries[0][0]})
        self._last_id = number
        self._used.add(number)
        self.entries.append((number, entry))
        return number

    def add(self, entry: bytes, now: int, origin: str = "event", stamp: bool = True) -> int | None:
        """Add an entry as an event does: time-stamped unless it is an OEM one, and the reservation is lost."""
        if stamp and entry[2] < 0xE0:
            entry = entry[:3] + now.to_bytes(4, "little") + entry[7:]
        record_id = self.append(entry, origin)
        if record_id is not None:
            self.added = now
            if self.options.addition_cancels and not self._faults.plan.keep_sel_reservation:
                self.cancel()
        return record_id

    def find(self, record_id: int) -> tuple[int, bytes, int] | None:
        """Return id, entry and the id of the next one; 0 is the first, FFFFh the last."""
        count = len(self.entries)
        if record_id in (0, 0xFFFF):
            position = 0 if record_id == 0 else count - 1
        else:
            # Readers walk the log: most often the next entry is asked for.
            near = (self._hint + 1, self._hint)
            places = itertools.chain(near, range(count)) if record_id in self._used else ()
            position = next((p for p in places if p < count and self.entries[p][0] == record_id), count)
        if not 0 <= position < count:
            return None
        self._hint = position
        return *self.entries[position], 0xFFFF if position + 1 == count else self.entries[position + 1][0]

    def _forget(self, numbers: set[int]) -> None:
        self.entries = [item for item in self.entries if item[0] not in numbers]
        self._used -= numbers
        self._erasing = self._erasing - numbers

    def delete(self, record_id: int, now: int, by: str) -> int | None:
        found = self.find(record_id)
        if found is None:
            return None
        self.ledger.write(self._erase_line(found[0], found[1], "delete", by))
        self._forget({found[0]})
        self.erased = now
        # Section 31.4.2: a deletion ends the reservation only where other record ids change by it; here none does.
        return found[0]

    def reserve(self) -> int:
        self.reservation = next_reservation(self.reservation)
        return self.reservation

    def cancel(self) -> None:
        self.reservation = 0

    @property
    def under_erasure(self) -> bool:
        return self._polls_left is not None

    def start_erase(self, now: int, by: str) -> None:
        """Begin to erase what is in the log now; what arrives before the end stays."""
        if self._polls_left is None:
            self.ledger.write({"kind": "clear", "by": by, "count": len(self.entries)})
            self._polls_left, self._eraser = self.options.erase_polls, by
            self._erasing = {number for number, _entry in self.entries}
        if self._polls_left == 0:
            self._finish(now)

    def erasing(self, now: int) -> bool:
        """Say whether an erasure is under way; every question brings its end nearer."""
        if self._polls_left is None:
            return False
        if self._polls_left > 0:
            self._polls_left -= 1
            return True
        self._finish(now)
        return False

    def finish(self, now: int) -> None:
        """End an erasure that is under way at once."""
        if self._polls_left is not None:
            self._finish(now)

    def _erase_line(self, number: int, entry: bytes, reason: str, by: str) -> dict[str, object]:
        return {"kind": "erase", "id": number, "raw": entry.hex(), "reason": reason, "by": by}

    def _finish(self, now: int) -> None:
        doomed = [item for item in self.entries if item[0] in self._erasing]
        self.ledger.write(*(self._erase_line(*item, "clear", self._eraser) for item in doomed))
        self._polls_left = None
        self._forget(self._erasing)
        self.overflow = False
        self.erased = now
        self.free_unknown = self.options.free_zero_after_clear
        if self.options.restart_ids:
            self._last_id = 0
        if self.options.log_clear:
            # Event Logging Disabled, "log area reset/cleared", by the BMC's sensor 0.
            stamp = now.to_bytes(4, "little")
            marker = b"\0\0\x02" + stamp + bytes([0x20, 0, 4, 0x10, 0, 0x6F, 0x02, 0xFF, 0xFF])
            if self.append(marker, "marker") is not None:
                self.added = now

    def free(self) -> int:
        if self.free_unknown:
            return 0
        return min((self.options.capacity - len(self.entries)) * 16, 0xFFFE)
