# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who a BMC says that it is."""

from __future__ import annotations

import pytest
from fakes import no, ok

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.bmc import (
    decode_device_id,
    read_device_id,
    read_guid,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.client import Request, complete
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import (
    CommandError,
    DeadlineExceeded,
    DecodeError,
    NoReply,
    SessionLost,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.manufacturers import manufacturer_name

DEVICE_ID = bytes.fromhex("20 81 02 63 02 df a202 00 0001 11223344")
GET_DEVICE_ID, GET_GUID = Request(0x06, 0x01), Request(0x06, 0x37)
GUID = bytes(range(0x10, 0x20))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("device_id", 0x20),
        ("device_revision", 1),
        ("provides_device_sdrs", True),
        ("firmware_version", "2.63"),
        ("ipmi_version", "2.0"),
        ("support", 0xDF),
        ("manufacturer_id", 674),
        ("product_id", 0x0100),
        ("has_sdr_repository", True),
        ("is_sensor_device", True),
    ],
)
@pytest.mark.parametrize("size", [11, 15])
def test_field_of_the_device_id(field, value, size):
    assert getattr(decode_device_id(DEVICE_ID[:size]), field) == value


def with_byte(place: int, value: int) -> bytes:
    data = bytearray(DEVICE_ID)
    data[place] = value
    return bytes(data)


@pytest.mark.parametrize(
    ("major", "minor", "version"),
    [(0x02, 0x05, "2.05"), (0x01, 0x00, "1.00"), (0x00, 0x99, "0.99"), (0x82, 0x30, "2.30"), (0x7F, 0x10, "127.10")],
)
def test_firmware_has_a_binary_major_and_a_bcd_minor_revision(major, minor, version):
    data = bytearray(DEVICE_ID)
    data[2:4] = major, minor
    assert decode_device_id(bytes(data)).firmware_version == version


def test_minor_revision_that_is_no_bcd_is_shown_in_hex():
    assert decode_device_id(with_byte(3, 0x2F)).firmware_version == "2.2f"


@pytest.mark.parametrize(("byte", "version"), [(0x02, "2.0"), (0x51, "1.5"), (0x01, "1.0")])
def test_ipmi_version_has_its_low_digit_first(byte, version):
    assert decode_device_id(with_byte(4, byte)).ipmi_version == version


def test_device_revision_is_four_bits():
    device = decode_device_id(with_byte(1, 0x7F))
    assert (device.device_revision, device.provides_device_sdrs) == (15, False)


@pytest.mark.parametrize(("support", "repository", "sensors"), [(0x00, 0, 0), (0x01, 0, 1), (0x02, 1, 0), (0xFC, 0, 0)])
def test_support_is_told_bit_by_bit(support, repository, sensors):
    device = decode_device_id(with_byte(5, support))
    assert (device.has_sdr_repository, device.is_sensor_device) == (bool(repository), bool(sensors))


def test_manufacturer_is_twenty_bits_low_byte_first():
    data = bytearray(DEVICE_ID)
    data[6:9] = 0x57, 0x01, 0xF0
    assert decode_device_id(bytes(data)).manufacturer_id == 343


def test_product_is_sixteen_bits_low_byte_first():
    data = bytearray(DEVICE_ID)
    data[9:11] = 0x34, 0x12
    assert decode_device_id(bytes(data)).product_id == 0x1234


@pytest.mark.parametrize(
    ("size", "told"), [(6, (None, None)), (8, (None, None)), (9, (674, None)), (10, (674, None)), (11, (674, 0x0100))]
)
def test_answer_that_ends_before_manufacturer_or_product_does_not_tell_it(size, told):
    # IPMI 1.0 ends after 6 bytes.
    device = decode_device_id(DEVICE_ID[:size])
    assert (device.device_id, device.manufacturer_id, device.product_id) == (0x20, *told)


def test_number_nought_is_what_the_bmc_told():
    device = decode_device_id(DEVICE_ID[:6] + bytes(5))
    assert (device.manufacturer_id, device.product_id) == (0, 0)


@pytest.mark.parametrize("size", range(6))
def test_device_id_cut_short_is_a_decode_error(size):
    with pytest.raises(DecodeError, match=f"answered with {size} bytes, 6 are needed"):
        decode_device_id(DEVICE_ID[:size])


@pytest.mark.parametrize("size", range(6, 16))
def test_device_id_of_every_other_length_is_decoded(size):
    assert decode_device_id(DEVICE_ID[:size]).firmware_version == "2.63"


def test_device_id_is_asked_for(play):
    assert complete(read_device_id(play((GET_DEVICE_ID, ok(*DEVICE_ID))))) == decode_device_id(DEVICE_ID)


def test_refused_device_id_is_an_error(play):
    with pytest.raises(CommandError, match="^Get Device ID was refused"):
        complete(read_device_id(play((GET_DEVICE_ID, no(0xC1)))))


def test_guid_is_shown_in_the_order_in_which_it_was_sent(play):
    assert complete(read_guid(play((GET_GUID, ok(*GUID))))) == "101112131415161718191a1b1c1d1e1f"


def test_bytes_behind_the_guid_are_ignored(play):
    assert complete(read_guid(play((GET_GUID, ok(*GUID, 9, 9))))) == GUID.hex()


@pytest.mark.parametrize("answer", [no(0xC1), no(0xCB), no(0xD4), ok(), ok(*GUID[:15]), NoReply("no answer")])
def test_bmc_without_a_guid_has_none(play, answer):
    assert complete(read_guid(play((GET_GUID, answer)))) is None


@pytest.mark.parametrize("behind", [(), (1, 2)])
def test_guid_of_noughts_is_none(play, behind):
    assert complete(read_guid(play((GET_GUID, ok(*bytes(16), *behind))))) is None


@pytest.mark.parametrize("error", [SessionLost("gone"), DeadlineExceeded("over")])
def test_end_of_the_conversation_is_not_taken_for_a_missing_guid(play, error):
    with pytest.raises(type(error)):
        complete(read_guid(play((GET_GUID, error))))


@pytest.mark.parametrize(
    ("number", "name"), [(2, "IBM"), (11, "HP"), (343, "Intel Corporation"), (674, "Dell Inc."), (2623, "ASUS")]
)
def test_manufacturer_has_its_name(number, name):
    assert manufacturer_name(number) == name
    assert manufacturer_name(0xF00000 | number) == name


@pytest.mark.parametrize("number", [0, 1, 0xFFFFF])
def test_unknown_manufacturer_has_no_name(number):
    assert manufacturer_name(number) is None
