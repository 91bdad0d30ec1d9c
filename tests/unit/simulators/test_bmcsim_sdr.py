# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Device SDRs, and records that change while a BMC runs."""

from __future__ import annotations

import pytest
from lanprobe import Probe

from bmcsim import ModelError

REPOSITORY, DEVICE = (0x0A, 0x23), (0x04, 0x21)
PUMP = {"name": "Pump", "type": "fan", "reading": 900, "unit": "rpm"}


def names(probe: Probe, command: tuple[int, int] = REPOSITORY) -> dict[int, bytes]:
    """Ids and names of all full and compact records."""
    record_id, found = 0, {}
    while record_id != 0xFFFF:
        reply = probe.request(*command, bytes(2) + record_id.to_bytes(2, "little") + b"\0\xff")
        assert reply[0] == 0
        start = {1: 48, 2: 32}.get(reply[6], 0)
        if start:
            found[int.from_bytes(reply[3:5], "little")] = reply[3 + start :]
        record_id = int.from_bytes(reply[1:3], "little")
    return found


def info(probe: Probe) -> tuple[int, int, int]:
    """Record count, last addition, last erase."""
    reply = probe.request(0x0A, 0x20)
    return tuple(int.from_bytes(part, "little") for part in (reply[2:4], reply[6:10], reply[10:14]))  # type: ignore[return-value]


def test_bmc_with_device_sdrs_only(serve, login):
    probe = login(serve(sdr={"repository": False, "stamp": 1000}))
    device_id = probe.request(0x06, 0x01)
    assert device_id[2] & 0x80 and not device_id[6] & 0x02
    repository = ((0x20, b""), (0x22, b""), (0x23, bytes(5) + b"\xff"))
    assert {probe.request(0x0A, cmd, data) for cmd, data in repository} == {b"\xc1"}
    assert probe.request(0x04, 0x20).hex(" ") == "00 26 81 e8 03 00 00"
    assert probe.request(0x04, 0x20, b"\1")[1] == 42
    assert names(probe, DEVICE) == names(login(serve()))


def test_part_read_of_a_device_sdr_needs_the_reservation(serve, login):
    bmc = serve(sdr={"repository": False})
    probe = login(bmc)
    read = b"\1\0\5\5"
    assert probe.request(*DEVICE, bytes(2) + read) == b"\xc5"
    reservation = probe.request(0x04, 0x22)[1:]
    assert probe.request(*DEVICE, reservation + read)[0] == 0
    bmc.change_sdr(remove=["Fan1A"])
    assert probe.request(*DEVICE, reservation + read) == b"\xc5"


def test_bmc_with_both_and_one_with_a_static_population(serve, login):
    probe = login(serve(sdr={"dynamic": False}, model={"identity": {"provides_sdrs": True}, "sensors": [PUMP]}))
    assert probe.request(0x04, 0x20) == b"\0\1\1"
    assert names(probe, DEVICE) == names(probe) != {}


def test_bmc_without_device_sdrs_has_none_of_their_commands(serve, login):
    probe = login(serve())
    assert probe.request(0x04, 0x20) == probe.request(0x04, 0x22) == b"\xc1"


def test_satellite_with_sdrs_of_its_own(serve, login):
    satellite = {"address": 0x2C, "identity": {"provides_sdrs": True}}
    bmc = serve({"satellites": [satellite], "sensors": [PUMP, {**PUMP, "name": "Far", "owner": 0x2C}]})
    probe = login(bmc)
    assert probe.bridged(0x2C, 0, 0x04, 0x20)[1][7] == 1
    assert b"Far" in probe.bridged(0x2C, 0, *DEVICE, bytes(5) + b"\xff")[1]
    assert probe.request(0x04, 0x20) == b"\xc1"


def test_added_sensor_has_a_record_and_a_reading(serve, login):
    bmc = serve(sdr={"stamp": 1000})
    probe = login(bmc)
    before = info(probe)
    bmc.change_sdr(add=[PUMP])
    assert info(probe)[0] == before[0] + 1 and info(probe)[1] > before[1] and info(probe)[2] == before[2]
    assert any(b"Pump" in name for name in names(probe).values())
    bmc.set_sensor("Pump", reading=1000)
    assert probe.request(0x04, 0x2D, bytes([bmc.sensor("Pump").number]))[:2] == bytes([0, bmc.sensor("Pump").state.raw])


def test_removed_sensor_is_gone_and_the_other_ids_stay(serve, login):
    bmc = serve()
    probe = login(bmc)
    before, number = names(probe), bmc.sensor("Fan1A").number
    bmc.change_sdr(remove=["Fan1A"])
    after = names(probe)
    assert set(before) - set(after) == {next(key for key, name in before.items() if b"Fan1A" in name)}
    assert probe.request(0x04, 0x2D, bytes([number])) == b"\xcb"
    assert info(probe)[2] > 0


def test_replaced_sensor_without_new_time_stamps(serve, login):
    bmc = serve()
    probe = login(bmc)
    before, ids = info(probe), list(names(probe))
    bmc.change_sdr(replace={"Inlet Temp": {"name": "Oil Temp", "type": "temperature", "reading": 77}}, stamps=False)
    assert info(probe) == before and list(names(probe)) == ids
    assert b"Oil Temp" in names(probe)[2]
    assert probe.request(0x04, 0x2D, b"\1")[1] == 77


def test_two_changes_in_a_second_give_two_time_stamps(serve, login):
    bmc = serve()
    probe = login(bmc)
    stamps = []
    for name in ("Fan1A", "Fan1B"):
        bmc.change_sdr(replace={name: {**PUMP, "name": name}})
        stamps.append(info(probe)[1:])
    assert stamps[0][0] < stamps[1][0] and stamps[0][1] < stamps[1][1]


def test_records_can_be_numbered_anew_and_given_as_bytes(serve, login):
    bmc = serve()
    probe = login(bmc)
    count = info(probe)[0]
    bmc.change_sdr(remove=["Inlet Temp", 3], add=[{"type": 0xC0, "body": "d9 7e 00 01"}], renumber=True)
    assert bmc.bmc.repository.ids == list(range(1, count))
    assert bmc.bmc.repository.records[-1].hex(" ") == f"{count - 1:02x} 00 51 c0 04 d9 7e 00 01"


def test_change_that_cannot_be_changes_nothing(serve):
    bmc = serve()
    before = bmc.bmc.repository.records
    for changes in ({"remove": ["Fan1A", "Nope"]}, {"add": [{"name": "x"}]}, {"add": [{**PUMP, "owner": 0x99}]}):
        with pytest.raises(ModelError):
            bmc.change_sdr(**changes)
    assert bmc.bmc.repository.records == before


def test_reservation_gets_lost_only_so_many_times(serve, login):
    probe = login(serve(faults={"lose_reservation_after": 0, "lose_reservation_times": 1}))
    codes = []
    for _try in range(3):
        reservation = probe.request(0x0A, 0x22)[1:]
        codes.append(probe.request(*REPOSITORY, reservation + b"\1\0\5\5")[0])
    assert codes == [0xC5, 0, 0]
