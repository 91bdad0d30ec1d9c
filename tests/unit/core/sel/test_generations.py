# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of a log's entries an archive has: across clears, deletions, logs that go round and reads that end early."""

from __future__ import annotations

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sel.generations import Known, Placed, place
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sel.log import UNSPECIFIED_TIME, Log, SelInfo

SET, PRE_INIT = 0x69642350, 100


def entry(number: int, timecode: int = SET, kind: int = 0x02) -> bytes:
    return number.to_bytes(2, "little") + bytes((kind,)) + timecode.to_bytes(4, "little") + bytes(9)


def entries(*numbers: int, timecode: int = SET) -> tuple[bytes, ...]:
    return tuple(entry(number, timecode) for number in numbers)


def log(*numbers: int, erased: int = UNSPECIFIED_TIME, timecode: int = SET, problem: str | None = None) -> Log:
    info = SelInfo("1.5", len(numbers), None, None, 0, erased, False, ())
    return Log(info, entries(*numbers, timecode=timecode), problem)


def known(*numbers: int, erased: int = UNSPECIFIED_TIME, timecode: int = SET, doomed: tuple[int, ...] = ()) -> Known:
    gone = entries(*doomed, timecode=timecode)
    return Known(4, 9, entries(*numbers, timecode=timecode), erased, gone)


def goes_on(first_new: int) -> Placed:
    return Placed(4, first_new, 10)


ANEW = Placed(5, 0, 1)


def test_first_log_begins_the_first_generation() -> None:
    assert place(None, log(7, 8)) == Placed(1, 0, 1)


@pytest.mark.parametrize(
    ("archived", "found", "placed"),
    [
        (known(1, 2), log(1, 2), goes_on(2)),
        (known(1, 2), log(1, 2, 3), goes_on(2)),
        (known(1, 2, 3, 4), log(3, 4, 5), goes_on(2)),  # the oldest were overwritten
        (known(1, 2, 3, 4), log(1, 4, 5), goes_on(2)),
        (known(), log(1), goes_on(0)),  # after a clear of ours
        (known(1, 2), log(), ANEW),
        (known(1, 2), log(3, 4), ANEW),
        (known(1, 2, 3), log(1, 2), ANEW),  # the same events, as far as it got since
    ],
)
def test_log_with_the_same_last_erase_goes_on_behind_the_last_archived_entry(
    archived: Known, found: Log, placed: Placed
) -> None:
    assert place(archived, found) == placed


@pytest.mark.parametrize(
    ("numbers", "placed"),
    [((1, 2), goes_on(2)), ((1, 3, 4), goes_on(2)), ((2,), goes_on(1)), ((3, 4), goes_on(1)), ((), ANEW), ((4,), ANEW)],
)
def test_entries_older_than_a_new_last_erase_have_survived_it(numbers: tuple[int, ...], placed: Placed) -> None:
    assert place(known(1, 2, 3, erased=SET - 50), log(*numbers, erased=SET + 1)) == placed


@pytest.mark.parametrize(
    ("timecode", "erased"),
    [(PRE_INIT, PRE_INIT + 1), (PRE_INIT, SET), (SET, SET), (SET, SET - 1), (SET, PRE_INIT), (0xFFFFFFFF, SET)],
)
def test_entries_that_may_be_younger_than_a_new_last_erase_are_new(timecode: int, erased: int) -> None:
    assert place(known(1, 2, timecode=timecode), log(1, 2, erased=erased, timecode=timecode)) == ANEW


def test_entries_without_a_time_prove_nothing() -> None:
    oem = (entry(1, kind=0xE0), entry(2, kind=0xE0))
    found = Log(log(erased=SET + 1).info, oem)
    assert place(Known(4, 9, oem, SET - 50), found) == ANEW


@pytest.mark.parametrize("erased", [UNSPECIFIED_TIME, SET - 1])
def test_what_we_did_not_want_to_delete_has_survived_our_deletion(erased: int) -> None:
    def after(*numbers: int) -> Placed:
        archived = known(1, 2, 3, 4, timecode=PRE_INIT, doomed=(1, 4))
        return place(archived, log(*numbers, erased=erased, timecode=PRE_INIT))

    assert after(2, 3) == after(2, 3, 5) == goes_on(2)
    assert after(1, 2, 3) == goes_on(3)
    assert after(2, 5) == after(5) == after(1) == ANEW


@pytest.mark.parametrize("erased", [UNSPECIFIED_TIME, SET + 1])
def test_read_that_ends_early_among_archived_entries_tells_nothing(erased: int) -> None:
    for numbers in ((), (1,), (1, 2)):
        assert place(known(1, 2, 3), log(*numbers, erased=erased, problem="refused")) == goes_on(len(numbers))
    assert place(known(1, 2, 3), log(5, erased=erased, problem="refused")) == ANEW
