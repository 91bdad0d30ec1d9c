# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The BMC's addresses and the socket to reach them with."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from typing import Any, Union

from .._core.errors import DeadlineExceeded, UnknownHost
from .options import LanOptions

_MAX_PACKET = 4096
Address = tuple[Any, ...]
_Found = Union[list[tuple[int, Address]], Exception]


def resolve(options: LanOptions) -> list[tuple[int, Address]]:
    """The host's addresses as (family, socket address); a resolver that hangs is left behind at the deadline."""
    with contextlib.suppress(OSError, UnicodeError):
        return _look_up(options, socket.AI_NUMERICHOST)  # an address needs no resolver, and so no deadline
    found: list[_Found] = []
    thread = threading.Thread(target=lambda: found.append(_try_to_look_up(options)), daemon=True)
    thread.start()
    thread.join(options.timeout_s)
    return _resolved(options, found[0] if found else None)


async def resolve_soon(options: LanOptions) -> list[tuple[int, Address]]:
    """As resolve, while the event loop goes on."""
    with contextlib.suppress(OSError, UnicodeError):
        return _look_up(options, socket.AI_NUMERICHOST)
    loop = asyncio.get_running_loop()
    future: asyncio.Future[_Found | None] = loop.create_future()

    def settle(found: _Found | None = None) -> None:
        if not future.done():
            future.set_result(found)

    def look_up() -> None:
        found = _try_to_look_up(options)
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(settle, found)

    # No executor: a loop that ends waits for those of its threads that hang.
    threading.Thread(target=look_up, daemon=True).start()
    timer = loop.call_later(options.timeout_s, settle)
    try:
        return _resolved(options, await future)
    finally:
        timer.cancel()


def _try_to_look_up(options: LanOptions) -> _Found:
    try:
        return _look_up(options)
    except (OSError, UnicodeError) as error:
        return error


def _resolved(options: LanOptions, found: _Found | None) -> list[tuple[int, Address]]:
    if found is None:
        raise DeadlineExceeded(f"the name was not resolved within {options.timeout_s:g} s", host=options.name)
    if isinstance(found, Exception):
        reason = getattr(found, "strerror", None) or found
        raise UnknownHost(f"the name cannot be resolved: {reason}", host=options.name)
    return found


def _look_up(options: LanOptions, flags: int = 0) -> list[tuple[int, Address]]:
    infos = socket.getaddrinfo(options.host, options.port, 0, socket.SOCK_DGRAM, 0, flags)
    return [(family, sockaddr) for family, _type, _proto, _name, sockaddr in infos]


class Endpoint:
    """One UDP socket for all addresses of a host: whichever answers first is the BMC."""

    def __init__(self, addresses: list[tuple[int, Address]]) -> None:
        families = {family for family, _address in addresses}
        self.socket, family = _open(families)
        self._addresses = [_written_for(family, *address) for address in addresses if family in (address[0], _SIX)]
        self._known = {address[:2] for address in self._addresses}

    def send(self, packet: bytes, address: Address | None) -> None:
        """To the address that answered before, else to all; raises OSError where none can be sent to."""
        failure: OSError | None = None
        sent = False
        for candidate in [address] if address else self._addresses:
            try:
                self.socket.sendto(packet, candidate)
                sent = True
            except OSError as error:
                failure = error
        if failure and not sent:
            raise failure

    def receive(self) -> tuple[bytes, Address] | None:
        """The packet that waits; None for none, a stranger's, or an error of the network: retries find out more."""
        try:
            packet, sender = self.socket.recvfrom(_MAX_PACKET, socket.MSG_DONTWAIT)
        except OSError:
            return None
        return (packet, sender) if sender[:2] in self._known else None

    def close(self) -> None:
        self.socket.close()


_SIX = socket.AF_INET6


def _open(families: set[int]) -> tuple[socket.socket, int]:
    """A socket for these families; without IPv6 on this machine, for IPv4 alone."""
    if _SIX in families:
        with contextlib.suppress(OSError):
            sock = socket.socket(_SIX, socket.SOCK_DGRAM)
            try:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
                sock.bind(("", 0))
            except OSError:
                sock.close()
                raise
            return sock, _SIX
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("", 0))
    return sock, socket.AF_INET


def _written_for(socket_family: int, family: int, address: Address) -> Address:
    """An address as a socket of this family writes it."""
    if socket_family == _SIX and family == socket.AF_INET:
        return (f"::ffff:{address[0]}", address[1], 0, 0)
    return address
