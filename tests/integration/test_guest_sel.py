# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules inside of a server, by a real ansible-playbook over ssh: they tell what LAN tells, and a clear loses no
event, by the ledger of the BMC that serves both sides."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bmcsim import RunningBmc, multiset, running
from harness.guest import FIRST_USE_S, Guest, guest, image_or_skip
from harness.guest.inside import install_engine
from harness.playing import Player, tell
from harness.sel import CLEAR, GET, INFO, RESERVE, STORAGE

pytestmark = pytest.mark.timeout(FIRST_USE_S)

APP, SELF_TEST, SEL_TIME = 0x06, 0x04, 0x48
OF_THE_LOG = range(INFO, CLEAR + 1)
EVENT: dict[str, Any] = {"sensor": "Inlet Temp", "offset": 9, "reading": 44, "threshold": 42}
OLD = [{**EVENT, "time": f"2026-01-11T22:4{minute}:00Z"} for minute in range(3)]
PLAY_DEADLINE_S = 400
CLOCKS_DIFFER_S = 10
# The requests about the log of a clear of four entries that nothing comes between, from the first reading on.
STEPS = 16
WHEN = ("before", "after")
# Clears the log again and again, each time with an archive of its own, and prints the archives. Before each clear, and
# in the end, it asks for the self test: a mark for the BMC's hook.
CLEARS = """\
import json, sys
sys.path.insert(0, "/root")
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.client import NETFN_APP, Request, complete
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.sel_change import ChangeRequest, ClientAccess, run
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.local import LocalClient, LocalOptions
class Archive:
    def __init__(self):
        self.entries = []
    def keep(self, log):
        new = [entry for entry in log.entries if entry not in self.entries]
        self.entries += new
        return len(new)
    def erased(self, log, everything):
        pass
archives = []
async def clear():
    async with LocalClient(LocalOptions()) as client:
        for _ in range(int(sys.argv[1])):
            await client.request(Request(NETFN_APP, 4))
            archive = Archive()
            await run(ChangeRequest("cleared"), ClientAccess(client), archive)
            archives.append([entry.hex() for entry in archive.entries])
        await client.request(Request(NETFN_APP, 4))
complete(clear())
print(json.dumps(archives))
"""


@pytest.fixture(scope="module")
def bmc() -> Iterator[RunningBmc]:
    image_or_skip()
    users = [{"name": "admin", "password": "Sim-Passw0rd", "privilege": "administrator"}]
    kind = {"log_clear": True, "erase_polls": 1}
    entry = {"name": "host", "model": "satellite", "sel": OLD, "sel_options": kind, "users": users, "vm": {}}
    with running(entry) as fleet:
        yield fleet["host"]


@pytest.fixture(scope="module")
def vm(bmc: RunningBmc) -> Iterator[Guest]:
    with guest(bmc) as running_guest:
        install_engine(running_guest)
        yield running_guest


@pytest.fixture(autouse=True)
def undisturbed(bmc: RunningBmc) -> Iterator[None]:
    yield
    bmc.on_request(None)
    bmc.faults.clear()


@pytest.fixture
def player(tmp_path: Path, ansible_env: dict[str, str], vm: Guest) -> Player:
    made = Player(tmp_path, ansible_env, deadline_s=PLAY_DEADLINE_S)
    made.hosts["host"] = vm.inventory(ansible_pipelining=True)
    return made


def task(module: str, register: str, options: dict[str, Any], **keywords: Any) -> dict[str, Any]:
    return {f"baremetal.ipmi.{module}": options, "register": register, **keywords}


def sel(register: str, **options: Any) -> dict[str, Any]:
    asked = {"state": "cleared", "archive_path": "{{ playbook_dir }}/archive", "sdr_cache": False}
    return task("ipmi_sel", register, {**asked, **options})


def play(player: Player, *tasks: dict[str, Any], diff: bool = False) -> tuple[dict[str, Any], str]:
    """What the tasks registered, by name, and the output."""
    names = ", ".join(f"'{task['register']}': {task['register']}" for task in tasks)
    every = [*tasks, tell("{" + names + "}")]
    plays = [{"hosts": "all", "gather_facts": False, "tasks": every}]
    played = player.run(plays, *(["--diff"] if diff else []))
    assert played.status == 0, played.output
    assert "Traceback" not in played.output
    return player.told(), played.output


def raw(archive: str) -> list[str]:
    """The entries of an archive, every line of which must be whole."""
    assert not archive or archive.endswith("\n")
    return [json.loads(line)["raw"] for line in archive.splitlines()]


class Reckoning:
    """What is in the log and what comes from now on: all of it must be found again, and nothing twice."""

    def __init__(self, bmc: RunningBmc) -> None:
        self._bmc = bmc.bmc
        self._there, self._before = self._left(), self._bmc.ledger.view().generated_raw()

    def _left(self) -> Counter[str]:
        return multiset(entry for _number, entry in self._bmc.sel.entries)

    def owed(self) -> Counter[str]:
        """What must be in an archive now, after a clear: all but what the log holds."""
        return self._there + (self._bmc.ledger.view().generated_raw() - self._before) - self._left()

    def settle(self, archived: Iterable[str]) -> None:
        assert multiset(archived) == self.owed()


def arriving(bmc: RunningBmc, *moments: tuple[str, int, int]) -> set[tuple[str, int, int]]:
    """Let an event arrive at each of these moments: ``before`` or ``after``, command, which of these commands (from 0).
    Returns those that are still to come."""
    left, seen = set(moments), Counter[tuple[str, int]]()

    def hook(when: str, request: Any) -> None:
        if request.netfn != STORAGE:
            return
        moment = when, request.cmd, seen[when, request.cmd]
        seen[when, request.cmd] += 1
        if moment in left:
            left.remove(moment)
            bmc.event(**EVENT)

    bmc.on_request(hook)
    return left


def comparable(result: dict[str, Any], player: Player) -> dict[str, Any]:
    """A result, whichever way the BMC is reached and whichever folder the archive is in."""
    text = json.dumps(result)
    for where in (rf"{player.folder}/(in|out)side/", r"event log of [^\"]*"):
        text = re.sub(where, "", text)
    return dict(json.loads(text))


def test_modules_inside_tell_what_lan_tells(bmc: RunningBmc, player: Player) -> None:
    bmc.set_sensor("Inlet Temp", reading=44)
    by_lan = {"host": bmc.address, "port": bmc.port, "username": bmc.user, "password": bmc.password}
    tasks = []
    for side, reached, keywords in (("inside", {}, {}), ("outside", by_lan, {"delegate_to": "localhost"})):
        options = {"sdr_cache": False, **reached}
        archive = {"state": "archived", "archive_path": "{{ playbook_dir }}/" + side, **options}
        clear = {**archive, "state": "cleared"}
        tasks += [
            task("ipmi_sensor_facts", f"facts_{side}", options, **keywords),
            task("ipmi_sel_info", f"log_{side}", {"live": True, **options}, **keywords),
            task("ipmi_sel_clock", f"clock_{side}", reached, check_mode=True, **keywords),
            task("ipmi_sel", f"archived_{side}", archive, **keywords),
            task("ipmi_sel", f"checked_{side}", clear, check_mode=True, **keywords),
        ]
    told, _output = play(player, *tasks, diff=True)
    assert told["facts_inside"] == told["facts_outside"]
    assert len(told["facts_inside"]["ansible_facts"]["ipmi_sensors"]) == 9
    assert told["log_inside"]["bmc"]["guid"]
    for side in ("inside", "outside"):
        clocks = told[f"log_{side}"].pop("sel_clock"), told.pop(f"clock_{side}")["before"]
        assert {(clock["time_kind"], clock["utc_offset_minutes"]) for clock in clocks} == {("set", None)}
        assert all(abs(clock["drift_s"]) < CLOCKS_DIFFER_S for clock in clocks)
    for name in ("log", "archived", "checked"):
        assert comparable(told[f"{name}_inside"], player) == comparable(told[f"{name}_outside"], player), name
    assert [told["archived_inside"][key] for key in ("changed", "archived", "erased")] == [True, len(OLD) + 1, 0]
    assert [told["checked_inside"][key] for key in ("changed", "archived", "erased")] == [True, 0, len(OLD) + 1]
    assert not bmc.ledger().clears and not bmc.ledger().erased
    lines = [(player.folder / side / "host.jsonl").read_text() for side in ("inside", "outside")]
    inside, outside = ([{**json.loads(one), "archived_at": 0} for one in text.splitlines()] for text in lines)
    assert inside == outside


def test_no_event_is_lost_with_the_archive_on_the_controller(bmc: RunningBmc, player: Player) -> None:
    """The log is read, archived on the controller, and erased, each time in a process of its own: an event in mid-read,
    between the phases, under the reservation, and before the erasure."""
    bmc.event(**EVENT)
    reckoning = Reckoning(bmc)
    to_come = arriving(bmc, ("after", GET, 1), ("before", RESERVE, 0), ("after", RESERVE, 1), ("before", CLEAR, 0))
    told, _output = play(player, sel("cleared"), sel("second"))
    assert not to_come
    reckoning.settle(raw((player.folder / "archive" / "host.jsonl").read_text()))
    cleared = told["cleared"]
    assert cleared["archived"] == cleared["erased"] == sum(reckoning.owed().values())
    assert cleared["attempts"] >= 4
    assert [told["second"][key] for key in ("changed", "archived", "erased")] == [False, 0, 0]


@pytest.mark.slow
def test_no_event_is_lost_with_the_archive_on_the_target(bmc: RunningBmc, player: Player, vm: Guest) -> None:
    bmc.event(**EVENT)
    reckoning = Reckoning(bmc)
    to_come = arriving(bmc, ("before", RESERVE, 0), ("before", CLEAR, 0), ("after", CLEAR, 1))
    there = {"archive_on": "target", "archive_path": "/root/archive"}
    told, _output = play(player, {**sel("cleared", **there), "async": PLAY_DEADLINE_S, "poll": 2})
    assert not to_come
    reckoning.settle(raw(vm.must("cat /root/archive/host.jsonl")))
    assert told["cleared"]["changed"] and told["cleared"]["attempts"] >= 3
    assert not (player.folder / "archive").exists()


def clears(bmc: RunningBmc, vm: Guest, disturb: Callable[[int, int, str], bool], count: int) -> tuple[list[bool], int]:
    """Clear a log of four entries so often inside of the guest, and let an event arrive where ``disturb(clear, step,
    when)`` wants it. Returns which of the clears kept every event, and only once, and how many steps the first had."""
    reckonings: list[Reckoning] = []
    owed: list[Counter[str]] = []
    steps: list[Counter[str]] = []

    def hook(when: str, request: Any) -> None:
        if (request.netfn, request.cmd, when) == (APP, SELF_TEST, "before"):
            if reckonings:
                owed.append(reckonings[-1].owed())
            bmc.clear_sel()
            reckonings.append(Reckoning(bmc))
            steps.append(Counter())
            for _entry in OLD:
                bmc.event(**EVENT)
        elif request.netfn == STORAGE and request.cmd in OF_THE_LOG and steps:
            if disturb(len(steps) - 1, steps[-1][when], when):
                bmc.event(**EVENT)
            steps[-1][when] += 1

    bmc.on_request(hook)
    archives = json.loads(vm.must(f"python3 -c '{CLEARS}' {count}", timeout_s=PLAY_DEADLINE_S))
    bmc.on_request(None)
    assert len(archives) == len(owed) == count
    return [multiset(archive) == due for archive, due in zip(archives, owed, strict=True)], steps[0]["after"]


def test_no_event_is_lost_at_any_step(bmc: RunningBmc, vm: Guest) -> None:
    cases = [(None, ""), *itertools.product(range(STEPS), WHEN)]
    kept, steps = clears(bmc, vm, lambda clear, step, when: cases[clear] == (step, when), len(cases))
    assert steps == STEPS
    assert [case for case, one in zip(cases, kept, strict=True) if not one] == []


def test_no_event_is_lost_in_a_storm(bmc: RunningBmc, vm: Guest) -> None:
    kept, _steps = clears(bmc, vm, lambda _clear, step, when: when == "before" and step < 60, 1)
    assert kept == [True]


def test_bmc_that_keeps_the_reservation_loses_an_event_and_the_judge_sees_it(bmc: RunningBmc, vm: Guest) -> None:
    """This shows that the tests above can fail."""
    bmc.faults.change(keep_sel_reservation=True)
    kept, _steps = clears(bmc, vm, lambda clear, step, when: (clear, "before") == (step, when), STEPS)
    assert kept.count(False) == 1
