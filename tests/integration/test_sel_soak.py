# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many clears of logs to which everything happens: in the end archive and log are what the BMCs' ledgers say."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import IpmiError
from bmcsim import running
from harness.sel import CLEAR, DELETE, EVENT, GET, HASTY, INFO, RESERVE, STORAGE, Host, source

SEED = 20260131
LOGS: list[dict[str, Any]] = [
    {"restart_ids": True, "log_clear": True, "erase_polls": 2},
    {"restart_ids": True},
    {"first_id": 0xFFE0, "log_clear": True},
    {"first_id": 0xFFF0, "erase_polls": 1, "free_zero_after_clear": True},
]
NOON = 1_750_000_000
pytestmark = pytest.mark.usefixtures("short_pauses")


class Weather:
    """What happens to one BMC, by chance, the same in every run.

    No two clears show the same second, save where the clock stands, and there all runs come to their end: a clear that
    nobody saw is known by its time alone.
    """

    def __init__(self, bmc: Any, seed: int) -> None:
        self._bmc, self._random, self._steps = bmc, random.Random(seed), 0
        self.counts: Counter[str] = Counter()
        self.calm = False

    def change(self) -> None:
        """Something between two runs; and what will happen during the next one."""
        self._bmc.faults.clear()
        for _time in range(self._random.randint(0, 3)):
            self._bmc.event(**EVENT)
        what = self._random.choice(["step", "step", "restart", "stopped", "stranger"])
        self.counts[what] += 1
        self.calm = what == "stopped"
        getattr(self, f"_{what}")()
        commands = (INFO, RESERVE, GET, GET, CLEAR, DELETE)
        triggers = [self._triggers(self._random.choice(commands)) for _time in range(self._random.randint(1, 4))]
        faults: dict[str, Any] = {"triggers": [*itertools.chain(*triggers)]}
        if not self.calm and self._random.random() < 0.15:
            self.counts["lost"] += 1
            rule = {"netfn": STORAGE, "cmd": self._random.choice(commands), "after": self._random.randint(0, 3)}
            faults["commands"] = [{**rule, "times": self._random.choice([1, 3]), "lose_reply": True}]
        self._bmc.faults.change(**faults)

    def _triggers(self, command: int) -> list[dict[str, Any]]:
        when = self._random.choice(["before", "after"])
        place = {"netfn": STORAGE, "cmd": command, "nth": self._random.randint(1, 4), "when": when}
        chance = 1.0 if self.calm else self._random.random()
        if chance < 0.04:
            self.counts["restart during a run"] += 1
            return [{**place, "reboot": {"clock": "keep"}}]
        if chance < 0.08:
            self.counts["stranger during a run"] += 1
            clock = self._clock()
            return [{**place, "clock": clock, "clear": True}, {**place, "clock": clock + 5}]
        self.counts["event during a run"] += 1
        return [{**place, "event": EVENT}]

    def _clock(self) -> int:
        self._steps += 1
        back_and_forth = NOON + self._random.choice((-1, 1)) * self._steps * 1000
        return back_and_forth if self._random.random() < 0.7 else 5000 + self._steps * 100

    def _step(self) -> None:
        self._bmc.set_clock(self._clock())

    def _restart(self) -> None:
        self._bmc.reboot(silent_s=0, clock="zero")
        self._bmc.event(**EVENT)
        self._step()

    def _stopped(self) -> None:
        """A clock that was never set and shows one time: events are the same as after the last restart."""
        self._bmc.set_clock(100, stands=True)
        self._bmc.event(**EVENT)

    def _stranger(self) -> None:
        self._step()
        self._bmc.clear_sel()
        if self._random.random() < 0.5:
            self._stopped()
        self._step()


def soak(host: Host, seed: int, clears: int) -> Counter[str]:
    """So many runs that clear the log, some that archive or delete between them; judged all along."""
    weather, chance = Weather(host.bmc, seed), random.Random(seed)
    while weather.counts["clears"] < clears:
        weather.change()
        kind: dict[str, Any] = chance.choice([{}, {}, {}, {"state": "archived"}, {"records": [1, 2, 3]}])
        try:
            told = host.change(**kind, **({} if weather.calm else HASTY))
        except IpmiError as error:
            assert host.bmc.address in error.sentence()
            weather.counts["errors"] += 1
            told = {"erased": 0}
        weather.counts["clears"] += not kind and told["erased"] > 0
        host.judge((seed, weather.counts))
    host.bmc.faults.clear()
    host.bmc.event(**EVENT)
    host.change()
    host.judge((seed, weather.counts), settled=True)
    return weather.counts


@pytest.mark.parametrize("clears", [15, pytest.param(125, marks=pytest.mark.slow)])
def test_clears_in_all_weathers_lose_nothing_and_repeat_nothing(tmp_path: Path, clears: int) -> None:
    with running([source(f"b{at}", **log) for at, log in enumerate(LOGS)]) as fleet, ThreadPoolExecutor(4) as pool:
        hosts = [Host(bmc, tmp_path / bmc.name) for bmc in fleet.values()]
        counts = sum(pool.map(soak, hosts, range(SEED, SEED + len(LOGS)), [clears] * len(LOGS)), Counter())
    assert counts["clears"] >= clears * len(LOGS)
    assert counts["event during a run"] > 2 * counts["clears"]
    assert counts["stranger during a run"] and counts["restart during a run"] and counts["errors"]
