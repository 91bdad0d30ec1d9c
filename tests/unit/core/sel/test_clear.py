# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Erasing a log by the script of a BMC: what is sent, in which order, and what each answer means."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from fakes import Answer, Exchange, ScriptedClient, no, ok

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.client import Request, complete
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import (
    CommandError,
    DeadlineExceeded,
    InsufficientPrivilege,
    NoReply,
    SelError,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sel.clear import (
    Erased,
    NotErased,
    Step,
    clear_log,
    delete_entries,
    is_cleared,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sel.log import Log, decode_info

STORAGE = 0x0A
LOST, NOT_PRESENT, ERASING = 0xC5, 0xCB, 0x81
OLD, NEW = 0x60000000, 0x60000100
SILENCE = NoReply("no answer")


def info_bytes(entries: int, erased: int = OLD, operations: int = 0x0A) -> bytes:
    return b"\x51" + bytes((entries, 0, 0, 8, 0, 0, 0, 0x60)) + erased.to_bytes(4, "little") + bytes((operations,))


def entry(number: int) -> bytes:
    return number.to_bytes(2, "little") + b"\x02" + bytes(13)


def log_of(*numbers: int, operations: int = 0x0A) -> Log:
    return Log(decode_info(info_bytes(len(numbers), operations=operations)), tuple(map(entry, numbers)))


def reading(numbers: Iterable[int], erased: int, reservation: bytes = b"\0\0") -> list[Exchange]:
    """The whole log, read once."""
    ids = list(numbers)
    information = Request(STORAGE, 0x40), ok(*info_bytes(len(ids), erased))
    return [information, *following(ids, 0, reservation), information]


def following(ids: list[int], first: int, reservation: bytes) -> list[Exchange]:
    told: list[Exchange] = []
    for asked, number, after in zip([first, *ids[1:]], ids, [*ids[1:], 0xFFFF], strict=False):
        request = Request(STORAGE, 0x43, reservation + asked.to_bytes(2, "little") + b"\x00\xff")
        told.append((request, ok(*after.to_bytes(2, "little"), *entry(number))))
    return told or [(Request(STORAGE, 0x43, reservation + b"\0\0\0\xff"), no(NOT_PRESENT))]


def reserving(number: int = 1, code: int = 0) -> Exchange:
    return Request(STORAGE, 0x42), ok(number, 0) if not code else no(code)


def reserved(*tail: int) -> list[Exchange]:
    """The reservation, the time of the last erase under it, and the tail."""
    information = Request(STORAGE, 0x40), ok(*info_bytes(2))
    return [reserving(), information, *following(list(tail), tail[0], b"\x01\0")]


def start(answer: Answer) -> Exchange:
    return Request(STORAGE, 0x47, b"\x01\0CLR\xaa", once=True), answer


def status(answer: Answer, reservation: int = 1) -> Exchange:
    return Request(STORAGE, 0x47, bytes((reservation, 0)) + b"CLR\x00"), answer


def cleared(*script: Exchange, archived: Log | None = None, pauses: int = 0) -> Step:
    client = ScriptedClient(*script)
    step = complete(clear_log(client, archived or log_of(1, 2)))
    client.assert_played()
    assert client.pauses == pauses
    return step


def test_clear_reserves_reads_the_tail_erases_waits_and_reads_back() -> None:
    ends = [start(ok(0)), status(ok(0)), reserving(2), status(ok(1), 2)]
    step = cleared(*reserved(2), *ends, *reading([], NEW), pauses=1)
    assert isinstance(step, Erased)
    assert (step.count, step.log.entries, step.log.info.erased) == (2, (), NEW)


def test_event_in_the_tail_is_handed_back() -> None:
    step = cleared(*reserved(2, 3))
    assert isinstance(step, NotErased)
    assert step.log.entries == log_of(1, 2, 3).entries


def test_log_that_somebody_cleared_is_handed_back_though_it_looks_the_same() -> None:
    information = Request(STORAGE, 0x40), ok(*info_bytes(2, NEW))
    step = cleared(reserving(), information, *reading([1, 2], NEW, b"\x01\0"))
    assert isinstance(step, NotErased)
    assert (step.log.entries, step.log.info.erased) == (log_of(1, 2).entries, NEW)


def test_lost_reservation_erases_nothing() -> None:
    assert cleared(*reserved(2), start(no(LOST))) == NotErased(log_of(1, 2))


@pytest.mark.parametrize("code", [0xC0, ERASING])
def test_busy_bmc_has_not_erased(code: int) -> None:
    assert cleared(*reserved(2), start(no(code)), pauses=1) == NotErased(log_of(1, 2))


def test_log_without_reservations_is_not_touched() -> None:
    with pytest.raises(SelError, match="offers no reservation"):
        cleared(archived=log_of(1, operations=0x08))


@pytest.mark.parametrize(("code", "kind"), [(0xD4, InsufficientPrivilege), (0xCC, CommandError)])
def test_refusal_is_an_error_that_does_not_say_that_anything_was_erased(code: int, kind: type[CommandError]) -> None:
    with pytest.raises(kind, match="Clear SEL was refused") as caught:
        cleared(*reserved(2), start(no(code)))
    assert "erasure" not in str(caught.value)


@pytest.mark.parametrize("code", [0xC1, 0xCC, 0xC9])
def test_bmc_that_knows_no_progress_is_judged_by_its_log(code: int) -> None:
    assert isinstance(cleared(*reserved(2), start(ok(0)), status(no(code)), *reading([], NEW)), Erased)


@pytest.mark.parametrize("answer", [ok(1), SILENCE])
def test_clear_that_was_not_carried_out_shows_in_the_log(answer: Answer) -> None:
    kept = [] if answer is SILENCE else [status(ok(1))]
    step = cleared(*reserved(2), start(answer), status(ok(1)), *reading([1, 2], OLD), *kept)
    assert step == NotErased(log_of(1, 2))


def test_same_entries_after_the_reservation_is_lost_are_events_of_their_own() -> None:
    """Of a BMC whose clock stands: nothing else tells that they are others."""
    step = cleared(*reserved(2), start(ok(1)), status(ok(1)), *reading([1, 2], OLD), status(no(LOST)))
    assert step == Erased(2, log_of(1, 2))


def test_lost_command_is_seen_though_the_oldest_entry_was_overwritten_meanwhile() -> None:
    step = cleared(*reserved(2), start(SILENCE), status(ok(1)), *reading([2, 3], OLD))
    assert isinstance(step, NotErased)


def test_carried_out_command_whose_answer_is_lost_counts() -> None:
    assert isinstance(cleared(*reserved(2), start(SILENCE), status(ok(1)), *reading([3], NEW)), Erased)


def test_error_after_the_start_tells_how_things_are() -> None:
    client = ScriptedClient(*reserved(2), start(ok(0)), status(ok(0)))
    client.at_pause = DeadlineExceeded("over")
    with pytest.raises(DeadlineExceeded, match="over; the log's erasure was started, after all of it was archived"):
        complete(clear_log(client, log_of(1, 2)))


def test_deletion_names_each_entry_and_counts_what_is_gone() -> None:
    def delete(number: int, code: int) -> Exchange:
        return Request(STORAGE, 0x46, b"\x01\0" + number.to_bytes(2, "little"), once=True), no(code)

    def deleted(*script: Exchange) -> Step:
        client = ScriptedClient(*reserved(2), *script)
        step = complete(delete_entries(client, log_of(1, 2), [2, 1, 77]))
        client.assert_played()
        return step

    assert deleted(delete(1, 0), delete(2, 0), *reading([], NEW)) == Erased(2, deleted_log())
    assert deleted(delete(1, NOT_PRESENT), delete(2, 0), *reading([], NEW)).count == 2
    lost = deleted(delete(1, 0), delete(2, LOST), *reading([2], NEW))
    assert isinstance(lost, NotErased)
    assert lost.count == 1


def deleted_log() -> Log:
    return Log(decode_info(info_bytes(0, NEW)), ())


@pytest.mark.parametrize(
    ("marker", "only"),
    [
        ("0100 02 00000000 2000 04 10 00 6f 02ffff", True),
        ("0900 02 10203040 4100 04 10 51 6f 42ffff", True),
        ("0100 02 00000000 2000 04 10 00 ef 02ffff", False),
        ("0100 02 00000000 2000 04 10 00 6f 04ffff", False),
        ("0100 02 00000000 2000 04 12 00 6f 02ffff", False),
        ("0100 c0 00000000 2000 04 10 00 6f 02ffff", False),
    ],
)
def test_only_the_entry_that_says_cleared_counts_as_cleared(marker: str, only: bool) -> None:
    own = bytes.fromhex(marker)
    assert is_cleared((own,)) is only
    assert not is_cleared((own, own))
    assert is_cleared(log_of().entries)
