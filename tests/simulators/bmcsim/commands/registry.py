# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Registration of commands, and the checks that come before any of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from .. import ipmb
from ..controller import Controller, Sensor
from ..sessions import AnySession

if TYPE_CHECKING:
    from ..bmc import Bmc

CALLBACK, USER, OPERATOR, ADMIN = 1, 2, 3, 4

CHASSIS, SENSOR, APP, STORAGE = 0x00, 0x04, 0x06, 0x0A

NOT_PRESENT = 0xCB
INVALID_COMMAND = 0xC1
INVALID_LENGTH = 0xC7
OUT_OF_RANGE = 0xC9
TOO_MANY_BYTES = 0xCA
INVALID_DATA = 0xCC
ILLEGAL_FOR_SENSOR = 0xCD
LOST_RESERVATION = 0xC5
NO_PRIVILEGE = 0xD4


class Refused(Exception):
    """A request that ends in a completion code without data."""

    def __init__(self, code: int) -> None:
        super().__init__(f"completion code {code:02X}h")
        self.code = code


class Swallowed(Exception):
    """A request that gets no answer."""


@dataclass(frozen=True)
class Reply:
    """Response data, and messages that follow the response (of a satellite)."""

    data: bytes = b""
    following: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Context:
    """One request on its way through a command."""

    bmc: Bmc
    controller: Controller
    message: ipmb.Message
    session: AnySession | None

    @property
    def data(self) -> bytes:
        return self.message.data

    @property
    def user(self) -> str:
        """Name of the session's user, for the ledger."""
        return self.session.user.name if self.session and self.session.user else ""

    def word(self, offset: int) -> int:
        return int.from_bytes(self.message.data[offset : offset + 2], "little")

    def sensor(self) -> Sensor:
        """Return the sensor that the first byte names; Refused(CBh) without one."""
        sensor = self.controller.sensors.get((self.message.rs_lun, self.message.data[0]))
        if sensor is None or sensor.state.absent:
            raise Refused(NOT_PRESENT)
        return sensor


Handler = Callable[[Context], "bytes | Reply"]


@dataclass(frozen=True)
class Command:
    """A handler with the privilege it takes and the lengths of data it accepts."""

    handler: Handler
    privilege: int
    lengths: range
    anonymous: bool = False
    satellites: bool = False


@dataclass
class _Registry:
    commands: dict[tuple[int, int], Command] = field(default_factory=dict)


REGISTRY = _Registry()


def command(
    netfn: int,
    cmd: int,
    length: int | tuple[int, int] = 0,
    privilege: int = USER,
    anonymous: bool = False,
    satellites: bool = False,
) -> Callable[[Handler], Handler]:
    """Register a handler; `length` is the length of the request's data, or (least, most)."""
    least, most = (length, length) if isinstance(length, int) else length

    def register(handler: Handler) -> Handler:
        REGISTRY.commands[netfn, cmd] = Command(handler, privilege, range(least, most + 1), anonymous, satellites)
        return handler

    return register


def execute(context: Context) -> tuple[int, Reply]:
    """Check and carry out one request; return completion code and reply."""
    message = context.message
    entry = REGISTRY.commands.get((message.netfn, message.cmd))
    satellite = context.controller is not context.bmc.main
    if entry is None or (satellite and not entry.satellites):
        return INVALID_COMMAND, Reply()
    if context.session is None and not entry.anonymous:
        return NO_PRIVILEGE, Reply()
    if context.session is not None and context.session.privilege < entry.privilege:
        return NO_PRIVILEGE, Reply()
    if len(message.data) not in entry.lengths:
        return INVALID_LENGTH, Reply()
    try:
        result = entry.handler(context)
    except Refused as refusal:
        return refusal.code, Reply()
    return 0, result if isinstance(result, Reply) else Reply(result)


def dispatch(bmc: Bmc, controller: Controller, message: ipmb.Message, session: AnySession | None) -> list[bytes]:
    """Return the response messages to one request, after the faults have had their say."""
    context = Context(bmc, controller, message, session)
    sensor = controller.sensor_name(message.netfn, message.rs_lun, message.data)
    rule = bmc.faults.rule(message.netfn, message.cmd, message.data, sensor, controller is bmc.main)
    if rule and rule.no_reply:
        return []
    code, reply = rule.completion_code if rule else 0, Reply()
    if not code:
        try:
            code, reply = execute(context)
        except Swallowed:
            return []
    return [message.reply(code, reply.data), *reply.following]
