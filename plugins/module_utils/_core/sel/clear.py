# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Erasing what is archived of the System Event Log (IPMI v2.0 rev 1.1, sections 31.4, 31.8 and 31.9).

Whoever calls has archived a log. Here it is reserved, its tail is read again under the reservation, and it is erased
under the reservation, which an event that comes meanwhile cancels. A log that is not the archived one is handed back
instead: archive it, and try again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Union

from ..client import BUSY_CODES, NETFN_STORAGE, Client, Request
from ..errors import NoReply, SelError, refusal, telling
from .log import ERASING, Log, entry_id, read_info, read_log, read_tail, request_log, reserve

_DELETE, _CLEAR = 0x46, 0x47
_INITIATE, _STATUS = 0xAA, 0x00
_DONE = 0x01
_NOT_PRESENT, _RESERVATION_LOST = 0xCB, 0xC5

# Event Logging Disabled, sensor-specific, "log area reset/cleared" (table 42-3).
_CLEARED = (0x10, 0x6F, 0x02)


@dataclass(frozen=True)
class Erased:
    """So many entries were erased, and this is the log after that."""

    count: int
    log: Log


@dataclass(frozen=True)
class NotErased:
    """Nothing was erased, or not all of what was to be: the log changed, or somebody else reserved it."""

    log: Log
    count: int = 0


Step = Union[Erased, NotErased]


def is_cleared(entries: Sequence[bytes]) -> bool:
    """Whether a log is empty, or holds nothing but the entry by which many BMCs say that it was cleared."""
    return not entries or (len(entries) == 1 and _is_marker(entries[0]))


def _is_marker(entry: bytes) -> bool:
    return entry[2] == 0x02 and (entry[10], entry[12], entry[13] & 0x0F) == _CLEARED


async def clear_log(client: Client, archived: Log) -> Step:
    """Erase the log if it is still the archived one. Raises SelError where the BMC cannot do it safely."""
    reservation, log = await _reserve(client, archived)
    if not _same(log, archived):
        return NotErased(log)
    answered, started = await _initiate(client, reservation)
    if not started:
        return NotErased(log)
    with telling("the log's erasure was started, after all of it was archived"):
        after = await _after_erasure(client, reservation)
        # Not carried out; or it was, and an event came that is the last one over again: that cost the reservation.
        same = log.entries[-1] in after.entries and after.info.erased == log.info.erased
        if same and (not answered or await _holds(client, reservation)):
            return NotErased(after)
    return Erased(len(log.entries), after)


async def delete_entries(client: Client, archived: Log, record_ids: Iterable[int]) -> Step:
    """Erase single entries if the log is still the archived one; ids that are not in it are passed over."""
    wanted = frozenset(record_ids)
    reservation, log = await _reserve(client, archived)
    doomed = [entry for entry in log.entries if entry_id(entry) in wanted]
    if not _same(log, archived):
        return NotErased(log)
    if doomed and not log.info.can_delete:
        raise SelError("the BMC cannot delete single entries", "Clear the whole log: leave records out.")
    with telling("some entries may have been deleted, after all of the log was archived"):
        complete = await _delete_all(client, reservation, doomed)
        after = await read_log(client)
    gone = sum(entry not in after.entries for entry in doomed)
    return Erased(gone, after) if complete else NotErased(after, gone)


async def _reserve(client: Client, archived: Log) -> tuple[bytes, Log]:
    """A reservation, and the log under it: somebody else's clear shows in the log before it, and cancels it after."""
    if not archived.info.can_reserve:
        raise SelError(
            "the BMC offers no reservation of its log",
            "Nothing is erased, since an event that comes meanwhile would be lost; state archived works.",
        )
    reservation = await reserve(client)
    if (await read_info(client)).erased == archived.info.erased:
        return reservation, await read_tail(client, archived, reservation)
    return reservation, await read_log(client, reservation)


def _same(log: Log, archived: Log) -> bool:
    return log.entries == archived.entries and log.info.erased == archived.info.erased and log.problem is None


async def _initiate(client: Client, reservation: bytes) -> tuple[bool, bool]:
    """Start the erasure: whether that was answered, and whether it was started. Whether a command without an answer was
    carried out, what is in the log tells."""
    try:
        response = await client.request(_clear(reservation, _INITIATE, once=True))
    except NoReply:
        return False, True
    return True, await _accepted(client, "Clear SEL", response.code)


def _clear(reservation: bytes, action: int, once: bool = False) -> Request:
    return Request(NETFN_STORAGE, _CLEAR, reservation + b"CLR" + bytes((action,)), once=once)


async def _holds(client: Client, reservation: bytes) -> bool:
    """Whether nothing was added to the log since it was reserved."""
    return (await request_log(client, _clear(reservation, _STATUS))).code != _RESERVATION_LOST


async def _accepted(client: Client, name: str, code: int) -> bool:
    """Whether the BMC does it; False for a lost reservation, and, after a pause, for a busy BMC."""
    if code in BUSY_CODES or code == ERASING:
        await client.pause()
    elif code not in (0x00, _RESERVATION_LOST):
        raise refusal(name, code)
    return code == 0x00


async def _after_erasure(client: Client, reservation: bytes) -> Log:
    """The log when the erasure has ended; raises DeadlineExceeded where it does not."""
    while not await _is_erased(client, reservation):
        await client.pause()
        reservation = await reserve(client)  # an event has cost the one before, and who asks needs one
    return await read_log(client)


async def _is_erased(client: Client, reservation: bytes) -> bool:
    """Whether the erasure has ended; True also for a BMC that knows no progress: the log tells."""
    response = await request_log(client, _clear(reservation, _STATUS))
    if response.code or not response.data:
        return response.code != _RESERVATION_LOST
    return response.data[0] & 0x0F == _DONE


async def _delete_all(client: Client, reservation: bytes, entries: Iterable[bytes]) -> bool:
    """Delete entries one by one; False at the first one where that did not succeed."""
    for entry in entries:
        if not await _delete(client, reservation, entry):
            return False
    return True


async def _delete(client: Client, reservation: bytes, entry: bytes) -> bool:
    """Delete one entry; False where that did not succeed, and may the next time."""
    request = Request(NETFN_STORAGE, _DELETE, reservation + entry[:2], once=True)
    try:
        code = (await client.request(request)).code
    except NoReply:
        return False
    return code == _NOT_PRESENT or await _accepted(client, "Delete SEL Entry", code)
