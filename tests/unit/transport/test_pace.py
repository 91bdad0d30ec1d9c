# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pause between packets and its arithmetic, by a clock that is moved by hand."""

from __future__ import annotations

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import DeadlineExceeded, OptionError
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.options import LanOptions
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.pace import Clock, Pace


class HandMovedClock:
    def __init__(self) -> None:
        self.time = 0.0

    def sleep(self, seconds: float) -> None:
        self.time += seconds


def pace(**options: float) -> tuple[Pace, HandMovedClock]:
    clock = HandMovedClock()
    made = LanOptions("192.0.2.1", **options)  # type: ignore[arg-type]
    return Pace(made, Clock(lambda: clock.time, lambda _sock, _seconds: False, clock.sleep)), clock


def test_packets_are_an_interval_apart() -> None:
    paced, clock = pace(min_command_interval_s=5.0)
    for _packet in range(4):
        paced.keep_interval()
    assert clock.time == 15.0


def test_time_that_an_answer_took_counts_towards_the_interval() -> None:
    paced, clock = pace(min_command_interval_s=5.0)
    paced.keep_interval()
    clock.sleep(4.0)
    paced.keep_interval()
    assert clock.time == 5.0


def test_without_an_interval_nothing_waits() -> None:
    paced, clock = pace()
    for _packet in range(100):
        paced.keep_interval()
    assert clock.time == 0.0


def test_pause_beyond_the_deadline_ends_at_once() -> None:
    paced, clock = pace(min_command_interval_s=5.0, timeout_s=12.0)
    with pytest.raises(DeadlineExceeded):
        for _packet in range(4):
            paced.keep_interval()
    assert clock.time == 10.0


def test_pause_that_can_never_meet_the_deadline_is_refused_with_the_arithmetic() -> None:
    paced, clock = pace(min_command_interval_s=5.0)
    clock.sleep(10.0)
    with pytest.raises(OptionError) as caught:
        paced.expect(240)
    sentence = caught.value.sentence()
    assert "at least 240 commands" in sentence
    assert "5 s makes them last 1200 s" in sentence
    assert "timeout_s of 180 s leaves (170 s)" in sentence
    assert "Raise timeout_s to 1452 or more" in sentence


def test_pause_that_meets_the_deadline_is_not_refused() -> None:
    paced, _clock = pace(min_command_interval_s=5.0, timeout_s=1300.0)
    paced.expect(240)
