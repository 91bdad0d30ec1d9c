# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sixteen bytes as a record: every type, both message versions, and what is garbage."""

from __future__ import annotations

import pytest
from sel_bytes import LINUX_PANIC, LINUX_PANIC_TEXT, an_event, raw_event

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import DecodeError
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sel.records import (
    EXTENSION,
    OEM_CODE,
    TRIGGER,
    UNSPECIFIED,
    EventRecord,
    OemRecord,
    SelRecord,
    decode_record,
)


def test_system_event_is_taken_apart():
    raw = bytes.fromhex("3412 02 50236469 2c63 04 08 e1 ef a11203")
    assert decode_record(raw) == EventRecord(
        record_id=0x1234,
        record_type=0x02,
        timecode=0x69642350,
        raw=raw,
        problem=None,
        generator=b"\x2c\x63",
        event_version=4,
        sensor_type=0x08,
        sensor_number=0xE1,
        event_type=0x6F,
        deasserted=True,
        data=b"\xa1\x12\x03",
    )


def test_offset_and_what_the_other_bytes_hold_come_from_event_data_1():
    record = an_event(data=b"\x6b\x01\x02")
    assert (record.offset, record.data2_holds, record.data3_holds) == (0x0B, TRIGGER, OEM_CODE)
    record = an_event(data=b"\x35\x01\x02")
    assert (record.offset, record.data2_holds, record.data3_holds) == (0x05, UNSPECIFIED, EXTENSION)


def test_version_3_has_a_lun_and_no_channel():
    assert (an_event(by=b"\x2c\x63").channel, an_event(by=b"\x2c\x63").lun) == (6, 3)
    old = an_event(by=b"\x2c\x63", version=3)
    assert (old.channel, old.lun, old.problem) == (None, 3, None)


@pytest.mark.parametrize("record_type", [0xC0, 0xDF])
def test_manufacturers_record_with_time(record_type):
    record = decode_record(bytes((1, 0, record_type)) + bytes.fromhex("50236469 a20200 010203040506"))
    assert isinstance(record, OemRecord)
    assert (record.timecode, record.manufacturer_id, record.data.hex()) == (0x69642350, 674, "010203040506")
    assert record.problem is None


@pytest.mark.parametrize("record_type", [0xE0, 0xFF])
def test_manufacturers_record_without_time(record_type):
    record = decode_record(bytes((1, 0, record_type)) + bytes(range(1, 14)))
    assert isinstance(record, OemRecord)
    assert (record.timecode, record.manufacturer_id, record.data) == (None, None, bytes(range(1, 14)))


@pytest.mark.parametrize("record_type", [0x00, 0x01, 0x03, 0x7F, 0xBF])
def test_reserved_type_is_kept_and_marked(record_type):
    raw = bytes((1, 0, record_type)) + bytes(13)
    assert decode_record(raw) == SelRecord(1, record_type, None, raw, f"record type {record_type:02X}h is reserved")


@pytest.mark.parametrize("version", [0x00, 0x02, 0x05, 0xFF])
def test_unknown_message_version_is_marked(version):
    assert an_event(version=version).problem == f"event message version {version:02X}h is neither 03h nor 04h"


def test_id_of_no_record_is_marked():
    assert decode_record(b"\xff\xff" + raw_event()[2:]).problem == "record id FFFFh is reserved"
    assert decode_record(b"\xff" * 16).problem == "record id FFFFh is reserved"


@pytest.mark.parametrize("length", [0, 15, 17])
def test_other_lengths_are_no_record(length):
    with pytest.raises(DecodeError, match=f"{length} bytes, 16 are needed"):
        decode_record(bytes(length))


def test_first_characters_of_a_linux_panic():
    record = decode_record(LINUX_PANIC)
    assert isinstance(record, EventRecord) and record.panic_text == b"Fat"


@pytest.mark.parametrize("place", [7, 10, 12, 13])
def test_other_stop_events_are_no_linux_panic(place):
    raw = bytearray(LINUX_PANIC)
    raw[place] ^= 0x80 if place == 12 else 0x02
    assert decode_record(bytes(raw)).panic_text is None


def test_part_of_a_linux_panic():
    record = decode_record(LINUX_PANIC_TEXT)
    assert isinstance(record, OemRecord) and (record.panic_text, record.data[1]) == (b"al exceptio", 1)
    assert decode_record(LINUX_PANIC_TEXT[:8] + bytes(8)).panic_text == b"al "


@pytest.mark.parametrize(
    "raw",
    [
        "0800 f1 20 01 616c20657863657074696f",
        "0800 f0 20 01 0000000000000000000000",
        "0800 f0 20 01 616c00657863657074696f",
        "0800 f0 21 01 616c20657863657074696f",
        "0800 f0 00 01 616c20657863657074696f",
    ],
)
def test_other_use_of_type_f0_is_no_linux_panic(raw):
    assert decode_record(bytes.fromhex(raw)).panic_text is None
