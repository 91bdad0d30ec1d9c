# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever happens at whichever step of a clear, no event is lost and none is archived twice: by the BMC's ledger."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import IpmiError
from harness.sel import CLEAR, EVENT, HASTY, INITIATE, STORAGE, Host, at_step, each

# The requests of the longest of these clears, from the log-in on.
STEPS = 26
WHEN = ("before", "after")
KINDS = [
    {"log_clear": log_clear, "erase_polls": polls, "restart_ids": restart}
    for log_clear, polls, restart in itertools.product((False, True), (0, 3), (False, True))
]
FULLEST = {"log_clear": True, "erase_polls": 3, "restart_ids": True}
pytestmark = pytest.mark.usefixtures("short_pauses")


def disturbed(host: Host, step: int, when: str, do: Callable[[Any], object], **options: Any) -> str | None:
    """A clear with something at one step; the error that it ended with, if it did. Then one without."""
    error = None
    host.bmc.on_request(at_step(step, when, lambda: do(host.bmc)))
    try:
        host.change(**options)
    except IpmiError as raised:
        error = raised.sentence()
    # The end of the session, the last step, is told without waiting: nothing may happen while ledger and log are read.
    host.bmc.on_request(None)
    host.judge((step, when, error))
    host.bmc.faults.clear()
    host.change()
    host.judge((step, when, error), settled=True)
    return error


def test_no_clear_has_more_steps_than_are_tried(tmp_path: Path) -> None:
    def clear(host: Host, _kind: Any) -> int:
        told = host.change()
        assert (told["archived"], told["erased"], told["attempts"]) == (3, 3, 1)
        host.judge(settled=True)
        return len(host.bmc.requests)

    assert max(each(tmp_path, [(kind,) for kind in KINDS], clear)) == STEPS


@pytest.mark.parametrize("step", range(STEPS))
def test_event_at_a_step(tmp_path: Path, step: int) -> None:
    def clear(host: Host, _kind: Any, when: str) -> None:
        assert disturbed(host, step, when, lambda bmc: bmc.event(**EVENT)) is None

    each(tmp_path, list(itertools.product(KINDS, WHEN)), clear)


@pytest.mark.parametrize("steps", [5, 15, 40, 80])
def test_event_at_each_of_many_steps(tmp_path: Path, steps: int) -> None:
    def clear(host: Host, _kind: Any) -> None:
        left = iter(range(steps))

        def storm(when: str, _request: Any) -> None:
            if when == "before" and next(left, None) is not None:
                host.bmc.event(**EVENT)

        host.bmc.on_request(storm)
        told = host.change()
        assert told["erased"] >= 3
        host.judge(told, settled=True)
        assert len(host.bmc.ledger().events) >= 3 + min(steps, 20)

    each(tmp_path, [(kind,) for kind in KINDS], clear)


def test_bmc_that_keeps_the_reservation_loses_an_event_and_the_judge_sees_it(tmp_path: Path) -> None:
    """This shows that the tests above can fail."""

    def clear(host: Host, _kind: Any, step: int) -> bool:
        host.bmc.on_request(at_step(step, "before", lambda: host.bmc.event(**EVENT)))
        host.change()
        try:
            host.judge()
        except AssertionError as error:
            assert "lost" in str(error)
            return True
        return False

    lost = each(tmp_path, [(FULLEST, step) for step in range(STEPS)], clear, keep_sel_reservation=True)
    assert sum(lost) == 1  # the one between the tail that is read under the reservation and the erasure


def a_stranger_clears(bmc: Any) -> None:
    bmc.event(**EVENT)
    bmc.set_clock(bmc.bmc.clock() + 100)
    bmc.clear_sel(by="stranger")
    bmc.event(**EVENT)


@pytest.mark.parametrize("step", range(STEPS))
def test_stranger_clears_at_a_step(tmp_path: Path, step: int) -> None:
    def clear(host: Host, _kind: Any, when: str) -> None:
        assert disturbed(host, step, when, a_stranger_clears) is None

    each(tmp_path, list(itertools.product([KINDS[0], KINDS[1], FULLEST], WHEN)), clear)


@pytest.mark.parametrize("step", range(STEPS))
def test_reply_or_request_is_lost_at_a_step(tmp_path: Path, step: int) -> None:
    def clear(host: Host, _kind: Any, effect: str, times: int) -> None:
        def lose(bmc: Any) -> None:
            request = list(bmc.requests)[-1]
            rule = {"netfn": request.netfn, "cmd": request.cmd, "data": request.data.hex(" "), effect: True}
            bmc.faults.change(commands=[{**rule, "times": times}])

        error = disturbed(host, step, "before", lose, **(HASTY if times > 1 else {}))
        assert error is None if times == 1 else host.bmc.address in (error or host.bmc.address)

    each(tmp_path, [(FULLEST, "lose_reply", 1), (FULLEST, "no_reply", 1), (FULLEST, "no_reply", 3)], clear)


@pytest.mark.parametrize("step", range(STEPS))
def test_bmc_restarts_at_a_step(tmp_path: Path, step: int) -> None:
    def clear(host: Host, _kind: Any, when: str, clock: str) -> None:
        def restart(bmc: Any) -> None:
            bmc.reboot(silent_s=0, clock=clock)
            bmc.event(**EVENT)

        error = disturbed(host, step, when, restart, **HASTY)
        assert host.bmc.address in (error or host.bmc.address)

    each(tmp_path, list(itertools.product([FULLEST], WHEN, ("keep", "zero"))), clear)


def test_lost_clear_command_is_tried_again(tmp_path: Path) -> None:
    def clear(host: Host, _kind: Any) -> None:
        told = host.change()
        assert (told["erased"], told["attempts"]) == (3, 2)
        host.judge(settled=True)

    command = {"netfn": STORAGE, "cmd": CLEAR, "no_reply": True, "times": 1}
    each(tmp_path, [(kind,) for kind in KINDS], clear, commands=[command])


def test_clear_that_was_carried_out_without_a_reply_is_not_done_again(tmp_path: Path) -> None:
    def clear(host: Host, _kind: Any) -> None:
        told = host.change()
        assert (told["erased"], told["attempts"]) == (3, 1)
        started = [request for request in host.bmc.requests if request.cmd == CLEAR and request.data[5] == INITIATE]
        assert len(started) == 1
        host.judge(settled=True)

    command = {"netfn": STORAGE, "cmd": CLEAR, "lose_reply": True, "times": 1}
    each(tmp_path, [(kind,) for kind in KINDS], clear, commands=[command])
