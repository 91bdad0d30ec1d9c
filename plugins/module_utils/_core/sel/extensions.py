# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What event data 2 and 3 say where event data 1 announces sensor-specific codes (IPMI v2.0 rev 1.1, table 42-3).

Each text is for the bytes of one event: all three of its data are given, since a few codes qualify each other. A code
that the specification reserves has no text.
"""

from __future__ import annotations

from typing import Callable, Optional

from ..sdr.states import SENSOR_SPECIFIC_STATES

Text = Callable[[bytes], Optional[str]]

FIRMWARE_ERRORS = (
    "unspecified",
    "no system memory is installed",
    "no usable system memory",
    "unrecoverable hard-disk/ATAPI/IDE device failure",
    "unrecoverable system-board failure",
    "unrecoverable diskette subsystem failure",
    "unrecoverable hard-disk controller failure",
    "unrecoverable PS/2 or USB keyboard failure",
    "removable boot media not found",
    "unrecoverable video controller failure",
    "no video device detected",
    "firmware (BIOS) ROM corruption detected",
    "CPU voltage mismatch",
    "CPU speed matching failure",
)
FIRMWARE_PROGRESS = (
    "unspecified",
    "memory initialization",
    "hard-disk initialization",
    "secondary processor initialization",
    "user authentication",
    "user-initiated system setup",
    "USB resource configuration",
    "PCI resource configuration",
    "option ROM initialization",
    "video initialization",
    "cache initialization",
    "SM bus initialization",
    "keyboard controller initialization",
    "embedded/management controller initialization",
    "docking station attachment",
    "enabling docking station",
    "docking station ejection",
    "disabling docking station",
    "calling operating system wake-up vector",
    "starting operating system boot process",
    "baseboard or motherboard initialization",
    "",
    "floppy initialization",
    "keyboard test",
    "pointing device test",
    "primary processor initialization",
)
POWER_SUPPLY_ERRORS = (
    "vendor mismatch",
    "revision mismatch",
    "processor missing",
    "power supply rating mismatch",
    "voltage rating mismatch",
)
AUXILIARY_LOG_ACTIONS = (
    "entry added",
    "entry added because the event did not map to a standard IPMI event",
    "entry added along with SEL entries",
    "log cleared",
    "log disabled",
    "log enabled",
)
AUXILIARY_LOGS = ("MCA log", "OEM log 1", "OEM log 2")
PEF_ACTIONS = ("alert", "power off", "reset", "power cycle", "OEM action", "diagnostic interrupt (NMI)")
CLOCKS = ("SEL timestamp clock updated", "SDR timestamp clock updated")
RESTART_CAUSES = (
    "unknown",
    "chassis control command",
    "reset via pushbutton",
    "power-up via power pushbutton",
    "watchdog expiration",
    "OEM",
    "automatic power-up on AC, always restore policy",
    "automatic power-up on AC, restore previous power state policy",
    "reset via PEF",
    "power-cycle via PEF",
    "soft reset",
    "power-up via RTC wakeup",
)
SLOTS = (
    "PCI",
    "drive array",
    "external peripheral connector",
    "docking",
    "other standard internal expansion slot",
    "slot of the sensor's entity",
    "AdvancedTCA",
    "DIMM/memory device",
    "fan",
    "PCI Express",
    "SCSI (parallel)",
    "SATA/SAS",
    "USB",
)
TIMER_USES = {1: "BIOS FRB2", 2: "BIOS/POST", 3: "OS load", 4: "SMS/OS", 5: "OEM"}
INTERRUPTS = ("none", "SMI", "NMI", "messaging interrupt")
DEACTIVATIONS = ("unspecified", "Close Session command", "timeout", "configuration change")
VERSION_CHANGES = (
    "unspecified",
    "management controller device ID",
    "management controller firmware revision",
    "management controller device revision",
    "management controller manufacturer ID",
    "management controller IPMI version",
    "management controller auxiliary firmware ID",
    "management controller firmware boot block",
    "other management controller firmware",
    "system firmware (EFI/BIOS)",
    "SMBIOS",
    "operating system",
    "operating system loader",
    "service or diagnostic partition",
    "management software agent",
    "management software application",
    "management software middleware",
    "programmable hardware",
    "board/FRU module",
    "board/FRU component",
    "board/FRU replaced with equivalent version",
    "board/FRU replaced with newer version",
    "board/FRU replaced with older version",
    "board/FRU hardware configuration",
)
FRU_CAUSES = {
    **dict(
        enumerate(
            (
                "normal state change",
                "commanded by software external to the FRU",
                "operator changed a handle latch",
                "operator pressed the hot swap push button",
                "FRU programmatic action",
                "communication lost",
                "communication lost due to local failure",
                "unexpected extraction",
                "operator intervention/update",
                "unable to compute IPMB address",
                "unexpected deactivation",
            )
        )
    ),
    0xF: "unknown",
}
_POWER_STATE, _FRU_STATE = 0x22, 0x2C
_UNKNOWN_POWER_STATE = 0x0D  # here, where table 42-3 has 0Eh for the sensor type itself


def _name(names: tuple[str, ...], code: int) -> str | None:
    return names[code] if code < len(names) and names[code] else None


def _joined(*texts: str | None) -> str | None:
    return ", ".join(text for text in texts if text) or None


def _labelled(label: str, text: str | None) -> str | None:
    return f"{label}: {text}" if text else None


def _coded(label: str, names: tuple[str, ...], byte: int, mask: int = 0xFF) -> Text:
    return lambda data: _labelled(label, _name(names, data[byte] & mask))


def _numbered(label: str, byte: int) -> Text:
    return lambda data: f"{label} {data[byte]}"


def _logging_disabled_for(data: bytes) -> str:
    if data[2] & 0x20:
        return "all events of the type"
    return f"{'assertions' if data[2] & 0x10 else 'deassertions'} of state {data[2] & 0x0F}"


def _auxiliary_log(data: bytes) -> str | None:
    return _joined(_name(AUXILIARY_LOGS, data[1] & 0x0F), _name(AUXILIARY_LOG_ACTIONS, data[1] >> 4))


def _pef_actions(data: bytes) -> str | None:
    return _labelled("PEF action", _joined(*(name for bit, name in enumerate(PEF_ACTIONS) if data[1] & 1 << bit)))


def _clock(data: bytes) -> str | None:
    which = "second" if data[1] & 0x80 else "first"
    return _joined(_name(CLOCKS, data[1] & 0x0F), f"{which} event of a pair")


def _power_state(label: str, byte: int) -> Text:
    def text(data: bytes) -> str | None:
        if data[byte] == _UNKNOWN_POWER_STATE:
            return f"{label}: unknown" if byte == 2 else None
        return _labelled(label, _name(SENSOR_SPECIFIC_STATES[_POWER_STATE][:_UNKNOWN_POWER_STATE], data[byte]))

    return text


def _watchdog(data: bytes) -> str | None:
    use, interrupt = TIMER_USES.get(data[1] & 0x0F), _name(INTERRUPTS, data[1] >> 4)
    return _joined(_labelled("timer use", use), _labelled("interrupt", interrupt))


def _fru_device(data: bytes) -> str:
    kind = "logical FRU device" if data[1] & 0x80 else "FRU device that is not logical"
    return f"{kind}, LUN {data[1] >> 3 & 0x03}, private bus {data[1] & 0x07}"


def _fru_number(data: bytes) -> str:
    return f"FRU device ID {data[2]}" if data[1] & 0x80 else f"slave address {data[2] & 0xFE:02X}h"


def _user(data: bytes) -> str:
    return f"user ID {data[1] & 0x3F}" if data[1] & 0x3F else "user ID unspecified"


def _channel(data: bytes) -> str:
    return f"channel {data[2] & 0x0F}"


def _deactivation(data: bytes) -> str | None:
    return _joined(_channel(data), _labelled("cause", _name(DEACTIVATIONS, data[2] >> 4 & 0x03)))


def _fru_cause(data: bytes) -> str | None:
    previous = _name(SENSOR_SPECIFIC_STATES[_FRU_STATE], data[1] & 0x0F)
    return _joined(_labelled("cause", FRU_CAUSES.get(data[1] >> 4)), _labelled("previous state", previous))


def _percent(data: bytes) -> str | None:
    return f"{data[2]} percent full" if data[2] <= 100 else None


def _kind_of_processor_number(data: bytes) -> str:
    return "the number is the vendor's" if data[2] & 0x80 else "the number is an entity instance"


# (sensor type, offset) -> what the byte says; offset None: every offset of the type.
DATA2: dict[tuple[int, int | None], Text] = {
    (0x05, 4): _numbered("network controller", 1),
    (0x0F, 0): _coded("error", FIRMWARE_ERRORS, 1),
    (0x0F, 1): _coded("progress", FIRMWARE_PROGRESS, 1),
    (0x0F, 2): _coded("progress", FIRMWARE_PROGRESS, 1),
    (0x10, 0): _numbered("memory module", 1),
    (0x10, 1): lambda data: f"event type {data[1]:02X}h",
    (0x10, 6): _numbered("processor", 1),
    (0x12, 3): _auxiliary_log,
    (0x12, 4): _pef_actions,
    (0x12, 5): _clock,
    (0x19, 0): _power_state("requested power state", 1),
    (0x1D, 7): _coded("restart cause", RESTART_CAUSES, 1, 0x0F),
    (0x21, None): _coded("slot type", SLOTS, 1, 0x7F),
    (0x23, None): _watchdog,
    (0x28, 0): lambda data: f"sensor number {data[1]:02X}h",
    (0x28, 4): lambda data: f"sensor number {data[1]:02X}h",
    (0x28, 5): _fru_device,
    (0x2A, None): _user,
    (0x2B, None): _coded("version change", VERSION_CHANGES, 1),
    (0x2C, None): _fru_cause,
}
DATA3: dict[tuple[int, int | None], Text] = {
    (0x08, 6): _coded("error", POWER_SUPPLY_ERRORS, 2, 0x0F),
    (0x0C, None): _numbered("memory module", 2),
    (0x10, 1): _logging_disabled_for,
    (0x10, 5): _percent,
    (0x10, 6): _kind_of_processor_number,
    (0x19, 0): _power_state("power state then", 2),
    (0x1D, 7): _channel,
    (0x21, None): _numbered("slot", 2),
    (0x28, 5): _fru_number,
    (0x2A, 1): _deactivation,
    (0x2A, None): _channel,
}
