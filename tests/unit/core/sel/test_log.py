# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the event log by the script of a BMC: its state, its entries, its oddities."""

from __future__ import annotations

import pytest
from fakes import Exchange, ScriptedClient, no, ok

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.client import Request, complete
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import DeadlineExceeded, SelError
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sel.log import (
    UNSPECIFIED_TIME,
    Log,
    decode_info,
    read_info,
    read_log,
    read_tail,
    reserve,
)

STORAGE = 0x0A
ERASING = 0x81


def info_bytes(entries: int = 0, free: int = 1600, erased: int = 0x60000000, operations: int = 0x0A) -> bytes:
    numbers = entries.to_bytes(2, "little") + free.to_bytes(2, "little")
    return b"\x51" + numbers + b"\x01\0\0\x60" + erased.to_bytes(4, "little") + bytes((operations,))


def info(entries: int = 0, free: int = 1600, erased: int = 0x60000000, operations: int = 0x0A) -> Exchange:
    return Request(STORAGE, 0x40), ok(*info_bytes(entries, free, erased, operations))


def allocation(*answer: int) -> Exchange:
    return Request(STORAGE, 0x41), ok(*answer)


def entry(number: int) -> bytes:
    return number.to_bytes(2, "little") + b"\x02" + bytes(13)


def asked(record_id: int, count: int = 0xFF, reservation: bytes = b"\0\0") -> Request:
    return Request(STORAGE, 0x43, reservation + record_id.to_bytes(2, "little") + bytes((0, count)))


def get(record_id: int, following: int, number: int | None = None) -> Exchange:
    own = entry(record_id if number is None else number)
    return asked(record_id), ok(*following.to_bytes(2, "little"), *own)


def end(record_id: int = 0) -> Exchange:
    return asked(record_id), no(0xCB)


def read(*script: Exchange) -> Log:
    client = ScriptedClient(*script)
    log = complete(read_log(client))
    client.assert_played()
    return log


def test_info_tells_what_the_log_has_and_can() -> None:
    told = decode_info(bytes.fromhex("51 0200 2000 10203040 ffffffff 8f"))
    assert (told.version, told.entries, told.free_bytes, told.capacity) == ("1.5", 2, 32, 4)
    assert (told.added, told.erased, told.overflow) == (0x40302010, UNSPECIFIED_TIME, True)
    assert told.operations == ("delete", "partial_add", "reserve", "allocation_info")
    assert (told.can_reserve, told.can_delete, told.used_percent) == (True, True, 50.0)


@pytest.mark.parametrize(
    ("entries", "free", "operations", "answer", "percent"),
    [
        (50, 800, 0x0B, None, 50.0),
        (0, 0, 0x8A, None, 0.0),
        (8, 0, 0x8B, None, 100.0),  # overflow: it is full
        (1, 0, 0x0A, None, None),  # says so after a clear, and tells nothing else
        (8, 0, 0x0A, None, 100.0),
        (1, 0, 0x0B, (4, 0, 16, 0), 25.0),
        (1, 0, 0x0B, (0, 0, 0, 0), None),
        (8, 0, 0x0B, (4, 0), 100.0),
        (600, 0xFFFF, 0x0B, (0x00, 0x20, 16, 0), 7.3),
        (600, 0xFFFF, 0x0A, None, None),
        (9, 0xFFFF, 0x0B, (4, 0, 16, 0), 100.0),
    ],
)
def test_share_that_is_used(
    entries: int, free: int, operations: int, answer: tuple[int, ...] | None, percent: float | None
) -> None:
    script = [info(entries, free, operations=operations), *([allocation(*answer)] if answer else [])]
    client = ScriptedClient(*script)
    assert complete(read_info(client)).used_percent == percent
    client.assert_played()


def test_bmc_without_a_log_or_a_reservation_is_named() -> None:
    with pytest.raises(SelError, match="no System Event Log"):
        complete(read_info(ScriptedClient((Request(STORAGE, 0x40), no(0xC1)))))
    with pytest.raises(SelError, match="cannot be reserved") as caught:
        complete(reserve(ScriptedClient((Request(STORAGE, 0x42), no(0xC1)))))
    assert "nothing is erased" in caught.value.next_step


def test_erasure_in_progress_is_waited_for_until_the_deadline() -> None:
    client = ScriptedClient(*[(Request(STORAGE, 0x40), no(ERASING))] * 7, info())
    assert complete(read_info(client)).entries == 0
    assert client.pauses == 7
    client = ScriptedClient((Request(STORAGE, 0x40), no(ERASING)))
    client.at_pause = DeadlineExceeded("over")
    with pytest.raises(DeadlineExceeded):
        complete(read_info(client))


def test_entries_are_followed_by_their_ids() -> None:
    log = read(info(3), get(0, 0xFFFE, 7), get(0xFFFE, 1), get(1, 0xFFFF), info(3))
    assert (log.entries, log.problem) == ((entry(7), entry(0xFFFE), entry(1)), None)


@pytest.mark.parametrize("code", [0xC7, 0xC8, 0xCA, 0xCC, 0xFF])
def test_bmc_that_wants_to_be_told_the_length_is_told_it_from_then_on(code: int) -> None:
    answers = [(asked(0, 16), ok(2, 0, *entry(1))), (asked(2, 16), ok(0xFF, 0xFF, *entry(2)))]
    assert read(info(2), (asked(0), no(code)), *answers, info(2)).entries == (entry(1), entry(2))


def test_log_that_is_erased_meanwhile_is_read_again() -> None:
    log = read(info(2, erased=1), get(0, 2, 1), end(2), info(1, erased=2), get(0, 0xFFFF, 1), info(1, erased=2))
    assert (log.entries, log.info.erased, log.problem) == ((entry(1),), 2, None)


def test_last_erase_that_is_another_one_each_time_tells_nothing() -> None:
    reads = [exchange for time in (2, 3, 4) for exchange in (get(0, 0xFFFF, 1), info(1, erased=time))]
    log = read(info(1, erased=1), *reads)
    assert (log.info.erased, log.entries, log.problem) == (UNSPECIFIED_TIME, (entry(1),), None)


@pytest.mark.parametrize(
    ("odd", "problem"),
    [
        ([get(2, 1)], "leads back to entry 0001h"),
        ([get(2, 2)], "leads back to entry 0002h"),
        ([end(2)], "entry 0002h is gone"),
        ([(asked(2), no(0xD5))], "entry 0002h: Get SEL Entry was refused"),
        ([(asked(2), ok(3, 0, *entry(2)[:15]))], "15 bytes instead of 16"),
    ],
)
def test_list_that_does_not_end_is_read_three_times_and_told(odd: list[Exchange], problem: str) -> None:
    log = read(info(3), *[get(0, 2, 1), *odd, info(3)] * 3)
    assert log.entries[0] == entry(1)
    assert problem in (log.problem or "")


def test_what_is_added_while_the_log_is_read_is_read_too() -> None:
    log = read(info(1), get(0, 0xFFFF, 1), info(2), get(1, 2), get(2, 0xFFFF))
    assert log.entries == (entry(1), entry(2))


def test_empty_log() -> None:
    assert read(info(), end(), info()).entries == ()


@pytest.mark.parametrize("tail", [[end(2)], [get(2, 0xFFFF, 5)], [get(2, 3), end(3)]])
def test_tail_whose_beginning_or_end_has_changed_is_no_tail(tail: list[Exchange]) -> None:
    before = Log(decode_info(info_bytes(2)), (entry(1), entry(2)))
    client = ScriptedClient(*tail, info(1), get(0, 0xFFFF, 9), info(1))
    assert complete(read_tail(client, before)).entries == (entry(9),)
    client.assert_played()


def test_progress_is_told_entry_by_entry() -> None:
    told: list[tuple[int, int]] = []
    client = ScriptedClient(info(2), get(0, 2, 1), get(2, 0xFFFF), info(2))
    complete(read_log(client, progress=lambda done, total: told.append((done, total))))
    assert told == [(1, 2), (2, 2)]
