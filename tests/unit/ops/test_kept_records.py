# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records from a store: only where they are certain to be those of this BMC in this state."""

from __future__ import annotations

import pytest
from fakes import WholeBmc, no, ok
from sdr_bytes import compact, full, locator

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.bmc import decode_device_id
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.client import complete
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import NoReply, SessionLost
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.decode import decode_record
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.records import Kept, read_records

RECORDS = [full(b"A", b1=1), locator(record_id=2), compact(b"C", b1=3), full(b"D", b1=4)]
DEVICE = decode_device_id(WholeBmc.DEVICE_ID)
GUID = "00" * 16
INFO = (0x0A, 0x20, None)


def info(added_at: int = 0x64203040, count: int = 4):
    times = added_at.to_bytes(4, "little") + bytes(4)
    return ok(0x51, *count.to_bytes(2, "little"), 0, 0, *times)


class Store:
    """Keeps records in memory, with what they were kept under."""

    def __init__(self) -> None:
        self.kept: dict = {}

    def load(self, identity, stamp):
        return self.kept.get((identity, stamp))

    def save(self, identity, stamp, records):
        self.kept[identity, stamp] = list(records)


@pytest.fixture
def bmc() -> WholeBmc:
    return WholeBmc(RECORDS, {INFO: info()})


@pytest.fixture
def store() -> Store:
    return Store()


def read(bmc, store, device=DEVICE, guid=GUID, address="192.0.2.1", port=623, pick=lambda _count: 0):
    bmc.requests.clear()
    return complete(read_records(bmc, device, guid, Kept(store, address, port) if store else None, pick))


def assert_all_there(told, records=tuple(RECORDS)):
    repository, ended = told
    assert (repository.records, repository.complete, ended) == ([decode_record(data) for data in records], True, None)


def test_records_are_kept_after_the_first_read(bmc, store):
    assert_all_there(read(bmc, store))
    assert list(store.kept.values()) == [RECORDS]


def test_second_read_asks_for_two_records_only(bmc, store):
    read(bmc, store)
    assert_all_there(read(bmc, store, pick=lambda count: count - 3))
    assert [record_id for record_id, _offset, _count in bmc.requests] == [4, 2]


def test_picked_record_is_one_of_those_that_were_kept(bmc, store):
    read(bmc, store)
    counts = []
    read(bmc, store, pick=lambda count: counts.append(count) or 0)
    assert counts == [4]


def test_nothing_is_kept_without_a_store(bmc):
    assert_all_there(read(bmc, None))
    assert_all_there(read(bmc, None))
    assert len(bmc.requests) == 4


def test_changed_repository_is_read_again(bmc, store):
    read(bmc, store)
    bmc.answers[INFO] = info(0x64203041)
    assert_all_there(read(bmc, store))
    assert len(bmc.requests) == 4
    assert len(store.kept) == 2


@pytest.mark.parametrize(
    "other",
    [
        {"address": "192.0.2.2"},
        {"port": 624},
        {"guid": None},
        {"guid": "11" * 16},
        {"device": decode_device_id(bytes((0x20, 1, 3)) + WholeBmc.DEVICE_ID[3:])},
    ],
)
def test_other_bmc_does_not_get_these_records(bmc, store, other):
    read(bmc, store)
    read(bmc, store, **other)
    assert len(bmc.requests) == 4


@pytest.mark.parametrize("place", [1, 4])
def test_replaced_board_of_equal_state_is_found_out(bmc, store, place):
    read(bmc, store)
    bmc.records[place] = full(b"Z", b1=place)
    repository, _ended = read(bmc, store)
    assert [record.name for record in repository.records if record.record_id == place] == ["Z"]


@pytest.mark.parametrize("answer", [no(0xCB), no(0xC0), ok(), NoReply("no answer")])
def test_kept_records_that_cannot_be_confirmed_are_read_again(bmc, store, answer):
    read(bmc, store)
    doubts = [answer, answer, answer, answer]
    bmc.on_get = lambda record_id, _offset, _count: doubts.pop() if record_id == 4 and doubts else None
    repository, _ended = read(bmc, store)
    assert (0, 0, 0xFF) in bmc.requests
    assert [record.record_id for record in repository.records][:3] == [1, 2, 3]


@pytest.mark.parametrize("answer", [info(0), info(5), info(0x20000000), info(0xFFFFFFFF), no(0xC1), ok(0x51, 4, 0)])
def test_state_that_proves_nothing_keeps_nothing(bmc, store, answer):
    bmc.answers[INFO] = answer
    assert_all_there(read(bmc, store))
    assert store.kept == {}


def test_bmc_that_does_not_say_what_it_is_is_never_kept(bmc, store):
    assert_all_there(read(bmc, store, device=None))
    assert store.kept == {}


def test_list_that_ended_early_is_not_kept(bmc, store):
    bmc.on_get = lambda record_id, _offset, _count: no(0xCB) if record_id == 3 else None
    repository, _ended = read(bmc, store)
    assert (repository.complete, store.kept) == (False, {})


def test_list_that_leads_back_is_not_kept(bmc, store):
    bmc.following[4] = 2
    repository, ended = read(bmc, store)
    assert [record.record_id for record in repository.records] == [1, 2, 3, 4]
    assert (repository.complete, ended, store.kept) == (False, None, {})


def test_records_that_changed_while_they_were_read_are_not_kept(bmc, store):
    bmc.answers[INFO] = [info(), info(0x64203041)]
    assert_all_there(read(bmc, store))
    assert store.kept == {}


def test_broken_record_is_kept_too_and_told_again(bmc, store):
    broken = bytes.fromhex("0300510203010203")
    bmc.records[3] = broken
    first, _ended = read(bmc, store)
    second, _ended = read(bmc, store)
    assert len(bmc.requests) == 2
    assert first.problems == second.problems
    assert "record 0003h" in first.problems[0]


def test_end_of_the_conversation_is_told_with_what_was_read(bmc, store):
    bmc.on_get = lambda record_id, _offset, _count: SessionLost("gone") if record_id == 3 else None
    repository, ended = read(bmc, store)
    assert isinstance(ended, SessionLost)
    assert [record.record_id for record in repository.records] == [1, 2]
    assert store.kept == {}


def test_time_that_a_read_needs_is_told_beforehand(bmc, store):
    told = []
    bmc.expect = told.append
    read(bmc, store)
    assert told == [4]
    read(bmc, store)
    assert told == [4]
