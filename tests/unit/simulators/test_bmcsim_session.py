# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions of simulated BMCs: handshake, refusals, sequence numbers, expiry."""

from __future__ import annotations

import hashlib
import time

import pytest
from lanprobe import Probe, StatusError, ipmb

READ = (0x04, 0x2D, b"\x01")
DEVICE_ID = (0x06, 0x01)


def test_presence_ping_is_answered(serve):
    bmc = serve()
    with Probe(bmc.address, bmc.port) as probe:
        pong = probe.exchange(bytes.fromhex("0600ff06000011be80550000"))
    assert pong[:10] == bytes.fromhex("0600ff06000011be4055")
    assert pong[20] == 0x81  # supports IPMI


def test_authentication_capabilities_tell_of_ipmi_2_only_when_asked(serve):
    bmc = serve()
    with Probe(bmc.address, bmc.port) as probe:
        extended = probe.plain(0x06, 0x38, b"\x8e\x04")
        plain = probe.plain(0x06, 0x38, b"\x0e\x04")
    assert extended[:5] == bytes([0, 1, 0x80, 0x04, 0x02])
    assert plain[:5] == bytes([0, 1, 0x00, 0x04, 0x00])


def test_two_key_login_is_announced(serve):
    bmc = serve(kg="bmc-key")
    with Probe(bmc.address, bmc.port) as probe:
        assert probe.plain(0x06, 0x38, b"\x8e\x04")[3] & 0x20


def test_cipher_suites_are_listed_without_a_session(serve):
    bmc = serve()
    with Probe(bmc.address, bmc.port) as probe:
        assert probe.plain(0x06, 0x54, b"\x0e\x00\x80").hex(" ") == "00 01 c0 03 01 41 81 c0 11 03 44 81"
        assert probe.plain(0x06, 0x54, b"\x0e\x00\x81").hex(" ") == "00 01"


def test_nothing_else_is_answered_without_a_session(serve):
    bmc = serve()
    with Probe(bmc.address, bmc.port) as probe:
        assert probe.plain(*DEVICE_ID) == b"\xd4"


@pytest.mark.parametrize("suite", [3, 17])
@pytest.mark.parametrize("name_only", [True, False])
def test_session_reads_a_sensor(serve, login, suite, name_only):
    probe = login(serve(), suite=suite, name_only=name_only)
    assert probe.request(*READ) == bytes([0, 23, 0xC0, 0xC0])


@pytest.mark.parametrize("suite", [3, 17])
def test_bmc_key_and_password_of_twenty_bytes(serve, login, suite):
    users = [{"name": "sixteen-byte-usr", "password": "0123456789abcdefghij"}]
    bmc = serve(users=users, kg="0x" + "a5" * 20)
    probe = login(bmc, "sixteen-byte-usr", b"0123456789abcdefghij", suite=suite, kg=b"\xa5" * 20)
    assert probe.request(*READ)[0] == 0
    with pytest.raises(ValueError, match="BMC key"):
        login(bmc, "sixteen-byte-usr", b"0123456789abcdefghij", suite=suite)


@pytest.mark.parametrize(
    ("algorithms", "status"),
    [
        ((2, 1, 1), 0x04),  # RAKP-HMAC-MD5
        ((0, 0, 0), 0x04),  # suite 0: no authentication at all
        ((1, 2, 1), 0x05),  # HMAC-MD5-128
        ((1, 1, 0), 0x10),  # no confidentiality
        ((1, 1, 2), 0x10),  # xRC4-128
        ((1, 4, 1), 0x11),  # each of them known, not together
    ],
)
def test_other_suites_are_refused(serve, algorithms, status):
    bmc = serve()
    with Probe(bmc.address, bmc.port) as probe, pytest.raises(StatusError) as error:
        probe.open_request(algorithms)
    assert (error.value.step, error.value.status) == ("open session", status)


def test_suite_that_the_model_leaves_out_is_refused(serve, login):
    with pytest.raises(StatusError) as error:
        login(serve(limits={"suites": [3]}), suite=17)
    assert error.value.status == 0x04


@pytest.mark.parametrize("name_only", [True, False])
@pytest.mark.parametrize(
    ("user", "privilege", "status"), [("nobody", 2, 0x0D), ("guest", 3, 0x0A), ("guest", 4, 0x0A), ("oper", 4, 0x0A)]
)
def test_unknown_user_and_too_high_privilege_are_refused(serve, login, user, privilege, status, name_only):
    with pytest.raises(StatusError) as error:
        login(serve(), user, b"x", privilege=privilege, name_only=name_only)
    assert (error.value.step, error.value.status) == ("RAKP 2", status)


def test_privilege_can_be_refused_as_an_invalid_role(serve, login):
    with pytest.raises(StatusError) as error:
        login(serve(limits={"privilege_refused": 0x09}), "guest", b"x", privilege=4)
    assert error.value.status == 0x09


def test_lookup_by_name_and_privilege_finds_the_second_entry_of_a_name(serve, login):
    users = [
        {"name": "twin", "password": "low", "privilege": "user"},
        {"name": "twin", "password": "high", "privilege": "administrator"},
    ]
    bmc = serve(users=users)
    login(bmc, "twin", b"high", privilege=4, name_only=False)
    login(bmc, "twin", b"low", privilege=2, name_only=False)
    with pytest.raises(StatusError):
        login(bmc, "twin", b"high", privilege=4, name_only=True)


def test_wrong_password_shows_in_rakp_2(serve, login):
    with pytest.raises(ValueError, match="wrong password"):
        login(serve(), password=b"not-it")


def test_wrong_rakp_3_is_refused_and_frees_the_slot(serve, login):
    bmc = serve(limits={"sessions": 1})
    with pytest.raises(StatusError) as error:
        login(bmc, wrong_rakp3=True)
    assert (error.value.step, error.value.status) == ("RAKP 4", 0x0F)
    login(bmc)


def test_slots_run_out_and_come_back(serve, login):
    bmc = serve(limits={"sessions": 2})
    first = login(bmc)
    login(bmc)
    with pytest.raises(StatusError) as error:
        login(bmc)
    assert (error.value.step, error.value.status) == ("open session", 0x01)
    assert first.request(0x06, 0x3C, first.bmc_id.to_bytes(4, "little")) == b"\0"
    login(bmc)


def test_session_ends_when_it_is_not_used(serve, login):
    bmc = serve(limits={"session_timeout_s": 0.2})
    probe = login(bmc)
    time.sleep(0.4)
    assert probe.silent(probe.seal(ipmb(0x20, *READ)))


def test_closed_session_is_not_answered(serve, login):
    probe = login(serve())
    probe.request(0x06, 0x3C, probe.bmc_id.to_bytes(4, "little"))
    assert probe.silent(probe.seal(ipmb(0x20, *READ)))


@pytest.mark.parametrize("command", [0x02, 0x03])
def test_reset_is_answered_and_drops_sessions(serve, login, command):
    bmc = serve()
    probe, other = login(bmc), login(bmc)
    assert probe.request(0x06, command) == b"\0"
    assert other.silent(other.seal(ipmb(0x20, *READ)))


def test_replies_are_numbered_upwards(serve, login):
    probe = login(serve(), privilege=2)
    for _count in range(5):
        probe.request(*READ)
    assert probe.received == [1, 2, 3, 4, 5]


def test_repeated_packet_is_answered_again_but_not_carried_out_again(serve, login):
    bmc = serve()
    probe = login(bmc)
    packet = probe.seal(ipmb(0x20, 0x0A, 0x44, bytes(2) + b"\x02" + bytes(13), 9))
    first = probe.exchange(packet)
    assert probe.exchange(packet) == first
    assert len(bmc.bmc.sel.entries) == 6


def test_packet_outside_of_the_window_is_dropped(serve, login):
    probe = login(serve())
    assert probe.silent(probe.seal(ipmb(0x20, *READ), sequence=1000))
    assert probe.request(*READ)[0] == 0


def test_tampered_packet_is_dropped(serve, login):
    bmc = serve()
    probe = login(bmc)
    packet = bytearray(probe.seal(ipmb(0x20, *READ)))
    packet[-1] ^= 1
    assert probe.silent(bytes(packet))
    assert bmc.requests.rejected == 1


def test_repeated_rakp_messages_get_the_same_answer(serve):
    bmc = serve()
    with Probe(bmc.address, bmc.port) as probe:
        probe.open_request((1, 1, 1))
        name = b"\x14\0\0\x04root"
        rakp1 = bytes([2, 0, 0, 0]) + probe.bmc_id.to_bytes(4, "little") + hashlib.md5(b"rm").digest() + name
        assert probe._handshake(0x12, rakp1) == probe._handshake(0x12, rakp1)


@pytest.mark.parametrize(
    "junk", [b"", b"\x06", b"\x06\x00\xff\x07", b"\x06\x00\xff\x07\x06\x10" + bytes(10), b"x" * 99]
)
def test_junk_is_ignored(serve, login, junk):
    bmc = serve()
    with Probe(bmc.address, bmc.port) as probe:
        assert probe.silent(junk, 0.1)
    assert login(bmc).request(*READ)[0] == 0


@pytest.mark.parametrize(
    ("user", "password", "privilege", "expected"),
    [("root", b"t0p-secret", 4, 0x00), ("oper", b"oper-secret", 3, 0x00), ("guest", b"guest-secret", 2, 0xD4)],
)
def test_changing_the_event_log_takes_an_operator(serve, login, user, password, privilege, expected):
    probe = login(serve(), user, password, privilege=privilege)
    assert probe.request(0x0A, 0x49, bytes(4))[0] == expected
    assert probe.request(*READ)[0] == 0


def test_session_starts_as_user_and_cannot_rise_above_what_it_asked_for(serve):
    bmc = serve()
    with Probe(bmc.address, bmc.port) as probe:
        probe.login("root", b"t0p-secret", privilege=3)
        assert probe.request(0x06, 0x3B, b"\0") == b"\0\x02"
        assert probe.request(0x06, 0x3B, b"\x04") == b"\x81"
        assert probe.request(0x06, 0x3B, b"\x03") == b"\0\x03"
