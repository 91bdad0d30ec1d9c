# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Associations, locators, vendors' records and what is broken."""

from __future__ import annotations

import pytest
from sdr_bytes import compact, event_only, full, lay, locator

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import DecodeError
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.decode import decode_record
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.records import (
    AssociationRecord,
    LocatorRecord,
    OtherRecord,
)

ASSOCIATION = bytes.fromhex("0700 51 08 0b  03 61 00  0a01 0a02 1d03 0000")
RELATIVE = bytes.fromhex("0800 51 09 1b  03 61 20 10 80  2010 0a01 2c20 0a02 0000 0000 0000 0000 000000000000")
FRU = bytes.fromhex("0900 51 11 10  a1 07 b5 63 00 10 02  0b 64 99  c5") + b"Riser"
CONTROLLER = bytes.fromhex("0a00 51 12 0e  2c 36 0f bf 000000  2e 01 99  c3") + b"NM2"
VENDOR = bytes.fromhex("0b00 51 c0 06  a202f0 010203")

MINIMUM = {0x01: 42, 0x02: 25, 0x03: 14, 0x08: 8, 0x09: 10, 0x11: 15, 0x12: 15}
WHOLE = {
    0x01: full(),
    0x02: compact(),
    0x03: event_only(),
    0x08: ASSOCIATION,
    0x09: RELATIVE,
    0x11: FRU,
    0x12: CONTROLLER,
}


def cut(record: bytes, length: int) -> bytes:
    """The record, ended after so many bytes by its own header."""
    data = bytearray(record[:length])
    data[4] = length - 5
    return bytes(data)


def test_entity_association_lists_pairs_of_entities():
    assert decode_record(ASSOCIATION) == AssociationRecord(
        record_id=7,
        record_type=8,
        container_id=3,
        container_instance=0x61,
        is_range=False,
        members=((0, 0, 10, 1), (0, 0, 10, 2), (0, 0, 0x1D, 3)),
    )


def test_entity_association_may_be_ranges():
    assert decode_record(ASSOCIATION[:7] + b"\x80" + ASSOCIATION[8:]).is_range


def test_device_relative_association_has_addresses_and_channels():
    assert decode_record(RELATIVE) == AssociationRecord(
        record_id=8,
        record_type=9,
        container_id=3,
        container_instance=0x61,
        is_range=True,
        members=((0x20, 1, 10, 1), (0x2C, 2, 10, 2)),
    )


def test_association_has_four_members_at_the_most():
    assert len(decode_record(lay(40, {4: 0x08, 9: 1, 11: 2, 13: 3, 15: 4, 17: 5, 19: 6})).members) == 4
    relative = lay(60, {4: 0x09, 13: 1, 17: 2, 21: 3, 25: 4, 29: 5})
    assert len(decode_record(relative).members) == 4


@pytest.mark.parametrize(("length", "members"), [(8, 0), (9, 0), (10, 1), (11, 1), (12, 2), (14, 3), (15, 3), (16, 3)])
def test_association_cut_short_has_the_whole_members_that_are_there(length, members):
    assert len(decode_record(cut(ASSOCIATION, length)).members) == members


def test_fields_of_a_fru_locator():
    assert decode_record(FRU) == LocatorRecord(
        record_id=9,
        record_type=0x11,
        address=0xA0,
        channel=6,
        entity_id=0x0B,
        entity_instance=0x64,
        name="Riser",
        fru_device_id=7,
    )


def test_fields_of_a_controller_locator():
    assert decode_record(CONTROLLER) == LocatorRecord(
        record_id=10,
        record_type=0x12,
        address=0x2C,
        channel=6,
        entity_id=0x2E,
        entity_instance=1,
        name="NM2",
        capabilities=0xBF,
    )


def test_vendors_record_tells_its_vendor():
    assert decode_record(VENDOR) == OtherRecord(11, 0xC0, 674, VENDOR)


@pytest.mark.parametrize("length", [5, 6, 7])
def test_vendors_record_too_short_for_a_vendor_is_a_record_all_the_same(length):
    assert decode_record(cut(VENDOR, length)).manufacturer_id is None


@pytest.mark.parametrize("record_type", [0x00, 0x04, 0x0A, 0x10, 0x13, 0x14, 0x7F, 0xBF, 0xC1, 0xFF])
def test_record_of_another_type_is_passed_on_unread(record_type):
    data = bytes((0x05, 0x00, 0x51, record_type, 3, 1, 2, 3))
    assert decode_record(data) == OtherRecord(5, record_type, None, data)


@pytest.mark.parametrize("size", range(5))
def test_bytes_without_a_header_are_a_decode_error(size):
    with pytest.raises(DecodeError, match=f"of {size} bytes has no header"):
        decode_record(full()[:size])


@pytest.mark.parametrize("record_type", WHOLE)
def test_record_that_ends_before_its_announced_length_is_a_decode_error(record_type):
    whole = WHOLE[record_type]
    for length in range(5, len(whole)):
        with pytest.raises(DecodeError, match=f"ends after {length} bytes, its header promises {len(whole)}"):
            decode_record(whole[:length])


@pytest.mark.parametrize("record_type", WHOLE)
def test_record_that_announces_less_than_its_type_needs_is_a_decode_error(record_type):
    for length in range(5, MINIMUM[record_type]):
        with pytest.raises(DecodeError, match=f"{record_type:02X}h has {length} bytes, {MINIMUM[record_type]} are"):
            decode_record(cut(WHOLE[record_type], length))


@pytest.mark.parametrize("record_type", WHOLE)
def test_record_of_every_sufficient_length_is_decoded(record_type):
    whole = WHOLE[record_type]
    for length in range(MINIMUM[record_type], len(whole) + 1):
        assert decode_record(cut(whole, length)).record_type == record_type


def test_error_names_the_record_that_is_broken():
    with pytest.raises(DecodeError, match="^record 1234h "):
        decode_record(bytes.fromhex("3412510130"))


@pytest.mark.parametrize("make", [full, compact, event_only, locator])
def test_name_cut_short_yields_what_is_there(make):
    record = make(name=b"Power")
    assert decode_record(cut(record, len(record) - 2)).name == "Pow"
