# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on an agent by what its controller knows of it: blind is failed, silent is unverified."""

from __future__ import annotations

import pytest
from agent_host import (
    BLIND,
    FAILS,
    LISTED,
    MODULE,
    STATE,
    SYSTEM,
    UNIT,
    WELL,
    FakeHost,
    answers,
    failures,
    said,
    states,
)

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.racadm.verdict import NOT_STARTED, TIMED_OUT, Ended


@pytest.mark.parametrize(
    ("told", "failed"),
    [
        (answers(interfaces=said(FAILS, 1)), ["host_interfaces"]),
        (answers(interfaces=said("")), ["host_interfaces"]),
        (answers(sysinfo=said(BLIND)), ["host_name"]),
        (answers(sysinfo=said(WELL.replace("Debian GNU/Linux", ""))), ["host_name"]),
        (answers(sysinfo=said(WELL.replace("db01.example.org", "N/A"))), ["host_name"]),
        (answers(module=said(MODULE.format("Disabled"))), ["service_module"]),
        (answers(pass_through=said(STATE.format("Disabled"))), ["pass_through"]),
    ],
)
def test_active_unit_with_a_blind_controller_fails(told: dict[str, Ended], failed: list[str]) -> None:
    result = FakeHost(told).verify()
    assert (result.verdict, failures(result)) == ("failed", failed)
    assert states(result)[f"service:{UNIT}"] == "passed"
    assert all(check.next_step for check in result.checks if check.state == "failed")


@pytest.mark.parametrize(
    "sysinfo",
    [
        said("", None, NOT_STARTED, "racadm is not there, or no program"),
        said("racadm: error while loading shared libraries: libargtable2.so.0: cannot open shared object file", 127),
        said(FAILS, 1),
        said("", None, TIMED_OUT),
        said("ERROR: Unable to connect to RAC at specified IP address.", 1),
        said("", 0),
        said("\xff\x00garbage", 0),
    ],
)
def test_controller_that_cannot_be_asked_is_unverified_and_never_ok(sysinfo: Ended) -> None:
    host = FakeHost(answers(sysinfo=sysinfo))
    result = host.verify()
    assert result.verdict == "unverified"
    assert states(result)["controller"] == "unknown"
    assert host.asked == ["getsysinfo"]
    assert next(check.next_step for check in result.checks if check.name == "controller")


def test_stuck_controller_with_empty_fields_says_nothing_about_the_agent() -> None:
    stuck = SYSTEM.format(firmware="", host="", system="")
    result = FakeHost(answers(sysinfo=said(stuck))).verify(controller_wait_s=0)
    assert (result.verdict, states(result)["host_name"]) == ("unverified", "unknown")


def test_board_without_a_service_tag_that_knows_its_host_is_ok() -> None:
    assert FakeHost(answers(sysinfo=said(WELL.replace("ABC1234", "")))).verify().verdict == "ok"


@pytest.mark.parametrize(
    "change",
    [
        {"interfaces": said("ERROR: Invalid subcommand specified.", 1)},
        {"interfaces": said("", None, TIMED_OUT)},
        {"module": said("ERROR: Invalid object", 1)},
        {"module": said("[Key=x]\nOSInfo=Enabled\n")},
        {"pass_through": said(FAILS, 1)},
        {"sysinfo": said(WELL.replace("Host Name ", "Name "))},
    ],
)
def test_what_a_controller_does_not_tell_is_unverified(change: dict[str, Ended]) -> None:
    result = FakeHost(answers(**change)).verify()
    assert (result.verdict, failures(result)) == ("unverified", [])


def test_failure_goes_before_what_is_not_known() -> None:
    assert FakeHost(answers(sysinfo=said(FAILS, 1)), pids=lambda _s: ()).verify().verdict == "failed"


def test_controller_that_no_way_is_known_to_ask_is_unverified() -> None:
    host = FakeHost()
    result = host.verify(controller="none")
    assert (result.verdict, host.asked) == ("unverified", [])


@pytest.mark.parametrize(("name", "verdict"), [("db01", "ok"), ("DB01.example.org", "ok"), ("db02", "failed")])
def test_host_name_has_to_be_that_of_the_host(name: str, verdict: str) -> None:
    assert FakeHost().verify(host_name=name, controller_wait_s=0).verdict == verdict


def test_controller_that_hears_the_agent_only_after_a_while_is_waited_for() -> None:
    blind = answers(sysinfo=said(BLIND), interfaces=said(FAILS, 1))
    later = {"getsysinfo": (60.0, said(WELL)), "gethostnetworkinterfaces": (60.0, said(LISTED))}
    host = FakeHost(dict(blind), later=later)
    assert host.verify().verdict == "ok"
    assert 60 <= host.time - host.started < 100
    assert FakeHost(dict(blind), later=later).verify(controller_wait_s=20).verdict == "failed"
    assert FakeHost(dict(blind), later=later).verify(check_mode=True).verdict == "failed"


def test_waiting_for_the_controller_ends() -> None:
    host = FakeHost(answers(sysinfo=said(BLIND)))
    assert host.verify().verdict == "failed"
    assert host.time - host.started < 15 + 120 + 20


def test_hostile_words_of_racadm_are_cut() -> None:
    hostile = said(f"ERROR: {'x' * 50_000}\x1b[2J{{{{ 1 }}}}", 1)
    result = FakeHost(answers(interfaces=hostile, module=hostile, pass_through=hostile)).verify(controller_wait_s=0)
    assert all(len(check.detail) < 400 and check.detail.isprintable() for check in result.checks)
