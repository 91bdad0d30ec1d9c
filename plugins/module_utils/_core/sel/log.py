# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the System Event Log (IPMI v2.0 rev 1.1, section 31): its state, its clock and its entries in order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Callable

from ..client import NETFN_STORAGE, Client, Request, Response, checked, request_patiently
from ..errors import CommandError, DecodeError, SelError

UNSPECIFIED_TIME = 0xFFFFFFFF
ENTRY_LENGTH = 16
_GET_INFO, _GET_ALLOCATION, _RESERVE, _GET_ENTRY = 0x40, 0x41, 0x42, 0x43
_FIRST, _LAST = 0x0000, 0xFFFF
_ENTIRE = 0xFF
ERASING = 0x81  # section 31.2: an erase is in progress; Get SEL Entry, Reserve and others answer so, too
_NOT_PRESENT = 0xCB
_INVALID_COMMAND = 0xC1
_WANTS_A_LENGTH = (0xC7, 0xC8, 0xCA, 0xCC, 0xFF)  # from BMCs that do not know FFh, "the whole entry"
_READS = 3

Progress = Callable[[int, int], None]  # so many entries of so many are read


@dataclass(frozen=True)
class SelInfo:
    """Get SEL Info (section 31.2). Times in the BMC's clock, FFFFFFFFh unspecified; ``free_bytes`` and ``capacity``
    (in entries) are None where the BMC does not tell, or tells what cannot be."""

    version: str
    entries: int
    free_bytes: int | None
    capacity: int | None
    added: int
    erased: int
    overflow: bool
    operations: tuple[str, ...]

    @property
    def can_reserve(self) -> bool:
        return "reserve" in self.operations

    @property
    def can_delete(self) -> bool:
        return "delete" in self.operations

    @property
    def used_percent(self) -> float | None:
        if self.capacity is None:
            return None
        return round(100.0 * self.entries / max(self.capacity, self.entries, 1), 1)


@dataclass(frozen=True)
class Log:
    """The log as it was read: its state and its entries of 16 bytes, oldest first. ``problem``: why the list ends
    early, None where it is whole."""

    info: SelInfo
    entries: tuple[bytes, ...] = ()
    problem: str | None = None


def entry_id(entry: bytes) -> int:
    """The record id of an entry."""
    return int.from_bytes(entry[:2], "little")


async def ask_log(client: Client, name: str, command: int, data: bytes = b"", at_least: int = 0) -> bytes:
    """The data of a command of the log that must succeed, once an erase that is in progress has ended."""
    return checked(name, await request_log(client, Request(NETFN_STORAGE, command, data)), at_least)


async def request_log(client: Client, request: Request) -> Response:
    """Any response but "erase in progress"; the client's pause raises DeadlineExceeded where that does not end."""
    while True:
        response = await request_patiently(client, request)
        if response.code != ERASING:
            return response
        await client.pause()


_OPERATIONS = ((0x08, "delete"), (0x04, "partial_add"), (0x02, "reserve"), (0x01, "allocation_info"))


def decode_info(data: bytes) -> SelInfo:
    """Version, number of entries, free space, last addition, last erase, and what the log can do."""
    free = int.from_bytes(data[3:5], "little")
    entries = int.from_bytes(data[1:3], "little")
    free_bytes = free if free < _LAST else None  # FFFFh: 65535 or more
    return SelInfo(
        version=f"{data[0] & 0x0F}.{data[0] >> 4}",
        entries=entries,
        free_bytes=free_bytes,
        capacity=None if free_bytes is None else entries + free_bytes // ENTRY_LENGTH,
        added=int.from_bytes(data[5:9], "little"),
        erased=int.from_bytes(data[9:13], "little"),
        overflow=bool(data[13] & 0x80),
        operations=tuple(name for bit, name in _OPERATIONS if data[13] & bit),
    )


async def read_info(client: Client) -> SelInfo:
    """The log's state; raises SelError for a BMC without one."""
    response = await request_log(client, Request(NETFN_STORAGE, _GET_INFO))
    if response.code == _INVALID_COMMAND:
        raise SelError("the BMC has no System Event Log", "Look for the log in the BMC's own interface.")
    info = decode_info(checked("Get SEL Info", response, 14))
    if info.free_bytes or info.overflow:
        return info
    # More than can be told; or nothing, as some BMCs say after a clear, whatever they have.
    capacity = await _allocation(client) if "allocation_info" in info.operations else None
    if capacity is None:
        return replace(info, capacity=info.capacity if info.entries > 1 else None)
    return replace(info, capacity=capacity, free_bytes=max(capacity - info.entries, 0) * ENTRY_LENGTH)


async def _allocation(client: Client) -> int | None:
    """Get SEL Allocation Info (section 31.3) as a number of entries; None where it tells nothing."""
    response = await request_log(client, Request(NETFN_STORAGE, _GET_ALLOCATION))
    if response.code or len(response.data) < 4:
        return None
    units, size = (int.from_bytes(response.data[at : at + 2], "little") for at in (0, 2))
    return units * size // ENTRY_LENGTH or None


async def reserve(client: Client) -> bytes:
    """A reservation, which every other addition, erasure and reservation cancels (section 31.4); raises SelError."""
    try:
        return (await ask_log(client, "Reserve SEL", _RESERVE, at_least=2))[:2]
    except CommandError as error:
        raise SelError(
            f"the log cannot be reserved: {error.message}",
            "Without a reservation nothing is erased, since an event that comes meanwhile would be lost.",
        ) from error


class EntryReader:
    """Reads entries one after another. Remembers whether the BMC wants to be told their length."""

    def __init__(self, client: Client, reservation: bytes = b"\0\0") -> None:
        self._client = client
        self._reservation = reservation
        self._count = _ENTIRE

    async def entry(self, record_id: int) -> tuple[int, bytes] | None:
        """The next entry's id, and this entry; None where there is none. Raises CommandError and DecodeError."""
        response = await self._get(record_id)
        if response.code in _WANTS_A_LENGTH and self._count == _ENTIRE:
            self._count = ENTRY_LENGTH
            response = await self._get(record_id)
        if response.code == _NOT_PRESENT:
            return None
        data = checked("Get SEL Entry", response, 2)
        if len(data) < 2 + ENTRY_LENGTH:
            raise DecodeError(f"entry {record_id:04X}h has {len(data) - 2} bytes instead of 16")
        return int.from_bytes(data[:2], "little"), data[2 : 2 + ENTRY_LENGTH]

    async def _get(self, record_id: int) -> Response:
        data = self._reservation + record_id.to_bytes(2, "little") + bytes((0, self._count))
        return await request_log(self._client, Request(NETFN_STORAGE, _GET_ENTRY, data))

    async def follow(
        self, record_id: int, seen: set[int], progress: Callable[[int], None] | None = None
    ) -> tuple[list[bytes], str | None]:
        """The entries from this one on, and why the list ends early, None where it does not. ``seen``: the ids before,
        for a list that leads back."""
        entries: list[bytes] = []
        while record_id != _LAST:
            if record_id in seen:
                return entries, f"the log leads back to entry {record_id:04X}h"
            seen.add(record_id)
            try:
                found = await self.entry(record_id)
            except (CommandError, DecodeError) as error:
                return entries, f"entry {record_id:04X}h: {error.message}"
            if found is None:
                return entries, f"entry {record_id:04X}h is gone" if entries else None
            first = record_id == _FIRST
            record_id, entry = found
            if first:  # asked for as 0000h, whatever its own id is
                seen.add(entry_id(entry))
            entries.append(entry)
            if progress:
                progress(len(entries))
        return entries, None


async def read_log(client: Client, reservation: bytes = b"\0\0", progress: Progress | None = None) -> Log:
    """The log at one moment: read again where somebody erases meanwhile, since entries from before and after must not
    be taken for one list. What is added meanwhile is read, too."""
    before = await read_info(client)

    def tell(done: int) -> None:
        if progress:
            progress(done, before.entries)

    for _attempt in range(_READS):
        entries, problem = await EntryReader(client, reservation).follow(_FIRST, set(), tell)
        after = await read_info(client)
        if after.erased == before.erased and problem is None:
            log = Log(after, tuple(entries))
            return await read_tail(client, log, reservation) if after.entries > len(entries) > 0 else log
        before = after
    # A time of the last erase that is never the same twice tells nothing.
    steady = after if problem else replace(after, erased=UNSPECIFIED_TIME)
    return Log(steady, tuple(entries), problem)


async def read_tail(client: Client, log: Log, reservation: bytes = b"\0\0") -> Log:
    """The log with what was added since; the whole of it where its end is not there any more, or cannot be read."""
    if not log.entries:
        return await read_log(client, reservation)
    last = log.entries[-1]
    seen = {entry_id(entry) for entry in log.entries[:-1]}
    more, problem = await EntryReader(client, reservation).follow(entry_id(last), seen)
    if problem or not more or more[0] != last:
        return await read_log(client, reservation)
    return replace(log, entries=(*log.entries, *more[1:]))
