# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The details of an event in words: what event data 2 and 3 say (IPMI v2.0 rev 1.1, table 29-6)."""

from __future__ import annotations

from collections.abc import Mapping

from ..sdr.records import THRESHOLD_EVENT_TYPE
from ..sdr.states import SENSOR_SPECIFIC, state_text
from .extensions import DATA2, DATA3, Text
from .records import EXTENSION, OEM_CODE, TRIGGER, EventRecord

_NO_DATA = 0xFF
_NO_OFFSET = 0x0F
_SEVERITY_STATES = 0x07  # the generic type whose offsets a severity is told with


def printable(raw: bytes) -> str:
    """Text from a BMC in one line: what is no UTF-8 is replaced, what is not printable is written as an escape."""
    text = raw.decode("utf-8", "replace")
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)


def hex_text(raw: bytes) -> str:
    return raw.hex(" ").upper()


def _extension(table: Mapping[tuple[int, int | None], Text], record: EventRecord) -> str | None:
    """The specification's meaning of a code; the offsets of a sensor type are those of its sensor-specific events."""
    if record.event_type != SENSOR_SPECIFIC:
        return None
    text = table.get((record.sensor_type, record.offset)) or table.get((record.sensor_type, None))
    return text(record.data) if text else None


def _previous(record: EventRecord) -> list[str]:
    """Previous state (bits 3:0) and severity (bits 7:4), either of which may be unspecified."""
    previous, severity = record.data[1] & 0x0F, record.data[1] >> 4
    texts = []
    if previous != _NO_OFFSET:
        texts.append(f"previous state: {state_text(record.event_type, record.sensor_type, previous)}")
    if severity != _NO_OFFSET:
        texts.append(f"severity: {state_text(_SEVERITY_STATES, 0, severity)}")
    return texts


def _oem(record: EventRecord) -> list[str]:
    second = record.data2_holds == OEM_CODE and record.data[1] != _NO_DATA
    third = record.data3_holds == OEM_CODE and record.data[2] != _NO_DATA
    if second and third:
        return [f"OEM data {hex_text(record.data[1:])}"]
    number = 2 if second else 3
    return [f"OEM data {number}: {record.data[number - 1]:02X}"] if second or third else []


def _extensions(record: EventRecord) -> list[str]:
    texts = []
    if record.data2_holds == EXTENSION and record.data[1] != _NO_DATA:
        texts.append(_extension(DATA2, record) or f"data 2: {record.data[1]:02X}")
    if record.data3_holds == EXTENSION and record.data[2] != _NO_DATA:
        texts.append(_extension(DATA3, record) or f"data 3: {record.data[2]:02X}")
    return texts


def _raw_values(record: EventRecord) -> list[str]:
    """Reading and threshold of a sensor that cannot be converted."""
    texts = [f"raw reading {record.data[1]:02X}h"] if record.data2_holds == TRIGGER else []
    return texts + ([f"raw threshold {record.data[2]:02X}h"] if record.data3_holds == TRIGGER else [])


def event_detail(record: EventRecord, converted: bool) -> str | None:
    """Everything that event data 2 and 3 say beyond the event itself; None where that is nothing.

    ``converted``: reading and threshold are told elsewhere, in the sensor's units.
    """
    if record.panic_text is not None:
        return f"Linux kernel panic: {printable(record.panic_text.replace(bytes(1), b''))}"
    texts = []
    if record.event_type == THRESHOLD_EVENT_TYPE:
        texts = [] if converted else _raw_values(record)
    elif record.data2_holds == TRIGGER:
        texts = _previous(record)
    return "; ".join((*texts, *_extensions(record), *_oem(record))) or None
