# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The machine's own BMC behind a driver that is played: what is asked of it, and what counts as an answer."""

from __future__ import annotations

import ctypes
import errno
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.client import Request, Response, Target, complete
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import (
    DeadlineExceeded,
    NoReply,
    SessionLost,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport import local
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.local import LocalClient, LocalOptions
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.pace import Clock

# linux/ipmi.h on a 64-bit machine: what the kernel's macros make of the structures' sizes.
SEND_COMMAND, RECEIVE_MSG_TRUNC = 0x8028690D, 0xC030690B
GET_DEVICE_ID = Request(0x06, 0x01)


@dataclass
class Driver:
    """Plays the driver. ``answers``: message type, how much the number differs from the newest request's, content.
    Each takes ``slow`` seconds; a wait without an answer lasts as long as it may."""

    answers: list[tuple[int, int, bytes] | OSError] = field(default_factory=list)
    sent: list[tuple[bytes, int, int, int, bytes]] = field(default_factory=list)
    now: float = 0.0
    number: int = 0
    refusal: OSError | None = None
    slow: float = 0.0

    def ioctl(self, _device: int, code: int, argument: ctypes.Structure) -> int:
        if code == SEND_COMMAND:
            self._take(argument)
        else:
            assert code == RECEIVE_MSG_TRUNC
            self._give(argument)
        return 0

    def _take(self, send: ctypes.Structure) -> None:
        if self.refusal:
            raise self.refusal
        message = send.message
        self.number = send.number
        address = ctypes.string_at(send.address, send.address_size)
        data = ctypes.string_at(message.data, message.size)
        self.sent.append((address, send.number, message.netfn, message.command, data))

    def _give(self, receive: ctypes.Structure) -> None:
        answer = self.answers.pop(0)
        if isinstance(answer, OSError):
            raise answer
        receive.type, difference, content = answer
        receive.number = self.number + difference
        receive.message.size = len(content)
        ctypes.memmove(receive.message.data, content, len(content))

    def readable(self, _device: object, seconds: float) -> bool:
        if self.answers:
            self.now += self.slow
            return True
        self.now += max(seconds, 0.0)
        return False

    def clock(self) -> Clock:
        return Clock(lambda: self.now, self.readable, lambda _seconds: None)


class Waiting:
    """The client, each of whose coroutines is waited for."""

    def __init__(self, client: LocalClient) -> None:
        self._client = client

    def __enter__(self) -> Waiting:
        complete(self._client.__aenter__())
        return self

    def __exit__(self, *_error: object) -> None:
        complete(self._client.__aexit__(None, None, None))

    def request(self, request: Request) -> Response:
        return complete(self._client.request(request))


Opened = Callable[..., tuple[Waiting, Driver]]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Opened:
    (tmp_path / "ipmi0").touch()

    def make(*answers: tuple[int, int, bytes] | OSError, slow: float = 0.0, **options: float) -> tuple[Waiting, Driver]:
        driver = Driver(list(answers), slow=slow)
        monkeypatch.setattr(local.fcntl, "ioctl", driver.ioctl)
        chosen = LocalOptions(devices=(str(tmp_path / "ipmi0"),), **options)  # type: ignore[arg-type]
        return Waiting(LocalClient(chosen, driver.clock())), driver

    return make


def test_request_reaches_the_driver_in_the_kernels_shape(opened: Opened) -> None:
    client, driver = opened((1, 0, b"\0\x01"), (1, 0, b"\0"))
    with client:
        client.request(Request(0x04, 0x2D, b"\x07", lun=2))
        client.request(Request(0x04, 0x2D, b"\x08", lun=1, target=Target(0x2C, 6)))
    # type as int, channel as short, then the LUN; for IPMB the slave address comes before the LUN.
    assert driver.sent == [
        (bytes.fromhex("0c000000 0f00 02 00"), 1, 0x04, 0x2D, b"\x07"),
        (bytes.fromhex("01000000 0600 2c 01"), 2, 0x04, 0x2D, b"\x08"),
    ]


def test_answer_is_split_into_code_and_data(opened: Opened) -> None:
    client, _driver = opened((1, 0, b"\xcb\x01\x02"))
    with client:
        response = client.request(GET_DEVICE_ID)
    assert (response.code, response.data) == (0xCB, b"\x01\x02")


def test_late_answer_event_and_empty_message_are_dropped(opened: Opened) -> None:
    ours = (1, 0, b"\0\x0a")
    client, driver = opened((1, -1, b"\0\x01"), (2, 0, b"\0\x02"), (1, 0, b""), OSError(errno.EAGAIN, "again"), ours)
    with client:
        assert client.request(GET_DEVICE_ID).data == b"\x0a"
    assert not driver.answers


def test_silent_bmc_is_asked_whether_it_is_there_and_nothing_else(opened: Opened) -> None:
    client, driver = opened(request_timeout_s=2.0, retries=3)
    with client:
        with pytest.raises(NoReply, match=r"no answer to the request in 8\.0 s"):
            client.request(Request(0x0A, 0x47, once=True))
        for _try in range(2):
            with pytest.raises(SessionLost, match="stopped answering"):
                client.request(Request(0x0A, 0x47, once=True))
    assert [sent[2:4] for sent in driver.sent] == [(0x0A, 0x47), (0x06, 0x01), (0x06, 0x01)]


@pytest.mark.parametrize("code", [0xC3, 0xFF])
def test_code_after_a_long_wait_is_the_interfaces_and_no_answer(opened: Opened, code: int) -> None:
    client, driver = opened((1, 0, bytes([code])), (1, 0, bytes([code])), slow=4.0)
    with client:
        with pytest.raises(NoReply, match=r"in 4\.0 s"):
            client.request(GET_DEVICE_ID)
        with pytest.raises(SessionLost):
            client.request(GET_DEVICE_ID)


@pytest.mark.parametrize("code", [0xC3, 0xFF])
def test_code_that_comes_at_once_is_the_bmcs_own(opened: Opened, code: int) -> None:
    client, _driver = opened((1, 0, bytes([code])))
    with client:
        assert client.request(GET_DEVICE_ID).code == code


def test_silent_controller_behind_a_bmc_that_answers_ends_nothing(opened: Opened) -> None:
    client, driver = opened(*[(1, 0, b"\xc3"), (1, 0, b"\0")] * 5, (1, 0, b"\0"))
    with client:
        for _request in range(5):
            with pytest.raises(NoReply):
                client.request(Request(0x04, 0x2D, b"\x01", target=Target(0x2C)))
        assert client.request(Request(0x04, 0x2D, b"\x02")).code == 0
    assert not driver.answers


def test_deadline_ends_a_wait(opened: Opened) -> None:
    client, driver = opened(timeout_s=3.0)
    with client, pytest.raises(DeadlineExceeded):
        client.request(GET_DEVICE_ID)
    assert driver.now == 3.0


def test_request_that_the_driver_refuses_is_told(opened: Opened) -> None:
    client, driver = opened()
    driver.refusal = OSError(errno.ENODEV, "No such device")
    with client, pytest.raises(SessionLost, match="refuses the request: No such device"):
        client.request(GET_DEVICE_ID)
