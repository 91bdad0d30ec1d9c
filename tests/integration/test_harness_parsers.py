# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The peers' output is understood: what the comparisons rest on."""

from __future__ import annotations

import pytest

from harness import freeipmi_output, ipmitool_output
from harness.ipmitool_output import PeerError, SdrRecord

NO_THRESHOLDS = dict.fromkeys(ipmitool_output.THRESHOLDS)

NA = "| na        "
PLAIN = f"""\
Case Fan         | 3840.000   | RPM        | ok    | na        | 360.000   | 600.000   {NA * 3}
Odd|Name         | 0x5        | discrete   | 0x0501{NA * 6}
Bay              | na         | discrete   | na    {NA * 6}
Lost Temp        | na         | degrees C  | na    {NA * 6}
No Conversion    | 0x2a       | unspecified | ok    {NA * 6}
"""

VERBOSE = """\
Sensor ID              : Case Fan (0x30)
 Entity ID             : 7.1
 Sensor Type (Threshold)  : Fan
 Sensor Reading        : 3840 (+/- 120) RPM
 Status                : ok
 Lower Critical        : 360.000
 Assertions Enabled    : lnc- lcr-\x20

Sensor ID              : Odd|Name (0xfa)
 Entity ID             : 4.11
 Sensor Type (Discrete): Drive Slot / Bay
 States Asserted       : Drive Slot / Bay
                         [Drive Present]
                         [Predictive Failure]

Sensor ID              : Bay  (0x7)
 Entity ID             : 4.12
 Sensor Type (Discrete): Drive Slot / Bay
 Unable to read sensor: Device Not Present

Sensor ID              : Lost Temp (0x8)
 Entity ID             : 3.1
 Sensor Type (Threshold)  : Temperature
 Sensor Reading        :   Unable to read sensor: Device Not Present

 Assertions Enabled    : ucr+\x20

Sensor ID              : No Conversion (0x9)
 Entity ID             : 3.2
 Sensor Type (Threshold)  : Temperature
 Sensor Reading        : 0x2a (+/- 0x0) unspecified
 Status                : ok
"""


def record(kind: int, number: int, entity: tuple[int, int], owner: int = 0x20, lun: int = 0) -> SdrRecord:
    body = bytes([owner, lun, number, *entity])
    return SdrRecord(bytes([number, 0, 0x51, kind, len(body)]) + body)


RECORDS = [
    record(0x01, 0x30, (7, 1)),
    record(0x12, 0xFA, (4, 11)),
    record(0x02, 0xFA, (4, 0x8B), owner=0xB1, lun=2),
    record(0x02, 0x99, (4, 11)),
    record(0x02, 0x07, (4, 12)),
    record(0x01, 0x08, (3, 1)),
    record(0x01, 0x09, (3, 2)),
]


def joined() -> list[ipmitool_output.IpmitoolSensor]:
    return ipmitool_output.join(ipmitool_output.parse_plain(PLAIN), ipmitool_output.parse_verbose(VERBOSE), RECORDS)


def test_ipmitool_threshold_sensor_has_reading_status_and_thresholds() -> None:
    fan = joined()[0]
    assert (fan.name, fan.number, fan.entity, fan.kind, fan.type) == ("Case Fan", 0x30, "7.1", "threshold", "Fan")
    assert (fan.reading, fan.raw, fan.unit, fan.status, fan.states_hex) == (3840.0, None, "RPM", "ok", None)
    assert fan.thresholds == {**NO_THRESHOLDS, "lower_critical": 360.0, "lower_non_critical": 600.0}


def test_ipmitool_states_are_unswapped_and_named() -> None:
    drive = joined()[1]
    assert (drive.name, drive.kind, drive.states_hex, drive.state_bits) == ("Odd|Name", "discrete", "0x0501", 0x0105)
    assert drive.states == ("Drive Present", "Predictive Failure")


def test_ipmitool_reserved_state_bit_is_masked() -> None:
    assert ipmitool_output.swap_states("0x0080") == 0
    assert ipmitool_output.swap_states("0x0100") == 1


def test_ipmitool_sensor_gets_owner_and_lun_of_its_record() -> None:
    assert [sensor.key for sensor in joined()][:2] == [(0x20, 0, 0x30), (0xB1, 2, 0xFA)]


def test_ipmitool_record_that_printed_nothing_is_passed_over() -> None:
    assert 0x99 not in [sensor.number for sensor in joined()]


def test_ipmitool_missing_reading_is_not_zero() -> None:
    _fan, _drive, bay, lost, _raw = joined()
    assert not bay.available and bay.state_bits is None and bay.states == ()
    assert not lost.available and lost.reading is None and lost.status is None


def test_ipmitool_trailing_space_of_a_name_is_kept() -> None:
    assert joined()[2].name == "Bay "


def test_ipmitool_raw_value_without_conversion() -> None:
    last = joined()[4]
    assert (last.reading, last.raw, last.status) == (None, 0x2A, "ok")


def test_ipmitool_outputs_of_different_moments_are_refused() -> None:
    with pytest.raises(PeerError, match="do not match"):
        ipmitool_output.join(ipmitool_output.parse_plain(PLAIN)[1:], ipmitool_output.parse_verbose(VERBOSE), RECORDS)


def test_ipmitool_sensor_without_a_record_is_refused() -> None:
    with pytest.raises(PeerError, match="no record"):
        ipmitool_output.join(ipmitool_output.parse_plain(PLAIN), ipmitool_output.parse_verbose(VERBOSE), RECORDS[:1])


def test_dump_is_cut_into_records() -> None:
    records = ipmitool_output.parse_dump(b"".join(one.raw for one in RECORDS))
    assert records == RECORDS
    assert (records[2].owner, records[2].lun, records[2].number, records[2].entity) == (0xB1, 2, 0xFA, "4.11")


@pytest.mark.parametrize("rest", [b"\x01\x00", b"\x01\x00\x51\x01\x10\x20"])
def test_dump_with_a_broken_end_is_refused(rest: bytes) -> None:
    with pytest.raises(PeerError):
        ipmitool_output.parse_dump(RECORDS[0].raw + rest)


CSV = f"""\
{freeipmi_output.CSV_HEADER}
13,Case Fan, rear,Fan,Critical,320.00,RPM,N/A,360.00,600.00,N/A,N/A,N/A,00C3h
81,A  1,Memory,Nominal,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A,0040h
81,A  2,Memory,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A,N/A
"""

BLOCKS = """\
Record ID: 13
ID String: Case Fan, rear
Sensor Type: Fan (4h)
Sensor Number: 48
IPMB Slave Address: 10h
Sensor Owner ID: 20h
Sensor Owner LUN: 1h
Channel Number: 0h
Entity ID: system board (7)
Entity Instance: 1
Entity Instance Type: Physical Entity
Event/Reading Type Code: 1h
Lower Critical Threshold: 360.125000 RPM
Upper Critical Threshold: N/A
Lower Non-Critical Threshold: 600.000000 RPM
Sensor Reading: 320.062500 RPM
Sensor Event: 'At or Below (<=) Lower Non-Critical Threshold'
Sensor Event: 'At or Below (<=) Lower Critical Threshold'

Record ID: 81
ID String: A\x20
Sensor Type: Memory (Ch)
Sensor Number: 192
Sensor Owner ID: B1h
Sensor Owner LUN: 0h
Entity ID: memory device (32)
Entity Instance: 1
Event/Reading Type Code: 6Fh
Sensor Event: 'OK'

Record ID: 81
ID String: A\x20
Sensor Type: Memory (Ch)
Sensor Number: 193
Sensor Owner ID: B1h
Sensor Owner LUN: 0h
Entity ID: memory device (32)
Entity Instance: 1
Event/Reading Type Code: 6Fh
Sensor Event: N/A
"""


def freeipmi_joined() -> list[freeipmi_output.FreeipmiSensor]:
    return freeipmi_output.join(freeipmi_output.parse_csv(CSV), freeipmi_output.parse_verbose(BLOCKS))


def test_freeipmi_threshold_sensor_is_read_with_all_its_digits() -> None:
    fan = freeipmi_joined()[0]
    assert (fan.name, fan.key, fan.state, fan.unit) == ("Case Fan, rear", (0x20, 1, 48), "Critical", "RPM")
    assert (fan.entity_id, fan.entity_instance, fan.event_reading_type) == (7, 1, 1)
    assert fan.reading == 320.0625
    assert fan.thresholds == {**NO_THRESHOLDS, "lower_critical": 360.125, "lower_non_critical": 600.0}
    assert fan.event_bits == 0xC3 and len(fan.events) == 2


def test_freeipmi_shared_sensors_stay_apart() -> None:
    _fan, first, second = freeipmi_joined()
    assert (first.name, first.id_string, first.number) == ("A  1", "A ", 192)
    assert (second.name, second.number) == ("A  2", 193)


def test_freeipmi_ok_and_not_readable_differ() -> None:
    _fan, first, second = freeipmi_joined()
    assert (first.event_bits, first.events, first.state) == (0x40, (), "Nominal")
    assert (second.event_bits, second.events, second.state) == (None, (), None)


def test_freeipmi_unknown_columns_are_refused() -> None:
    with pytest.raises(PeerError, match="header"):
        freeipmi_output.parse_csv("ID,Name\n1,Fan\n")


def test_freeipmi_outputs_of_different_moments_are_refused() -> None:
    with pytest.raises(PeerError, match="do not match"):
        freeipmi_output.join(freeipmi_output.parse_csv(CSV)[1:], freeipmi_output.parse_verbose(BLOCKS))
