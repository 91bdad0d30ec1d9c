# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sensor type codes and their names (IPMI v2.0 rev 1.1, section 42.2, table 42-3)."""

from __future__ import annotations

SENSOR_TYPES: dict[int, str] = {
    0x01: "Temperature",
    0x02: "Voltage",
    0x03: "Current",
    0x04: "Fan",
    0x05: "Physical Security",
    0x06: "Platform Security",
    0x07: "Processor",
    0x08: "Power Supply",
    0x09: "Power Unit",
    0x0A: "Cooling Device",
    0x0B: "Other Units-based Sensor",
    0x0C: "Memory",
    0x0D: "Drive Slot",
    0x0E: "POST Memory Resize",
    0x0F: "System Firmware Progress",
    0x10: "Event Logging Disabled",
    0x11: "Watchdog 1",
    0x12: "System Event",
    0x13: "Critical Interrupt",
    0x14: "Button/Switch",
    0x15: "Module/Board",
    0x16: "Microcontroller/Coprocessor",
    0x17: "Add-in Card",
    0x18: "Chassis",
    0x19: "Chip Set",
    0x1A: "Other FRU",
    0x1B: "Cable/Interconnect",
    0x1C: "Terminator",
    0x1D: "System Boot Initiated",
    0x1E: "Boot Error",
    0x1F: "OS Boot",
    0x20: "OS Stop/Shutdown",
    0x21: "Slot/Connector",
    0x22: "System ACPI Power State",
    0x23: "Watchdog 2",
    0x24: "Platform Alert",
    0x25: "Entity Presence",
    0x26: "Monitor ASIC/IC",
    0x27: "LAN",
    0x28: "Management Subsystem Health",
    0x29: "Battery",
    0x2A: "Session Audit",
    0x2B: "Version Change",
    0x2C: "FRU State",
}

FIRST_OEM_SENSOR_TYPE = 0xC0


def _key(name: str) -> str:
    """Reduce a name to its letters and digits, so that "Button / Switch" finds "Button/Switch"."""
    return "".join(character for character in name.casefold() if character.isalnum())


def sensor_type_name(code: int) -> str:
    """Return the name of a sensor type code, "OEM C0h" for C0h to FFh, "reserved 2Dh" for any other code."""
    name = SENSOR_TYPES.get(code)
    if name is not None:
        return name
    if FIRST_OEM_SENSOR_TYPE <= code <= 0xFF:
        return f"OEM {code:02X}h"
    return f"reserved {code:02X}h"


_CODES: dict[str, int] = {_key(sensor_type_name(code)): code for code in range(0x100)}


def sensor_type_code(name: str) -> int | None:
    """Return the code of a name that sensor_type_name gives, None if it gives no such one; case, spaces and
    punctuation do not count."""
    return _CODES.get(_key(name))
