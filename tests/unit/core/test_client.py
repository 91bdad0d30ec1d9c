# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asking with patience: busy codes, silence, refusals, short answers; and coroutines run to their end."""

from __future__ import annotations

import inspect
import types

import pytest
from fakes import no, ok

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.client import (
    BUSY_CODES,
    Request,
    Response,
    Target,
    ask,
    complete,
    request_patiently,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import (
    CommandError,
    DeadlineExceeded,
    DecodeError,
    NoReply,
    SessionLost,
)

READ = Request(0x04, 0x2D, b"\x05", lun=1, target=Target(0x2C, 6))
BUSY = no(0xC0)
SILENCE = NoReply("no answer")
ATTEMPTS = 4


def test_request_is_handed_to_the_client_as_it_is(play):
    client = play((READ, ok(1, 2)))
    assert complete(request_patiently(client, READ)) == Response(0, b"\1\2")
    assert client.pauses == 0


def test_request_is_for_the_bmc_itself_unless_it_says_otherwise():
    assert Request(6, 1) == Request(6, 1, b"", 0, None)
    assert Target(0x2C).channel == 0


@pytest.mark.parametrize("code", [0xC0, 0xC3, 0xCE, 0xCF, 0xD0, 0xD1, 0xD2])
def test_busy_bmc_is_asked_again_after_a_pause(play, code):
    client = play((READ, no(code)), (READ, ok(7)))
    assert complete(request_patiently(client, READ)).data == b"\7"
    assert client.pauses == 1


def test_busy_bmc_is_asked_four_times(play):
    client = play(*[(READ, BUSY)] * ATTEMPTS)
    assert complete(request_patiently(client, READ)).code == 0xC0
    assert client.pauses == ATTEMPTS - 1


def test_busy_codes_may_change_from_answer_to_answer(play):
    client = play((READ, no(0xC0)), (READ, no(0xD2)), (READ, no(0xC3)), (READ, ok()))
    assert complete(request_patiently(client, READ)).code == 0


def test_any_other_code_is_an_answer(play):
    for code in set(range(256)) - BUSY_CODES:
        client = play((READ, no(code)))
        assert complete(request_patiently(client, READ)).code == code
        assert client.pauses == 0


def test_no_time_to_wait_for_a_busy_bmc(play):
    client = play((READ, BUSY))
    client.at_pause = DeadlineExceeded("over")
    with pytest.raises(DeadlineExceeded):
        complete(request_patiently(client, READ))


def test_silence_is_an_error(play):
    with pytest.raises(NoReply):
        complete(request_patiently(play((READ, SILENCE)), READ))


def test_silence_is_forgiven_once_where_that_is_asked_for(play):
    client = play((READ, SILENCE), (READ, ok(7)))
    assert complete(request_patiently(client, READ, once_more=True)).data == b"\7"


def test_silence_is_not_forgiven_twice(play):
    with pytest.raises(NoReply):
        complete(request_patiently(play((READ, SILENCE), (READ, SILENCE)), READ, once_more=True))


def test_silence_is_not_forgiven_twice_with_a_busy_answer_between(play):
    client = play((READ, SILENCE), (READ, BUSY), (READ, SILENCE))
    with pytest.raises(NoReply):
        complete(request_patiently(client, READ, once_more=True))


@pytest.mark.parametrize("error", [SessionLost("gone"), DeadlineExceeded("over")])
def test_end_of_the_conversation_is_never_forgiven(play, error):
    with pytest.raises(type(error)):
        complete(request_patiently(play((READ, error)), READ, once_more=True))


def test_ask_returns_the_data(play):
    assert complete(ask(play((READ, ok(1, 2, 3))), "Get Sensor Reading", READ, at_least=3)) == b"\1\2\3"


def test_ask_is_patient(play):
    assert complete(ask(play((READ, BUSY), (READ, ok(1))), "Get Sensor Reading", READ)) == b"\1"


def test_ask_names_the_command_that_was_refused(play):
    with pytest.raises(CommandError) as caught:
        complete(ask(play((READ, no(0xCB))), "Get Sensor Reading", READ))
    assert (caught.value.command_name, caught.value.code) == ("Get Sensor Reading", 0xCB)


def test_ask_tells_of_a_bmc_that_stays_busy(play):
    with pytest.raises(CommandError, match="node busy"):
        complete(ask(play(*[(READ, BUSY)] * ATTEMPTS), "Get Sensor Reading", READ))


@pytest.mark.parametrize("size", [0, 1, 2])
def test_ask_refuses_an_answer_that_is_too_short(play, size):
    with pytest.raises(DecodeError, match=f"^Get Sensor Reading was answered with {size} bytes, 3 are needed$"):
        complete(ask(play((READ, ok(*bytes(size)))), "Get Sensor Reading", READ, at_least=3))


def test_ask_takes_an_empty_answer_where_nothing_is_needed(play):
    assert complete(ask(play((READ, ok())), "Get Sensor Reading", READ)) == b""


@types.coroutine
def suspended():
    yield


async def told_after(*events):
    for event in events:
        await event()
    return "told"


async def at_once():
    raise NoReply("nothing")


def test_coroutine_that_never_suspends_is_run_to_its_end():
    assert complete(told_after()) == "told"
    with pytest.raises(NoReply):
        complete(told_after(at_once))


def test_coroutine_that_suspends_is_closed_and_told():
    coroutine = told_after(suspended)
    with pytest.raises(RuntimeError, match="in an event loop only"):
        complete(coroutine)
    assert inspect.getcoroutinestate(coroutine) == inspect.CORO_CLOSED
