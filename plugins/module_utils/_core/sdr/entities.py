# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entity ids and their names (IPMI v2.0 rev 1.1, section 43.14, table 43-13)."""

from __future__ import annotations

ENTITIES: dict[int, str] = {
    0x00: "Unspecified",
    0x01: "Other",
    0x02: "Unknown",
    0x03: "Processor",
    0x04: "Disk or Disk Bay",
    0x05: "Peripheral Bay",
    0x06: "System Management Module",
    0x07: "System Board",
    0x08: "Memory Module",
    0x09: "Processor Module",
    0x0A: "Power Supply",
    0x0B: "Add-in Card",
    0x0C: "Front Panel Board",
    0x0D: "Back Panel Board",
    0x0E: "Power System Board",
    0x0F: "Drive Backplane",
    0x10: "System Internal Expansion Board",
    0x11: "Other System Board",
    0x12: "Processor Board",
    0x13: "Power Unit",
    0x14: "Power Module",
    0x15: "Power Management",
    0x16: "Chassis Back Panel Board",
    0x17: "System Chassis",
    0x18: "Sub-Chassis",
    0x19: "Other Chassis Board",
    0x1A: "Disk Drive Bay",
    # The specification has two peripheral bays: 05h and, for boards that tell a bay from a device, 1Bh.
    0x1B: "Peripheral Bay",
    0x1C: "Device Bay",
    0x1D: "Fan Device",
    0x1E: "Cooling Unit",
    0x1F: "Cable/Interconnect",
    0x20: "Memory Device",
    0x21: "System Management Software",
    0x22: "BIOS",
    0x23: "Operating System",
    0x24: "System Bus",
    0x25: "Group",
    0x26: "Remote Management Device",
    0x27: "External Environment",
    0x28: "Battery",
    0x29: "Processing Blade",
    0x2A: "Connectivity Switch",
    0x2B: "Processor/Memory Module",
    0x2C: "I/O Module",
    0x2D: "Processor/IO Module",
    0x2E: "Management Controller Firmware",
    0x2F: "IPMI Channel",
    0x30: "PCI Bus",
    0x31: "PCI Express Bus",
    0x32: "SCSI Bus (parallel)",
    0x33: "SATA/SAS Bus",
    0x34: "Processor/Front-Side Bus",
    0x35: "Real Time Clock (RTC)",
    0x37: "Air Inlet",
    # 40h to 42h are DCMI's (DCMI v1.5, section 5): the same things, in the numbers DCMI wants.
    0x40: "Air Inlet",
    0x41: "Processor",
    0x42: "System Board",
}

_RANGES: tuple[tuple[int, int, str], ...] = (
    (0x90, 0xAF, "chassis-specific"),
    (0xB0, 0xCF, "board-set-specific"),
    (0xD0, 0xFF, "OEM"),
)


def entity_name(entity_id: int) -> str:
    """Return the name of an entity id.

    Ids without a name are "chassis-specific 90h", "board-set-specific B0h", "OEM D0h" or "reserved 36h".
    """
    name = ENTITIES.get(entity_id)
    if name is not None:
        return name
    for first, last, label in _RANGES:
        if first <= entity_id <= last:
            return f"{label} {entity_id:02X}h"
    return f"reserved {entity_id:02X}h"
