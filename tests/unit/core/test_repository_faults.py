# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the list of records from a BMC that does not play by the rules: what is lost is no more than it must be."""

from __future__ import annotations

import pytest
from fakes import BUSY, RESERVATION_LOST, RepositoryBmc, no, ok
from sdr_bytes import compact, full

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.client import complete
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import (
    DeadlineExceeded,
    NoReply,
    SessionLost,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.repository import (
    REPOSITORY,
    Repository,
    read_repository,
)

A, B, C = full(b"A", b1=1), compact(b"B", b1=2), full(b"C", b1=3)
SILENCE = NoReply("no answer")
WHOLE = 0xFF


def read(bmc: RepositoryBmc) -> Repository:
    repository = Repository()
    complete(read_repository(bmc, REPOSITORY, repository))
    return repository


def names(repository: Repository) -> list[str]:
    return [record.name for record in repository.records]


def broken(record: bytes) -> bytes:
    """Announces more than its type has use for, and less than it needs."""
    return record[:4] + b"\x0a" + record[5:15]


@pytest.mark.parametrize("limit", [20, 255])
def test_broken_record_costs_only_itself(limit):
    repository = read(RepositoryBmc([A, broken(B), C], limit=limit))
    assert names(repository) == ["A", "C"]
    assert repository.problems == [
        "record 0002h of type 02h has 15 bytes, 25 are needed; it is passed over",
    ]
    assert repository.complete


@pytest.mark.parametrize("limit", [20, 255])
def test_record_whose_header_promises_too_much_costs_only_itself(limit):
    promising = B[:4] + b"\xf0" + B[5:]
    repository = read(RepositoryBmc([A, promising, C], limit=limit))
    assert names(repository) == ["A", "C"]
    assert len(repository.problems) == 1


@pytest.mark.parametrize("code", [0xC9, 0xCB, 0xCC])
def test_part_that_is_refused_costs_only_its_record(code):
    bmc = RepositoryBmc([A, B, C], limit=20)
    bmc.on_get = lambda record_id, offset, _count: no(code) if record_id == 2 and offset > 20 else None
    repository = read(bmc)
    assert names(repository) == ["A", "C"]
    assert "record 0002h ends after 21 bytes" in repository.problems[0]


def test_reservation_lost_in_the_middle_is_made_anew():
    bmc = RepositoryBmc([A, B, C], limit=20)
    lost = []

    def once(record_id, offset, _count):
        if record_id == 2 and offset > 20 and not lost:
            lost.append(offset)
            bmc.cancel_reservation()

    bmc.on_get = once
    repository = read(bmc)
    assert (names(repository), repository.problems, bmc.reservations) == (["A", "B", "C"], [], 2)
    assert lost


def test_record_is_read_from_its_beginning_after_a_lost_reservation():
    bmc = RepositoryBmc([A], limit=20)
    lost = []

    def changed_meanwhile(_record_id, offset, _count):
        if offset > 20 and not lost:
            lost.append(offset)
            bmc.records[1] = full(b"Z", b1=1)
            bmc.cancel_reservation()

    bmc.on_get = changed_meanwhile
    assert names(read(bmc)) == ["Z"]


def test_reservation_that_is_lost_for_every_record_is_made_anew_for_each():
    bmc = RepositoryBmc([A, B, C], limit=20)
    lost = set()

    def once_a_record(record_id, offset, _count):
        if offset > 5 and record_id not in lost:
            lost.add(record_id)
            bmc.cancel_reservation()

    bmc.on_get = once_a_record
    assert names(read(bmc)) == ["A", "B", "C"]
    assert bmc.reservations == 4


def test_reservation_lost_for_ever_ends_the_list():
    bmc = RepositoryBmc([A, B, C], limit=20)
    bmc.on_get = lambda record_id, offset, _count: no(RESERVATION_LOST) if record_id == 2 and offset else None
    repository = read(bmc)
    assert names(repository) == ["A"]
    assert not repository.complete
    assert repository.problems == [
        "the list of records ends early: Get SDR was answered with reservation cancelled or invalid (C5h)"
    ]
    assert len(bmc.requests) < 50


def test_whole_read_that_wants_a_reservation_gets_one():
    bmc = RepositoryBmc([A])
    bmc.on_get = lambda *_request: no(RESERVATION_LOST) if not bmc.reservations else None
    assert names(read(bmc)) == ["A"]


# The first record was asked for as 0000h; its own id is another one. The last one can also follow itself.
@pytest.mark.parametrize("following", [0, 1, 2, 3])
def test_list_that_leads_back_to_a_record_ends_there_and_is_not_complete(following):
    bmc = RepositoryBmc([A, B, C])
    bmc.following[3] = following
    repository = read(bmc)
    assert (names(repository), len(bmc.requests)) == (["A", "B", "C"], 3)
    assert repository.problems == [f"the list of records leads back to record {following:04X}h"]
    assert not repository.complete


@pytest.mark.parametrize("code", [0xC1, 0xCB, 0xCC, 0xD4])
def test_list_that_ends_with_an_error_keeps_what_was_read(code):
    bmc = RepositoryBmc([A, B, C])
    bmc.on_get = lambda record_id, _offset, _count: no(code) if record_id == 3 else None
    repository = read(bmc)
    assert names(repository) == ["A", "B"]
    assert not repository.complete
    assert f"({code:02X}h)" in repository.problems[0]


def test_empty_repository_has_no_records_and_says_so():
    repository = read(RepositoryBmc([]))
    assert repository.records == []
    assert "not present (CBh)" in repository.problems[0]


def test_busy_bmc_is_asked_again():
    bmc = RepositoryBmc([A, B])
    answers = [no(BUSY), no(0xC3), no(0xD0)]
    bmc.on_get = lambda record_id, _offset, _count: answers.pop() if record_id == 2 and answers else None
    repository = read(bmc)
    assert (names(repository), repository.complete, bmc.pauses) == (["A", "B"], True, 3)


def test_bmc_that_stays_busy_ends_the_list():
    bmc = RepositoryBmc([A, B])
    bmc.on_get = lambda record_id, _offset, _count: no(BUSY) if record_id == 2 else None
    repository = read(bmc)
    assert (names(repository), repository.complete) == (["A"], False)
    assert "node busy (C0h)" in repository.problems[0]


def test_request_without_a_reply_is_sent_once_more():
    bmc = RepositoryBmc([A, B])
    silences = [SILENCE]
    bmc.on_get = lambda record_id, _offset, _count: silences.pop() if record_id == 2 and silences else None
    repository = read(bmc)
    assert (names(repository), repository.complete) == (["A", "B"], True)


@pytest.mark.parametrize("error", [SILENCE, SessionLost("gone"), DeadlineExceeded("over")])
def test_error_of_the_transport_leaves_what_was_read(error):
    bmc = RepositoryBmc([A, B, C])
    bmc.on_get = lambda record_id, _offset, _count: error if record_id == 3 else None
    repository = Repository()
    with pytest.raises(type(error)):
        complete(read_repository(bmc, REPOSITORY, repository))
    assert names(repository) == ["A", "B"]
    assert not repository.complete


@pytest.mark.parametrize("data", [(), (1,), (2, 0), (2, 0, 2, 0, 0x51)])
def test_answer_without_a_header_ends_the_list(data):
    bmc = RepositoryBmc([A, B, C])
    bmc.on_get = lambda record_id, _offset, _count: ok(*data) if record_id == 2 else None
    repository = read(bmc)
    assert names(repository)[0] == "A"
    assert "C" not in names(repository)
    assert repository.problems[-1].startswith("the list of records ends early: record 0002h: ")


def later_counts(bmc: RepositoryBmc) -> list[int]:
    """How many bytes were asked for of the record behind the odd one."""
    return [count for record_id, _offset, count in bmc.requests if record_id == 3]


@pytest.mark.parametrize("limit", [32, 255])
def test_record_that_is_answered_with_an_unspecified_error_slows_down_no_other(limit):
    """The header can be had, nothing else can: how many bytes were asked for was not the reason."""
    bmc = RepositoryBmc([A, B, C], limit=limit)
    bmc.on_get = lambda record_id, offset, count: no(0xFF) if record_id == 2 and (offset or count > 5) else None
    repository = read(bmc)
    assert (names(repository), repository.complete) == (["A", "C"], True)
    assert "record 0002h ends after 5 bytes" in repository.problems[0]
    undisturbed = RepositoryBmc([A, B, C], limit=limit)
    read(undisturbed)
    assert later_counts(bmc) == later_counts(undisturbed)


@pytest.mark.parametrize("refused", ["whole", "in parts"])
def test_smaller_size_that_helped_after_an_unspecified_error_is_kept(refused):
    limit, code = (20, 0xFF) if refused == "whole" else (32, 0xCA)
    bmc = RepositoryBmc([A, B, C], limit=limit)
    bmc.too_many = code
    bmc.on_get = lambda record_id, _offset, count: no(0xFF) if 16 < count < WHOLE else None
    repository = read(bmc)
    assert (names(repository), repository.problems) == (["A", "B", "C"], [])
    assert max(later_counts(bmc)) == 16


@pytest.mark.parametrize("code", [0xCA, 0xC8, 0xC7, 0xC4])
def test_size_that_a_bmc_refuses_as_a_size_is_never_asked_for_again(code):
    bmc = RepositoryBmc([A, B, C])
    bmc.on_get = lambda record_id, offset, count: no(code) if record_id == 2 and (offset or count > 5) else None
    assert names(read(bmc)) == ["A", "C"]
    assert max(later_counts(bmc)) == 5


def test_part_without_bytes_ends_its_record():
    bmc = RepositoryBmc([A, B, C], limit=20)
    bmc.on_get = lambda record_id, offset, _count: ok(3, 0) if record_id == 2 and offset > 20 else None
    repository = read(bmc)
    assert names(repository) == ["A", "C"]


def test_reservation_cut_short_ends_the_list():
    bmc = RepositoryBmc([A, B], limit=20)
    bmc.reserve_answer = ok(1)
    repository = read(bmc)
    assert (repository.records, repository.complete) == ([], False)
    assert repository.problems == [
        "the list of records ends early: Reserve SDR Repository was answered with 1 bytes, 2 are needed"
    ]


def test_bmc_that_makes_up_ids_without_end_is_left_in_the_end():
    bmc = RepositoryBmc([A])

    def another_one(record_id, _offset, _count):
        following = ((record_id + 1) % 0x200).to_bytes(2, "little")
        return ok(*following, *record_id.to_bytes(2, "little"), *A[2:])

    bmc.on_get = another_one
    repository = read(bmc)
    assert (len(repository.records), repository.complete) == (0x200, False)
