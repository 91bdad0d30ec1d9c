# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The side of a simulated BMC that QEMU sees: frames, the host's own commands, and what both sides share."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bmcsim import ModelError, StartError, collect, running, vm_codec

APP, STORAGE, SENSOR = 0x06, 0x0A, 0x04
# Version 1, no interrupts, no attention: what QEMU is told first.
GREETING = b"\xff\x01\xa1" + b"\x06\xa1" + b"\x00\xa1"
ENTRY = bytes(2) + b"\x02" + bytes(4) + bytes.fromhex("20000410016f02ffff")
SATELLITE, SENSOR_NUMBER = 0x2C, 0x01


class Machine:
    """The QEMU of these tests."""

    def __init__(self, address: str, port: int) -> None:
        self.socket = socket.create_connection((address, port), 5)
        self._number = 0
        self._received = b""
        assert self.take(len(GREETING)) == GREETING

    def take(self, count: int) -> bytes:
        while len(self._received) < count:
            chunk = self.socket.recv(4096)
            assert chunk, "the BMC hung up"
            self._received += chunk
        taken, self._received = self._received[:count], self._received[count:]
        return taken

    def frame(self) -> bytes:
        """The next frame with its end, the bytes in it as they were meant."""
        frame = b""
        while True:
            byte = self.take(1)
            if byte in (b"\xa0", b"\xa1"):
                return frame + byte
            frame += bytes([self.take(1)[0] - 0x10]) if byte == b"\xaa" else byte

    def send(self, netfn: int, cmd: int, data: bytes = b"", lun: int = 0) -> None:
        self._number = (self._number + 1) % 256
        message = bytes([self._number, netfn << 2 | lun, cmd]) + data
        message += bytes([-sum(message) & 0xFF])
        escaped = b"".join(b"\xaa" + bytes([b | 0x10]) if b in b"\xa0\xa1\xaa" else bytes([b]) for b in message)
        self.socket.sendall(escaped + b"\xa0")

    def request(self, netfn: int, cmd: int, data: bytes = b"", lun: int = 0) -> bytes:
        """Completion code and data of the response."""
        self.send(netfn, cmd, data, lun)
        answer = self.frame()
        assert answer.endswith(b"\xa0") and sum(answer[:-1]) % 256 == 0, answer.hex(" ")
        assert answer[:3] == bytes([self._number, (netfn | 1) << 2 | lun, cmd])
        return answer[3:-2]

    def bridge(self, cmd: int, data: bytes, lun: int = 2) -> bytes:
        """The answer to Send Message with a request to the satellite, from the host's SMS LUN."""
        head = bytes([SATELLITE, SENSOR << 2])
        body = bytes([0x20, 5 << 2 | lun, cmd]) + data
        message = head + bytes([-sum(head) & 0xFF]) + body + bytes([-sum(body) & 0xFF])
        return self.request(APP, 0x34, b"\0" + message)

    def silent(self) -> bool:
        self.socket.settimeout(0.3)
        with contextlib.suppress(TimeoutError):
            return not self.socket.recv(1)
        return True


@pytest.fixture
def start(serve: Callable[..., Any]) -> Iterator[Callable[..., tuple[Any, Machine]]]:
    machines = []

    def plugged(model: object = "rack1u", **entry: Any) -> tuple[Any, Machine]:
        bmc = serve(model, **{"vm": {}, **entry})
        machines.append(Machine(bmc.vm_address, bmc.vm_port))
        return bmc, machines[-1]

    yield plugged
    for machine in machines:
        machine.socket.close()


def test_frames_are_read_whatever_the_pieces_they_come_in() -> None:
    sent = bytes.fromhex("aab0 aab1 aaba 55 a0 ff 01 a1")
    whole = [(0xA0, bytes.fromhex("a0a1aa55")), (0xA1, b"\xff\x01")]
    for size in range(1, len(sent) + 1):
        decoder = vm_codec.Decoder()
        pieces = [sent[at : at + size] for at in range(0, len(sent), size)]
        assert [frame for piece in pieces for frame in decoder.feed(piece)] == whole
    assert b"".join(vm_codec.frame(*frame) for frame in whole) == sent


def test_torn_and_empty_frames_are_passed_over() -> None:
    assert list(vm_codec.Decoder().feed(b"\xa0\xa1\x01\xaa\xa0\x02\xa1")) == [(0xA1, b"\x02")]


@pytest.mark.parametrize("content", ["01 18", "01 18 01", "01 18 01 e5"])
def test_message_that_is_short_or_garbled_is_refused(content: str) -> None:
    with pytest.raises(ValueError):
        vm_codec.request(bytes.fromhex(content))


def test_request_is_answered_and_a_garbled_one_is_not(start: Any) -> None:
    bmc, machine = start()
    machine.socket.sendall(b"\x01\x18\x01\xe5\xa0")
    assert machine.request(APP, 0x01).hex(" ") == "00 20 01 02 30 02 bf d9 7e 00 01 11"
    assert bmc.requests.rejected == 1
    assert machine.request(SENSOR, 0x2D, b"\1", lun=1) == b"\xcb"
    assert machine.request(0x2C, 0x3E) == b"\xc1"


def test_every_byte_survives_the_way_in_and_out(start: Any) -> None:
    bmc, machine = start()
    for first in range(0, 256, 13):
        data = bytes(value % 256 for value in range(first, first + 13))
        assert machine.request(STORAGE, 0x44, bytes(2) + b"\xe0" + data)[0] == 0
    records = bmc.sel_records()[-20:]
    assert b"".join(record[3:] for record in records) == bytes(value % 256 for value in range(260))
    assert machine.request(STORAGE, 0x43, bytes(2) + b"\xff\xff\x00\xff")[3:] == records[-1]


def test_host_needs_no_session_and_may_do_everything(start: Any) -> None:
    bmc, machine = start()
    reservation = machine.request(STORAGE, 0x42)[1:]
    assert machine.request(STORAGE, 0x47, reservation + b"CLR\xaa") == b"\0\1"
    assert [(line["by"], line["count"]) for line in bmc.ledger().clears] == [("system interface", 5)]
    assert {request.user for request in bmc.requests} == {"system interface"}


def test_both_sides_share_log_and_reservation(start: Any, login: Any) -> None:
    bmc, machine = start()
    outside = login(bmc)
    reservation = machine.request(STORAGE, 0x42)[1:]
    assert outside.request(STORAGE, 0x44, ENTRY)[0] == 0
    assert machine.request(STORAGE, 0x47, reservation + b"CLR\xaa") == b"\xc5"
    assert machine.request(STORAGE, 0x40) == outside.request(STORAGE, 0x40)
    bmc.set_sensor("Fan1A", reading=360)
    number = bytes([bmc.sensor("Fan1A").number])
    assert machine.request(SENSOR, 0x2D, number) == outside.request(SENSOR, 0x2D, number)


def test_faults_triggers_and_hook_concern_the_host_too(start: Any) -> None:
    info = {"netfn": STORAGE, "cmd": 0x40}
    bmc, machine = start(faults={"commands": [{**info, "completion_code": 0xC0, "times": 1}]})
    assert machine.request(STORAGE, 0x40) == b"\xc0"
    seen = []
    bmc.on_request(lambda when, request: seen.append((when, request.cmd)))
    bmc.faults.change(triggers=[{**info, "when": "after", "event": {"sensor": "Fan1A", "offset": 2}}])
    before = len(bmc.sel_records())
    assert machine.request(STORAGE, 0x40)[0] == 0
    assert (len(bmc.sel_records()), seen) == (before + 1, [("before", 0x40), ("after", 0x40)])
    bmc.faults.change(commands=[{**info, "lose_reply": True, "times": 1}])
    machine.send(STORAGE, 0x40)
    assert machine.silent()


def test_silent_bmc_gives_the_host_no_answer_and_later_does(start: Any) -> None:
    bmc, machine = start(faults={"silent": True})
    machine.send(APP, 0x01)
    assert machine.silent()
    bmc.faults.clear()
    assert machine.request(APP, 0x01)[0] == 0


def test_late_reply_comes_late(start: Any) -> None:
    bmc, machine = start(faults={"commands": [{"netfn": APP, "cmd": 1, "delay_ms": 600}]})
    machine.send(APP, 0x01)
    assert machine.silent()
    machine.socket.settimeout(5)
    assert machine.frame()[3] == 0


def test_answer_of_a_satellite_waits_for_the_host(start: Any) -> None:
    bmc, machine = start("satellite")
    number = bytes([SENSOR_NUMBER])
    assert machine.request(APP, 0x31) == b"\0\0"
    assert machine.request(APP, 0x33) == b"\x80"
    assert machine.bridge(0x2D, number) == b"\0"
    assert machine.frame() == b"\x01\xa1"  # attention
    assert machine.request(APP, 0x31) == b"\0\1"
    code, channel, *message = machine.request(APP, 0x33)
    sensor = next(s for s in bmc.bmc.satellites[SATELLITE, 0].sensors.values() if s.number == SENSOR_NUMBER)
    # Requester's network function and LUN, checksum, responder, number, command, code, reading, checksum.
    head = bytes([0x20, (SENSOR | 1) << 2 | 2])
    body = bytes([SATELLITE, 5 << 2, 0x2D, 0]) + sensor.reading_bytes()
    assert (code, channel) == (0, 0)
    assert bytes(message) == head[1:] + bytes([-sum(head) & 0xFF]) + body + bytes([-sum(body) & 0xFF])
    assert machine.frame() == b"\x00\xa1"  # no attention
    assert machine.request(APP, 0x33) == b"\x80"


def test_messages_are_dropped_when_the_host_clears_them_or_starts_anew(start: Any) -> None:
    bmc, machine = start("satellite")
    for forget in (
        lambda: machine.request(APP, 0x30, b"\1"),
        lambda: machine.socket.sendall(b"\x04\xa1"),
        bmc.reset,
    ):
        machine.bridge(0x2D, bytes([SENSOR_NUMBER]))
        assert machine.frame() == b"\x01\xa1"
        forget()
        machine.send(APP, 0x31)
        frames = {machine.frame(), machine.frame()}
        assert b"\x00\xa1" in frames
        assert any(frame[3:5] == b"\0\0" for frame in frames - {b"\x00\xa1"})


def test_satellite_that_is_off_is_told_at_once(start: Any) -> None:
    bmc, machine = start("satellite")
    bmc.power_satellite(SATELLITE, on=False)
    assert machine.bridge(0x2D, bytes([SENSOR_NUMBER])) == b"\x83"
    assert machine.request(APP, 0x31) == b"\0\0"


def test_interrupts_follow_the_global_enables(start: Any) -> None:
    _bmc, machine = start("satellite")
    assert machine.request(APP, 0x2F) == b"\0\x08"
    assert machine.request(APP, 0x2E, b"\x0c") == b"\xcc"  # no event message buffer
    assert machine.request(APP, 0x2E, b"\x09") == b"\0"
    assert machine.frame() == b"\x05\xa1"
    machine.bridge(0x2D, bytes([SENSOR_NUMBER]))
    assert machine.frame() == b"\x02\xa1"  # attention with an interrupt
    assert machine.request(APP, 0x2E, b"\x08") == b"\0"
    assert {machine.frame(), machine.frame()} == {b"\x06\xa1", b"\x01\xa1"}


def test_commands_of_the_host_are_not_there_by_lan(start: Any, login: Any) -> None:
    bmc, machine = start()
    outside = login(bmc)
    assert {outside.request(APP, cmd) for cmd in (0x2F, 0x31, 0x33, 0x35)} == {b"\xc1"}
    assert outside.request(APP, 0x42, b"\x0e")[1] == 1
    assert machine.request(APP, 0x42, b"\x0e")[1:4] == b"\x0f\x0c\x05"


def test_machine_that_comes_back_is_told_the_lines_as_they_are(start: Any) -> None:
    bmc, machine = start("satellite")
    assert machine.request(APP, 0x2E, b"\x09") == b"\0"
    assert machine.frame() == b"\x05\xa1"
    machine.bridge(0x2D, bytes([SENSOR_NUMBER]))
    machine.socket.close()
    with socket.create_connection((bmc.vm_address, bmc.vm_port), 5) as again:
        told = b""
        while len(told) < len(GREETING):
            told += again.recv(100)
    assert told == b"\xff\x01\xa1" + b"\x05\xa1" + b"\x02\xa1"


def test_bmc_without_the_entry_listens_to_no_machine(serve: Any) -> None:
    bmc = serve()
    assert (bmc.vm_address, bmc.vm_port) == ("", 0)


def test_wrong_entry_and_taken_port_are_told() -> None:
    with pytest.raises(ModelError, match="prt"):
        collect({"name": "a", "model": "rack1u", "vm": {"prt": 1}})
    with running({"name": "a", "model": "rack1u", "vm": {}}) as fleet:
        taken = {"name": "b", "model": "rack1u", "vm": {"port": fleet["a"].vm_port}}
        with pytest.raises(StartError, match=rf"b: cannot listen on 127.0.0.1:{fleet['a'].vm_port}: the port is in"):
            running(taken).__enter__()
