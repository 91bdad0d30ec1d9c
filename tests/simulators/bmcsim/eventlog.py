# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The system event log of one BMC (IPMI v2.0, section 31)."""

from __future__ import annotations

from .model import SelOptions
from .repository import next_reservation


class EventLog:
    """Entries with their ids, the reservation and the state of an erasure."""

    def __init__(self, options: SelOptions, entries: tuple[bytes, ...]) -> None:
        self.options = options
        self.entries: list[tuple[int, bytes]] = []
        self.reservation = 0
        stamps = [int.from_bytes(entry[3:7], "little") for entry in entries if entry[2] < 0xE0]
        self.added = max((t for t in stamps if t != 0xFFFFFFFF), default=0xFFFFFFFF)
        self.erased = 0xFFFFFFFF  # "unspecified", as there has been no deletion
        self.overflow = False
        self._last_id = 0
        self._polls_left: int | None = None
        for entry in entries:
            self.append(entry)

    def append(self, entry: bytes) -> int | None:
        """Store 16 bytes under a new id and return it; None when the log is full."""
        if len(self.entries) >= self.options.capacity:
            self.overflow = True
            if not self.options.circular:
                return None
            self.entries.pop(0)
        self._last_id = self._last_id % 0xFFFE + 1
        self.entries.append((self._last_id, self._last_id.to_bytes(2, "little") + entry[2:]))
        return self._last_id

    def add(self, entry: bytes, now: int) -> int | None:
        """Add an entry as an event does: time-stamped unless it is an OEM one, and the reservation is lost."""
        if entry[2] < 0xE0:
            entry = entry[:3] + now.to_bytes(4, "little") + entry[7:]
        record_id = self.append(entry)
        if record_id is not None:
            self.added = now
            if self.options.addition_cancels:
                self.cancel()
        return record_id

    def find(self, record_id: int) -> tuple[int, bytes, int] | None:
        """Return id, entry and the id of the next one; 0 is the first, FFFFh the last."""
        for position, (number, entry) in enumerate(self.entries):
            last = position + 1 == len(self.entries)
            if record_id in (number, 0) or (record_id == 0xFFFF and last):
                return number, entry, 0xFFFF if last else self.entries[position + 1][0]
        return None

    def delete(self, record_id: int, now: int) -> int | None:
        found = self.find(record_id)
        if found is None:
            return None
        self.entries = [item for item in self.entries if item[0] != found[0]]
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

    def start_erase(self, now: int) -> None:
        if self._polls_left is None:
            self._polls_left = self.options.erase_polls
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

    def _finish(self, now: int) -> None:
        self._polls_left = None
        self.entries.clear()
        self.overflow = False
        self.erased = now
        if self.options.log_clear:
            # Event Logging Disabled, "log area reset/cleared", by the BMC's sensor 0.
            stamp = now.to_bytes(4, "little")
            self.append(b"\0\0\x02" + stamp + bytes([0x20, 0, 4, 0x10, 0, 0x6F, 0x02, 0xFF, 0xFF]))
            self.added = now

    def free(self) -> int:
        return min((self.options.capacity - len(self.entries)) * 16, 0xFFFE)
