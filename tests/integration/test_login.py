# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Log-in against simulated BMCs: what works, and that every refusal is told as what it is."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core import errors
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.client import Request
from bmcsim import running
from harness.reading import opened, options, run_here

pytestmark = pytest.mark.usefixtures("each_transport")

GET_DEVICE_ID = Request(0x06, 0x01)
LONGEST = "twenty-bytes-of-pass"
USERS = [
    {"name": "reader", "password": "Read-0nly", "privilege": "user"},
    {"name": "long", "password": LONGEST, "privilege": "administrator"},
    {"name": "umlaut", "password": "Schlüssel", "privilege": "user"},
    {"name": "", "password": "anonymous", "privilege": "user"},
]


@pytest.fixture(scope="module")
def fleet() -> Iterator[Any]:
    plain = {"name": "plain", "model": "rack1u", "users": USERS}
    sources = [
        plain,
        {"name": "kg", "model": "rack1u", "users": USERS, "kg": "BMC-key"},
        {"name": "sha1", "model": "rack1u", "users": USERS, "limits": {"suites": [3]}},
        {"name": "sha256", "model": "rack1u", "users": USERS, "limits": {"suites": [17]}},
        {"name": "silent", "model": "rack1u", "users": USERS, "faults": {"silent": True}},
        {"name": "half", "model": "rack1u", "users": USERS},
        {"name": "full", "model": "rack1u", "users": USERS, "limits": {"sessions": 1}},
    ]
    with running(sources) as served:
        yield served


async def logging_in(bmc: Any, **changes: Any) -> None:
    async with opened(options(bmc, **changes)) as client:
        assert (await client.request(GET_DEVICE_ID)).code == 0


def log_in(bmc: Any, **changes: Any) -> None:
    run_here(logging_in(bmc, **changes))


@pytest.mark.parametrize(("user", "password"), [(user["name"], user["password"]) for user in USERS])
def test_every_user_logs_in_with_the_privilege_to_read(fleet: Any, user: str, password: str) -> None:
    log_in(fleet["plain"], username=user, password=password)


@pytest.mark.parametrize("name", ["sha1", "sha256"])
def test_cipher_suites_3_and_17_are_spoken(fleet: Any, name: str) -> None:
    log_in(fleet[name])


@pytest.mark.parametrize("kg", ["BMC-key", "0x424d432d6b6579", "0X424D432D6B6579"])
def test_bmc_key_is_given_as_text_or_as_hex(fleet: Any, kg: str) -> None:
    log_in(fleet["kg"], kg=kg)


@pytest.mark.parametrize(("name", "kg"), [("kg", None), ("kg", "another"), ("plain", "BMC-key")])
def test_wrong_bmc_key_is_told_from_a_wrong_password(fleet: Any, name: str, kg: str | None) -> None:
    with pytest.raises(errors.WrongKg):
        log_in(fleet[name], kg=kg)


def test_wrong_password_names_the_user_and_not_the_password(fleet: Any) -> None:
    with pytest.raises(errors.WrongPassword) as caught:
        log_in(fleet["plain"], password="Gu3ss")
    assert "'reader'" in caught.value.sentence()
    assert fleet["plain"].address in caught.value.sentence()
    assert "Gu3ss" not in caught.value.sentence()


def test_wrong_password_of_more_than_16_bytes_is_told_that_many_bmcs_keep_16(fleet: Any) -> None:
    with pytest.raises(errors.WrongPassword, match="20 bytes, and many BMCs store 16"):
        log_in(fleet["plain"], username="long", password=LONGEST[::-1])


def test_password_of_more_than_20_bytes_is_refused_before_anything_is_sent(fleet: Any) -> None:
    fleet["plain"].requests.clear()
    with pytest.raises(errors.PasswordTooLong, match="21 bytes"):
        log_in(fleet["plain"], password="x" * 21)
    assert len(fleet["plain"].requests) == 0


def test_unknown_user_is_told_as_such(fleet: Any) -> None:
    with pytest.raises(errors.UnknownUser, match="'nobody'"):
        log_in(fleet["plain"], username="nobody")


def test_privilege_above_the_users_limit_is_told_as_such(fleet: Any) -> None:
    with pytest.raises((errors.PrivilegeRefused, errors.UnknownUser), match="administrator"):
        log_in(fleet["plain"], privilege="administrator")


def test_nobody_there_is_told_with_the_tries_that_were_made(fleet: Any) -> None:
    with pytest.raises(errors.Unreachable, match="no BMC answers.*2 tries(, 0.6| of 0.3) s"):
        log_in(fleet["silent"])


def test_a_bmc_that_falls_silent_in_the_middle_of_the_log_in_is_told_from_nobody(fleet: Any) -> None:
    fleet["half"].faults.change(silent_after=2)
    with pytest.raises(errors.LoginUnfinished, match="does not finish the log-in"):
        log_in(fleet["half"])


def test_no_session_left_is_told_in_the_bmcs_words(fleet: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async def two_sessions() -> None:
        async with opened(options(fleet["full"])):
            # As another user, who knows nothing of this one's turn.
            monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
            with pytest.raises(errors.LoginRefused, match="[Ii]nsufficient resources"):
                await logging_in(fleet["full"])

    run_here(two_sessions())


def test_one_process_at_a_time_talks_to_a_bmc(fleet: Any) -> None:
    async def two_sessions() -> None:
        async with opened(options(fleet["plain"])):
            fleet["plain"].requests.clear()
            with pytest.raises(errors.Occupied, match="another process has been talking to it for 0.5 s"):
                await logging_in(fleet["plain"], timeout_s=0.5)
            assert len(fleet["plain"].requests) == 0

    run_here(two_sessions())
    log_in(fleet["plain"])


def test_sessions_are_closed_on_the_way_out_even_after_an_error(fleet: Any) -> None:
    async def failing() -> None:
        async with opened(options(fleet["full"])) as client:
            await client.request(GET_DEVICE_ID)
            raise ZeroDivisionError

    for _attempt in range(3):
        with pytest.raises(ZeroDivisionError):
            run_here(failing())
    log_in(fleet["full"])


def test_unknown_name_is_told_as_such(fleet: Any) -> None:
    with pytest.raises(errors.UnknownHost, match="bmc.invalid"):
        log_in(fleet["plain"], host="bmc.invalid")


def test_name_with_several_addresses_reaches_the_one_that_answers(fleet: Any) -> None:
    with running({"name": "local", "model": "rack1u", "address": "127.0.0.1"}) as local:
        log_in(local["local"], host="localhost")


def test_ipv6_address_is_spoken_to() -> None:
    try:
        socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).bind(("::1", 0))
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    with running({"name": "six", "model": "rack1u", "address": "::1"}) as local:
        log_in(local["six"])
