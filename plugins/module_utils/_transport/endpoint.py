# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The BMC's addresses and the socket to reach them with."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Any

from .._core.errors import DeadlineExceeded, UnknownHost
from .options import LanOptions

_MAX_PACKET = 4096
Address = tuple[Any, ...]


def resolve(options: LanOptions) -> list[tuple[int, Address]]:
    """The host's addresses as (family, socket address); a resolver that hangs is left behind at the deadline."""
    found: list[Any] = []

    def look_up() -> None:
        try:
            found.append(_look_up(options))
        except (OSError, UnicodeError) as error:
            found.append(error)

    with contextlib.suppress(OSError, UnicodeError):
        return _look_up(options, socket.AI_NUMERICHOST)  # an address needs no resolver, and so no deadline
    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(options.timeout_s)
    if not found:
        raise DeadlineExceeded(f"the name was not resolved within {options.timeout_s:g} s", host=options.name)
    if isinstance(found[0], Exception):
        reason = getattr(found[0], "strerror", None) or found[0]
        raise UnknownHost(f"the name cannot be resolved: {reason}", host=options.name)
    addresses: list[tuple[int, Address]] = found[0]
    return addresses


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
