# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Events that are asked for: since a time, an age or a record, by severity, sensor and direction."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import OptionError
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sel.selection import (
    EventSelection,
    Since,
    parse_event_selection,
    parse_since,
)

NOW = 1769860800.0  # 2026-01-31T12:00:00Z


def event(record_id: int, timestamp: str | None = None, **changes: Any) -> dict[str, Any]:
    told = {"record_id": record_id, "timestamp": timestamp, "severity": "critical", "sensor_name": "Fan1A"}
    return {**told, "direction": "asserted", **changes}


def chosen(selection: EventSelection, *events: dict[str, Any]) -> list[int]:
    return [found["record_id"] for found in selection.choose(events)]


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("2026-01-30T00:00:00Z", "2026-01-30T00:00:00Z"),
        (" 2026-01-30 ", "2026-01-30T00:00:00Z"),
        ("2026-01-30T00:00:00", "2026-01-30T00:00:00Z"),
        ("2026-01-30T01:30:00+01:30", "2026-01-30T00:00:00Z"),
        ("24h", "2026-01-30T12:00:00Z"),
        ("90 m", "2026-01-31T10:30:00Z"),
        ("1.5D", "2026-01-30T00:00:00Z"),
        ("2w", "2026-01-17T12:00:00Z"),
        ("30s", "2026-01-31T11:59:30Z"),
    ],
)
def test_since_a_time_or_an_age(text: str, time: str) -> None:
    assert parse_since(text, NOW) == Since(time=time)


@pytest.mark.parametrize(("text", "number"), [("1", 1), ("65534", 65534), ("0x1f", 31), ("007", 7)])
def test_since_a_record(text: str, number: int) -> None:
    assert parse_since(text, NOW) == Since(record_id=number)


@pytest.mark.parametrize(
    "text", ["", "0", "65535", "0x0", "yesterday", "2026-13-01", "h", "-3h", "9" * 400 + "h", "24 hours"]
)
def test_since_anything_else_is_refused(text: str) -> None:
    with pytest.raises(OptionError, match="since: "):
        parse_since(text, NOW)


def test_since_a_record_is_what_comes_behind_it_in_the_logs_order() -> None:
    events = [event(0xFFFE), event(1), event(2)]
    assert chosen(EventSelection(Since(record_id=0xFFFE)), *events) == [1, 2]
    assert chosen(EventSelection(Since(record_id=2)), *events) == []
    assert chosen(EventSelection(Since(record_id=7)), *events) == [0xFFFE, 1, 2]
    assert EventSelection(Since(record_id=7)).misses_id(events)
    assert not EventSelection(Since(record_id=1)).misses_id(events)


def test_in_an_archive_the_newest_record_of_that_id_counts() -> None:
    assert chosen(EventSelection(Since(record_id=1)), event(1), event(2), event(1), event(3)) == [3]


def test_event_without_a_time_is_as_old_as_the_next_one_that_has_one() -> None:
    events = [event(1), event(2, "2026-01-30T00:00:00Z"), event(3), event(4, "2026-01-31T00:00:00Z"), event(5)]
    assert chosen(EventSelection(Since(time="2026-01-30T12:00:00Z")), *events) == [3, 4, 5]
    assert chosen(EventSelection(Since(time="2026-01-31T00:00:00Z")), *events) == [3, 4, 5]
    assert chosen(EventSelection(Since(time="2027-01-01T00:00:00Z")), *events) == [5]


def test_severity_sensor_and_direction_all_must_fit() -> None:
    selection = parse_event_selection(None, ["critical", "warning"], ["/^Fan/", "PSU1"], ["asserted"], NOW)
    events = [
        event(1),
        event(2, severity="nominal"),
        event(3, sensor_name="PSU1", severity="warning"),
        event(4, sensor_name="Inlet Temp"),
        event(5, sensor_name=None),
        event(6, direction="deasserted"),
        event(7, direction=None),
    ]
    assert chosen(selection, *events) == [1, 3]
    assert chosen(EventSelection(), *events) == [1, 2, 3, 4, 5, 6, 7]
    with pytest.raises(OptionError, match="sensors: "):
        parse_event_selection(None, [], ["/(/"], [], NOW)
