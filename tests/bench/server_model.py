# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The BMC that every client of the comparison reads: 20 threshold and 10 discrete sensors, all readable. Invented."""

from __future__ import annotations

from typing import Any

THRESHOLD_SENSORS = 20
READABLE_SENSORS = 30
USER, PASSWORD = "monitor", "Bench-Sim-2026"

_TEMPERATURE = {"lower_critical": 0, "lower_non_critical": 5, "upper_non_critical": 80, "upper_critical": 90}
_FAN = {"lower_critical": 480, "lower_non_critical": 840}
_CURRENT = {"upper_non_critical": 4.6, "upper_critical": 5.2}


def _sensors() -> list[dict[str, Any]]:
    temperatures = [
        {"name": f"Temp {n}", "type": "temperature", "entity_instance": n, "reading": 30 + n, "hysteresis": 2}
        | {"thresholds": _TEMPERATURE}
        for n in range(1, 9)
    ]
    fans = [
        {"name": f"Fan {n}", "type": "fan", "entity_instance": n, "reading": 6000, "m": 60, "hysteresis": 120}
        | {"thresholds": _FAN}
        for n in range(1, 7)
    ]
    voltages = [
        {"name": f"P{volts}V", "type": "voltage", "entity_instance": n, "reading": volts, "m": 60, "r_exp": -3}
        | {"thresholds": {"lower_critical": volts * 0.9, "upper_critical": volts * 1.1}}
        for n, volts in enumerate((3, 5, 9, 12), 1)
    ]
    currents = [
        {"name": f"PSU{n} Current", "type": "current", "entity_instance": n, "reading": 0.8, "m": 2, "r_exp": -1}
        | {"thresholds": _CURRENT}
        for n in (1, 2)
    ]
    discrete: list[tuple[str, str, list[int]]] = [
        *((f"PSU{n} Status", "power supply", [0]) for n in (1, 2)),
        *((f"Drive {n}", "drive slot", [0]) for n in range(4)),
        *((f"DIMM A{n}", "memory", [6]) for n in (1, 2)),
        ("Intrusion", "physical security", []),
        ("Watchdog", "watchdog 2", []),
    ]
    states = [{"name": name, "type": kind, "states": on} for name, kind, on in discrete]
    return [*temperatures, *fans, *voltages, *currents, *states]


def fleet(count: int, port: int) -> dict[str, Any]:
    """A fleet for bmcsim: BMCs alike, each at an address of its own in 127.88.0.0/16, all at one port."""
    model = {"name": "bench", "identity": {"manufacturer_id": 32473, "product_id": 0x1188}, "sensors": _sensors()}
    entries = [
        {"name": f"bmc{n:03d}", "address": address(n), "port": port, "model": model, "user": USER, "password": PASSWORD}
        for n in range(count)
    ]
    return {"bmcs": entries}


def address(number: int) -> str:
    """The address of a BMC, counted from 0."""
    return f"127.88.{number // 250}.{number % 250 + 1}"
