# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the engine needs from a transport: one request, one response.

A transport keeps time. It raises a :class:`~.errors.TransportError` where no response can be had and hands over every
response that came, whatever its completion code. It never retries because of a completion code: that is the engine's to
decide.

Asking is asynchronous, so that one event loop can read many BMCs at once. A transport that blocks has coroutines that
never suspend: :func:`complete` runs what uses it to its end, without an event loop.
"""

from __future__ import annotations

from collections.abc import Awaitable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Callable, Protocol, TypeVar

from .errors import CommandError, DecodeError, NoReply

# Node busy, time-out inside the BMC, no response to be had now, duplicate, SDR update, firmware update, initialization:
# a moment later the same command may well succeed (table 5-2).
BUSY_CODES = frozenset((0xC0, 0xC3, 0xCE, 0xCF, 0xD0, 0xD1, 0xD2))
_BUSY_ATTEMPTS = 4

NETFN_SENSOR = 0x04
NETFN_APP = 0x06
NETFN_STORAGE = 0x0A
BMC_ADDRESS = 0x20

Value = TypeVar("Value")


@dataclass(frozen=True)
class Target:
    """Another management controller behind the BMC: its slave address (8 bits, as in an SDR) and channel."""

    address: int
    channel: int = 0


@dataclass(frozen=True)
class Request:
    """One IPMI request (section 5.1). ``target`` is None for the BMC itself, else the request is bridged (section
    6.13). ``once``: it must not be carried out twice, so it is not sent again where no answer comes."""

    netfn: int
    command: int
    data: bytes = b""
    lun: int = 0
    target: Target | None = None
    once: bool = False


@dataclass(frozen=True)
class Response:
    """Completion code and the data after it. ``bridge_refused``: the code is the bridge's own, the target was never
    asked."""

    code: int
    data: bytes = b""
    bridge_refused: bool = False


class Client(Protocol):
    """The protocol that every transport fulfils."""

    async def request(self, request: Request) -> Response:
        """Send, wait, and return the response; raise NoReply, SessionLost or DeadlineExceeded."""

    async def pause(self) -> None:
        """Wait a moment before a busy BMC is asked again; raise DeadlineExceeded where no time is left."""

    def expect(self, requests: int) -> None:
        """Be told that at least so many requests will follow; raise OptionError where there is no time for them."""

    async def each(self, asked: Sequence[Callable[[], Awaitable[Value]]]) -> list[Value]:
        """What each of these brings, in their order; as many of them go on at a time as the BMC is to be asked."""


class OneByOne:
    """How a client has several things asked that does not have many requests on their way at the same time."""

    async def each(self, asked: Sequence[Callable[[], Awaitable[Value]]]) -> list[Value]:
        return [await ask() for ask in asked]


async def request_patiently(client: Client, request: Request, once_more: bool = False) -> Response:
    """Ask again, a few times, while the BMC says that it is busy; with ``once_more`` also, once, where no reply came
    at all."""
    for attempt in range(_BUSY_ATTEMPTS):
        if attempt:
            await client.pause()
        try:
            response = await client.request(request)
        except NoReply:
            if not once_more:
                raise
            once_more = False
            response = await client.request(request)
        if response.code not in BUSY_CODES:
            break
    return response


async def ask(client: Client, name: str, request: Request, at_least: int = 0) -> bytes:
    """The data of a response that must succeed; CommandError for a refusal, DecodeError below ``at_least`` bytes."""
    return checked(name, await request_patiently(client, request), at_least)


def checked(name: str, response: Response, at_least: int = 0) -> bytes:
    """The data of a response that must be a success; CommandError for a refusal, DecodeError below ``at_least``
    bytes."""
    if response.code:
        raise CommandError(name, response.code)
    if len(response.data) < at_least:
        raise DecodeError(f"{name} was answered with {len(response.data)} bytes, {at_least} are needed")
    return response.data


def complete(coroutine: Coroutine[Any, Any, Value]) -> Value:
    """The value of a coroutine whose transport never suspends; RuntimeError for one that does, and it is closed."""
    try:
        coroutine.send(None)
    except StopIteration as ended:
        value: Value = ended.value
        return value
    coroutine.close()
    raise RuntimeError("the client's transport has suspended: it can be run in an event loop only")
