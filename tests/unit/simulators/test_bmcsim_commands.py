# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands of simulated BMCs: records, sensors, FRU, event log, bridging."""

from __future__ import annotations

import pytest

SDR, SEL = 0x0A, 0x0A
ENTRY = bytes(2) + b"\x02" + bytes(4) + bytes.fromhex("20000410016f02ffff")


def word(value: int) -> bytes:
    return value.to_bytes(2, "little")


def reserve(probe, command: int = 0x22) -> bytes:
    return probe.request(0x0A, command)[1:3]


def test_unknown_command_and_wrong_length(serve, login):
    probe = login(serve())
    assert probe.request(0x06, 0x99) == b"\xc1"
    assert probe.request(0x2C, 0x3E, b"\0\2") == b"\xc1"
    assert probe.request(0x04, 0x2D, b"\1\2") == b"\xc7"
    assert probe.request(0x04, 0x2D) == b"\xc7"


def test_wrong_lun_and_wrong_sensor(serve, login):
    probe = login(serve())
    assert probe.request(0x04, 0x2D, b"\1", lun=1) == b"\xcb"
    assert probe.request(0x04, 0x2D, b"\xfe") == b"\xcb"


def test_device_id(serve, login):
    reply = login(serve()).request(0x06, 0x01)
    assert reply.hex(" ") == "00 20 01 02 30 02 bf d9 7e 00 01 11"


def test_guids(serve, login):
    bmc = serve(guid="00112233-4455-6677-8899-aabbccddeeff")
    probe = login(bmc)
    assert probe.request(0x06, 0x37).hex() == "00" + "ffeeddccbbaa99887766554433221100"
    assert probe.request(0x06, 0x08) == probe.request(0x06, 0x37)
    assert login(serve("storage")).request(0x06, 0x37) == b"\xc1"


def test_chassis_status(serve, login):
    probe = login(serve(chassis={"intrusion": True, "cooling_fault": True}))
    assert probe.request(0x00, 0x01).hex(" ") == "00 21 00 09 00"


def test_part_read_of_a_record_needs_the_reservation(serve, login):
    probe = login(serve())
    assert probe.request(SDR, 0x23, bytes(4) + b"\0\5")[:3] == b"\0\2\0"
    assert probe.request(SDR, 0x23, word(0) + word(1) + b"\5\5") == b"\xc5"
    reservation = reserve(probe)
    assert probe.request(SDR, 0x23, reservation + word(1) + b"\5\5")[0] == 0
    reserve(probe)
    assert probe.request(SDR, 0x23, reservation + word(1) + b"\5\5") == b"\xc5"


def test_too_many_bytes_of_a_record(serve, login):
    probe = login(serve(limits={"sdr_read": 16}))
    assert probe.request(SDR, 0x23, bytes(4) + b"\0\xff") == b"\xca"
    assert probe.request(SDR, 0x23, bytes(4) + b"\0\x11") == b"\xca"
    assert len(probe.request(SDR, 0x23, bytes(4) + b"\0\x10")) == 19


def test_records_form_a_chain(serve, login):
    probe = login(serve())
    count = int.from_bytes(probe.request(SDR, 0x20)[2:4], "little")
    record_id, seen = 0, []
    while record_id != 0xFFFF:
        reply = probe.request(SDR, 0x23, bytes(2) + word(record_id) + b"\0\xff")
        seen.append(int.from_bytes(reply[3:5], "little"))
        assert len(reply) == 3 + 5 + reply[7]
        record_id = int.from_bytes(reply[1:3], "little")
    assert len(seen) == len(set(seen)) == count == 42
    assert probe.request(SDR, 0x23, bytes(2) + word(0x7777) + b"\0\xff") == b"\xcb"


def test_comparison_bits_follow_the_reading(serve, login):
    bmc = serve()
    probe = login(bmc)
    for reading, bits in ((23, 0xC0), (38, 0xC8), (42, 0xD8), (5, 0xC1), (0, 0xC3)):
        bmc.set_sensor("Inlet Temp", reading=reading)
        assert probe.request(0x04, 0x2D, b"\1")[3] == bits, reading


def test_comparison_bits_of_negative_readings_and_falling_factors(serve, login):
    bmc = serve("gpu")
    probe = login(bmc)
    for name in ("Chiller Twos", "Chiller Ones"):
        number = bytes([bmc.sensor(name).number])
        for reading, bits in ((-12, 0xC0), (-30, 0xC1), (-40, 0xC3), (20, 0xD8)):
            bmc.set_sensor(name, reading=reading)
            assert probe.request(0x04, 0x2D, number)[3] == bits, (name, reading)
    number = bytes([bmc.sensor("Rail N12V").number])
    for reading, bits in ((-12.0, 0xC0), (-13.5, 0xC2), (-10.0, 0xD0)):
        bmc.set_sensor("Rail N12V", reading=reading)
        assert probe.request(0x04, 0x2D, number)[3] == bits, reading


def test_discrete_states(serve, login):
    bmc = serve()
    probe = login(bmc)
    number = bytes([bmc.sensor("PSU2 Status").number])
    bmc.set_sensor("PSU2 Status", states=[0, 3])
    assert probe.request(0x04, 0x2D, number).hex(" ") == "00 00 c0 09 80"
    assert probe.request(0x04, 0x2B, number).hex(" ") == "00 c0 09 00 00 00"
    number = bytes([bmc.sensor("ACPI State").number])
    bmc.set_sensor("ACPI State", states=[10, 14])
    assert probe.request(0x04, 0x2D, number).hex(" ") == "00 00 c0 00 c4"


def test_sensors_without_a_reading(serve, login):
    bmc = serve("storage")
    probe = login(bmc)

    def read(name: str) -> str:
        return probe.request(0x04, 0x2D, bytes([bmc.sensor(name).number])).hex(" ")

    assert read("Dark Temp") == "00 00 80 c0"
    assert read("Init Temp") == "00 00 e0 c0"
    assert read("Dark Status") == "00 00 80 00 80"
    assert read("Bay Event") == "cb"
    assert read("Absent Drive") == "cb"
    assert [read(name) for name in ("Gone CBh", "Refused CCh", "Refused D5h", "Busy C0h")] == ["cb", "cc", "d5", "c0"]
    assert read("Zero Is Real") == "00 00 c0 c0"


def test_thresholds_hysteresis_events_and_type(serve, login):
    probe = login(serve())
    assert probe.request(0x04, 0x27, b"\1").hex(" ") == "00 1b 05 00 00 26 2a 00"
    assert probe.request(0x04, 0x25, b"\1\xff").hex(" ") == "00 02 02"
    assert probe.request(0x04, 0x29, b"\1").hex(" ") == "00 c0 85 02 85 02"
    assert probe.request(0x04, 0x2F, b"\1").hex(" ") == "00 01 01"


def test_fixed_thresholds_stand_in_the_record_only(serve, login):
    bmc = serve("storage")
    assert login(bmc).request(0x04, 0x27, bytes([bmc.sensor("Fixed Limits").number])) == b"\xcd"


def test_reading_factors_of_a_non_linear_sensor(serve, login):
    bmc = serve("storage")
    probe = login(bmc)
    sensor = bmc.sensor("Flow NonLin")
    raw = probe.request(0x04, 0x2D, bytes([sensor.number]))[1]
    reply = probe.request(0x04, 0x23, bytes([sensor.number, raw]))
    assert (raw, reply.hex(" ")) == (123, "00 c8 02 00 f6 c0 00 01")


def test_fru_is_read_in_parts(serve, login):
    bmc = serve("storage")
    probe = login(bmc)
    size = int.from_bytes(probe.request(0x0A, 0x10, b"\0")[1:3], "little")
    data = b""
    while len(data) < size:
        reply = probe.request(0x0A, 0x11, b"\0" + word(len(data)) + b"\x10")
        data += reply[2 : 2 + reply[1]]
    assert data == bmc.bmc.frus[0] and b"Drive Shelf 24" in data
    assert probe.request(0x0A, 0x11, b"\0" + word(0) + b"\x11") == b"\xca"
    assert probe.request(0x0A, 0x10, b"\7") == b"\xcb"


def test_event_log_is_read_added_to_and_deleted_from(serve, login):
    probe = login(serve())
    assert probe.request(SEL, 0x40)[2:4] == word(5)
    added = probe.request(SEL, 0x44, ENTRY)
    assert added == b"\0" + word(6)
    last = probe.request(SEL, 0x43, bytes(2) + word(0xFFFF) + b"\0\xff")
    assert last[1:5] == b"\xff\xff\x06\x00" and last[10:] == ENTRY[7:]
    assert probe.request(SEL, 0x46, word(0) + word(6)) == b"\xc5"
    assert probe.request(SEL, 0x46, reserve(probe, 0x42) + word(6)) == b"\0" + word(6)
    assert probe.request(SEL, 0x43, bytes(2) + word(6) + b"\0\xff") == b"\xcb"


def test_added_entry_cancels_the_reservation(serve, login):
    bmc = serve()
    probe = login(bmc)
    reservation = reserve(probe, 0x42)
    bmc.add_sel(ENTRY)
    assert probe.request(SEL, 0x47, reservation + b"CLR\xaa") == b"\xc5"
    assert probe.request(SEL, 0x40)[2:4] == word(6)


def test_erasure_takes_polls_and_leaves_an_entry(serve, login):
    probe = login(serve(sel_options={"erase_polls": 3, "log_clear": True}))
    reservation = reserve(probe, 0x42)
    assert probe.request(SEL, 0x47, reservation + b"CLR\xaa") == b"\0\0"
    assert probe.request(SEL, 0x40) == b"\x81"
    assert [probe.request(SEL, 0x47, reservation + b"CLR\0")[1] for _poll in range(3)] == [0, 0, 1]
    assert probe.request(SEL, 0x40)[2:4] == word(1)
    assert probe.request(SEL, 0x43, bytes(4) + b"\0\xff")[13:17].hex(" ") == "10 00 6f 02"


def test_erasure_at_once_and_an_empty_log(serve, login):
    probe = login(serve())
    reservation = reserve(probe, 0x42)
    assert probe.request(SEL, 0x47, reservation + b"CLX\xaa") == b"\xcc"
    assert probe.request(SEL, 0x47, reservation + b"CLR\xaa") == b"\0\1"
    assert probe.request(SEL, 0x43, bytes(4) + b"\0\xff") == b"\xcb"


def test_full_log(serve, login):
    probe = login(serve(sel_options={"capacity": 5}))
    assert probe.request(SEL, 0x44, ENTRY) == b"\xc4"
    assert probe.request(SEL, 0x40)[14] & 0x80
    probe = login(serve(sel_options={"capacity": 5, "circular": True}))
    assert probe.request(SEL, 0x44, ENTRY)[0] == 0
    assert probe.request(SEL, 0x43, bytes(4) + b"\0\xff")[3:5] == word(2)


def test_clock_and_utc_offset(serve, login):
    probe = login(serve())
    assert probe.request(SEL, 0x5C) == b"\0\xff\x07"
    assert probe.request(SEL, 0x5D, b"\x3c\0") == b"\0"
    assert probe.request(SEL, 0x5C) == b"\0\x3c\0"
    assert probe.request(SEL, 0x5D, b"\0\x10") == b"\xcc"
    assert probe.request(SEL, 0x49, (1_700_000_000).to_bytes(4, "little")) == b"\0"
    assert 0 <= int.from_bytes(probe.request(SEL, 0x48)[1:], "little") - 1_700_000_000 <= 2


def test_clock_before_anybody_set_it(serve, login):
    assert int.from_bytes(login(serve("oddities")).request(SEL, 0x48)[1:], "little") < 60


def test_bridged_reading_follows_as_a_message_of_its_own(serve, login):
    probe = login(serve("blade"))
    first, second = probe.bridged(0x2C, 0, 0x04, 0x2D, b"\1")
    assert first[3] == 0x20 and first[5:7] == b"\x34\x00"
    assert second[0] == 0x81 and second[1] >> 2 == 0x05 and second[3] == 0x2C
    assert second[4] >> 2 == probe.rq_seq and second[6:-1].hex(" ") == "00 9c c0 c0"
    assert probe.bridged(0x76, 6, 0x04, 0x2D, b"\2", lun=1)[1][6:-1].hex(" ") == "00 00 c0 02 80"


def test_bridged_reading_embedded_in_the_response(serve, login):
    probe = login(serve("blade", limits={"bridge_style": "embedded"}))
    (only,) = probe.bridged(0x2C, 0, 0x04, 0x2D, b"\1")
    assert only[6] == 0 and only[7] == 0x81 and only[13:-2].hex(" ") == "00 9c c0 c0"


def test_satellites_sensor_is_not_there_without_the_bridge(serve, login):
    probe = login(serve("satellite"))
    assert probe.request(0x04, 0x2D, b"\4") == b"\xcb"


@pytest.mark.parametrize(("address", "channel"), [(0x2C, 1), (0x99, 0)])
def test_nobody_at_the_address_is_a_nak(serve, login, address, channel):
    (reply,) = login(serve("blade")).bridged(address, channel, 0x04, 0x2D, b"\1")
    assert reply[6] == 0x83


def test_satellite_can_be_switched_off(serve, login):
    bmc = serve("blade")
    probe = login(bmc)
    bmc.power_satellite(0x2C, on=False)
    assert probe.bridged(0x2C, 0, 0x04, 0x2D, b"\1")[0][6] == 0x83
    bmc.power_satellite(0x2C, on=True)
    assert probe.bridged(0x2C, 0, 0x04, 0x2D, b"\1")[1][6] == 0


def test_satellite_has_an_identity_and_no_repository(serve, login):
    probe = login(serve("blade"))
    assert probe.bridged(0x2C, 0, 0x06, 0x01)[1][7:11].hex(" ") == "50 01 01 12"
    assert probe.bridged(0x2C, 0, 0x0A, 0x20)[1][6] == 0xC1


def test_requests_are_counted(serve, login):
    bmc = serve("blade")
    probe = login(bmc, "guest", b"guest-secret", privilege=2)
    probe.request(0x04, 0x2D, b"\1")
    probe.bridged(0x2C, 0, 0x04, 0x2D, b"\1")
    assert bmc.requests.count(0x04, 0x2D) == 2 and bmc.requests.count(0x06) == 1 and len(bmc.requests) == 3
    assert [request.address for request in bmc.requests if request.netfn == 0x04] == [0x20, 0x2C]
    assert {request.user for request in bmc.requests} == {"guest"}
    bmc.requests.clear()
    assert len(bmc.requests) == 0
