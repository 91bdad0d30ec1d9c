# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the list of records from a BMC that plays by the rules, whatever its limits."""

from __future__ import annotations

import pytest
from fakes import RESERVE, RepositoryBmc, no, ok
from sdr_bytes import compact, full, locator

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.client import Request, complete
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.decode import decode_record
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.repository import (
    DEVICE_SDRS,
    REPOSITORY,
    Repository,
    read_repository,
)

WHOLE = 0xFF
RECORDS = (
    full(b"Inlet Temp", b1=1, b8=1),
    compact(b"Intrusion", b1=2, b8=2),
    locator(0x12, b"iDRAC", record_id=3),
    full(b"An id string of 31 bytes, whole", b1=4, b8=4),
)


def read(bmc: RepositoryBmc, source=REPOSITORY) -> Repository:
    repository = Repository()
    complete(read_repository(bmc, source, repository))
    return repository


def assert_all_there(repository: Repository, records=RECORDS) -> None:
    assert repository.problems == []
    assert repository.records == [decode_record(record) for record in records]
    assert repository.complete


def test_every_record_is_read_with_one_request():
    bmc = RepositoryBmc(RECORDS)
    assert_all_there(read(bmc))
    assert bmc.requests == [(0, 0, WHOLE), (2, 0, WHOLE), (3, 0, WHOLE), (4, 0, WHOLE)]


def test_no_reservation_is_made_where_none_is_needed():
    bmc = RepositoryBmc(RECORDS)
    read(bmc)
    assert bmc.reservations == 0


def test_requests_as_they_go_over_the_wire(play):
    record = full()
    client = play((Request(0x0A, 0x23, bytes.fromhex("0000 0000 00ff")), ok(0xFF, 0xFF, *record)))
    assert read(client).records == [decode_record(record)]


def test_partial_requests_as_they_go_over_the_wire(play):
    record = compact(b"Intrusion", b1=0x34, b2=0x12)
    client = play(
        (Request(0x0A, 0x23, bytes.fromhex("0000 0000 00ff")), no(0xCA)),
        (Request(0x0A, 0x23, bytes.fromhex("0000 0000 0005")), ok(0xFF, 0xFF, *record[:5])),
        (Request(0x0A, 0x22), ok(0xCD, 0xAB)),
        (Request(0x0A, 0x23, bytes.fromhex("cdab 0000 0520")), ok(0xFF, 0xFF, *record[5:37])),
        (Request(0x0A, 0x23, bytes.fromhex("cdab 0000 2504")), ok(0xFF, 0xFF, *record[37:])),
    )
    assert read(client).records == [decode_record(record)]


def test_next_record_is_asked_for_by_the_id_that_the_answer_gave(play):
    first, second = full(b1=0x10), full(b1=0x77)
    client = play(
        (Request(0x0A, 0x23, bytes.fromhex("0000 0000 00ff")), ok(0x77, 0x01, *first)),
        (Request(0x0A, 0x23, bytes.fromhex("0000 7701 00ff")), ok(0xFF, 0xFF, *second)),
    )
    assert len(read(client).records) == 2


@pytest.mark.parametrize("code", [0xCA, 0xC8, 0xC7, 0xC4, 0xFF])
def test_bmc_that_cannot_return_a_whole_record_is_asked_for_parts(code):
    bmc = RepositoryBmc(RECORDS, limit=32)
    bmc.too_many = code
    assert_all_there(read(bmc))
    assert bmc.reservations == 1


def test_whole_records_are_asked_for_once_only_where_they_cannot_be_had():
    bmc = RepositoryBmc(RECORDS, limit=32)
    read(bmc)
    assert [request for request in bmc.requests if request[2] == WHOLE] == [(0, 0, WHOLE)]


@pytest.mark.parametrize("limit", [16, 17, 20, 22, 24, 31, 32, 33, 40, 57, 60])
def test_bmc_of_any_limit_from_sixteen_bytes_on_is_read(limit):
    assert_all_there(read(RepositoryBmc(RECORDS, limit=limit)))


@pytest.mark.parametrize("limit", range(5, 16))
def test_bmc_that_returns_less_than_sixteen_bytes_is_read_too(limit):
    assert_all_there(read(RepositoryBmc(RECORDS, limit=limit)))


@pytest.mark.parametrize("limit", [5, 8, 10, 12, 15, 16])
def test_short_record_is_read_first_from_a_bmc_with_a_low_limit(limit):
    # Nothing longer has taught the reader yet how little the BMC returns.
    records = [locator(0x12, b"Node1", record_id=1), full(b1=2)]
    assert_all_there(read(RepositoryBmc(records, limit=limit)), records)


def test_size_that_was_found_is_kept_for_the_records_that_follow():
    bmc = RepositoryBmc(RECORDS, limit=16)
    read(bmc)
    later = [count for record_id, _offset, count in bmc.requests if record_id == 4]
    assert max(later) == 16


def test_bmc_that_sends_less_than_asked_for_is_asked_for_the_rest():
    bmc = RepositoryBmc(RECORDS)

    def at_most_seven(record_id, offset, _count):
        own_id = record_id or 1
        following = bmc.following[own_id].to_bytes(2, "little")
        return ok(*following, *bmc.records[own_id][offset : offset + 7])

    bmc.on_get = at_most_seven
    assert_all_there(read(bmc))


def test_whole_answer_without_a_header_is_asked_for_in_parts():
    bmc = RepositoryBmc(RECORDS)
    bmc.on_get = lambda record_id, _offset, count: ok(2, 0, 1, 0) if (record_id, count) == (0, WHOLE) else None
    assert_all_there(read(bmc))


def test_bytes_behind_the_record_are_not_part_of_it():
    bmc = RepositoryBmc(RECORDS[:1])
    bmc.on_get = lambda _record_id, _offset, _count: ok(0xFF, 0xFF, *RECORDS[0], 1, 2, 3)
    assert_all_there(read(bmc), RECORDS[:1])


def test_first_record_may_have_any_id():
    records = [full(b1=0x07, b2=0x30), full(b1=0x05, b2=0x20)]
    assert_all_there(read(RepositoryBmc(records)), records)


def test_device_sdrs_have_commands_of_their_own(play):
    record = compact(b"Intrusion")
    client = play(
        (Request(0x04, 0x21, bytes.fromhex("0000 0000 00ff")), no(0xCA)),
        (Request(0x04, 0x21, bytes.fromhex("0000 0000 0005")), ok(0xFF, 0xFF, *record[:5])),
        (Request(0x04, RESERVE), ok(1, 0)),
        (Request(0x04, 0x21, bytes.fromhex("0100 0000 0520")), ok(0xFF, 0xFF, *record[5:37])),
        (Request(0x04, 0x21, bytes.fromhex("0100 0000 2504")), ok(0xFF, 0xFF, *record[37:])),
    )
    assert read(client, DEVICE_SDRS).records == [decode_record(record)]


@pytest.mark.parametrize("limit", [16, 255])
def test_device_sdrs_are_read_like_the_repository(limit):
    bmc = RepositoryBmc(RECORDS, limit=limit, netfn=0x04, get=0x21)
    assert_all_there(read(bmc, DEVICE_SDRS))


def test_bmc_without_reservations_is_read_in_parts_with_none():
    bmc = RepositoryBmc(RECORDS, limit=32)
    bmc.reserve_answer = no(0xC1)
    assert_all_there(read(bmc))


def test_record_of_the_greatest_length_is_read_in_parts():
    record = bytes((1, 0, 0x51, 0xC0, 0xFF)) + bytes(range(255))
    assert_all_there(read(RepositoryBmc([record], limit=32)), [record])


def test_record_of_the_greatest_length_is_read_whole():
    # 260 bytes do not fit into FFh: the rest is asked for.
    record = bytes((1, 0, 0x51, 0xC0, 0xFF)) + bytes(range(255))
    assert_all_there(read(RepositoryBmc([record])), [record])


def test_record_without_a_body_is_read():
    record = bytes((1, 0, 0x51, 0xC0, 0))
    for limit in (5, 255):
        assert_all_there(read(RepositoryBmc([record], limit=limit)), [record])
