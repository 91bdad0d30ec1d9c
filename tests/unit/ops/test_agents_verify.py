# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on an agent by its own host, and pass-through, the one thing that is ever changed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from agent_host import ASK, BLIND, DAEMON, OPEN, STATE, UNIT, FakeHost, answers, detail, failures, said, states

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.agents.checks import Service
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import OptionError
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.racadm.verdict import Ended


def test_agent_that_stays_up_and_is_heard_is_ok() -> None:
    host = FakeHost()
    result = host.verify()
    assert (result.verdict, result.changed) == ("ok", False)
    assert states(result) == dict.fromkeys(
        [
            *(f"service:{UNIT}", f"process:{DAEMON}", "pass_through", "service_module"),
            *("controller", "host_name", "host_interfaces"),
        ],
        "passed",
    )
    assert not any(command.startswith("set") for command in host.asked)
    assert not any(check.next_step for check in result.checks)


@pytest.mark.parametrize(
    ("unit", "message"),
    [
        (lambda _s: Service(False), "is not there"),
        (lambda _s: Service(True, "failed failed"), "is failed"),
        (lambda _s: Service(True, "activating auto-restart"), "is activating"),
        (
            lambda s: Service(True, "active" if s < 10 else "failed failed", 812),
            "was active, and is failed failed 15 s",
        ),
        (lambda s: Service(True, "active", 812 if s < 10 else 900), "was restarted within 15 s"),
        (lambda s: Service(True, "active", 0, restarts=3 if s < 10 else 4), "was restarted within 15 s"),
    ],
)
def test_service_that_is_not_up_or_does_not_stay_so_fails(unit: Callable[[float], Service], message: str) -> None:
    host = FakeHost(answers(sysinfo=said(BLIND)), unit=unit)
    result = host.verify()
    assert result.verdict == "failed"
    assert message in detail(result, f"service:{UNIT}")
    # The controller is still asked, but not waited for.
    assert host.asked.count("getsysinfo") == 1


@pytest.mark.parametrize(
    ("pids", "message"),
    [
        (lambda _s: (812, 4242), f"2 of {DAEMON} run at once (processes 812, 4242)"),
        (lambda _s: (), f"no {DAEMON} runs"),
        # A unit of an init script is active for ever.
        (lambda s: (812,) if s < 10 else (), f"{DAEMON} ended within 15 s"),
        (lambda s: (812,) if s < 10 else (900,), f"{DAEMON} was restarted within 15 s"),
    ],
)
def test_daemon_that_is_not_one_or_does_not_stay_it_fails(pids: Callable[[float], Sequence[int]], message: str) -> None:
    result = FakeHost(pids=pids).verify()
    assert (result.verdict, failures(result)) == ("failed", [f"process:{DAEMON}"])
    assert detail(result, f"process:{DAEMON}") == message


def test_daemon_that_its_unit_starts_a_little_later_is_no_restart() -> None:
    assert FakeHost(pids=lambda s: () if s < 1 else (812,)).verify().verdict == "ok"


def test_pass_through_that_is_off_is_told_with_the_command() -> None:
    host = FakeHost(answers(pass_through=said(STATE.format("Disabled"))))
    result = host.verify()
    step = next(check.next_step for check in result.checks if check.name == "pass_through")
    assert "racadm set iDRAC.OS-BMC.AdminState 1" in step
    assert OPEN not in host.asked


def test_pass_through_is_enabled_once_and_a_second_run_changes_nothing() -> None:
    host = FakeHost(answers(pass_through=said(STATE.format("Disabled"))))
    first = host.verify(pass_through="enable")
    assert (first.verdict, first.changed) == ("ok", True)
    # Before the agent is looked at, which needs it.
    assert host.asked[:3] == [ASK, OPEN, ASK]
    second = host.verify(pass_through="enable")
    assert (second.verdict, second.changed) == ("ok", False)
    assert host.asked.count(OPEN) == 1


def test_check_mode_predicts_pass_through_and_sets_nothing() -> None:
    host = FakeHost(answers(pass_through=said(STATE.format("Disabled"))))
    result = host.verify(pass_through="enable", check_mode=True)
    assert (result.verdict, result.changed) == ("unverified", True)
    assert OPEN not in host.asked


@pytest.mark.parametrize(
    ("said_to_set", "changed"), [(said("ERROR: RAC947: Invalid", 1), False), (said("ok", 3), False)]
)
def test_pass_through_that_cannot_be_set_fails(said_to_set: Ended, changed: bool) -> None:
    host = FakeHost({**answers(pass_through=said(STATE.format("Disabled"))), OPEN: said_to_set})
    result = host.verify(pass_through="enable")
    assert (result.verdict, result.changed) == ("failed", changed)
    assert "did not help" in detail(result, "pass_through")


def test_pass_through_that_nobody_wants_to_know_of_is_not_asked_for() -> None:
    host = FakeHost(answers(pass_through=said(STATE.format("Disabled"))))
    assert host.verify(pass_through="ignore").verdict == "ok"
    assert ASK not in host.asked


@pytest.mark.parametrize(
    "wrong",
    [
        {"services": []},
        {"settle_s": -1.0},
        {"settle_s": float("nan")},
        {"settle_s": 601.0},
        {"racadm_timeout_s": 0.0},
        {"controller_wait_s": 9999.0},
    ],
)
def test_options_out_of_range_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(OptionError):
        FakeHost().verify(**wrong)
