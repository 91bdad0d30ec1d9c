# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time codes: of a set clock, of one that was never set, and none."""

from __future__ import annotations

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sel.times import timestamp


@pytest.mark.parametrize(
    ("timecode", "time"),
    [
        (0x69642350, "2026-01-11T22:25:20Z"),
        (0x20000001, "1987-01-05T18:48:33Z"),
        (0x80000000, "2038-01-19T03:14:08Z"),
        (0xFFFFFFFE, "2106-02-07T06:28:14Z"),
    ],
)
def test_clock_that_is_set_gives_utc(timecode, time):
    assert timestamp(timecode, None) == (time, "set")


@pytest.mark.parametrize("timecode", [0, 1, 0x1FFFFFFF, 0x20000000])
def test_seconds_since_start_are_no_time_of_day(timecode):
    assert timestamp(timecode, None) == (None, "pre_init")
    assert timestamp(timecode, 60) == (None, "pre_init")


@pytest.mark.parametrize("timecode", [0xFFFFFFFF, None])
def test_no_time_stays_none(timecode):
    assert timestamp(timecode, 60) == (None, "unspecified")


@pytest.mark.parametrize(
    ("offset", "time"),
    [
        (0, "2026-01-11T22:25:20Z"),
        (60, "2026-01-11T21:25:20Z"),
        (-330, "2026-01-12T03:55:20Z"),
        (1440, "2026-01-10T22:25:20Z"),
    ],
)
def test_local_time_goes_back_to_utc(offset, time):
    assert timestamp(0x69642350, offset) == (time, "set")
