# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A model as commands for OpenIPMI's ipmi_sim (an .emu file): another server for the same records and readings.

ipmi_sim knows no fixed answers, SEL behaviour or faults; sensors, records, FRU data and the event log are all it gets.
A satellite becomes a management controller of its own.
"""

from __future__ import annotations

from .bmc import Bmc
from .controller import Controller, Sensor
from .model import Identity

_ACCESS = ("none", "readable", "settable", "fixed")


def _hex(data: bytes) -> str:
    return " ".join(f"0x{byte:02x}" for byte in data)


def _mask(bits: int, width: int = 15) -> str:
    return format(bits & (1 << width) - 1, f"0{width}b")


def _controller(address: int, ident: Identity) -> str:
    firmware = f"{ident.firmware[0]:x} {ident.firmware[1]:x}"
    return (
        f"mc_add 0x{address:02x} 0x{ident.device_id:02x} no-device-sdrs 0x{ident.device_revision:02x} {firmware} "
        f"0x{ident.support:02x} 0x{ident.manufacturer_id:x} 0x{ident.product_id:04x}"
    )


def _sensor(address: int, sensor: Sensor) -> list[str]:
    model, state = sensor.model, sensor.state
    key = f"0x{address:02x} {model.lun} {sensor.number}"
    only = " event-only" if model.kind == "event_only" else ""
    lines = [f"sensor_add {key} 0x{model.sensor_type:02x} 0x{model.event_type:02x}{only}"]
    if only:
        return lines
    assertion, deassertion, _readable = model.event_masks()
    if model.threshold_based:
        assertion, deassertion = assertion & 0x0FFF, deassertion & 0x0FFF
        if model.threshold_mask():
            values = " ".join(f"0x{raw or 0:02x}" for raw in reversed(model.thresholds))
            access = _ACCESS[model.threshold_access]
            lines.append(f"sensor_set_threshold {key} {access} {_mask(model.threshold_mask(), 6)} {values}")
        if model.hysteresis_access:
            positive, negative = model.hysteresis
            lines.append(f"sensor_set_hysteresis {key} {_ACCESS[model.hysteresis_access]} {positive} {negative}")
    scanning = "scanning" if state.scanning else "no-scanning"
    masks = " ".join(_mask(bits) for bits in (assertion, deassertion, assertion, deassertion))
    lines.append(f"sensor_set_event_support {key} enable {scanning} per-state {masks}")
    if model.threshold_based:  # after the thresholds, which it is compared with
        lines.append(f"sensor_set_value {key} 0x{state.raw:02x} 0")
    else:
        lines += [f"sensor_set_bit {key} {offset} 1 0" for offset in state.states]
    return lines


def _sensors(controller: Controller) -> list[str]:
    return [line for sensor in controller.sensors.values() for line in _sensor(controller.address, sensor)]


def emu(bmc: Bmc, command: str) -> str:
    """Return the .emu file of a BMC; `command` is named in its first line as what made it."""
    model = bmc.model
    lines = [f"# Made by `{command}` from an invented model; not a capture of a real server.", "mc_setbmc 0x20"]
    lines += [_controller(0x20, model.identity), f"sel_enable 0x20 {model.sel_options.capacity} 0x0b"]
    for item in model.satellites:
        lines.append(_controller(item.address, item.identity))
    for number, data in model.frus.items():
        lines.append(f"mc_add_fru_data 0x20 {number} {len(data)} data {_hex(data)}")
    lines += _sensors(bmc.main)
    for satellite in bmc.satellites.values():
        lines += _sensors(satellite)
    lines += [f"main_sdr_add 0x20 {_hex(record)}" for record in bmc.repository.records]
    lines += [f"sel_add 0x20 0x{entry[2]:02x} {_hex(entry[3:])}" for _number, entry in bmc.sel.entries]
    lines.append("mc_enable 0x20")
    lines += [f"mc_enable 0x{item.address:02x}" for item in model.satellites if not item.off]
    return "\n".join(lines) + "\n"
