# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what an event tells of is over: by the sensor, else by the log; and the events of a fleet, worst first."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from sel_bytes import LINUX_PANIC, raw_event

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sel.events import interpret
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sel.records import decode_record
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sel.sensor_index import SensorIndex
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.sel_report import event_table, events, groups

LOWER_CRITICAL_LOW, LOWER_CRITICAL_HIGH, UPPER_CRITICAL_HIGH = b"\x02\xff\xff", b"\x03\xff\xff", b"\x09\xff\xff"
MINUTE = 60


def record(raw: bytes, live: str | None = None, name: str | None = None) -> dict[str, Any]:
    told = asdict(interpret(decode_record(raw), SensorIndex([])))
    return {**told, "sensor_name": name, **({"live_state": live} if live else {})}


def fan(data: bytes = LOWER_CRITICAL_LOW, live: str | None = None, **how: Any) -> dict[str, Any]:
    return record(raw_event(0x04, 0x01, data, **how), live)


def states(*records: dict[str, Any]) -> list[str | None]:
    return [event.state for event in events(records)]


@pytest.mark.parametrize("live", ["active", "recovered", "unknown"])
def test_the_sensor_says_whether_its_event_is_over(live):
    assert states(fan(live=live)) == [live]


def test_without_the_sensors_word_nobody_knows():
    assert states(fan()) == ["unknown"]


@pytest.mark.parametrize("live", [None, "unknown"])
def test_end_in_the_log_ends_what_the_sensor_does_not_tell(live):
    assert states(fan(live=live), fan(deasserted=True)) == ["recovered", None]


def test_end_before_the_event_ends_nothing():
    assert states(fan(deasserted=True), fan()) == [None, "unknown"]


def test_beginning_anew_is_a_new_event():
    assert states(fan(), fan(deasserted=True), fan()) == ["recovered", None, "unknown"]


def test_of_active_events_those_before_the_last_beginning_are_over():
    told = states(fan(live="active"), fan(deasserted=True), fan(live="active"))
    assert told == ["recovered", None, "active"]


def test_sensor_that_is_active_is_believed_against_the_logs_end():
    # A log that was full has no entry of the second beginning.
    assert states(fan(live="active"), fan(deasserted=True)) == ["active", None]


def test_threshold_passed_on_the_way_back_is_an_end():
    assert states(fan(), fan(LOWER_CRITICAL_HIGH)) == ["recovered", None]


@pytest.mark.parametrize(
    "other",
    [
        {"number": 0x02},
        {"by": b"\x2c\x00"},
        {"data": UPPER_CRITICAL_HIGH},
        {"data": b"\x00\xff\xff"},
    ],
)
def test_end_of_something_else_ends_nothing(other):
    assert states(fan(), fan(**{"deasserted": True, **other}))[0] == "unknown"


def test_readings_of_beginning_and_end_may_differ():
    assert states(fan(b"\x52\x06\x08"), fan(b"\x52\x0d\x08", deasserted=True)) == ["recovered", None]


def test_end_at_one_memory_module_is_none_at_another():
    first, second = (raw_event(0x0C, 0x6F, bytes((0x21, 0xFF, module))) for module in (1, 2))
    end = raw_event(0x0C, 0x6F, b"\x21\xff\x01", deasserted=True)
    assert states(record(first), record(second), record(end)) == ["recovered", "unknown", None]


def test_opposite_state_ends_a_state_of_a_pair():
    predicted, over = (raw_event(0x08, 0x04, bytes((offset, 0xFF, 0xFF))) for offset in (1, 0))
    assert states(record(predicted), record(over)) == ["recovered", None]


@pytest.mark.parametrize(("live", "state"), [("active", "recovered"), ("recovered", "active"), ("unknown", "unknown")])
def test_end_of_a_good_state_holds_while_the_sensor_does_not_say_that_state(live, state):
    lost = raw_event(0x08, 0x05, b"\x00\xff\xff", deasserted=True)  # "limit not exceeded" has ended
    assert states(record(lost, live)) == [state]


def test_manufacturers_records_and_panics_never_end():
    oem = bytes.fromhex("0900 c1 00000060 597e00 010203040506")
    assert states(record(oem), record(LINUX_PANIC), record(oem), record(LINUX_PANIC)) == ["unknown"] * 4


def fleet(*severities_and_states: tuple[str, str | None]) -> dict[str, Any]:
    """A host with an event of each kind."""
    return {"sel": [{**fan(live=state or "active"), "severity": severity} for severity, state in severities_and_states]}


def test_active_events_come_before_unknown_ones_and_recovered_ones_last_each_worst_first():
    order = [(severity, state) for state in ("active", "unknown", "recovered") for severity in ("critical", "warning")]
    host = fleet(*order[::-1], ("nominal", None))
    assert [(group.severity, group.state) for group in groups({"a": host}, [])] == [*order, ("nominal", None)]


def test_severities_are_those_asked_for():
    host = fleet(("critical", "active"), ("warning", "active"), ("nominal", None))
    assert [group.severity for group in groups({"a": host}, ["nominal", "warning"])] == ["warning", "nominal"]


def test_events_of_one_kind_are_one_line_with_the_newest_time():
    early, late = (
        record(raw_event(0x04, 0x01, LOWER_CRITICAL_LOW, timecode=0x69642350 + at), "active", "Fan1")
        for at in (0, MINUTE)
    )
    never = record(raw_event(0x04, 0x01, LOWER_CRITICAL_LOW, timecode=18), "active", "Fan1")
    (group,) = groups({"b": {"sel": [late]}, "a": {"sel": [early, never]}, "dead": None}, [])
    assert (group.sensor, group.count, group.hosts) == ("Fan1", 3, ("a", "b"))
    assert group.last == late["timestamp"]
    assert event_table([group])[1].endswith("a, b")


def test_event_without_a_time_of_day_or_a_name_says_so():
    (group,) = groups({"a": {"sel": [record(raw_event(0x04, 0x01, LOWER_CRITICAL_LOW, timecode=18))]}}, [])
    assert (group.last, group.sensor) == (None, "Fan 01h")
    assert event_table([group])[1].split()[3] == "-"


def test_long_lists_of_hosts_are_cut():
    hosts = {f"h{number}": {"sel": [fan(live="active")]} for number in range(8)}
    assert event_table(groups(hosts, []))[1].endswith("h0, h1, h2, h3, h4 and 3 more")


def test_text_of_a_bmc_is_one_line():
    (line,) = event_table(groups({"a": {"sel": [record(raw_event(0x04), "active", "x\ny{{ z }}")]}}, []))[1:]
    assert "x y{{ z }}" in line
