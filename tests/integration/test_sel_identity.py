# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which events are the same one: across clears, restarts, clock steps, deletions and logs that go round."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import IpmiError, SelError
from bmcsim import running
from harness.peers import run_ipmitool
from harness.sel import EVENT, GET, HASTY, OLD, RESERVE, STORAGE, Host, at_step, each, source

pytestmark = pytest.mark.usefixtures("short_pauses")
Serve = Callable[..., Host]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """A BMC, by the options of its log, and its archive."""
    with ExitStack() as stack:

        def start(**options: Any) -> Host:
            return Host(stack.enter_context(running(source(**options)))["a"], tmp_path)

        yield start


def events(host: Host, count: int = 1) -> None:
    for _time in range(count):
        host.bmc.event(**EVENT)


@pytest.mark.parametrize("log_clear", [False, True])
def test_identical_events_across_our_clears_are_events_of_their_own(serve: Serve, log_clear: bool) -> None:
    """A BMC whose clock was never set, and shows the same after each restart."""
    host = serve(sel=[], restart_ids=True, log_clear=log_clear)
    host.bmc.set_clock(100, stands=True)
    for _time in range(4):
        events(host, 2)
        host.change("archived")
        host.change()
        host.judge(settled=True)
    assert max(Counter(host.raw()).values()) == 4


@pytest.mark.parametrize("polls", [0, 3])
@pytest.mark.parametrize("when", ["before", "after"])
def test_identical_event_at_each_step_of_a_clear_is_an_event_of_its_own(serve: Serve, when: str, polls: int) -> None:
    """Nothing but the reservation tells that the log was erased: its times and its entries are the same again."""
    host = serve(sel=[], restart_ids=True, erase_polls=polls)
    host.bmc.set_clock(100, stands=True)
    for step in range(26):
        events(host)
        host.bmc.on_request(at_step(step, when, lambda: events(host)))
        host.change()
        host.bmc.on_request(None)
        host.judge(step, settled=True)
    host.change()
    assert len(host.raw()) == len(host.bmc.ledger().events) > 26 + 15


def test_identical_events_across_a_strangers_clears_are_events_of_their_own(serve: Serve) -> None:
    host = serve(sel=[], restart_ids=True)
    for at in range(4):
        host.bmc.set_clock(100, stands=True)
        events(host, 2)
        host.change("archived")
        host.bmc.set_clock(200 + at)
        host.bmc.clear_sel()
    assert set(Counter(host.raw()).values()) == {4}
    assert not host.bmc.ledger().lost(host.raw())


def test_identical_event_after_a_strangers_clear_in_the_moment_of_the_reservation_is_not_erased(serve: Serve) -> None:
    host = serve(sel=[], restart_ids=True)
    host.bmc.set_clock(100, stands=True)
    events(host)

    def replace(when: str, request: Any) -> None:
        if when == "before" and request.cmd == RESERVE:
            host.bmc.on_request(None)
            host.bmc.set_clock(200)
            host.bmc.clear_sel()
            host.bmc.set_clock(100, stands=True)
            events(host)

    host.bmc.on_request(replace)
    host.change()
    host.judge(settled=True)
    assert list(Counter(host.raw()).values()) == [2]


def test_clock_steps_neither_hide_nor_repeat_an_event(serve: Serve) -> None:
    host = serve()
    for clock in (50, 1_900_000_000, 1_600_000_000, 70, 1_800_000_000):
        host.change("archived")
        host.bmc.set_clock(clock)
        events(host, 2)
        host.change("archived")
        host.judge()
        host.bmc.set_clock(clock + 10)
        host.change()
        host.judge(settled=True)
    assert len(host.raw()) == 3 + 5 * 2


def test_ids_that_wrap_around_keep_their_order(serve: Serve) -> None:
    host = serve(first_id=0xFFFC)
    events(host)
    host.change("archived")
    events(host, 3)
    host.change("archived")
    assert [line["record_id"] for line in host.lines()] == [0xFFFC, 0xFFFD, 0xFFFE, 1, 2, 3, 4]
    host.change()
    host.judge(settled=True)
    assert not host.bmc.sel_records()


@pytest.mark.parametrize("state", ["archived", "cleared"])
def test_circular_log_that_overwrites_is_archived_once(serve: Serve, state: str) -> None:
    host = serve(circular=True, capacity=5)
    for count in (1, 3, 1, 2, 4):
        events(host, count)
        host.change(state)
        host.judge()
    host.change()
    host.judge(settled=True)
    assert len(host.raw()) == 3 + 11


def test_circular_log_that_overwrites_all_that_is_known_is_archived_anew(serve: Serve) -> None:
    host = serve(circular=True, capacity=5)
    host.change("archived")
    events(host, 9)
    host.change("archived")
    assert len(host.raw()) == 3 + 5
    host.change()
    assert len(host.raw()) == 3 + 5


def test_circular_log_that_overwrites_while_it_is_cleared(serve: Serve) -> None:
    for command in (GET, RESERVE, 0x47):
        host = serve(circular=True, capacity=3)
        host.folder /= str(command)
        host.bmc.faults.change(triggers=[{"netfn": STORAGE, "cmd": command, "event": EVENT}])
        host.change()
        # An entry that was overwritten before it was read is the BMC's loss.
        overwritten = {line["raw"] for line in host.bmc.ledger().erased if line["reason"] == "overwrite"}
        lost = set(host.bmc.ledger().lost(host.raw(), host.bmc.sel_records()))
        assert lost <= (overwritten if command == GET else set())
        host.change()
        assert len(host.raw()) == len(set(host.raw()))


def test_clear_command_that_is_lost_while_a_circular_log_overwrites(serve: Serve) -> None:
    host = serve(circular=True, capacity=3)
    lose = {"netfn": STORAGE, "cmd": 0x47, "no_reply": True, "times": 1}
    arrive = {"netfn": STORAGE, "cmd": 0x47, "when": "before", "event": EVENT}
    host.bmc.faults.change(commands=[lose], triggers=[arrive])
    host.change()
    host.judge(settled=True)


def test_deleted_records_are_archived_before_and_not_again(serve: Serve) -> None:
    host = serve()
    told = host.change(records=[2, 77])
    assert (told["archived"], told["erased"]) == (3, 1)
    host.judge()
    assert [entry[0] for entry in host.bmc.sel_records()] == [1, 3]
    again = host.change(records=[2, 77])
    assert (again["changed"], again["archived"], again["erased"]) == (False, 0, 0)
    events(host)
    assert host.change("archived")["archived"] == 1
    assert host.change(records=[1, 3, 4])["erased"] == 3
    host.change()
    host.judge(settled=True)
    assert len(host.raw()) == 4


@pytest.mark.parametrize("clock", [None, 100])
@pytest.mark.parametrize("when", ["before", "after"])
def test_event_at_each_deletion(serve: Serve, when: str, clock: int | None) -> None:
    host = serve()
    if clock:
        host.bmc.set_clock(clock, stands=True)
        events(host, 2)
    triggers = [{"netfn": STORAGE, "cmd": 0x46, "nth": at, "when": when, "event": EVENT} for at in (1, 2)]
    host.bmc.faults.change(triggers=triggers)
    assert host.change(records=[1, 3])["erased"] == 2
    host.change("archived")
    host.judge()
    host.change()
    host.judge(settled=True)


@pytest.mark.parametrize("effect", ["event", "lose_reply", "no_reply"])
def test_event_or_lost_reply_at_each_step_of_a_deletion(tmp_path: Path, effect: str) -> None:
    def delete(host: Host, _kind: Any, step: int) -> None:
        def disturb() -> None:
            if effect == "event":
                return events(host)
            request = list(host.bmc.requests)[-1]
            rule = {"netfn": request.netfn, "cmd": request.cmd, effect: True, "times": 3}
            return host.bmc.faults.change(commands=[rule])

        host.bmc.on_request(at_step(step, "before", disturb))
        try:
            host.change(records=[2], **HASTY)
        except IpmiError as error:
            assert host.bmc.address in error.sentence()
        host.judge(step)
        host.bmc.faults.clear()
        host.change(records=[2])
        assert all(entry[0] != 2 for entry in host.bmc.sel_records())
        host.change()
        host.judge(step, settled=True)

    each(tmp_path, [({}, step) for step in range(22)], delete)


@pytest.mark.needs_command("ipmitool")
def test_ipmitool_reads_the_archive_as_it_read_the_log(serve: Serve) -> None:
    host = serve()

    def events(*command: str) -> list[list[str]]:
        """Id, date, time, event and direction; `readraw` knows no sensors."""
        lines = run_ipmitool(host.endpoint, "sel", *command).splitlines()
        return [[cell.strip() for at, cell in enumerate(line.split("|")) if at in (0, 1, 2, 4, 5)] for line in lines]

    before = events("elist")
    assert len(before) == 3
    host.change(archive_format="ipmitool")
    assert events("readraw", str(host.folder / "host.sel")) == before


@pytest.mark.needs_command("ipmitool")
@pytest.mark.parametrize("victim", [1, 2, 3])
def test_entry_that_a_stranger_deletes_repeats_no_other(serve: Serve, victim: int) -> None:
    host = serve()
    host.change("archived")
    run_ipmitool(host.endpoint, "sel", "delete", str(victim))
    host.change("archived")
    assert len(host.raw()) == 3
    events(host)
    host.change("archived")
    host.judge()
    host.change()
    host.judge(settled=True)


def test_event_during_a_clear_after_a_stranger_deleted_the_last_entry(serve: Serve) -> None:
    host = serve()
    host.change("archived")
    host.bmc._call(lambda: host.bmc.bmc.sel.delete(3, host.bmc.bmc.clock(), "stranger"))
    host.bmc.faults.change(triggers=[{"netfn": STORAGE, "cmd": RESERVE, "event": EVENT}])
    host.change()
    host.judge(settled=True)


@pytest.mark.parametrize("broken", [1, 2, 3])
def test_record_that_is_refused_for_a_while_repeats_no_other(serve: Serve, broken: int) -> None:
    host = serve()
    host.change("archived")
    asked = 0 if broken == 1 else broken
    rule = {"netfn": STORAGE, "cmd": GET, "data": f"00 00 {asked:02x} 00", "completion_code": 0xFF}
    host.bmc.faults.change(commands=[rule])
    told = host.change("archived")
    assert (told["changed"], len(told["warnings"])) == (False, 1)
    with pytest.raises(SelError, match="cannot be read to its end") as caught:
        host.change()
    assert "nothing is erased" in caught.value.sentence()
    assert len(host.bmc.sel_records()) == len(OLD)
    host.bmc.faults.clear()
    events(host)
    host.change()
    host.judge(settled=True)
