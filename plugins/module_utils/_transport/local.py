# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The BMC of this machine, through the device of Linux' OpenIPMI driver (linux/ipmi.h, linux/ipmi_msgdefs.h).

The driver keeps several users of a device apart and matches their responses by the number that each request carries; a
response that comes after its time is recognised by that number and dropped. Nothing but the standard library is needed.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
from dataclasses import dataclass
from types import TracebackType

from .._core.client import NETFN_APP, OneByOne, Request, Response, Target
from .._core.errors import NoReply, SessionLost
from .device import DEVICES, open_device
from .options import check_timing
from .pace import Clock, Pace

_BUSY_PAUSE_S = 0.25
_MAX_DATA = 1024
_SYSTEM_INTERFACE, _IPMB = 0x0C, 0x01
_BMC_CHANNEL = 0x0F
_RESPONSE = 1  # recv_type; events and commands from others are not asked for
# What driver and interface answer in the name of a controller that stayed silent: time-out, unspecified. They give the
# BMC itself 4 (QEMU) or 5 seconds (the driver); a BMC that says so by itself, of a command, is quicker.
_TIMED_OUT, _UNSPECIFIED = 0xC3, 0xFF
_HANGING_S = 3.0
_ARE_YOU_THERE = Request(NETFN_APP, 0x01)  # Get Device ID (section 20.1)


class _Address(ctypes.Structure):
    """ipmi_system_interface_addr and ipmi_ipmb_addr: the latter has the slave address in front of the LUN."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("channel", ctypes.c_short),
        ("bytes", ctypes.c_ubyte * 32),
    )


class _Message(ctypes.Structure):
    _fields_ = (
        ("netfn", ctypes.c_ubyte),
        ("command", ctypes.c_ubyte),
        ("size", ctypes.c_ushort),
        ("data", ctypes.c_void_p),
    )


class _Send(ctypes.Structure):
    """ipmi_req."""

    _fields_ = (
        ("address", ctypes.c_void_p),
        ("address_size", ctypes.c_uint),
        ("number", ctypes.c_long),
        ("message", _Message),
    )


class _Receive(ctypes.Structure):
    """ipmi_recv."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("address", ctypes.c_void_p),
        ("address_size", ctypes.c_uint),
        ("number", ctypes.c_long),
        ("message", _Message),
    )


def _code(direction: int, number: int, argument: type[ctypes.Structure]) -> int:
    """The ioctl's number, as the kernel's macros _IOR (2) and _IOWR (3) make it for the driver's letter i."""
    return direction << 30 | ctypes.sizeof(argument) << 16 | ord("i") << 8 | number


_SEND_COMMAND = _code(2, 13, _Send)
_RECEIVE_TRUNCATED = _code(3, 11, _Receive)


@dataclass(frozen=True)
class LocalOptions:
    """``timeout_s`` bounds the whole conversation; an answer is waited for ``retries`` + 1 times
    ``request_timeout_s``: the device loses none, so that nothing is gained by asking twice."""

    timeout_s: float = 180.0
    request_timeout_s: float = 2.0
    retries: int = 3
    min_command_interval_s: float = 0.0
    devices: tuple[str, ...] = DEVICES

    @property
    def name(self) -> str:
        return "this machine's BMC"


class LocalClient(OneByOne):
    """The BMC behind the device. Use it as an asynchronous context manager. It waits for the device by itself: its
    coroutines never suspend.

    After a request without an answer the BMC is asked whether it is there before it is asked anything else.
    """

    def __init__(self, options: LocalOptions, clock: Clock | None = None) -> None:
        check_timing(options)
        self._options = options
        self._pace = Pace(options, clock or Clock())
        self._device = -1
        self._number = 0
        self._waited_s = 0.0
        self._doubtful = False

    async def __aenter__(self) -> LocalClient:
        self._device = open_device(self._options.devices)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._device)

    @property
    def peer(self) -> tuple[str, int]:
        """What tells this BMC from others, where there are addresses and ports elsewhere."""
        return "local", 0

    async def request(self, request: Request) -> Response:
        if self._doubtful:
            self._knock()
        response = self._exchange(request)
        if response is None:
            self._doubtful = True
            raise NoReply(self._unanswered(), host=self._options.name)
        return response

    async def pause(self) -> None:
        self._pace.sleep(_BUSY_PAUSE_S)

    def expect(self, requests: int) -> None:
        self._pace.expect(requests)

    def _knock(self) -> None:
        """After a request without an answer: whether it was the request's fault, or nobody is there any more."""
        if self._exchange(_ARE_YOU_THERE) is None:
            raise SessionLost(
                f"the BMC stopped answering: {self._unanswered()}, and none to the question whether it is there",
                "It may be restarting or hanging; try again, and look at the kernel's messages of ipmi_si.",
                host=self._options.name,
            )
        self._doubtful = False

    def _exchange(self, request: Request) -> Response | None:
        """The response; None where there is none, or one that others gave in the name of a silent controller."""
        self._pace.check()
        self._pace.keep_interval()
        self._number += 1
        sent_at = self._pace.clock.now()
        self._send(request)
        response = self._wait()
        self._waited_s = self._pace.clock.now() - sent_at
        if response is None or (request.target and response.code == _TIMED_OUT):
            return None
        if response.code in (_TIMED_OUT, _UNSPECIFIED) and self._waited_s >= _HANGING_S:
            return None
        return response

    def _unanswered(self) -> str:
        return f"no answer to the request in {self._waited_s:.1f} s"

    def _send(self, request: Request) -> None:
        address, size = _address(request.target, request.lun)
        data = (ctypes.c_ubyte * max(len(request.data), 1)).from_buffer_copy(request.data or b"\0")
        message = _Message(request.netfn, request.command, len(request.data), ctypes.addressof(data))
        send = _Send(ctypes.addressof(address), size, self._number, message)
        try:
            fcntl.ioctl(self._device, _SEND_COMMAND, send)
        except OSError as error:
            raise _refused(error, self._options.name) from error

    def _wait(self) -> Response | None:
        """The response to the newest request; None where it does not come in time."""
        until = self._pace.clock.now() + self._options.request_timeout_s * (self._options.retries + 1)
        while self._pace.readable(self._device, until):
            response = self._receive()
            if response:
                return response
        self._pace.check()
        return None

    def _receive(self) -> Response | None:
        """What waits at the device; None where it is none of this request's."""
        address = _Address()
        data = (ctypes.c_ubyte * _MAX_DATA)()
        message = _Message(0, 0, _MAX_DATA, ctypes.addressof(data))
        receive = _Receive(0, ctypes.addressof(address), ctypes.sizeof(address), 0, message)
        try:
            fcntl.ioctl(self._device, _RECEIVE_TRUNCATED, receive)
        except OSError as error:
            if error.errno in (errno.EAGAIN, errno.EINTR, errno.EMSGSIZE):
                return None
            raise _refused(error, self._options.name) from error
        content = bytes(data[: receive.message.size])
        if receive.type != _RESPONSE or receive.number != self._number or not content:
            return None
        return Response(content[0], content[1:])


def _address(target: Target | None, lun: int) -> tuple[_Address, int]:
    """Where a request goes, and how much of that counts."""
    if target is None:
        return _Address(_SYSTEM_INTERFACE, _BMC_CHANNEL, (ctypes.c_ubyte * 32)(lun)), 8
    return _Address(_IPMB, target.channel, (ctypes.c_ubyte * 32)(target.address, lun)), 8


def _refused(error: OSError, name: str) -> SessionLost:
    return SessionLost(
        f"the driver refuses the request: {error.strerror or error}",
        "Look at the kernel's messages of ipmi_si and ipmi_msghandler; the BMC may be updating its firmware.",
        host=name,
    )
