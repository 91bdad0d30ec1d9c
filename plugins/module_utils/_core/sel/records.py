# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of the System Event Log as frozen values (IPMI v2.0 rev 1.1, section 32, tables 32-1 to 32-3).

Sixteen bytes of whatever content make a record: what the specification reserves or does not know is kept and marked by
``problem``, so that nothing of a log is lost to a reader.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import DecodeError

RECORD_LENGTH = 16
SYSTEM_EVENT = 0x02
_OEM_WITH_TIME = range(0xC0, 0xE0)
_FIRST_OEM_WITHOUT_TIME = 0xE0
_LINUX_PANIC_TEXT = 0xF0
_NO_RECORD = 0xFFFF  # the "record id" that asks for the last entry and follows it (section 31.5)

VERSION_1_0, VERSION_2_0 = 0x03, 0x04

# What event data 2 and 3 hold: bits 7:6 and 5:4 of event data 1 (table 29-6).
UNSPECIFIED, TRIGGER, OEM_CODE, EXTENSION = range(4)

_LINUX_KERNEL = 0x41  # the kernel logs as system management software
_OS_STOP, _SENSOR_SPECIFIC, _RUN_TIME_STOP_WITH_TEXT = 0x20, 0x6F, 0xA1


@dataclass(frozen=True)
class SelRecord:
    """What every record has; as it stands, a record of a reserved type.

    ``timecode``: seconds as the BMC's clock had them, None for types without a time. ``problem``: why the record
    cannot be trusted to mean what it says, None for a good one.
    """

    record_id: int
    record_type: int
    timecode: int | None
    raw: bytes
    problem: str | None


@dataclass(frozen=True)
class EventRecord(SelRecord):
    """A system event (02h). ``generator``: bytes 8 and 9; ``event_type``: 7 bits; ``data``: event data 1 to 3."""

    generator: bytes
    event_version: int
    sensor_type: int
    sensor_number: int
    event_type: int
    deasserted: bool
    data: bytes

    @property
    def offset(self) -> int:
        return self.data[0] & 0x0F

    @property
    def data2_holds(self) -> int:
        """UNSPECIFIED, TRIGGER (a threshold's reading, else previous state and severity), OEM_CODE or EXTENSION."""
        return self.data[0] >> 6

    @property
    def data3_holds(self) -> int:
        """UNSPECIFIED, TRIGGER (the threshold, reserved for discrete events), OEM_CODE or EXTENSION."""
        return self.data[0] >> 4 & 0x03

    @property
    def lun(self) -> int:
        return self.generator[1] & 0x03

    @property
    def channel(self) -> int | None:
        """The channel over which the event came, None in version 03h, which has none."""
        return None if self.event_version == VERSION_1_0 else self.generator[1] >> 4

    @property
    def panic_text(self) -> bytes | None:
        """The first characters of a Linux kernel's panic text, None where the record is of another kind.

        The kernel puts them where sensor number, event data 2 and event data 3 stand; there is no sensor then.
        """
        kernel = self.generator[0] == _LINUX_KERNEL and self.data[0] == _RUN_TIME_STOP_WITH_TEXT
        kind = (self.sensor_type, self.event_type, self.deasserted)
        if not kernel or kind != (_OS_STOP, _SENSOR_SPECIFIC, False):
            return None
        return bytes((self.sensor_number,)) + self.data[1:]


@dataclass(frozen=True)
class OemRecord(SelRecord):
    """A manufacturer's record: with time, IANA number and 6 bytes (C0h to DFh), or 13 bytes alone (E0h to FFh)."""

    manufacturer_id: int | None
    data: bytes

    @property
    def panic_text(self) -> bytes | None:
        """The part of a Linux kernel's panic text in a record of type F0h, None where the record is of another kind.

        Before it stand the BMC's address and the part's number; zeros fill it up. Other software has a use of its own
        for F0h: what is no such text is none.
        """
        address, text = self.data[0], self.data[2:].rstrip(b"\0")
        is_address = address and not address & 0x01
        return text if self.record_type == _LINUX_PANIC_TEXT and is_address and text and 0 not in text else None


def _event(record_id: int, timecode: int, raw: bytes, problem: str | None) -> EventRecord:
    version = raw[9]
    if version not in (VERSION_1_0, VERSION_2_0):
        problem = problem or f"event message version {version:02X}h is neither 03h nor 04h"
    return EventRecord(
        record_id=record_id,
        record_type=SYSTEM_EVENT,
        timecode=timecode,
        raw=raw,
        problem=problem,
        generator=raw[7:9],
        event_version=version,
        sensor_type=raw[10],
        sensor_number=raw[11],
        event_type=raw[12] & 0x7F,
        deasserted=bool(raw[12] & 0x80),
        data=raw[13:16],
    )


def decode_record(data: bytes) -> SelRecord:
    """Any 16 bytes as a record; raises DecodeError for another length."""
    if len(data) != RECORD_LENGTH:
        raise DecodeError(f"an event log record of {len(data)} bytes, {RECORD_LENGTH} are needed")
    raw = bytes(data)
    record_id, record_type = int.from_bytes(raw[0:2], "little"), raw[2]
    timecode = int.from_bytes(raw[3:7], "little")
    problem = f"record id {record_id:04X}h is reserved" if record_id == _NO_RECORD else None
    if record_type == SYSTEM_EVENT:
        return _event(record_id, timecode, raw, problem)
    if record_type in _OEM_WITH_TIME:
        manufacturer_id = int.from_bytes(raw[7:10], "little")
        return OemRecord(record_id, record_type, timecode, raw, problem, manufacturer_id, raw[10:])
    if record_type >= _FIRST_OEM_WITHOUT_TIME:
        return OemRecord(record_id, record_type, None, raw, problem, None, raw[3:])
    return SelRecord(record_id, record_type, None, raw, f"record type {record_type:02X}h is reserved")
