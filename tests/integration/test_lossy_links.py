# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Links that lose packets, and a BMC that is silent among many: reads complete, or end in time with what they have."""

from __future__ import annotations

import contextlib
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import TransportError
from bmcsim import running
from harness.reading import read

PATIENT = {"request_timeout_s": 0.2, "retries": 4, "timeout_s": 60.0}
DEADLINE_S = 8.0


def fleet_of(count: int, **faults: Any) -> list[dict[str, Any]]:
    return [
        {"name": f"b{number}", "model": "rack1u", "faults": {**faults, "seed": number} if faults else {}}
        for number in range(count)
    ]


def completed(count: int, drop: float) -> int:
    """How many of so many BMCs, behind links that lose so many percent each way, are read completely."""

    def one(bmc: Any) -> bool:
        try:
            return bool(read(bmc, **PATIENT)["ipmi_health"]["complete"])
        except TransportError:
            return False

    with running(fleet_of(count, drop=drop)) as fleet, ThreadPoolExecutor(10) as pool:
        return sum(pool.map(one, fleet.values()))


def test_two_percent_loss_leaves_reads_complete() -> None:
    assert completed(10, drop=2) == 10


@pytest.mark.slow
def test_two_percent_loss_leaves_99_of_100_reads_complete() -> None:
    assert completed(100, drop=2) >= 99


@pytest.mark.parametrize("count", [4, pytest.param(40, marks=pytest.mark.slow)])
def test_twenty_percent_loss_ends_every_read_by_its_deadline_with_what_it_has(count: int) -> None:
    def one(bmc: Any) -> tuple[float, int]:
        started = time.monotonic()
        try:
            told = read(bmc, request_timeout_s=0.1, retries=3, timeout_s=DEADLINE_S)
            return time.monotonic() - started, told["ipmi_health"]["counts"]["nominal"]
        except TransportError:
            return time.monotonic() - started, 0

    with running(fleet_of(count, drop=20)) as fleet, ThreadPoolExecutor(10) as pool:
        ends = list(pool.map(one, fleet.values()))
    assert max(seconds for seconds, _read in ends) < 3 * DEADLINE_S
    assert sum(1 for _seconds, sensors in ends if sensors) >= count * 3 // 4


def test_silent_bmc_among_fifty_delays_none_of_the_others() -> None:
    """Each read is its own: those that answer are all read before the silent one is given up."""
    order: list[str] = []

    def one(bmc: Any) -> None:
        with contextlib.suppress(TransportError):
            read(bmc, sensors=("Inlet Temp",), request_timeout_s=2.0, retries=3, timeout_s=20.0)
        order.append(bmc.name)

    sources = fleet_of(49)
    sources.insert(5, {"name": "silent", "model": "rack1u", "faults": {"silent": True}})
    with running(sources) as fleet, ThreadPoolExecutor(10) as pool:
        list(pool.map(one, fleet.values()))
    assert order[-1] == "silent"
