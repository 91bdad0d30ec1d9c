# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IPMI v1.5 sessions of simulated BMCs."""

from __future__ import annotations

import hashlib
import os
import struct
import subprocess

import pytest
from lanprobe import Probe, ipmb

from bmcsim import RunningBmc
from bmcsim.sessions import SessionTable
from bmcsim.sessions15 import Challenges, Session15

ONLY_15 = {"versions": ["1.5"], "auth": ["md5", "straight", "none"]}


class Old(Probe):
    """A bare client of IPMI v1.5 sessions."""

    auth, password, temporary = 2, b"", 0

    def challenge(self, user: str, auth: int = 2) -> bytes:
        reply = self.plain(0x06, 0x39, bytes([auth]) + user.encode().ljust(16, b"\0"))
        if reply[0] == 0:
            self.auth, self.bmc_id, self.string = auth, struct.unpack_from("<I", reply, 1)[0], reply[5:21]
        return reply

    def pack(self, message: bytes, sequence: int) -> bytes:
        key, code = self.password.ljust(16, b"\0"), b""
        if self.auth == 2:
            order = struct.pack("<I", sequence)
            code = hashlib.md5(key + struct.pack("<I", self.bmc_id) + message + order + key).digest()
        elif self.auth == 4:
            code = key
        head = b"\x06\x00\xff\x07" + struct.pack("<BII", self.auth, sequence, self.bmc_id)
        return head + code + bytes([len(message)]) + message

    def unpack(self, packet: bytes) -> bytes:
        sequence = struct.unpack_from("<I", packet, 5)[0]
        start = 29 if packet[4] else 13
        message = packet[start + 1 :]
        if packet[4] == 2:
            assert self.pack(message, sequence)[13:29] == packet[13:29]
        self.received.append(sequence)
        return message

    def activate(self, password: bytes, privilege: int = 4) -> bytes:
        self.password = password
        data = bytes([self.auth, privilege]) + self.string + struct.pack("<I", 77)
        reply = self.unpack(self.exchange(self.pack(ipmb(0x20, 0x06, 0x3A, data), 0)))[6:-1]
        if reply[0] == 0:
            self.auth = reply[1]
            self.bmc_id, self.sequence = struct.unpack_from("<II", reply, 2)
        return reply

    def request(self, netfn: int, cmd: int, data: bytes = b"", lun: int = 0) -> bytes:
        reply = self.unpack(self.exchange(self.pack(ipmb(0x20, netfn, cmd, data, 1, lun), self.sequence)))
        self.sequence += 1
        return reply[6:-1]


@pytest.fixture
def old(serve):
    """Function that starts a BMC which knows only IPMI v1.5, and returns it with a client."""
    probes = []

    def start(**entry: object) -> tuple[RunningBmc, Old]:
        bmc = serve(**{"lan": ONLY_15, **entry})
        probes.append(Old(bmc.address, bmc.port))
        return bmc, probes[-1]

    yield start
    for probe in probes:
        probe.socket.close()


@pytest.mark.parametrize("auth", [0, 2, 4])
def test_session_reads_a_sensor(old, auth):
    _bmc, probe = old()
    assert probe.challenge("root", auth)[0] == 0
    reply = probe.activate(b"t0p-secret")
    assert (reply[0], reply[1], reply[-1]) == (0, auth, 4)
    assert [probe.request(0x04, 0x2D, b"\x01") for _count in range(3)] == [bytes([0, 23, 0xC0, 0xC0])] * 3
    assert probe.received == [77, 78, 79, 80]


def test_capabilities_do_not_tell_of_ipmi_2(old):
    _bmc, probe = old()
    assert probe.plain(0x06, 0x38, b"\x8e\x04")[:5] == bytes([0, 1, 0x15, 0x04, 0])
    assert probe.plain(0x06, 0x54, b"\x0e\x00\x80") == b"\xc1"
    _bmc, probe = old(lan={**ONLY_15, "extended_code": 0xCC})
    assert probe.plain(0x06, 0x38, b"\x8e\x04") == b"\xcc"
    assert probe.plain(0x06, 0x38, b"\x0e\x04")[0] == 0


def test_rmcp_plus_is_not_answered(old):
    bmc, probe = old()
    with pytest.raises(TimeoutError), Probe(bmc.address, bmc.port, 0.2) as new:
        new.open_request((1, 1, 1))
    probe.challenge("root")
    probe.activate(b"t0p-secret")
    assert probe.request(0x06, 0x01)[5] == 0x51


def test_both_versions_side_by_side_and_the_newer_one_switched_off(serve, login):
    bmc = serve(lan={"versions": ["1.5", "2.0"]})
    login(bmc)
    with Old(bmc.address, bmc.port) as probe:
        assert probe.plain(0x06, 0x38, b"\x8e\x04")[:5] == bytes([0, 1, 0x84, 0x04, 0x03])
        probe.challenge("root")
        assert probe.activate(b"t0p-secret")[0] == 0
    bmc.faults.change(ipmi15_only=True)
    with pytest.raises(TimeoutError), Probe(bmc.address, bmc.port, 0.2) as new:
        new.open_request((1, 1, 1))


def test_without_a_version_15_session_the_challenge_is_refused(serve):
    bmc = serve()
    with Old(bmc.address, bmc.port) as probe:
        assert probe.challenge("root") == b"\xc1"


def test_unknown_user_is_refused_at_the_challenge(old):
    _bmc, probe = old()
    assert probe.challenge("nobody") == b"\x81"
    assert probe.challenge("") == b"\x82"


def test_wrong_password_gets_no_answer_unless_the_model_has_a_code_for_it(old):
    _bmc, probe = old()
    probe.socket.settimeout(0.2)
    probe.challenge("root")
    with pytest.raises(TimeoutError):
        probe.activate(b"wrong")
    _bmc, probe = old(lan={**ONLY_15, "wrong_password_code": 0x87})
    probe.challenge("root")
    assert probe.activate(b"wrong") == b"\x87"


def test_password_of_more_than_sixteen_bytes_is_for_version_2(old):
    _bmc, probe = old(users=[{"name": "long", "password": "0123456789abcdefg"}])
    probe.socket.settimeout(0.2)
    probe.challenge("long")
    with pytest.raises(TimeoutError):
        probe.activate(b"0123456789abcdefg"[:16])


def test_privilege_limit_and_slots(old):
    bmc, probe = old(limits={"sessions": 1})
    probe.challenge("guest")
    assert probe.activate(b"guest-secret", 4) == b"\x86"
    probe.challenge("guest")
    assert probe.activate(b"guest-secret", 2)[0] == 0
    assert probe.request(0x06, 0x3B, b"\x04") == b"\x81"
    assert probe.request(0x0A, 0x49, bytes(4)) == b"\xd4"
    with Old(bmc.address, bmc.port) as other:
        other.challenge("root")
        assert other.activate(b"t0p-secret") == b"\x81"


def test_wrong_challenge_is_refused(old):
    _bmc, probe = old()
    probe.challenge("root")
    probe.string = bytes(16)
    assert probe.activate(b"t0p-secret") == b"\xcc"


def test_code_on_the_activation_only(old):
    _bmc, probe = old(lan={"versions": ["1.5"], "per_message": False})
    assert probe.plain(0x06, 0x38, b"\x0e\x04")[3] & 0x10
    probe.challenge("root")
    assert probe.activate(b"t0p-secret")[1] == 0
    assert probe.request(0x04, 0x2D, b"\x01")[0] == 0


def test_tampered_unnumbered_and_unknown_packets_are_dropped(old):
    bmc, probe = old()
    probe.challenge("root")
    assert probe.silent(probe.pack(ipmb(0x20, 0x06, 0x01), 0))
    probe.activate(b"t0p-secret")
    packet = probe.pack(ipmb(0x20, 0x04, 0x2D, b"\x01"), probe.sequence)
    assert probe.silent(packet[:-2] + bytes([packet[-2] ^ 1, packet[-1]]))
    assert probe.silent(probe.pack(ipmb(0x20, 0x04, 0x2D, b"\x01"), probe.sequence + 500))
    assert bmc.requests.rejected == 3


def test_repeated_packets_are_answered_again_but_not_carried_out_again(old):
    bmc, probe = old()
    probe.challenge("root")
    probe.activate(b"t0p-secret")
    packet = probe.pack(ipmb(0x20, 0x04, 0x2D, b"\x01"), probe.sequence)
    assert probe.exchange(packet) == probe.exchange(packet)
    assert bmc.requests.count(0x04, 0x2D) == 1


def test_refusals_on_request(old):
    bmc, probe = old()
    bmc.faults.change(refuse={"user": True, "times": 1})
    assert probe.challenge("root") == b"\x81"
    bmc.faults.change(refuse={"privilege": True, "times": 1})
    probe.challenge("root")
    assert probe.activate(b"t0p-secret") == b"\x86"
    bmc.faults.change(refuse={"password": 0x87})
    assert probe.activate(b"t0p-secret") == b"\x87"


def run(bmc: RunningBmc, *words: str) -> str:
    env = {**os.environ, "IPMI_PASSWORD": bmc.password}
    result = subprocess.run(words, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr
    return result.stdout


@pytest.mark.needs_command("ipmitool")
def test_ipmitool_lan(old):
    bmc, _probe = old()
    words = ["ipmitool", "-I", "lan", "-H", bmc.address, "-p", str(bmc.port), "-U", bmc.user, "-E"]
    assert "IPMI Version              : 1.5" in run(bmc, *words, "mc", "info")
    assert "Inlet Temp       | 23.000" in run(bmc, *words, "sensor")
    assert "Power Supply AC lost" in run(bmc, *words, "-A", "PASSWORD", "sel", "list")


@pytest.mark.needs_command("ipmi-sensors")
def test_freeipmi_lan(old, tmp_path):
    bmc, _probe = old()
    config = tmp_path / "freeipmi.conf"
    config.write_text(f"username {bmc.user}\npassword {bmc.password}\ndriver-type LAN\nprivilege-level USER\n")
    config.chmod(0o600)
    words = ["-h", f"{bmc.address}:{bmc.port}", "--config-file", str(config)]
    cache = ["--sdr-cache-directory", str(tmp_path), "--quiet-cache"]
    assert "1.5" in run(bmc, "bmc-info", *words)
    assert "Inlet Temp" in run(bmc, "ipmi-sensors", *words, *cache)
    assert "Power Supply input lost" in run(bmc, "ipmi-sel", *words, *cache)


def test_challenges_grow_old_and_are_not_kept_for_ever():
    challenges = Challenges(SessionTable(1, 60.0))
    for number in range(1, 41):
        challenges.add(Session15(bmc_id=number, last_seen=100.0, challenge=b"", auth_type=2))
    assert challenges.get(40, 101.0) and challenges.get(1, 101.0) is None
    assert challenges.get(40, 160.0) is None
