# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of simulated BMCs."""

from __future__ import annotations

import time

import pytest
from lanprobe import Probe, ipmb

READ = (0x04, 0x2D, b"\x01")


def test_silent_bmc_answers_nothing(serve):
    bmc = serve(faults={"silent": True})
    with Probe(bmc.address, bmc.port) as probe:
        assert probe.silent(bytes.fromhex("0600ff06000011be80550000"))
    assert bmc.requests.datagrams == 1


def test_silent_after_so_many_datagrams(serve, login):
    probe = login(serve(faults={"silent_after": 6}))
    assert [probe.request(*READ)[0] for _count in range(2)] == [0, 0]
    assert probe.silent(probe.seal(ipmb(0x20, *READ)))


def test_delay(serve, login):
    bmc = serve()
    probe = login(bmc)
    bmc.faults.change(delay_ms=80)
    begin = time.monotonic()
    probe.request(*READ)
    assert time.monotonic() - begin > 0.07


def test_drops_are_the_same_every_time(serve, login):
    patterns = []
    for _run in range(2):
        bmc = serve()
        probe = login(bmc)
        bmc.faults.change(drop=50, seed=7)
        patterns.append([probe.silent(probe.seal(ipmb(0x20, *READ)), 0.05) for _count in range(12)])
    assert patterns[0] == patterns[1]
    assert 1 <= sum(patterns[0]) <= 11


def test_command_with_a_completion_code_and_command_without_an_answer(serve, login):
    commands = [{"netfn": 0x0A, "cmd": 0x40, "completion_code": 0xFF}, {"netfn": 6, "cmd": 4, "no_reply": True}]
    probe = login(serve(faults={"commands": commands}))
    assert probe.request(0x0A, 0x40) == b"\xff"
    assert probe.silent(probe.seal(ipmb(0x20, 6, 4)))
    assert probe.request(*READ)[0] == 0


def test_sensor_that_never_answers(serve, login):
    bmc = serve("oddities")
    probe = login(bmc)
    assert probe.silent(probe.seal(ipmb(0x20, 0x04, 0x2D, bytes([bmc.sensor("Never Answers").number]))))


def test_satellites_sensor_that_never_answers(serve, login):
    bmc = serve("blade", overrides={"Stage Temp": {"no_reply": True}})
    probe = login(bmc)
    probe.socket.settimeout(0.2)
    assert len(probe.bridged(0x2C, 0, 0x04, 0x2D, b"\2")) == 1


def test_reservation_gets_lost_and_can_be_had_again(serve, login):
    probe = login(serve(faults={"lose_reservation_after": 2}))
    reservation = probe.request(0x0A, 0x22)[1:]
    codes = [probe.request(0x0A, 0x23, reservation + b"\1\0\5\5")[0] for _count in range(4)]
    assert codes == [0, 0, 0xC5, 0xC5]
    reservation = probe.request(0x0A, 0x22)[1:]
    assert probe.request(0x0A, 0x23, reservation + b"\1\0\5\5")[0] == 0


def test_limit_of_a_record_read(serve, login):
    probe = login(serve(faults={"max_sdr_read": 8}))
    assert probe.request(0x0A, 0x23, bytes(4) + b"\0\x09") == b"\xca"


def test_reset_takes_a_while(serve, login):
    bmc = serve(limits={"reset_s": 0.3})
    bmc.reset()
    with pytest.raises((TimeoutError, AssertionError)), Probe(bmc.address, bmc.port, 0.1) as probe:
        probe.plain(0x06, 0x38, b"\x8e\x04")
    time.sleep(0.3)
    assert login(bmc).request(*READ)[0] == 0
