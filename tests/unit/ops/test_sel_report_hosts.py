# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host's row, and what of a fleet's logs is to be cleared."""

from __future__ import annotations

from typing import Any

import pytest
from sel_bytes import raw_event

from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.fleet import failing, worst_first
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.sel_plan import Wish, plan
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.sel_report import host_table, row

EVENT, MARKER = raw_event(0x04, 0x01, b"\x02\xff\xff"), raw_event(0x10, 0x6F, b"\x02\xff\xff")
CLOCK = {"time_kind": "set", "drift_s": -0.5}


def event(severity: str, state: str = "unknown", time: str | None = "2026-01-01T00:00:00Z") -> dict[str, Any]:
    return {
        "sensor_name": "Fan1", "sensor_type": "Fan", "sensor_number": 1, "event": f"it is {severity}",
        "event_detail": None, "direction": "asserted", "severity": severity, "timestamp": time,
        "live_state": state, "raw": EVENT.hex(),
    }  # fmt: skip


def result(*records: dict[str, Any], **info: Any) -> dict[str, Any]:
    told = {"entries": len(records), "used_percent": 10.0, "overflow": False, **info}
    return {"sel": list(records), "sel_info": told, "sel_clock": CLOCK}


def failure(kind: str) -> dict[str, Any]:
    return {"failed": True, "msg": "it went wrong. Do this.", "error": {"kind": kind, "message": "it went wrong"}}


@pytest.mark.parametrize(
    ("records", "status"),
    [
        ([], "nominal"),
        ([event("critical", "active")], "critical"),
        ([event("critical", "unknown")], "critical"),
        ([event("critical", "recovered")], "nominal"),
        ([event("critical", "recovered"), event("warning", "active")], "warning"),
        ([event("warning", "active"), event("critical", "active")], "critical"),
        ([event("unknown", "active"), event("nominal", "active")], "nominal"),
    ],
)
def test_status_is_the_worst_that_is_not_over(records, status):
    assert row("db01", result(*records)).status == status


def test_counts_tell_what_is_over_apart():
    item = row("db01", result(event("critical", "active"), event("critical", "recovered"), event("nominal")))
    assert item.counts == {"critical": 1, "warning": 0, "unknown": 0, "recovered": 1, "nominal": 1}


def test_remark_is_the_newest_of_the_worst_events():
    times = ("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z")
    worst = [event("critical", "active", time) for time in times]
    item = row("db01", result(*worst, event("critical", "recovered"), event("warning", "active")))
    assert item.remark == "Fan1: it is critical, active, 2026-01-02T00:00:00Z"


def test_nominal_events_are_no_remark():
    assert row("db01", result(event("nominal"))).remark == ""


@pytest.mark.parametrize(
    ("kind", "uncertain"), [("unreachable", True), ("wrong_password", False), ("sel_error", False)]
)
def test_log_that_could_not_be_read_is_unknown_and_says_why(kind, uncertain):
    item = row("db01", failure(kind))
    assert (item.status, item.counts, item.remark) == ("unknown", None, "it went wrong")
    assert (item.uncertain, item.refused) == (uncertain, not uncertain)


@pytest.mark.parametrize(
    ("records", "status", "remark"),
    [
        ([], "unknown", "incomplete (entry 0007h is gone)"),
        ([event("critical", "active")], "critical", "incomplete (entry 0007h is gone); "),
    ],
)
def test_log_that_ends_early_is_unknown_at_the_least(records, status, remark):
    item = row("db01", result(*records, problem="entry 0007h is gone"))
    assert (item.status, item.uncertain) == (status, True)
    assert item.remark.startswith(remark)


def test_hosts_stand_and_fail_worst_first():
    told = {"good": result(), "bad": result(event("critical")), "dead": failure("unreachable"), "never": None}
    rows = worst_first([row(host, one) for host, one in told.items()])
    assert [item.host for item in rows] == ["bad", "dead", "never", "good"]
    assert [item.host for item in failing(rows, "critical", True)] == ["bad", "never"]
    assert [item.host for item in failing(rows, "critical", False)] == ["bad", "dead", "never"]


def cells(info: dict[str, Any], clock: dict[str, Any] | None) -> list[str]:
    told = {**result(event("nominal")), "sel_clock": clock}
    told["sel_info"].update(info)
    heading, line = host_table([row("a", told)])
    return line[: heading.index("worst event")].split(None, 10)[7:]


@pytest.mark.parametrize(
    ("info", "clock", "told"),
    [
        ({}, CLOCK, ["1", "10.0%", "no", "-0.5 s"]),
        ({"used_percent": None, "overflow": True}, None, ["1", "-", "yes", "-"]),
        ({}, {"time_kind": "pre_init", "drift_s": None}, ["1", "10.0%", "no", "not set"]),
    ],
)
def test_line_tells_how_full_the_log_is_and_its_clock(info, clock, told):
    assert [text.strip() for text in cells(info, clock)] == told


MANY = result(*[{"raw": EVENT.hex()}] * 5)
LONE_EVENT, LONE_MARKER = result({"raw": EVENT.hex()}), result({"raw": MARKER.hex()})
OLD_ENTRY = {**result(), "sel_info": {"entries": 1, "used_percent": 0.2, "overflow": False}}


def used(percent: float | None, overflow: bool = False) -> dict[str, Any]:
    return result(*MANY["sel"], used_percent=percent, overflow=overflow)


@pytest.mark.parametrize(
    ("told", "wish", "cleared", "archived"),
    [
        (MANY, Wish("never"), False, True),
        (MANY, Wish("always"), True, False),
        (LONE_EVENT, Wish("always"), True, False),
        (LONE_MARKER, Wish("always"), False, False),
        (LONE_MARKER, Wish("over_percent", 0.0), False, False),
        (LONE_MARKER, Wish("never"), False, True),
        (OLD_ENTRY, Wish("always"), True, False),
        (result(), Wish("always"), False, False),
        (used(75.0), Wish("over_percent"), False, True),
        (used(75.1), Wish("over_percent"), True, False),
        (used(100.0), Wish("over_percent", 100.0), True, False),
        (used(None), Wish("over_percent"), False, True),
        (used(None, overflow=True), Wish("over_percent"), True, False),
        (used(10.0, overflow=True), Wish("over_percent"), False, True),
        (failure("unreachable"), Wish("always"), False, False),
    ],
)
def test_what_is_cleared_and_what_is_archived(told, wish, cleared, archived):
    made = plan(["a"], ["a"], {"a": told}, {"a": wish}, 1)
    assert (bool(made.clearing.get("a")), "a" in made.archiving) == (cleared, archived)


ALL = dict.fromkeys("abcd", Wish("always"))


@pytest.mark.parametrize(("confirmed", "refused"), [(3, True), (4, False), (9, False)])
def test_more_logs_than_confirmed_are_refused(confirmed, refused):
    made = plan("abcd", "abcd", dict.fromkeys("abcd", MANY), ALL, confirmed)
    assert (made.count, bool(made.refusal)) == (4, refused)


def test_hosts_of_later_batches_count_before_they_are_read():
    made = plan("ab", "abcd", dict.fromkeys("ab", MANY), dict.fromkeys("ab", Wish("always")), 3)
    assert made.count == 4
    assert made.refusal is not None and "2 event logs of the play, not read yet, may be" in made.refusal


def test_hosts_of_batches_before_go_on_counting():
    made = plan("cd", "abcd", dict.fromkeys("abcd", MANY), ALL, 3)
    assert (list(made.clearing), made.count, bool(made.refusal)) == (["c", "d"], 4, True)


def test_hosts_that_cannot_be_read_do_not_count():
    results = {**dict.fromkeys("abc", MANY), "d": failure("unreachable")}
    assert plan("abcd", "abcd", results, ALL, 3).refusal is None


def test_batch_without_anything_to_clear_is_not_refused():
    assert plan("ab", "abcd", dict.fromkeys("ab", MANY), {}, 1).refusal is None


def test_refusal_names_the_hosts():
    made = plan("abcd", "abcd", dict.fromkeys("abcd", MANY), ALL, 1)
    assert made.refusal == (
        "4 event logs would be cleared (a, b, c, d); 1 may be without more ado. Nothing was erased."
    )
