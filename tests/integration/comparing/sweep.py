# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every sensor of a running ipmi_sim driven through values and states, by its console."""

from __future__ import annotations

from collections.abc import Iterable

from harness.ipmi_sim import IpmiSim, SimulatorError

from .ours import OurSensor

# The ends of the byte and of each half in every signed format, then some from between.
RAW_VALUES = (0, 1, 127, 128, 255, 2, 50, 63, 64, 100, 126, 129, 192, 200, 254)
STATES = range(15)
_NO_EVENTS = " ".join(["0" * 15] * 4)


def _name(sensor: OurSensor) -> str:
    owner, lun, number = sensor.key
    return f"{owner:#x} {lun} {number:#x}"


def _accepts(bmc: IpmiSim, *commands: str) -> bool:
    try:
        for command in commands:
            bmc.console(command)
    except SimulatorError:
        return False
    return True


class Sweep:
    """Sensors that follow ``step``; ``refused`` are those that the simulator would not let be set."""

    def __init__(self, bmc: IpmiSim, sensors: Iterable[OurSensor]) -> None:
        self._bmc = bmc
        self._driven: list[OurSensor] = []
        self.refused: list[OurSensor] = []
        for sensor in sensors:
            (self._driven if self._awake(sensor) else self.refused).append(sensor)

    def __len__(self) -> int:
        return len(self._driven)

    def _awake(self, sensor: OurSensor) -> bool:
        """Switch scanning on, so that the sensor reads; one that its record shares, but the image lacks, is added."""
        name = _name(sensor)
        if not _accepts(self._bmc, f"sensor_set_event_support {name} enable scanning per-state {_NO_EVENTS}"):
            sensor_type, event_type = sensor.raw[12], sensor.raw[13]
            added = f"sensor_add {name} {sensor_type:#x} {event_type:#x}"
            wake = f"sensor_set_event_support {name} enable scanning per-state {_NO_EVENTS}"
            return _accepts(self._bmc, added, wake)
        return True

    def step(self, number: int) -> None:
        """Give every threshold sensor the raw value, and every discrete one the state, of that step, alone."""
        for sensor in self._driven:
            name = _name(sensor)
            if sensor.facts["kind"] == "threshold":
                self._bmc.console(f"sensor_set_value {name} {RAW_VALUES[number]:#x} 1")
            else:
                self._bmc.console(f"sensor_set_bit_clr_rest {name} {STATES[number]} 1")
