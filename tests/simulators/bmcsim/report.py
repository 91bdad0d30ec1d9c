# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The listing of `--check`."""

from __future__ import annotations

from typing import TextIO

from . import tables
from .bmc import Bmc
from .controller import Sensor

_TYPES = {number: name for name, number in reversed(tables.SENSOR_TYPES.items())}
_UNITS = {number: name for name, number in reversed(tables.UNITS.items())}


def _state(sensor: Sensor) -> str:
    model, state = sensor.model, sensor.state
    notes = [key for key in ("absent", "unavailable", "no_reply") if getattr(state, key)]
    notes += [] if state.scanning else ["not scanning"]
    notes += [f"completion code {state.completion_code:02X}h"] if state.completion_code else []
    if model.kind == "event_only":
        text = "event-only"
    elif model.analog:
        value = model.scale.value(state.raw)
        unit = "%" if model.percentage else _UNITS.get(model.unit, f"unit {model.unit}")
        text = f"{'-' if value is None else format(value, '.6g')} {unit}"
        text += f" crossed {sensor.crossed():06b}" if sensor.crossed() else ""
    else:
        text = f"states {list(state.states)}"
    return ", ".join([text, *notes])


def describe(bmc: Bmc, out: TextIO) -> None:
    """Write what a BMC has: one line for each sensor."""
    model = bmc.model
    print(
        f"{bmc.name}: model {model.name}, {len(bmc.repository.records)} records, {len(bmc.sensors())} sensors, "
        f"{len(bmc.sel.entries)} events, {len(bmc.frus)} FRUs",
        file=out,
    )
    for controller in bmc.controllers():
        for sensor in controller.sensors.values():
            kind = sensor.model
            where = f"{controller.address:02x}/{controller.channel}.{kind.lun}.{sensor.number:02x}"
            step = sensor.number - kind.number if kind.share.entity_increments else 0
            entity = f"{kind.entity}.{kind.entity_instance + step}"
            type_name = _TYPES.get(kind.sensor_type, f"{kind.sensor_type:02x}h")
            print(f"  {where:<12}{kind.kind:<11}{type_name:<24}{entity:<8}{sensor.name:<18}{_state(sensor)}", file=out)
