# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors as sentences: what happened, where, and the next step."""

from __future__ import annotations

import inspect
import re

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core import errors
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import (
    AuthenticationError,
    CommandError,
    DeadlineExceeded,
    DecodeError,
    IpmiError,
    LoginRefused,
    LoginUnfinished,
    NoReply,
    Occupied,
    OptionError,
    PasswordTooLong,
    PrivilegeRefused,
    SessionLost,
    TransportError,
    UnknownHost,
    UnknownUser,
    Unreachable,
    WrongKg,
    WrongPassword,
    completion_text,
)

FAMILY = [
    kind for _name, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, Exception)
]  # fmt: skip
AT_LOG_IN = [WrongPassword, UnknownUser, PrivilegeRefused, WrongKg, LoginRefused, PasswordTooLong]
ON_THE_WAY = [UnknownHost, Unreachable, LoginUnfinished, NoReply, SessionLost, DeadlineExceeded, Occupied]


@pytest.mark.parametrize("kind", FAMILY)
def test_every_error_is_of_the_family(kind):
    assert issubclass(kind, IpmiError)


@pytest.mark.parametrize("kind", [*ON_THE_WAY, *AT_LOG_IN])
def test_conversation_that_failed_is_a_transport_error(kind):
    assert issubclass(kind, TransportError)
    assert issubclass(kind, AuthenticationError) is (kind in AT_LOG_IN)


@pytest.mark.parametrize("kind", [DecodeError, OptionError, CommandError])
def test_what_a_bmc_answered_is_no_transport_error(kind):
    assert not issubclass(kind, TransportError)


def test_text_is_the_message_where_no_host_is_known():
    assert str(IpmiError("it failed")) == "it failed"


def test_text_has_the_host_in_front():
    assert str(IpmiError("it failed", host="192.0.2.1")) == "192.0.2.1: it failed"


def test_host_may_become_known_later():
    error = NoReply("no answer")
    error.host = "192.0.2.1"
    assert str(error) == "192.0.2.1: no answer"


def test_sentence_without_a_next_step():
    assert IpmiError("it failed", host="h").sentence() == "h: it failed."


def test_sentence_with_a_next_step():
    assert IpmiError("it failed", "Try again.", "h").sentence() == "h: it failed. Try again."


def test_next_step_of_one_error_replaces_that_of_its_kind():
    assert WrongPassword("no", "Ask Bob.").sentence() == "no. Ask Bob."
    assert WrongPassword("no").next_step == WrongPassword.next_step


def test_next_step_may_be_left_out_on_purpose():
    assert WrongPassword("no", "").sentence() == "no."


@pytest.mark.parametrize("kind", [*ON_THE_WAY, *AT_LOG_IN])
def test_every_failed_conversation_has_a_next_step(kind):
    assert re.fullmatch(r"[A-Z].*\.", kind("x").next_step)


def test_deadline_names_the_option_that_moves_it():
    assert "timeout_s" in DeadlineExceeded.next_step


def test_message_is_kept_apart_from_the_host():
    error = SessionLost("gone", host="h")
    assert (error.message, error.host) == ("gone", "h")
    assert error.args == ("gone",)


def test_refused_command_tells_command_and_code():
    error = CommandError("Get SDR", 0xC5, host="h")
    assert str(error) == "h: Get SDR was refused: reservation cancelled or invalid (C5h)"
    assert (error.command_name, error.code) == ("Get SDR", 0xC5)


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (0x00, "completed normally (00h)"),
        (0x01, "vendor's completion code (01h)"),
        (0x7E, "vendor's completion code (7Eh)"),
        (0x7F, "reserved completion code (7Fh)"),
        (0x80, "command-specific completion code (80h)"),
        (0xBE, "command-specific completion code (BEh)"),
        (0xBF, "reserved completion code (BFh)"),
        (0xC0, "node busy (C0h)"),
        (0xC1, "invalid command (C1h)"),
        (0xC3, "time-out while the controller processed the command (C3h)"),
        (0xC9, "parameter out of range (C9h)"),
        (0xCB, "requested sensor, data or record not present (CBh)"),
        (0xCC, "invalid data field in request (CCh)"),
        (0xCD, "command illegal for this sensor or record type (CDh)"),
        (0xD4, "insufficient privilege (D4h)"),
        (0xD5, "not supported in the present state (D5h)"),
        (0xD6, "command sub-function disabled (D6h)"),
        (0xD7, "reserved completion code (D7h)"),
        (0xFE, "reserved completion code (FEh)"),
        (0xFF, "unspecified error (FFh)"),
    ],
)
def test_completion_code_as_text(code, text):
    assert completion_text(code) == text


@pytest.mark.parametrize("code", range(256))
def test_every_completion_code_has_a_text_with_its_number(code):
    assert completion_text(code).endswith(f"({code:02X}h)")


def test_all_codes_from_c0_to_d6_have_texts_of_their_own():
    texts = [completion_text(code) for code in range(0xC0, 0xD7)]
    assert not [text for text in texts if text.startswith("reserved")]
    assert len(set(texts)) == len(texts)
