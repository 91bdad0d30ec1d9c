# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of simulated BMCs that are switched on and off while they run."""

from __future__ import annotations

import time

import pytest
from lanprobe import Probe, StatusError, ipmb

from bmcsim import ModelError, RunningBmc
from bmcsim.over_time import Ramp, Series

READ = (0x04, 0x2D, b"\x01")
DEVICE_ID = (0x06, 0x01)
SEL_TIME = (0x0A, 0x48)


def answered(probe: Probe, count: int, wait_s: float = 0.15) -> list[bool]:
    return [not probe.silent(probe.seal(ipmb(0x20, *READ)), wait_s) for _count in range(count)]


def test_each_direction_loses_packets_of_its_own(serve, login):
    bmc = serve()
    probe = login(bmc)
    bmc.requests.clear()
    bmc.faults.change(drop_in=100)
    assert answered(probe, 3) == [False] * 3 and bmc.requests.count(*READ[:2]) == 0
    bmc.faults.change(drop_in=0, drop_out=100)
    assert answered(probe, 3) == [False] * 3 and bmc.requests.count(*READ[:2]) == 3
    bmc.faults.clear()
    assert probe.request(*READ)[0] == 0


def test_drop_concerns_both_directions(serve, login):
    bmc = serve()
    probe = login(bmc)
    bmc.requests.clear()
    bmc.faults.change(drop=50, seed=3)
    replies = sum(answered(probe, 30, 0.03))
    assert 0 < replies < bmc.requests.count(*READ[:2]) < 30


def test_every_packet_twice(serve, login):
    bmc = serve()
    probe = login(bmc)
    bmc.faults.change(duplicate=100)
    probe.socket.send(probe.seal(ipmb(0x20, *READ)))
    for _count in range(2):
        probe.unseal(probe.socket.recv(2048))
    assert probe.received[-1] == probe.received[-2]


def test_packets_arrive_in_another_order(serve, login):
    bmc = serve()
    probe = login(bmc)
    bmc.faults.change(reorder=100, reorder_ms=5000)
    for _count in range(2):
        probe.socket.send(probe.seal(ipmb(0x20, *READ)))
    for _count in range(2):
        probe.unseal(probe.socket.recv(2048))
    assert probe.received[-1] < probe.received[-2]


def test_packet_that_nothing_overtakes_is_only_late(serve, login):
    bmc = serve()
    probe = login(bmc)
    bmc.faults.change(reorder=100, reorder_ms=60)
    begin = time.monotonic()
    assert probe.request(*READ)[0] == 0 and time.monotonic() - begin > 0.05


def test_one_slow_command_and_a_jitter(serve, login):
    bmc = serve()
    probe = login(bmc)
    bmc.faults.change(commands=[{"netfn": 0x06, "cmd": 0x01, "delay_ms": 1500}])
    begin = time.monotonic()
    probe.request(*READ)
    assert time.monotonic() - begin < 1.4
    probe.request(*DEVICE_ID)
    assert time.monotonic() - begin > 1.5
    bmc.faults.change(commands=[], jitter_ms=30, seed=2)
    begin = time.monotonic()
    for _count in range(4):
        probe.request(*READ)
    assert time.monotonic() - begin > 0.01


def test_command_fails_a_few_times_after_a_while(serve, login):
    bmc = serve()
    probe = login(bmc)
    bmc.faults.change(commands=[{"netfn": 4, "cmd": 0x2D, "completion_code": 0xC0, "after": 1, "times": 2}])
    assert [probe.request(*READ)[0] for _count in range(5)] == [0, 0xC0, 0xC0, 0, 0]


def test_one_sensor_fails_a_few_times(serve, login):
    bmc = serve(faults={"sensors": [{"name": "Inlet Temp", "completion_code": 0xD5, "times": 2}]})
    probe = login(bmc)
    assert [probe.request(*READ)[0] for _count in range(3)] == [0xD5, 0xD5, 0]
    assert probe.request(0x04, 0x27, b"\1")[0] == 0
    bmc.faults.change(sensors=[{"name": "Inlet Temp", "completion_code": 0xCB, "cmd": 0x27}])
    assert probe.request(0x04, 0x27, b"\1") == b"\xcb" and probe.request(0x04, 0x27, b"\2")[0] == 0


def test_command_is_carried_out_and_its_answer_lost(serve, login):
    bmc = serve(faults={"commands": [{"netfn": 0x0A, "cmd": 0x47, "data": "", "lose_reply": True, "times": 1}]})
    probe = login(bmc)
    packet = probe.seal(ipmb(0x20, 0x0A, 0x47, probe.request(0x0A, 0x42)[1:] + b"CLR\xaa"))
    assert probe.silent(packet) and bmc.sel_records() == []
    assert not probe.silent(packet) and len(bmc.ledger().clears) == 1


def test_plain_form_of_command_faults(serve, login):
    bmc = serve()
    probe = login(bmc)
    bmc.faults.change(commands={(0x04, 0x2D): 0xFF}, no_reply={(0x06, 0x01)})
    assert probe.request(*READ) == b"\xff" and probe.silent(probe.seal(ipmb(0x20, *DEVICE_ID)))


def test_silence_ends_after_a_time(serve, login):
    bmc = serve()
    probe = login(bmc)
    bmc.faults.change(silent_after_requests=2, silent_for_s=0.7)
    assert [probe.request(*READ)[0] for _count in range(2)] == [0, 0]
    assert answered(probe, 2) == [False, False]
    time.sleep(0.7)
    assert [probe.request(*READ)[0] for _count in range(3)] == [0, 0, 0]


def test_bmc_goes_silent_at_a_command(serve, login):
    bmc = serve()
    probe = login(bmc)
    bmc.faults.change(triggers=[{"netfn": 0x06, "cmd": 0x01, "nth": 2, "silent_s": 0.7}])
    assert probe.request(*DEVICE_ID)[0] == 0
    assert probe.silent(probe.seal(ipmb(0x20, *DEVICE_ID)), 0.05) and answered(probe, 1) == [False]
    time.sleep(0.7)
    assert probe.request(*READ)[0] == 0


def test_bmc_reboots_at_a_command(serve, login):
    bmc = serve()
    probe = login(bmc)
    bmc.faults.change(triggers=[{"netfn": 0x06, "cmd": 0x01, "reboot": {"silent_s": 0}}])
    assert probe.silent(probe.seal(ipmb(0x20, *DEVICE_ID)), 0.05) and answered(probe, 1) == [False]
    assert int.from_bytes(login(bmc).request(*SEL_TIME)[1:], "little") < 60


def test_reboot_puts_the_clock_to_zero_or_keeps_it(serve, login):
    bmc = serve()
    bmc.reboot(clock="keep")
    assert int.from_bytes(login(bmc).request(*SEL_TIME)[1:], "little") > 0x20000000
    probe = login(bmc)
    bmc.reboot(silent_s=0.7)
    assert answered(probe, 1) == [False]
    with pytest.raises(TimeoutError), Probe(bmc.address, bmc.port, 0.05) as other:
        other.plain(0x06, 0x38, b"\x8e\x04")
    time.sleep(0.7)
    assert int.from_bytes(login(bmc).request(*SEL_TIME)[1:], "little") < 60


def refused(login, bmc: RunningBmc, **options: object) -> tuple[str, int]:
    with pytest.raises(StatusError) as error:
        login(bmc, **options)
    return error.value.step, error.value.status


def test_refused_log_ins(serve, login):
    bmc = serve()
    for refuse, expected in (
        ({"user": True}, ("RAKP 2", 0x0D)),
        ({"user": ["root"]}, ("RAKP 2", 0x0D)),
        ({"user": 0x0C}, ("RAKP 2", 0x0C)),
        ({"privilege": True}, ("RAKP 2", 0x0A)),
        ({"session": True}, ("open session", 0x01)),
        ({"password": 0x0F}, ("RAKP 2", 0x0F)),
    ):
        bmc.faults.change(refuse=refuse)
        assert refused(login, bmc) == expected
    login(serve(faults={"refuse": {"user": ["oper"]}}))


def test_refused_password_shows_in_message_2_and_once_only(serve, login):
    bmc = serve(faults={"refuse": {"password": True, "times": 1}})
    with pytest.raises(ValueError, match="wrong password"):
        login(bmc)
    login(bmc)


def test_session_limit_while_running(serve, login):
    bmc = serve()
    login(bmc)
    bmc.faults.change(session_limit=1)
    assert refused(login, bmc) == ("open session", 0x01)
    bmc.faults.change(session_limit=None)
    login(bmc)


def test_reservation_is_lost_at_a_request(serve, login):
    bmc = serve()
    probe = login(bmc)
    bmc.faults.change(triggers=[{"netfn": 0x0A, "cmd": 0x23, "nth": 2, "times": 1, "lose_reservation": "sdr"}])
    reservation = probe.request(0x0A, 0x22)[1:]
    assert [probe.request(0x0A, 0x23, reservation + b"\1\0\5\5")[0] for _try in range(3)] == [0, 0xC5, 0xC5]


def test_records_change_between_two_reads(serve, login):
    bmc = serve(faults={"triggers": [{"netfn": 0x0A, "cmd": 0x23, "nth": 2, "sdr": {"remove": ["Fan1A"]}}]})
    probe = login(bmc)
    counts = []
    for _try in range(2):
        probe.request(0x0A, 0x23, bytes(5) + b"\xff")
        counts.append(probe.request(0x0A, 0x20)[2])
    assert counts[1] == counts[0] - 1


def test_hook_sees_every_request_twice(serve, login):
    bmc = serve()
    probe, seen = login(bmc), []
    bmc.on_request(lambda when, request: seen.append((when, request.cmd, request.user)))
    probe.request(*READ)
    assert seen == [("before", 0x2D, "root"), ("after", 0x2D, "root")]


@pytest.mark.parametrize(
    "faults",
    [
        {"drop_in": 101}, {"refuse": {"pasword": True}}, {"commands": [{"netfn": 4, "cmd": 1}]},
        {"triggers": [{"nth": 2}]}, {"sensors": [{"completion_code": 3}]}, {"nothing": 1},
    ],
)  # fmt: skip
def test_faults_that_make_no_sense_are_refused(serve, faults):
    bmc = serve()
    before = bmc.faults.plan
    with pytest.raises(ModelError):
        bmc.faults.change(**faults)
    assert bmc.faults.plan is before


def test_readings_that_change_over_time(serve, login):
    course = {"values": [20, 39, 43], "every_s": 0, "loop": False}
    bmc = serve(overrides={"Inlet Temp": {"over_time": course}})
    probe = login(bmc)
    assert [probe.request(*READ)[1] for _read in range(4)] == [20, 39, 43, 43]
    temperatures = iter(range(30, 40))
    bmc.set_sensor("Inlet Temp", reading=lambda seconds: next(temperatures) if seconds >= 0 else 0)
    first = probe.request(*READ)[1]
    assert probe.request(*READ)[1] > first >= 30
    bmc.set_sensor("Inlet Temp", over_time={"ramp": [10, 30], "over_s": 0.1})
    time.sleep(0.1)
    assert probe.request(*READ)[1] == 30
    bmc.set_sensor("Inlet Temp", reading=25)
    assert probe.request(*READ)[1] == 25
    bmc.set_sensor("PSU2 Status", over_time={"values": [[0], [0, 3]], "every_s": 0})
    number = bytes([bmc.sensor("PSU2 Status").number])
    assert [probe.request(0x04, 0x2D, number)[3] for _read in range(2)] == [0x01, 0x09]


@pytest.mark.parametrize(
    ("course", "expected"),
    [
        (Series((1.0, 2.0, 3.0), 10.0), [1, 1, 2, 3, 1]),
        (Series((1.0, 2.0, 3.0), 10.0, loop=False), [1, 1, 2, 3, 3]),
        (Ramp(0.0, 30.0, 30.0), [0, 5, 10, 25, 30]),
        (Ramp(0.0, 30.0, 20.0, loop=True), [0, 7.5, 15, 7.5, 15]),
    ],
)
def test_course_of_a_reading(course, expected):
    assert [course.at(seconds, 0) for seconds in (0, 5, 10, 25, 30)] == expected
