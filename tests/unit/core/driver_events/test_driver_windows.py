# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""wevtutil's XML, as it should be and as it should not, and times as they are written."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.driver_events import windows
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.driver_events.records import (
    DriverEvent,
    format_time,
    parse_time,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.driver_events.windows import (
    driver_events,
    driver_query,
    hardware_query,
    read_events,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import DriverError

NOON = 1_769_860_800.0  # 2026-01-31T12:00:00Z


def event(event_id="1004", time="2026-01-31T12:00:00.0000000Z", provider="IPMIDRV", more="", level="3") -> str:
    return (
        "<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>"
        f"<Provider Name='{provider}'/><EventID Qualifiers='32772'>{event_id}</EventID><Level>{level}</Level>"
        f"<TimeCreated SystemTime='{time}'/><Channel>System</Channel></System><EventData>{more}</EventData></Event>"
    )


def answer(*events: str) -> str:
    return "<Events>\r\n" + "\r\n".join(events) + "\r\n</Events>\r\n"


def test_event_is_its_number_and_its_time():
    reading = read_events(answer(event()))
    assert driver_events(reading) == [DriverEvent(NOON, "1004")]
    assert (reading.count, reading.damaged, reading.events[0].level) == (1, 0, 3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31T12:00:00.1234567Z", NOON + 0.1234567),
        ("2026-01-31T12:00:00.000000001Z", NOON + 1e-9),
        ("2026-01-31T12:00:00Z", NOON),
        ("2026-01-31 12:00", NOON),
        ("2026-01-31T13:30:00+01:30", NOON),
        ("2026-01-31T07:00:00-0500", NOON),
        ("2026-01-31", NOON - 43200),
        # As Ansible writes a time that YAML has read as one.
        (str(datetime(2026, 1, 31, 12, tzinfo=UTC)), NOON),
    ],
)
def test_times_are_utc_unless_they_say_otherwise(text, expected):
    assert parse_time(text) == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(
    "text",
    ["", "yesterday", "2026-02-30T00:00:00Z", "2026-01-31T25:00:00Z", "2026-01-31T12:00:00+25:00", "1769860800"]
    + ["２026-01-31", "2026-01-31T12:00:00Z\n<"],
)
def test_what_is_no_time_is_refused(text):
    with pytest.raises(ValueError):
        parse_time(text)


def test_time_is_told_in_utc():
    assert format_time(NOON + 0.9) == "2026-01-31T12:00:00Z"


@pytest.mark.parametrize("xml", ["", "<Events></Events>", "<Events/>", "\ufeff<Events>\r\n</Events>"])
def test_nothing_is_nothing(xml):
    assert read_events(xml).count == 0


def test_events_are_newest_first_whatever_their_order():
    times = [f"2026-01-31T12:0{minute}:00Z" for minute in (3, 1, 5, 2)]
    found = driver_events(read_events(answer(*(event(time=time) for time in times))))
    assert [found_event.time - NOON for found_event in found] == [300, 180, 120, 60]


@pytest.mark.parametrize(
    "broken",
    [
        event().replace("</System>", ""),
        event(time="no time"),
        event(time="2026-13-31T12:00:00Z"),
        event(event_id="many"),
        event(event_id="9" * 11),
        event(event_id="-1004"),
        event(level="high"),
        event(more="&undefined;"),
        event(more="\x01"),
        event(more="\ud800"),
        event().replace("Provider", "Supplier"),
        event().replace("System>", "UserData>"),
        event()[10:],
        event(more="<Data>" * 2000),
    ],
)
def test_damaged_event_costs_itself_alone(broken):
    reading = read_events(answer(event("1003"), broken, event()))
    assert [found.kind for found in driver_events(reading)] == ["1003", "1004"]
    assert (reading.damaged, reading.count) == (1, 3)


def test_event_that_is_cut_off_is_damaged():
    whole = answer(event("1003"), event())
    reading = read_events(whole[: whole.rindex("<EventData>")])
    assert (len(reading.events), reading.damaged) == (1, 1)


def test_event_that_is_too_long_is_damaged(monkeypatch):
    monkeypatch.setattr(windows, "MAX_EVENT_CHARS", 1000)
    reading = read_events(answer(event(more="<Data>" + "x" * 1000 + "</Data>"), event()))
    assert (len(reading.events), reading.damaged) == (1, 1)


def test_doctype_is_refused():
    bomb = '<!DOCTYPE Events [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'
    with pytest.raises(DriverError, match="DOCTYPE"):
        read_events(bomb + answer(event(more="&b;")))


def test_endless_output_is_refused(monkeypatch):
    monkeypatch.setattr(windows, "MAX_XML_CHARS", 1000)
    with pytest.raises(DriverError, match="more than 1000"):
        read_events(answer(*[event()] * 5))


def test_other_providers_and_other_numbers_are_not_ours():
    xml = answer(event(provider="Microsoft-Windows-IPMIDRV"), event("1005"), event("999"), event("1000"))
    assert [found.kind for found in driver_events(read_events(xml))] == ["1000"]


def test_text_of_events_is_not_looked_at():
    forged = "<Data>&lt;Event&gt;&lt;System&gt;&lt;EventID&gt;1000&lt;/EventID&gt; {{ 7 * 7 }}</Data>"
    assert driver_events(read_events(answer(event(more=forged)))) == [DriverEvent(NOON, "1004")]


def test_query_names_provider_numbers_and_time():
    command = driver_query(24, None, 1001)
    assert command[:3] == ["wevtutil.exe", "qe", "System"]
    assert command[3] == (
        "/q:*[System[Provider[@Name='IPMIDRV'] and (EventID >= 1000 and EventID <= 1004)"
        " and TimeCreated[timediff(@SystemTime) <= 86400000]]]"
    )
    assert command[4:] == ["/f:XML", "/e:Events", "/rd:true", "/c:1001"]
    assert "TimeCreated[@SystemTime>='2026-01-31T12:00:00.000Z']" in driver_query(24, NOON, 1)[3]
    assert "(Level=1 or Level=2)" in hardware_query(0.5, None, 1)[3]
    assert "timediff(@SystemTime) <= 1800000" in hardware_query(0.5, None, 1)[3]
