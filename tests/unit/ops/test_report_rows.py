# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host's row: from its task's result to status, counts and one remark."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.fleet import failing, worst_first
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.report import Row, row

COUNTS = {"nominal": 3, "warning": 0, "critical": 0, "unknown": 1}
FAN = {"message": "Fan3 (Fan 29.3) reads 0 RPM: at or below lower critical (360)"}
OUT_OF_REACH = [
    "unknown_host", "unreachable", "login_unfinished", "no_reply", "session_lost", "deadline_exceeded", "occupied",
]  # fmt: skip
REFUSALS = [
    "wrong_password", "unknown_user", "privilege_refused", "wrong_kg", "login_refused", "password_too_long",
    "option_error", "command_error", "decode_error",
]  # fmt: skip


def result(status: str = "nominal", complete: bool = True, findings: tuple = (), sensors: int = 4) -> dict:
    health = {"status": status, "complete": complete, "counts": COUNTS, "findings": list(findings)}
    return {"ansible_facts": {"ipmi_sensors": [{"available": True}] * sensors, "ipmi_health": health, "ipmi_bmc": {}}}


def failure(kind: str, message: str = "it went wrong") -> dict:
    return {"failed": True, "msg": f"192.0.2.1: {message}. Do this.", "error": {"kind": kind, "message": message}}


@pytest.mark.parametrize("status", ["nominal", "warning", "unknown", "critical"])
def test_read_host_has_its_status_and_counts(status):
    assert row("db01", result(status)) == Row("db01", status, COUNTS, "")


def test_remark_is_the_worst_finding():
    assert row("db01", result("critical", findings=(FAN, {"message": "less"}))).remark == FAN["message"]


def test_incomplete_read_is_uncertain_and_says_so():
    item = row("db01", result("nominal", complete=False))
    assert (item.status, item.uncertain, item.refused) == ("unknown", True, False)
    assert item.remark == "incomplete: not everything that was asked for could be read"


def test_incomplete_read_keeps_its_finding():
    item = row("db01", result("critical", complete=False, findings=(FAN,)))
    assert item.remark == f"incomplete; {FAN['message']}"


@pytest.mark.parametrize(
    ("status", "told"),
    [("nominal", "unknown"), ("unknown", "unknown"), ("warning", "warning"), ("critical", "critical")],
)
def test_incomplete_read_is_unknown_at_best(status, told):
    assert row("db01", result(status, complete=False)).status == told


@pytest.mark.parametrize("complete", [True, False])
def test_bmc_without_sensors_is_uncertain(complete):
    item = row("db01", result("unknown", complete, sensors=0))
    assert (item.status, item.remark, item.uncertain) == ("unknown", "no sensor was read", True)


@pytest.mark.parametrize("kind", OUT_OF_REACH)
def test_host_out_of_reach_is_uncertain(kind):
    item = row("db01", failure(kind))
    assert (item.status, item.counts) == ("unknown", None)
    assert (item.uncertain, item.refused) == (True, False)


@pytest.mark.parametrize("kind", REFUSALS)
def test_host_that_refuses_is_refused(kind):
    item = row("db01", failure(kind))
    assert (item.status, item.counts) == ("unknown", None)
    assert (item.uncertain, item.refused) == (False, True)


def test_remark_of_a_failure_is_without_host_and_next_step():
    assert row("db01", failure("wrong_password", "wrong password for user 'x'")).remark == "wrong password for user 'x'"


def test_failure_without_an_error_has_its_message():
    item = row("db01", {"failed": True, "msg": "MODULE FAILURE"})
    assert (item.remark, item.refused) == ("MODULE FAILURE", True)


@pytest.mark.parametrize("told", [{"failed": True}, {"failed": True, "error": {}, "msg": ""}, {"changed": False}])
def test_failure_without_a_word_says_so(told):
    item = row("db01", told)
    assert (item.remark, item.refused) == ("failed without a word", True)


def test_bastion_that_is_unreachable_says_nothing_about_the_bmc():
    # With unreachable: warn a fleet that nobody asked would pass.
    item = row("db01", {"unreachable": True, "msg": "Failed to connect to the host via ssh"})
    assert (item.uncertain, item.refused) == (False, True)


@pytest.mark.parametrize("told", [None, "text", 5])
def test_host_that_never_came_to_the_task_is_refused(told):
    item = row("db01", told)
    assert (item.status, item.refused, item.remark) == ("unknown", True, "was not asked: the host failed before")


def test_bmc_whose_sensors_all_have_no_reading_is_uncertain():
    told = result("unknown")
    for sensor in told["ansible_facts"]["ipmi_sensors"]:
        sensor["available"] = False
    item = row("db01", told)
    assert (item.status, item.uncertain, item.remark) == ("unknown", True, "no sensor has a reading")


def test_bmc_without_a_reading_is_critical_where_a_users_rule_says_so():
    told = result("critical", findings=(FAN,))
    for sensor in told["ansible_facts"]["ipmi_sensors"]:
        sensor["available"] = False
    item = row("db01", told)
    assert (item.status, item.uncertain, item.remark) == ("critical", True, FAN["message"])


def test_one_reading_makes_a_bmc_certain():
    told = result("nominal")
    told["ansible_facts"]["ipmi_sensors"] = [{"available": False}, {"available": True}]
    assert row("db01", told) == Row("db01", "nominal", COUNTS, "")


def test_skipped_task_says_so():
    item = row("db01", {"skipped": True, "skip_reason": "Conditional result was False"})
    assert (item.remark, item.refused) == ("was not asked: the task was skipped", True)


def test_result_of_a_loop_is_none():
    item = row("db01", {"results": [result()], "msg": "All items completed"})
    assert (item.remark, item.refused) == ("was asked in a loop: register one result a host", True)


def test_error_that_is_only_text_is_the_remark():
    item = row("db01", {"failed": True, "error": "odd", "msg": "x"})
    assert (item.remark, item.refused) == ("odd", True)


@pytest.mark.parametrize("facts", [None, {}, {"other": 1}])
def test_facts_of_something_else_are_no_result(facts):
    assert row("db01", {"ansible_facts": facts}).refused


def test_rows_stand_worst_first():
    rows = [row(status, result(status)) for status in ("nominal", "unknown", "warning", "critical")]
    assert [item.host for item in worst_first(rows)] == ["critical", "warning", "unknown", "nominal"]


def test_rows_of_one_status_begin_with_those_that_could_not_be_read():
    rows = [
        row("a", result("unknown")),
        row("d", failure("wrong_password")),
        row("c", failure("unreachable")),
        row("b", result("nominal", complete=False)),
    ]
    assert [item.host for item in worst_first(rows)] == ["b", "c", "d", "a"]


def test_rows_of_one_kind_stand_by_name():
    rows = [row(host, result()) for host in ("c", "a", "b")]
    assert [item.host for item in worst_first(rows)] == ["a", "b", "c"]


ROWS = {
    "nominal": row("nominal", result()),
    "warning": row("warning", result("warning")),
    "critical": row("critical", result("critical")),
    "unknown": row("unknown", result("unknown")),
    "incomplete": row("incomplete", result(complete=False)),
    "incomplete critical": row("incomplete critical", result("critical", complete=False)),
    "no sensors": row("no sensors", result(sensors=0)),
    "unreachable": row("unreachable", failure("unreachable")),
    "refused": row("refused", failure("wrong_password")),
    "not asked": row("not asked", None),
}
CRITICAL = {"critical", "incomplete critical"}
UNCERTAIN = {"incomplete", "incomplete critical", "no sensors", "unreachable"}
REFUSED = {"refused", "not asked"}
TRUTH = {
    ("never", False): set(),
    ("never", True): set(),
    ("critical", False): CRITICAL | UNCERTAIN | REFUSED,
    ("critical", True): CRITICAL | REFUSED,
    ("warning", False): CRITICAL | {"warning"} | UNCERTAIN | REFUSED,
    ("warning", True): CRITICAL | {"warning"} | REFUSED,
}


@pytest.mark.parametrize(("asked", "name"), list(itertools.product(TRUTH, ROWS)))
def test_host_ends_the_play_or_does_not(asked, name):
    fail_on, unreachable_warns = asked
    assert bool(failing([ROWS[name]], fail_on, unreachable_warns)) is (name in TRUTH[asked])


def test_failing_hosts_keep_their_order():
    rows = worst_first(list(ROWS.values()))
    assert failing(rows, "critical", False) == [item for item in rows if item.host in TRUTH[("critical", False)]]


def test_fleet_of_wrong_passwords_is_never_green():
    rows = [row(f"db{number}", failure("wrong_password")) for number in range(5)]
    for fail_on, unreachable_warns in itertools.product(("critical", "warning"), (True, False)):
        assert failing(rows, fail_on, unreachable_warns) == rows


def test_fleet_without_hosts_fails_nothing():
    assert failing([], "critical", False) == []
