# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sensor units (IPMI 2.0, table 43-15) with modifier, rate and percentage, in the words that administrators know."""

from __future__ import annotations

UNITS = (
    "unspecified", "degrees C", "degrees F", "degrees K", "Volts", "Amps", "Watts", "Joules", "Coulombs", "VA", "Nits",
    "lumen", "lux", "Candela", "kPa", "PSI", "Newton", "CFM", "RPM", "Hz", "microsecond", "millisecond", "second",
    "minute",
    "hour", "day", "week", "mil", "inches", "feet", "cu in", "cu feet", "mm", "cm", "m", "cu cm", "cu m", "liters",
    "fluid ounce", "radians", "steradians", "revolutions", "cycles", "gravities", "ounce", "pound", "ft-lb", "oz-in",
    "gauss", "gilberts", "henry", "millihenry", "farad", "microfarad", "ohms", "siemens", "mole", "becquerel", "PPM",
    "reserved", "Decibels", "DbA", "DbC", "gray", "sievert", "color temp deg K", "bit", "kilobit", "megabit", "gigabit",
    "byte", "kilobyte", "megabyte", "gigabyte", "word", "dword", "qword", "line", "hit", "miss", "retry", "reset",
    "overflow", "underrun", "collision", "packets", "messages", "characters", "error", "correctable error",
    "uncorrectable error", "fatal error", "grams",
)  # fmt: skip
_RATES = ("", "microsecond", "millisecond", "second", "minute", "hour", "day")
UNSPECIFIED = 0


def unit_name(code: int) -> str:
    return UNITS[code] if code < len(UNITS) else f"unknown unit {code}"


def unit_text(base: int, modifier: int = 0, relation: int = 0, rate: int = 0, percentage: bool = False) -> str:
    """``degrees C``, ``percent``, ``Watts*hour``, ``error per minute``.

    ``relation``: 1 is base / modifier, 2 is base * modifier; ``rate``: 1 to 6 is per microsecond to per day (table
    43-1, byte 21).
    """
    text = unit_name(base)
    if relation == 1:
        text = f"{text}/{unit_name(modifier)}"
    elif relation == 2:
        text = f"{text}*{unit_name(modifier)}"
    if percentage:
        text = "percent" if text == UNITS[UNSPECIFIED] else f"% {text}"
    if 0 < rate < len(_RATES):
        text = f"{text} per {_RATES[rate]}"
    return text
