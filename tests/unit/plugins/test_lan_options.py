# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a BMC: what no BMC can be asked with is told before the first packet."""

from __future__ import annotations

import dataclasses

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import OptionError, PasswordTooLong
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.options import (
    LanOptions,
    check_options,
    kg_bytes,
    secret_bytes,
)

SECRET = "hunter2-s3cret"


def check(**options) -> None:
    check_options(LanOptions(**{"host": "192.0.2.1", **options}))


def test_host_alone_suffices():
    check()


def test_defaults_are_those_of_the_documentation():
    options = LanOptions("192.0.2.1")
    assert (options.port, options.privilege, options.username, options.password) == (623, "user", "", "")
    assert (options.timeout_s, options.request_timeout_s, options.retries, options.kg) == (180.0, 2.0, 3, None)


def test_empty_host_is_refused():
    with pytest.raises(OptionError, match="host is empty"):
        check(host="")


@pytest.mark.parametrize("port", [1, 623, 65535])
def test_port(port):
    check(port=port)


@pytest.mark.parametrize("port", [0, -1, 65536, 100000])
def test_port_that_is_none_is_refused(port):
    with pytest.raises(OptionError, match=f"port {port} is no UDP port"):
        check(port=port)


@pytest.mark.parametrize("privilege", ["callback", "user", "operator", "administrator"])
def test_privilege(privilege):
    check(privilege=privilege)


@pytest.mark.parametrize("privilege", ["", "admin", "USER", "oem", "4"])
def test_privilege_that_is_none_is_refused_with_those_that_are(privilege):
    with pytest.raises(OptionError, match="privilege") as caught:
        check(privilege=privilege)
    assert "callback, user, operator, administrator" in caught.value.next_step


@pytest.mark.parametrize("name", ["timeout_s", "request_timeout_s"])
@pytest.mark.parametrize("seconds", [0, 0.0, -1, -0.5])
def test_time_must_be_above_nought(name, seconds):
    with pytest.raises(OptionError, match=f"{name} is not above zero"):
        check(**{name: seconds})


@pytest.mark.parametrize(
    ("name", "seconds"),
    [("timeout_s", float("nan")), ("timeout_s", float("inf")), ("request_timeout_s", float("nan"))],
)
def test_time_must_be_a_number_that_a_clock_knows(name, seconds):
    with pytest.raises(OptionError, match=name):
        check(**{name: seconds})


@pytest.mark.parametrize("retries", [0, 1, 100])
def test_retries(retries):
    check(retries=retries)


def test_retries_below_nought_are_refused():
    with pytest.raises(OptionError, match="retries is negative"):
        check(retries=-1)


@pytest.mark.parametrize("seconds", [0, 0.5, 5.0])
def test_pause_between_commands(seconds):
    check(min_command_interval_s=seconds)


def test_pause_below_nought_is_refused():
    with pytest.raises(OptionError, match="min_command_interval_s is negative"):
        check(min_command_interval_s=-0.1)


@pytest.mark.parametrize("username", ["", "u" * 16, "ü" * 8, "風" * 5])
def test_username_of_up_to_sixteen_bytes(username):
    check(username=username)


@pytest.mark.parametrize(("username", "size"), [("u" * 17, 17), ("ü" * 9, 18), ("風" * 6, 18)])
def test_username_is_measured_in_bytes(username, size):
    with pytest.raises(OptionError, match=f"username has {size} bytes, IPMI allows 16"):
        check(username=username)


@pytest.mark.parametrize("password", ["", "p" * 16, "p" * 17, "p" * 20, "ü" * 10, "風" * 6])
def test_password_of_up_to_twenty_bytes(password):
    check(password=password)


@pytest.mark.parametrize(("password", "size"), [("p" * 21, 21), ("ü" * 11, 22), ("風" * 7, 21)])
def test_password_is_measured_in_bytes_and_named_as_what_it_is(password, size):
    with pytest.raises(PasswordTooLong) as caught:
        check(password=password)
    assert f"the password has {size} bytes" in caught.value.sentence()
    assert password not in caught.value.sentence()
    assert caught.value.host == "192.0.2.1"


@pytest.mark.parametrize("name", ["username", "password", "kg"])
def test_text_that_is_no_utf_8_is_taken_byte_for_byte(name):
    # What Python makes of an environment variable in Latin-1.
    text = b"caf\xe9-s3cret".decode("utf-8", "surrogateescape")
    check(**{name: text})
    assert secret_bytes(text) == b"caf\xe9-s3cret"


@pytest.mark.parametrize("name", ["username", "password", "kg"])
def test_text_that_is_no_bytes_at_all_is_refused_without_being_shown(name):
    with pytest.raises(OptionError) as caught:
        check(**{name: "s3cret\ud800"})
    assert "s3cret" not in repr(caught.value)


@pytest.mark.parametrize("kg", [None, ""])
def test_no_kg_is_none(kg):
    assert kg_bytes(kg) is None


@pytest.mark.parametrize(
    ("kg", "key"),
    [
        ("secret", b"secret"),
        ("ü", b"\xc3\xbc"),
        ("k" * 20, b"k" * 20),
        ("0x00ff", b"\x00\xff"),
        ("0X00FF", b"\x00\xff"),
        ("0x" + "ab" * 20, b"\xab" * 20),
        ("00ff", b"00ff"),
        ("x0ff", b"x0ff"),
    ],
)
def test_kg_is_text_or_hex_digits(kg, key):
    assert kg_bytes(kg) == key
    check(kg=kg)


@pytest.mark.parametrize("kg", ["0xf", "0x0g", "0x00 11", "0xüü", "0x-1"])
def test_kg_that_is_no_hex_is_refused_without_being_shown(kg):
    with pytest.raises(OptionError) as caught:
        check(kg=kg)
    assert "pairs of hex digits" in caught.value.message
    assert kg not in caught.value.sentence()


@pytest.mark.parametrize(("kg", "size"), [("k" * 21, 21), ("ü" * 11, 22), ("0x" + "00" * 21, 21)])
def test_kg_is_measured_in_bytes(kg, size):
    with pytest.raises(OptionError, match=f"kg has {size} bytes, IPMI allows 20"):
        check(kg=kg)


def test_name_shows_the_port_only_where_it_is_unusual():
    assert LanOptions("192.0.2.1").name == "192.0.2.1"
    assert LanOptions("192.0.2.1", port=6230).name == "192.0.2.1 port 6230"


def test_secrets_are_not_shown():
    options = LanOptions("192.0.2.1", username="monitor", password=SECRET, kg=SECRET + "kg")
    assert SECRET not in repr(options)
    assert SECRET not in str(options)
    assert "monitor" in repr(options)


def test_options_do_not_change():
    with pytest.raises(dataclasses.FrozenInstanceError):
        LanOptions("192.0.2.1").host = "192.0.2.2"
