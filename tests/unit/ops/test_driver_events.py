# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading a window of a driver's log: what is asked, what comes of too much, too little and damage."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.driver_events.records import Span, format_time
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import OptionError
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.driver_events import (
    MAX_HARDWARE_EVENTS,
    EventsRequest,
    read_linux,
    read_windows,
)

NOW = 1_769_860_800.0  # 2026-01-31T12:00:00Z
RESPONSE = (
    "ipmi_si IPI0001:00: IPMI message handler: BMC returned incorrect response, expected netfn 7 cmd 1, got netfn 7"
)
TIMEOUT = "ipmi_si IPI0001:00: IPMI BT: timeout in RD_WAIT [ ] 1 retries left"


def event(age_s: float, event_id: int = 1004, provider: str = "IPMIDRV") -> str:
    return (
        f"<Event><System><Provider Name='{provider}'/><EventID>{event_id}</EventID><Level>2</Level>"
        f"<TimeCreated SystemTime='{format_time(NOW - age_s)}'/></System></Event>"
    )


class Windows:
    """Answers the queries in this order; ``asked`` are the commands."""

    def __init__(self, *answers: Iterable[str]) -> None:
        self.answers = [f"<Events>{''.join(events)}</Events>" for events in answers]
        self.asked: list[list[str]] = []

    def __call__(self, command):
        self.asked.append(list(command))
        return self.answers.pop(0), NOW


class Journal(list):
    cut_by = ""
    closed = False

    def close(self):
        self.closed = True


class Linux:
    """A kernel's log: lines of a journal, newest first, or else records of /dev/kmsg, oldest first."""

    def __init__(self, journal: list[bytes] | None, records: Iterable[bytes] = (), booted: float = NOW - 7200) -> None:
        self.lines = None if journal is None else Journal(journal)
        self.records, self.booted = list(records), booted
        self.since: float | None = None

    def now(self):
        return NOW

    def journal(self, since):
        self.since = since
        return self.lines

    def buffer(self):
        return self.records, self.booted


def line(age_s: float, message: str = TIMEOUT, **fields: Any) -> bytes:
    entry = {"__REALTIME_TIMESTAMP": str(int((NOW - age_s) * 1e6)), "PRIORITY": "4", "MESSAGE": message, **fields}
    return json.dumps(entry).encode()


def record(uptime_s: float, message: str = TIMEOUT, prefix: int = 4) -> bytes:
    return f"{prefix},1,{int(uptime_s * 1e6)},-;{message}\n".encode()


def test_windows_is_asked_for_one_event_more_than_is_wanted():
    host = Windows([event(60), event(120)])
    result = read_windows(EventsRequest(hours=2.0, max_events=2), host)
    assert host.asked[0][-1] == "/c:3"
    assert "timediff(@SystemTime) <= 7200000" in host.asked[0][3]
    assert (result.truncated, result.assessment.count, result.warnings) == (False, 2, [])
    assert (result.window, result.hours, result.others) == (Span(NOW - 7200, NOW), 2.0, None)
    assert result.assessment.rate_per_day == 24.0


def test_truncated_window_has_the_rate_of_what_was_seen():
    result = read_windows(EventsRequest(max_events=2), Windows([event(0), event(3600), event(7200)]))
    assert (result.truncated, len(result.events), result.assessment.count) == (True, 2, 2)
    assert result.assessment.rate_per_day == 48.0
    assert "more than 2 events: counts and rate are those from 2026-01-31T11:00:00Z on" in result.warnings[0]


def test_truncated_events_of_one_moment_have_a_rate():
    result = read_windows(EventsRequest(max_events=1), Windows([event(0), event(0)]))
    assert result.assessment.rate_per_day == 1440.0


def test_damaged_events_are_told():
    result = read_windows(EventsRequest(), Windows([event(0), "<Event><System></Event>"]))
    assert (result.assessment.count, result.truncated) == (1, False)
    assert result.warnings == ["entries of the log that cannot be read, and do not count: 1"]


def test_since_is_the_start_of_the_window():
    host = Windows([])
    result = read_windows(EventsRequest(since=NOW - 1800), host)
    assert "@SystemTime>='2026-01-31T11:30:00.000Z'" in host.asked[0][3]
    assert (result.window.start, result.hours) == (NOW - 1800, 0.5)


@pytest.mark.parametrize(
    "read", [lambda request: read_windows(request, Windows([])), lambda r: read_linux(r, Linux([]))]
)
def test_since_in_the_future_is_refused(read):
    with pytest.raises(OptionError, match="by the host's clock it is 2026-01-31T12:00:00Z"):
        read(EventsRequest(since=NOW + 1))


def test_windows_is_asked_for_neighbours_only_when_they_are_wanted():
    hardware = [event(9, 11, "disk"), event(5, 1000), event(7, 27, "e1iexpress")]
    host = Windows([event(60)], hardware)
    result = read_windows(EventsRequest(neighbours=True), host)
    assert [(row.source, row.count) for row in result.others] == [("disk", 1), ("e1iexpress", 1)]
    assert len(host.asked) == 2
    assert result.assessment.counts["1000"] == 0


def test_neighbours_are_bounded():
    hardware = [event(age, 11, "disk") for age in range(MAX_HARDWARE_EVENTS + 1)]
    result = read_windows(EventsRequest(neighbours=True), Windows([], hardware))
    assert result.others[0].count == MAX_HARDWARE_EVENTS
    assert "newest 1000" in result.warnings[0]
    assert result.truncated is False


def test_journal_is_read_for_the_window():
    log = Linux([line(10), line(20, RESPONSE), line(30, "ipmi_si: IPMI System Interface driver"), line(7300)])
    result = read_linux(EventsRequest(hours=2.0), log)
    assert log.since == NOW - 7200
    assert [found.kind for found in result.events] == ["timeout", "incorrect_response"]
    assert (result.system, result.truncated, result.warnings, log.lines.closed) == ("linux", False, [], True)


def test_journal_is_left_when_there_is_enough():
    def lines():
        yield from (line(age) for age in (1, 2, 3))
        raise AssertionError("read on")

    log = Linux([])
    log.lines = type("Endless", (Journal,), {"__iter__": lambda _self: lines()})()
    result = read_linux(EventsRequest(max_events=2), log)
    assert (result.truncated, len(result.events), log.lines.closed) == (True, 2, True)


def test_neighbours_of_linux_are_counted_beyond_enough_events():
    log = Linux([line(1), line(2), line(3, "tg3 0000:02:00.0 eno1: Link is down", PRIORITY="6")])
    result = read_linux(EventsRequest(max_events=1, neighbours=True), log)
    assert [(row.source, row.count) for row in result.others] == [("tg3", 1)]


def test_journal_that_is_cut_is_told_with_the_rate_of_what_was_seen():
    log = Linux([line(60), line(3600, "hello")])
    log.lines.cut_by = "journalctl has failed"
    result = read_linux(EventsRequest(), log)
    assert (result.truncated, result.assessment.rate_per_day) == (True, 24.0)
    assert result.warnings == ["journalctl has failed: what is older was not read"]


def test_damaged_lines_are_counted():
    result = read_linux(EventsRequest(), Linux([line(1), b"{", line(2)]))
    assert (result.assessment.count, result.warnings[0][-2:]) == (2, " 1")


def test_kernels_buffer_stands_in_for_the_journal():
    log = Linux(None, [record(10, "Linux version"), record(3600), record(3700, prefix=12), record(7100)])
    result = read_linux(EventsRequest(), log)
    assert [found.time - NOW for found in result.events] == [-100, -3600]
    assert result.truncated is False
    # It began two hours ago, and that is what the rate is about.
    assert result.assessment.rate_per_day == pytest.approx(24.0, rel=0.01)
    assert "/dev/kmsg tells of this boot, and from 2026-01-31T10:00:10Z on" in result.warnings[0]


def test_kernels_buffer_that_goes_back_further_than_the_window_is_cut():
    log = Linux(None, [record(10), record(3599), record(3601)], booted=NOW - 7200)
    result = read_linux(EventsRequest(hours=1.0), log)
    assert (result.assessment.count, result.assessment.rate_per_day) == (1, 24.0)


def test_empty_buffer_is_no_time_out():
    result = read_linux(EventsRequest(), Linux(None, []))
    assert (result.assessment.severity, result.truncated) == ("none", False)
