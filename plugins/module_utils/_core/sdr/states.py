# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts of event offsets and discrete states (IPMI v2.0 rev 1.1, sections 42.1 and 42.2, tables 42-2 and 42-3).

The same offset means the same in a discrete reading (bit n of the state bits of Get Sensor Reading), in an event
(low nibble of event data 1) and in the masks of a sensor data record. Type 01h is the exception: its events have twelve
offsets, its reading six comparison bits; the two have tables of their own.
"""

from __future__ import annotations

THRESHOLD = 0x01
SENSOR_SPECIFIC = 0x6F

_OEM_EVENT_TYPES = range(0x70, 0x80)
_OEM_SENSOR_TYPES = range(0xC0, 0x100)
# Offsets 0 to 14. The sixteenth bit of the state field is reserved and read as one by many BMCs (section 35.14).
_STATE_BITS = 15

# Bits 0 to 5 of byte 4 of Get Sensor Reading's response for a threshold sensor (table 35-15).
THRESHOLD_STATUS: tuple[str, ...] = (
    "at or below lower non-critical",
    "at or below lower critical",
    "at or below lower non-recoverable",
    "at or above upper non-critical",
    "at or above upper critical",
    "at or above upper non-recoverable",
)

# An empty text is an offset that the specification reserves or leaves out.
GENERIC_STATES: dict[int, tuple[str, ...]] = {
    0x01: (
        "lower non-critical going low",
        "lower non-critical going high",
        "lower critical going low",
        "lower critical going high",
        "lower non-recoverable going low",
        "lower non-recoverable going high",
        "upper non-critical going low",
        "upper non-critical going high",
        "upper critical going low",
        "upper critical going high",
        "upper non-recoverable going low",
        "upper non-recoverable going high",
    ),
    0x02: ("transition to idle", "transition to active", "transition to busy"),
    0x03: ("state deasserted", "state asserted"),
    0x04: ("predictive failure deasserted", "predictive failure asserted"),
    0x05: ("limit not exceeded", "limit exceeded"),
    0x06: ("performance met", "performance lags"),
    0x07: (
        "transition to OK",
        "transition to non-critical from OK",
        "transition to critical from less severe",
        "transition to non-recoverable from less severe",
        "transition to non-critical from more severe",
        "transition to critical from non-recoverable",
        "transition to non-recoverable",
        "monitor",
        "informational",
    ),
    0x08: ("device absent", "device present"),
    0x09: ("device disabled", "device enabled"),
    0x0A: (
        "transition to running",
        "transition to in test",
        "transition to power off",
        "transition to on line",
        "transition to off line",
        "transition to off duty",
        "transition to degraded",
        "transition to power save",
        "install error",
    ),
    0x0B: (
        "fully redundant",
        "redundancy lost",
        "redundancy degraded",
        "non-redundant: sufficient resources from redundant",
        "non-redundant: sufficient resources from insufficient resources",
        "non-redundant: insufficient resources",
        "redundancy degraded from fully redundant",
        "redundancy degraded from non-redundant",
    ),
    0x0C: ("D0 power state", "D1 power state", "D2 power state", "D3 power state"),
}

SENSOR_SPECIFIC_STATES: dict[int, tuple[str, ...]] = {
    0x05: (
        "general chassis intrusion",
        "drive bay intrusion",
        "I/O card area intrusion",
        "processor area intrusion",
        "LAN leash lost",
        "unauthorized dock",
        "fan area intrusion",
    ),
    0x06: (
        "secure mode violation attempt",
        "pre-boot password violation: user password",
        "pre-boot password violation: setup password",
        "pre-boot password violation: network boot password",
        "other pre-boot password violation",
        "out-of-band access password violation",
    ),
    0x07: (
        "IERR",
        "thermal trip",
        "FRB1/BIST failure",
        "FRB2/hang in POST failure",
        "FRB3/processor startup failure",
        "configuration error",
        "SM BIOS uncorrectable CPU-complex error",
        "processor presence detected",
        "processor disabled",
        "terminator presence detected",
        "processor automatically throttled",
        "machine check exception (uncorrectable)",
        "correctable machine check error",
    ),
    0x08: (
        "presence detected",
        "power supply failure detected",
        "predictive failure",
        "power supply input lost (AC/DC)",
        "power supply input lost or out-of-range",
        "power supply input out-of-range, but present",
        "configuration error",
        "power supply inactive (standby)",
    ),
    0x09: (
        "power off/power down",
        "power cycle",
        "240VA power down",
        "interlock power down",
        "AC lost/power input lost",
        "soft power control failure",
        "power unit failure detected",
        "predictive failure",
    ),
    0x0C: (
        "correctable memory error",
        "uncorrectable memory error",
        "parity error",
        "memory scrub failed (stuck bit)",
        "memory device disabled",
        "correctable memory error logging limit reached",
        "presence detected",
        "configuration error",
        "spare",
        "memory automatically throttled",
        "critical overtemperature",
    ),
    0x0D: (
        "drive present",
        "drive fault",
        "predictive failure",
        "hot spare",
        "consistency check/parity check in progress",
        "in critical array",
        "in failed array",
        "rebuild/remap in progress",
        "rebuild/remap aborted",
    ),
    0x0F: ("system firmware error (POST error)", "system firmware hang", "system firmware progress"),
    0x10: (
        "correctable memory error logging disabled",
        "event type logging disabled",
        "log area reset/cleared",
        "all event logging disabled",
        "SEL full",
        "SEL almost full",
        "correctable machine check error logging disabled",
    ),
    0x11: (
        "BIOS watchdog reset",
        "OS watchdog reset",
        "OS watchdog shut down",
        "OS watchdog power down",
        "OS watchdog power cycle",
        "OS watchdog NMI/diagnostic interrupt",
        "OS watchdog expired, status only",
        "OS watchdog pre-timeout interrupt",
    ),
    0x12: (
        "system reconfigured",
        "OEM system boot event",
        "undetermined system hardware failure",
        "entry added to auxiliary log",
        "PEF action",
        "timestamp clock synch",
    ),
    0x13: (
        "front panel NMI/diagnostic interrupt",
        "bus timeout",
        "I/O channel check NMI",
        "software NMI",
        "PCI PERR",
        "PCI SERR",
        "EISA fail safe timeout",
        "bus correctable error",
        "bus uncorrectable error",
        "fatal NMI",
        "bus fatal error",
        "bus degraded",
    ),
    0x14: (
        "power button pressed",
        "sleep button pressed",
        "reset button pressed",
        "FRU latch open",
        "FRU service request button",
    ),
    0x19: ("soft power control failure", "thermal trip"),
    0x1B: ("connected", "configuration error (incorrect cable or interconnection)"),
    0x1D: (
        "initiated by power up",
        "initiated by hard reset",
        "initiated by warm reset",
        "user requested PXE boot",
        "automatic boot to diagnostic",
        "OS initiated hard reset",
        "OS initiated warm reset",
        "system restart",
    ),
    0x1E: (
        "no bootable media",
        "non-bootable diskette left in drive",
        "PXE server not found",
        "invalid boot sector",
        "timeout waiting for user selection of boot source",
    ),
    0x1F: (
        "A: boot completed",
        "C: boot completed",
        "PXE boot completed",
        "diagnostic boot completed",
        "CD-ROM boot completed",
        "ROM boot completed",
        "boot completed, boot device not specified",
        "base OS/hypervisor installation started",
        "base OS/hypervisor installation completed",
        "base OS/hypervisor installation aborted",
        "base OS/hypervisor installation failed",
    ),
    0x20: (
        "critical stop during OS load",
        "run-time critical stop",
        "OS graceful stop",
        "OS graceful shutdown",
        "soft shutdown initiated by PEF",
        "agent not responding",
    ),
    0x21: (
        "fault status asserted",
        "identify status asserted",
        "device installed/attached",
        "ready for device installation",
        "ready for device removal",
        "slot power is off",
        "device removal request",
        "interlock asserted",
        "slot is disabled",
        "slot holds spare device",
    ),
    0x22: (
        "S0/G0 working",
        "S1 sleeping, hardware and processor context maintained",
        "S2 sleeping, processor context lost",
        "S3 sleeping, memory retained",
        "S4 non-volatile sleep/suspend to disk",
        "S5/G2 soft-off",
        "S4/S5 soft-off",
        "G3/mechanical off",
        "sleeping in an S1, S2 or S3 state",
        "G1 sleeping",
        "S5 entered by override",
        "legacy ON state",
        "legacy OFF state",
        "",
        "unknown",
    ),
    0x23: (
        "timer expired, status only",
        "hard reset",
        "power down",
        "power cycle",
        "",
        "",
        "",
        "",
        "timer interrupt",
    ),
    0x24: (
        "platform generated page",
        "platform generated LAN alert",
        "platform event trap generated",
        "platform generated SNMP trap, OEM format",
    ),
    0x25: ("entity present", "entity absent", "entity disabled"),
    0x27: ("LAN heartbeat lost", "LAN heartbeat"),
    0x28: (
        "sensor access degraded or unavailable",
        "controller access degraded or unavailable",
        "management controller off-line",
        "management controller unavailable",
        "sensor failure",
        "FRU failure",
    ),
    0x29: ("battery low (predictive failure)", "battery failed", "battery presence detected"),
    0x2A: (
        "session activated",
        "session deactivated",
        "invalid username or password",
        "invalid password disable",
    ),
    0x2B: (
        "hardware change detected",
        "firmware or software change detected",
        "hardware incompatibility detected",
        "firmware or software incompatibility detected",
        "invalid or unsupported hardware version",
        "invalid or unsupported firmware or software version",
        "hardware change successful",
        "firmware or software change successful",
    ),
    0x2C: (
        "FRU not installed",
        "FRU inactive",
        "FRU activation requested",
        "FRU activation in progress",
        "FRU active",
        "FRU deactivation requested",
        "FRU deactivation in progress",
        "FRU communication lost",
    ),
}


def _texts(event_type: int, sensor_type: int) -> tuple[str, ...]:
    if event_type == SENSOR_SPECIFIC:
        return SENSOR_SPECIFIC_STATES.get(sensor_type, ())
    return GENERIC_STATES.get(event_type, ())


def _is_oem(event_type: int, sensor_type: int) -> bool:
    return event_type in _OEM_EVENT_TYPES or (event_type == SENSOR_SPECIFIC and sensor_type in _OEM_SENSOR_TYPES)


def state_text(event_type: int, sensor_type: int, offset: int) -> str:
    """Return the text of one event offset or discrete state.

    `event_type` is the event/reading type code (01h threshold, 02h to 0Ch generic, 6Fh sensor-specific, 70h to
    7Fh OEM), `sensor_type` the sensor type code, which counts for 6Fh only. What the specification does not define is
    "OEM state N" for OEM codes and "state N" for the rest; no value raises.
    """
    texts = _texts(event_type, sensor_type)
    if 0 <= offset < len(texts) and texts[offset]:
        return texts[offset]
    prefix = "OEM state" if _is_oem(event_type, sensor_type) else "state"
    return f"{prefix} {offset}"


def state_texts(event_type: int, sensor_type: int, bits: int) -> list[str]:
    """Return the text of every offset whose bit (bit n for offset n, 0 to 14) is set in `bits`, lowest first."""
    return [state_text(event_type, sensor_type, offset) for offset in range(_STATE_BITS) if bits >> offset & 1]


def threshold_status_texts(bits: int) -> list[str]:
    """Return the text of every comparison status bit (0 to 5) set in a threshold sensor's reading, lowest first.

    Bits 6 and 7 are reserved and often read as one; they are ignored.
    """
    return [text for bit, text in enumerate(THRESHOLD_STATUS) if bits >> bit & 1]
