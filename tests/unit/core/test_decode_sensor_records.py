# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Full, compact and event-only records, field by field from bytes."""

from __future__ import annotations

import pytest
from sdr_bytes import compact, event_only, factors, full

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.conversion import TWOS_COMPLEMENT
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.decode import decode_record
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.records import SensorUnits, Sharing

# Every field has a value of its own, so that no two can be mistaken for each other.
FULL = bytes.fromhex(
    "3412 51 01 30"  # id 1234h, version, full, 48 bytes follow
    "b1 72 9a"  # owner B1h, channel 7 and LUN 2, number 9Ah
    "0a 85"  # entity 10, instance 5, logical
    "7f 6c 08 01"  # initialization, capabilities (thresholds fixed), power supply, threshold
    "1122 3344 3f15"  # assertion and deassertion masks, readable all six, settable three
    "a9 05 06"  # units 1: 2's complement, rate 5, no relation, percent; amps, modifier watts
    "09 02c0 0380 00 f1"  # cube; M = 302h, B = 203h, exponents -1 (R) and 1 (B)
    "07 20 40 10 ff 00"  # analog flags, nominal reading, normal maximum and minimum, sensor maximum and minimum
    "a1 a2 a3 a4 a5 a6"  # thresholds: upper non-recoverable first, lower non-critical last
    "02 03 0000 00"  # hysteresis, reserved, OEM
    "c5" + b"PSU 1".hex()
)
COMPACT = bytes.fromhex(
    "0200 51 02 1e"
    "2c 31 40"
    "2e 60"
    "67 40 08 6f"
    "0a00 0500 ff ff"
    "c0 00 00"
    "1312"  # input sensor, alphabetic, shared by 3; instance shared, offset 18
    "00 00 000000 00"
    "c3" + b"PSU".hex()
)
EVENT_ONLY = bytes.fromhex(
    "0300 51 03 10"
    "41 51 0f"
    "22 7f"
    "0f 6f"
    "4285"  # numeric, shared by 2; instance increments, offset 5
    "00 aa"
    "c4" + b"POST".hex()
)  # fmt: skip


@pytest.fixture(scope="module")
def record():
    return decode_record(FULL)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("record_id", 0x1234),
        ("record_type", 1),
        ("owner", 0xB1),
        ("channel", 7),
        ("lun", 2),
        ("number", 0x9A),
        ("entity_id", 10),
        ("entity_instance", 0x05),
        ("sensor_type", 8),
        ("event_type", 1),
        ("name", "PSU 1"),
        ("units", SensorUnits(base=5, modifier=6, relation=0, rate=5, percentage=True)),
        ("sharing", Sharing(1, False, 0, False)),
        ("threshold_access", 3),
        ("supported_states", 0x153F),
        ("is_threshold", True),
        ("event_only", False),
    ],
)
def test_field_of_a_full_record(record, field, value):
    assert getattr(record, field) == value


def test_conversion_of_a_full_record(record):
    conversion = record.conversion
    assert (conversion.analog_format, conversion.linearization) == (TWOS_COMPLEMENT, 9)
    assert (conversion.m, conversion.b) == (0x302 - 0x400, 0x203 - 0x400)
    assert (conversion.b_exponent, conversion.r_exponent) == (1, -1)


def test_thresholds_of_a_full_record_stand_upper_first(record):
    assert dict(record.raw_thresholds) == {
        "upper_non_recoverable": 0xA1,
        "upper_critical": 0xA2,
        "upper_non_critical": 0xA3,
        "lower_non_recoverable": 0xA4,
        "lower_critical": 0xA5,
        "lower_non_critical": 0xA6,
    }


@pytest.mark.parametrize(
    ("mask", "names"),
    [
        (0x00, []),
        (0x01, ["lower_non_critical"]),
        (0x02, ["lower_critical"]),
        (0x04, ["lower_non_recoverable"]),
        (0x08, ["upper_non_critical"]),
        (0x10, ["upper_critical"]),
        (0x20, ["upper_non_recoverable"]),
        (0xC0, []),
        (0x12, ["lower_critical", "upper_critical"]),
    ],
)
def test_only_thresholds_of_the_readable_mask_exist(mask, names):
    assert [name for name, _raw in decode_record(full(b19=mask)).raw_thresholds] == names


def test_settable_mask_makes_no_threshold_readable():
    assert decode_record(full(b19=0, b20=0x3F)).raw_thresholds == ()


def test_discrete_full_record_has_states_where_thresholds_would_be():
    record = decode_record(full(b14=0x6F, b19=0xFF, b20=0xFF))
    assert (record.raw_thresholds, record.supported_states) == ((), 0x7FFF)


@pytest.mark.parametrize("access", range(4))
def test_threshold_access_is_bits_two_and_three_of_the_capabilities(access):
    assert decode_record(full(b12=0xF3 | access << 2)).threshold_access == access


@pytest.mark.parametrize(("low", "high", "number"), [(0xFF, 0x40, 0x1FF), (0x00, 0x80, -0x200), (0x01, 0xC0, -0xFF)])
def test_m_has_ten_bits_with_a_sign(low, high, number):
    assert decode_record(full(b25=low, b26=high)).conversion.m == number
    assert decode_record(full(b27=low, b28=high)).conversion.b == number


@pytest.mark.parametrize("relation", range(4))
@pytest.mark.parametrize("rate", range(8))
def test_units_1_holds_rate_relation_and_percentage(relation, rate):
    units = decode_record(full(b21=rate << 3 | relation << 1)).units
    assert (units.relation, units.rate, units.percentage) == (relation, rate, False)


def test_name_of_a_full_record_is_decoded_by_its_type():
    record = bytearray(full(b"\x29\xdc\xa6"))
    record[47] = 0x83
    assert decode_record(bytes(record)).name == "IPMI"


@pytest.mark.parametrize("length", range(42, 48))
def test_full_record_may_end_behind_its_thresholds(length):
    data = bytearray(full()[:length])
    data[4] = length - 5
    record = decode_record(bytes(data))
    assert (record.name, record.number) == ("", 1)


def test_fields_of_a_compact_record():
    record = decode_record(COMPACT)
    assert (record.record_id, record.record_type) == (2, 2)
    assert (record.owner, record.channel, record.lun, record.number) == (0x2C, 3, 1, 0x40)
    assert (record.entity_id, record.entity_instance) == (0x2E, 0x60)
    assert (record.sensor_type, record.event_type, record.name) == (8, 0x6F, "PSU")
    assert record.sharing == Sharing(count=3, alphabetic=True, offset=0x12, instance_increments=False)
    assert record.supported_states == 0x7FFF
    assert not record.is_threshold
    assert not record.event_only


def test_compact_record_has_neither_factors_nor_thresholds():
    record = decode_record(compact(b14=1, b19=0x3F))
    assert (record.conversion, record.raw_thresholds) == (None, ())
    assert record.is_threshold


def test_fields_of_an_event_only_record():
    record = decode_record(EVENT_ONLY)
    assert (record.record_id, record.record_type) == (3, 3)
    assert (record.owner, record.channel, record.lun, record.number) == (0x41, 5, 1, 15)
    assert (record.entity_id, record.entity_instance) == (0x22, 0x7F)
    assert (record.sensor_type, record.event_type, record.name) == (0x0F, 0x6F, "POST")
    assert record.sharing == Sharing(count=2, alphabetic=False, offset=5, instance_increments=True)
    assert record.event_only
    assert record.conversion is None


@pytest.mark.parametrize("make", [compact, event_only])
def test_shared_by_none_is_shared_by_one(make):
    place = "b24" if make is compact else "b13"
    assert decode_record(make(**{place: 0x00})).sharing.count == 1


@pytest.mark.parametrize(("bits", "alphabetic"), [(0, False), (1, True), (2, False), (3, False)])
def test_name_modifier_is_alphabetic_for_one_code_only(bits, alphabetic):
    assert decode_record(compact(b24=0xC1 | bits << 4)).sharing.alphabetic is alphabetic


def test_bytes_behind_the_announced_length_are_ignored():
    for data in (full(), compact(), event_only(), COMPACT, EVENT_ONLY):
        assert decode_record(data + b"\xff" * 20) == decode_record(data)


def test_record_keeps_its_own_bytes_and_no_more():
    assert decode_record(FULL + b"more").raw == FULL


def test_record_version_does_not_matter():
    for version in (0x01, 0x51, 0x02, 0xFF):
        assert decode_record(full(b3=version)).name == "Temp"


def test_factors_helper_and_record_agree():
    conversion = decode_record(full(conversion=factors(m=-7, b=300, k1=-8, k2=7))).conversion
    assert (conversion.m, conversion.b, conversion.b_exponent, conversion.r_exponent) == (-7, 300, -8, 7)
