# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The class of a window's time-outs: its numbers at their edges, bursts, maintenance and refused settings."""

from __future__ import annotations

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.driver_events.classes import (
    MAX_BURSTS,
    Assessment,
    assess,
    severity,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.driver_events.records import DriverEvent, Span

DAY_S = 86400.0
NOON = 1_769_860_800.0  # 2026-01-31T12:00:00Z


def timeouts(*times: float, kind: str = "1004") -> list[DriverEvent]:
    return [DriverEvent(NOON + time, kind) for time in times]


def every(gap_s: float, count: int, start_s: float = 0.0) -> list[float]:
    return [start_s + number * gap_s for number in range(count)]


def of(events: list[DriverEvent], span_s: float = DAY_S, system: str = "windows", **more) -> Assessment:
    return assess(system, events, span_s, **more)


@pytest.mark.parametrize(
    ("times", "span_s", "expected"),
    [
        ([], DAY_S, "none"),
        ([0.0], DAY_S, "low"),
        (every(8000, 10), DAY_S, "low"),
        (every(7500, 11), DAY_S, "elevated"),
        (every(40000, 20), 2 * DAY_S, "low"),
        # Few of them in a short window are many a day.
        (every(500, 5), 3600.0, "elevated"),
        # One a minute, ten times.
        (every(60, 10), 30 * DAY_S, "high"),
        (every(60, 9), 30 * DAY_S, "low"),
        # Ten within ten minutes, the tenth at their very end.
        (every(66.6, 10), 30 * DAY_S, "high"),
        (every(600 / 9, 9) + [600.0], 30 * DAY_S, "low"),
        # Ten minutes that are bad make a quiet month bad.
        ([-1e6, *every(1, 10), 1e6], 30 * DAY_S, "high"),
    ],
)
def test_class_follows_its_numbers(times, span_s, expected):
    assert of(timeouts(*times), span_s).severity == expected


def test_ten_a_day_are_low_and_any_more_are_elevated():
    assert severity([0.0, 5000.0], 10.0) == "low"
    assert severity([0.0, 5000.0], 10.001) == "elevated"


def test_one_event_a_moment_ago_is_not_one_a_second():
    assert of(timeouts(0.0), span_s=0.0).rate_per_day == 1440.0


def test_order_of_events_makes_no_difference():
    times = [*every(60, 12), 5000.0]
    assert of(timeouts(*times)) == of(timeouts(*reversed(times)))
    assert (of(timeouts(*reversed(times))).first, of(timeouts(*times)).last) == (NOON, NOON + 5000)


def test_burst_needs_ten_with_gaps_of_a_minute_at_most():
    found = of(timeouts(*every(60, 10), *every(61, 10, 5000), *every(1, 9, 9000), *every(1, 11, 20000))).bursts
    assert [(burst.start - NOON, burst.end - NOON, burst.count) for burst in found] == [
        (20000.0, 20010.0, 11),
        (0.0, 540.0, 10),
    ]


def test_only_the_newest_bursts_are_told():
    times = [time for number in range(MAX_BURSTS + 5) for time in every(1, 10, 1000.0 * number)]
    found = of(timeouts(*times)).bursts
    assert len(found) == MAX_BURSTS
    assert found[0].start == NOON + 1000 * (MAX_BURSTS + 4)


def test_time_outs_of_a_firmware_flash_are_told_apart():
    flash = Span(NOON, NOON + 600)
    seen = of([*timeouts(*every(1, 50)), *timeouts(-3600.0, 600.5)], maintenance=[flash])
    assert (seen.count, seen.in_maintenance, seen.severity, seen.bursts) == (2, 50, "low", ())
    assert (seen.findings, seen.counts["1004"]) == (("flash_window",), 2)
    assert (seen.first, seen.last) == (NOON - 3600, NOON + 600.5)


def test_both_ends_of_maintenance_belong_to_it():
    seen = of(timeouts(0.0, 600.0), maintenance=[Span(NOON, NOON + 600)])
    assert (seen.count, seen.in_maintenance) == (0, 2)


def test_quiet_maintenance_is_no_finding():
    other = timeouts(5.0, kind="1000")
    seen = of([*other, *timeouts(700.0)], maintenance=[Span(NOON, NOON + 600)])
    assert (seen.findings, seen.in_maintenance, seen.counts["1000"]) == ((), 1, 0)


@pytest.mark.parametrize(("at", "findings"), [(-0.5, ()), (0.0, ("rejected_setting",)), (60.0, ("rejected_setting",))])
def test_setting_that_is_rejected_after_its_change_is_a_finding(at, findings):
    assert of(timeouts(at, kind="1002"), changed_at=NOON).findings == findings


def test_rejected_setting_needs_a_change():
    assert of(timeouts(0.0, kind="1002")).findings == ()


def test_only_time_outs_in_normal_operation_count():
    seen = of([event for kind in ("1000", "1001", "1002", "1003") for event in timeouts(*every(1, 20), kind=kind)])
    assert (seen.count, seen.severity, seen.rate_per_day) == (0, "none", 0.0)
    assert seen.counts == {"1000": 20, "1001": 20, "1002": 20, "1003": 20, "1004": 0}


def test_kinds_of_linux_count_by_themselves():
    seen = of(
        [*timeouts(1.0, kind="timeout"), *timeouts(2.0, 3.0, kind="incorrect_response")],
        system="linux",
        changed_at=NOON,
        maintenance=[Span(NOON, NOON + 1)],
    )
    assert (seen.count, seen.counts["incorrect_response"], seen.findings) == (0, 2, ("flash_window",))
