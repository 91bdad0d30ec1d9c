# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real BMCs set in motion: every analog sensor through its raw values and every discrete one through its states, and
after each step the same from the collection, ipmitool and FreeIPMI."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from comparing.images import image_paths
from comparing.known import unexplained
from comparing.ours import OurSensor
from comparing.readers import Readers
from comparing.sweep import RAW_VALUES, STATES, Sweep

from harness.ipmi_sim import IpmiSim

pytestmark = [pytest.mark.needs_bmc_images, pytest.mark.needs_command("ipmi_sim", "ipmitool", "ipmi-sensors")]


def is_where_it_was_put(sensor: OurSensor, step: int) -> bool:
    """Whether the sensor has followed the sweep: a discrete one has the step's state and no other."""
    if sensor.facts["kind"] == "discrete":
        return sensor.facts["state_bits"] == 1 << STATES[step]
    return bool(sensor.facts["available"])


def is_constant(sensor: OurSensor) -> bool:
    """Whether the record itself says that the reading never changes: no number at all, or M (bytes 25 and 26) is 0."""
    return sensor.facts["kind"] == "discrete" or sensor.raw[3] != 1 or not (sensor.raw[24] or sensor.raw[25] & 0xC0)


@pytest.mark.parametrize("image", image_paths(), ids=lambda path: path.stem)
def test_sweep_reads_the_same_in_all_three(image: Path, serve: Callable[..., IpmiSim], tmp_path: Path) -> None:
    bmc = serve(image)
    readers = Readers(bmc, tmp_path)
    sweep = Sweep(bmc, readers.ours())
    # What the simulator will not move proves nothing; so far it moves all.
    assert len(sweep.refused) <= len(sweep) // 20, f"ipmi_sim refuses: {', '.join(map(str, sweep.refused))}"
    refused = {sensor.key for sensor in sweep.refused}
    told: list[str] = []
    readings: dict[tuple[int, int, int], set[float | None]] = {}
    for step in range(len(RAW_VALUES)):
        sweep.step(step)
        look = readers.look()
        swept = [sensor for sensor in look.ours if sensor.key not in refused]
        stuck = [str(sensor) for sensor in swept if not is_where_it_was_put(sensor, step)]
        assert not stuck, f"step {step}: {', '.join(stuck)}"
        for sensor in swept:
            if not is_constant(sensor):
                readings.setdefault(sensor.key, set()).add(sensor.facts["reading"])
        told += [f"step {step}: {difference}" for difference in unexplained(look.differences())]
    assert not told, "\n".join(told)
    assert not [key for key, seen in readings.items() if len(seen) < 2]
