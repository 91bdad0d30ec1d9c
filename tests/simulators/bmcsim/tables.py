# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Names that a model may use for the numbers of IPMI v2.0 tables 42-3, 43-13, 43-15 and 43-1.

A name is compared without regard to case, spaces, dashes and underscores.
"""

from __future__ import annotations

import re


def key(name: str) -> str:
    """Return the form of a name under which the tables hold it."""
    return re.sub(r"[^a-z0-9/*%]", "", name.lower())


def _numbered(first: int, names: str) -> dict[str, int]:
    """Number the names of a comma-separated list; `a|b` gives two names to one number, `-` skips one."""
    table: dict[str, int] = {}
    for number, entry in enumerate(names.split(","), start=first):
        for name in entry.split("|"):
            if name.strip() != "-":
                table[key(name)] = number
    return table


SENSOR_TYPES: dict[str, int] = _numbered(
    0x01,
    "temperature, voltage, current, fan, physical security|chassis intrusion, platform security, processor,"
    "power supply, power unit, cooling device, other units|other, memory, drive slot|drive, post memory resize,"
    "system firmware progress|system firmware, event logging disabled|event logging, watchdog 1, system event,"
    "critical interrupt, button, module board, microcontroller, add in card, chassis, chip set, other fru, cable,"
    "terminator, system boot initiated|system boot, boot error, os boot, os stop|os critical stop, slot|slot connector,"
    "acpi power state|system acpi power state, watchdog 2|watchdog, platform alert, entity presence, monitor asic, lan,"
    "management subsystem health|management health, battery, session audit, version change, fru state",
)

UNITS: dict[str, int] = _numbered(
    0,
    "unspecified|none, degrees c|c|celsius, degrees f|f|fahrenheit, degrees k|k|kelvin, volts|v, amps|a, watts|w, "
    "joules|j, coulombs, va, nits, lumen, lux, candela, kpa, psi, newton, cfm, rpm, hz, microseconds, "
    "milliseconds, seconds|s, minutes, hours, days, weeks, mil, inches, feet, cubic inches, cubic feet, mm, cm, "
    "m, cubic cm, cubic m, liters, fluid ounces, radians, steradians, revolutions, cycles, gravities, ounces, "
    "pounds, foot pounds, ounce inches, gauss, gilberts, henry, millihenry, farad, microfarad, ohms, siemens, "
    "moles, becquerel, ppm, -, decibels|db, dba, dbc, gray, sieverts, color temperature k, bits, kilobits, "
    "megabits, gigabits, bytes, kilobytes, megabytes, gigabytes, words, dwords, qwords, lines, hits, misses, "
    "retries, resets, overruns, underruns, collisions, packets, messages, characters, errors, correctable errors, "
    "uncorrectable errors, fatal errors, grams",
)

RATES: dict[str, int] = _numbered(
    0, "none, per microsecond, per millisecond, per second, per minute, per hour, per day"
)

MODIFIER_RELATIONS: dict[str, int] = {"none": 0, "/": 1, "divided": 1, "*": 2, "times": 2}

ENTITIES: dict[str, int] = {
    **_numbered(
        0,
        "unspecified, other, unknown, processor, disk, peripheral bay, system management module, system board,"
        "memory module, processor module, power supply, add in card, front panel board, back panel board,"
        "power system board, drive backplane, system internal expansion board, other system board, processor board,"
        "power unit, power module, power management, chassis back panel board, system chassis, sub chassis,"
        "other chassis board, disk drive bay, peripheral bay 2, device bay, fan, cooling unit, cable, memory device,"
        "system management software, system firmware, operating system, system bus, group, remote management device,"
        "external environment, battery, processing blade, connectivity switch, processor memory module, io module,"
        "processor io module, management controller firmware, ipmi channel, pci bus, pcie bus|pci express bus",
    ),
    "airinlet": 0x37,
    "airinlet2": 0x40,
    "processor2": 0x41,
    "baseboard": 0x42,
}

LINEARIZATIONS: dict[str, int] = {
    **_numbered(0, "linear, ln, log10, log2, e, exp10, exp2, 1/x|inverse, sqr, cube, sqrt, cube root"),
    "nonlinear": 0x70,
}

FORMATS: dict[str, int] = {"unsigned": 0, "ones": 1, "twos": 2, "none": 3}

PRIVILEGES: dict[str, int] = _numbered(1, "callback, user, operator, administrator|admin, oem")

EVENT_TYPES: dict[str, int] = {
    **_numbered(
        0x01,
        "threshold, usage, state, predictive failure, limit, performance, severity, presence|device presence,"
        "device enabled, availability, redundancy, acpi device power",
    ),
    key("sensor specific"): 0x6F,
    "specific": 0x6F,
}

#: Threshold names in the order of the Get Sensor Thresholds mask (section 35.9).
THRESHOLDS: tuple[str, ...] = (
    "lower_non_critical",
    "lower_critical",
    "lower_non_recoverable",
    "upper_non_critical",
    "upper_critical",
    "upper_non_recoverable",
)
THRESHOLD_SHORT: dict[str, str] = dict(zip(("lnc", "lc", "lnr", "unc", "uc", "unr"), THRESHOLDS, strict=True))

#: Entity that a sensor of a type sits on when the model does not say.
DEFAULT_ENTITY: dict[int, int] = {
    0x03: 0x0A, 0x04: 0x1D, 0x05: 0x17, 0x07: 0x03, 0x08: 0x0A, 0x09: 0x13, 0x0C: 0x20, 0x0D: 0x04,
    0x0F: 0x22, 0x10: 0x06, 0x12: 0x22, 0x17: 0x0B, 0x20: 0x23, 0x23: 0x06, 0x28: 0x06, 0x29: 0x28,
}  # fmt: skip

#: Base unit that a sensor of a type has when the model does not say.
DEFAULT_UNIT: dict[int, int] = {0x01: 1, 0x02: 4, 0x03: 5, 0x04: 18}

#: States a discrete sensor supports when the model does not say: offsets of IPMI v2.0 tables 42-2 and 42-3.
STATE_COUNT: dict[int, int] = {
    0x05: 7, 0x06: 6, 0x07: 13, 0x08: 8, 0x09: 8, 0x0C: 11, 0x0D: 9, 0x0F: 3, 0x10: 7, 0x11: 8, 0x12: 6, 0x13: 12,
    0x14: 5, 0x19: 2, 0x1B: 2, 0x1D: 8, 0x1E: 5, 0x1F: 10, 0x20: 6, 0x21: 10, 0x22: 15, 0x23: 9, 0x24: 4, 0x25: 3,
    0x27: 2, 0x28: 6, 0x29: 3, 0x2A: 4, 0x2B: 8, 0x2C: 8,
}  # fmt: skip
GENERIC_STATE_COUNT: dict[int, int] = {
    0x02: 3, 0x03: 2, 0x04: 2, 0x05: 2, 0x06: 2, 0x07: 9, 0x08: 2, 0x09: 2, 0x0A: 9, 0x0B: 8, 0x0C: 4,
}  # fmt: skip
