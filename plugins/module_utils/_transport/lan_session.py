# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One RMCP+ session: pyghmi's cryptography and framing, driven by a loop of our own.

pyghmi's ordinary Session shares sockets, threads and retry timers between all BMCs of a process and hard-codes its
patience. Its SimpleSession has a socket of its own and no retry at all; here it gets time-outs, retries, a deadline,
sequence numbers that are never used twice, bridging as real BMCs do it, and a skin against malformed packets.
"""

from __future__ import annotations

import os
import socket
import struct
from typing import Any

from pyghmi.ipmi.private import simplesession

from .._core.client import NETFN_APP, Request, Response
from .._core.errors import NoReply, PasswordTooLong, SessionLost
from .options import PRIVILEGES, LanOptions, kg_bytes
from .pace import Pace

_SEND_MESSAGE = 0x34
_CLOSE_SESSION = 0x3C
_SET_PRIVILEGE = 0x3B
_PRIVILEGE_EXCEEDED = 0x86  # completion code of Activate Session (section 22.17)
_MAX_PASSWORD_15 = 16
_RAKP_CONTEXTS = ("EXPECTINGRAKP2", "EXPECTINGRAKP4")
# What a packet that is too short, or filled with nonsense, can raise in pyghmi's decoding.
_MALFORMED = (IndexError, struct.error, ValueError, TypeError, KeyError)
_MAX_PACKET = 4096


class LanSession(simplesession.Session):
    """A session with one BMC. Raises NoReply, DeadlineExceeded and SessionLost; pyghmi's own errors are the caller's
    to translate."""

    def __init__(self, options: LanOptions, addresses: list[tuple[Any, ...]], pace: Pace) -> None:
        self._options = options
        self._addresses = addresses
        self._pace = pace
        self._tries_left = options.retries
        self._logins_left = options.retries
        self._retry_at = 0.0
        self._bridging = False
        self._refused_by_bridge = False
        self.seqlun = 0
        self.answered = False  # whether the BMC ever said anything
        self.heard = False  # whether anything of this session arrived since the last request
        self.rmcp_status = 0
        self.privilege_code = 0
        self.remseqnumber = 0
        super().__init__(
            bmc=options.host,
            userid=options.username.encode(),
            password=options.password.encode(),
            port=options.port,
            kg=kg_bytes(options.kg),
            privlevel=PRIVILEGES[options.privilege],
            keepalive=False,
        )

    # -- the loop

    def wait_for_rsp(self, timeout: float | None = None, callout: bool = True) -> None:
        """One turn: take what arrived, or send again what stayed without an answer. pyghmi calls this while it logs
        in."""
        self._pace.check()
        if self._pace.readable(self.socket, self._retry_at):
            self.process_pktqueue()
        elif self._pace.clock.now() >= self._retry_at:
            self._send_again()

    def _send_again(self) -> None:
        """A request stayed without an answer for request_timeout_s."""
        if self.sessioncontext in _RAKP_CONTEXTS:
            # BMCs do not take RAKP messages twice: start the log-in over, as often as a request is repeated.
            if self._logins_left <= 0:
                raise NoReply(self._silence("log-in"))
            self._logins_left -= 1
            self._tries_left = self._options.retries
            self._initsession()
            self._get_channel_auth_cap()
            return
        if self._tries_left <= 0:
            raise NoReply(self._silence("request" if self.logged else "first packet"))
        self._tries_left -= 1
        if self.sessioncontext == "OPENSESSION":
            self.lastpayload = None
            self._open_rmcpplus_request()
        else:
            self.send_payload()

    def _silence(self, what: str) -> str:
        tries = self._options.retries + 1
        return f"no answer to the {what} in {tries} tries of {self._options.request_timeout_s:g} s"

    def exchange(self, request: Request) -> Response:
        """Send one request, wait for its answer."""
        if not self.logged:
            raise SessionLost("the session is closed", host=self._options.name)
        self._begin(bridging=request.target is not None)
        bridge = {"addr": request.target.address, "channel": request.target.channel} if request.target else None
        self._send_ipmi_net_payload(
            request.netfn, request.command, request.data, bridge_request=bridge, retry=True, rslun=request.lun
        )
        try:
            while self.lastresponse is None:
                self.wait_for_rsp()
        finally:
            if self.lastresponse is None:
                # A late answer must never be taken for the answer to the next request.
                self.seqlun = (self.seqlun + 1) & 0x3F
        return self.lastresponse

    def _begin(self, bridging: bool) -> None:
        self.lastresponse: Response | None = None
        self.ipmicallback = self._take
        self.lastpayload = None
        self.pendingpayloads.clear()
        self.request_entry.clear()
        self._bridging = bridging
        self._refused_by_bridge = False
        self._tries_left = self._options.retries
        self.heard = False

    def _take(self, response: dict[str, Any]) -> None:
        self.lastresponse = Response(response["code"], bytes(response["data"]), self._refused_by_bridge)

    def close(self) -> None:
        """Tell the BMC, without waiting for its word, and give the socket back."""
        self.cleaningup = True
        try:
            if self.logged:
                self.logout()
        except OSError:
            pass  # nothing is left to be told to a BMC that cannot be reached any more
        finally:
            if self.socket is not None:
                self.socket.close()

    # -- what pyghmi calls, made to fit the loop

    def raw_command(self, netfn: int, command: int, data: Any = (), retry: bool = True, **_options: Any) -> Any:
        """pyghmi's own requests in a session: the privilege level at log-in, the end of the session."""
        if retry:
            response = self.exchange(Request(netfn, command, bytes(data)))
            if command == _SET_PRIVILEGE:
                self.privilege_code = response.code
            return {"netfn": netfn + 1, "command": command, "code": response.code, "data": response.data}
        self._begin(bridging=False)
        self._send_ipmi_net_payload(netfn, command, data, retry=True)
        return None

    def _assignsocket(self, server: Any = None) -> socket.socket:
        families = {address[0] for address in self._addresses}
        family = families.pop() if len(families) == 1 else socket.AF_INET6
        sock = socket.socket(family, socket.SOCK_DGRAM)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
            self._addresses = [_mapped(address) for address in self._addresses]
        sock.bind(("", 0))
        return sock

    def _initsession(self) -> None:
        super()._initsession()
        # pyghmi counts up from one number in every process; BMCs tell sessions apart by it.
        self.localsid = int.from_bytes(os.urandom(4), "little") % 0x7FFF0000 + 1
        self.remseqnumber = 0

    def _xmit_packet(self, retry: bool = True, delay_xmit: float | None = None, timeout: float | None = None) -> None:
        if self.sequencenumber:
            self.sequencenumber += 1
        if not self.cleaningup:
            self._pace.keep_interval()
        for address in [self.sockaddr] if self.sockaddr else [candidate[1] for candidate in self._addresses]:
            self.socket.sendto(self.netpacket, address)
        self._retry_at = self._pace.clock.now() + self._options.request_timeout_s

    def process_pktqueue(self) -> None:
        known = {address[1][:2] for address in self._addresses}
        while self._pace.clock.readable(self.socket, 0):
            try:
                packet, sender = self.socket.recvfrom(_MAX_PACKET)
            except ConnectionError:
                continue  # an ICMP error: the retries find out whether it lasts
            if sender[:2] not in known or len(packet) < 5 or packet[0] != 6 or packet[3] != 7:
                continue
            self.answered = True
            try:
                self._handle_ipmi_packet(bytearray(packet), sockaddr=sender, qent=packet)
            except _MALFORMED:
                continue

    def _parse_ipmi_payload(self, payload: bytearray) -> None:
        """An IPMI message that passed the checks of its session; bridged answers come within the bridge's answer, or
        after it."""
        if len(payload) < 8:
            return
        self.heard = True
        entry = (payload[1] >> 2, payload[4] >> 2, payload[5])
        if entry not in self.request_entry:
            return
        self._remove_request_entry(entry)
        if self._bridging and entry[0] == NETFN_APP + 1 and entry[2] == _SEND_MESSAGE:
            if payload[6]:
                self.request_entry.clear()
                self._refused_by_bridge = True
            elif len(payload) > 8 + 7:
                payload = payload[7:-1]
                self.request_entry.clear()
            else:
                return
        self._tries_left = self._options.retries
        self._parse_payload(payload)

    def _got_rmcp_response(self, data: bytearray) -> Any:
        self.rmcp_status = data[1]
        self._tries_left = self._options.retries
        return super()._got_rmcp_response(data)

    def _got_rakp2(self, data: bytearray) -> Any:
        self.rmcp_status = data[1]
        return super()._got_rakp2(data)

    def _got_rakp4(self, data: bytearray) -> Any:
        self.rmcp_status = data[1]
        return super()._got_rakp4(data)

    # -- IPMI 1.5, where pyghmi mixes text and bytes and always asks for the administrator's privilege

    def _get_session_challenge(self) -> None:
        if len(self.password) > _MAX_PASSWORD_15:
            size = len(self.password)
            text = f"the password has {size} bytes, and this BMC speaks IPMI 1.5, which carries 16"
            raise PasswordTooLong(text, host=self._options.name)
        self.ipmicallback = self._got_session_challenge
        data = bytes((2,)) + self.userid.ljust(16, b"\0")
        self._send_ipmi_net_payload(netfn=NETFN_APP, command=0x39, data=data)

    def _activate_session(self, data: Any) -> None:
        self.ipmicallback = self._activated_session
        request = bytes((2, self.privlevel)) + bytes(data) + b"\x01\0\0\0"
        self._send_ipmi_net_payload(netfn=NETFN_APP, command=0x3A, data=request)

    def _activated_session(self, response: dict[str, Any]) -> None:
        self.privilege_code = response["code"] if response["code"] == _PRIVILEGE_EXCEEDED else 0
        if not response["code"] and response["data"] and not response["data"][0] & 0x0F:
            self.authtype = 0  # per-message authentication is off: the rest of the session is not signed
        super()._activated_session(response)

    def _ipmi15authcode(self, payload: Any, checkremotecode: bool = False) -> Any:
        if self.authtype == 0:
            return ()
        sequence = self.remseqnumber if checkremotecode else self.sequencenumber
        password = self.password[:16].ljust(16, b"\0")
        body = password + struct.pack("<I", self.sessionid) + bytes(payload) + struct.pack("<I", sequence) + password
        return bytearray(simplesession.hashlib.md5(body).digest())


def _mapped(address: tuple[Any, ...]) -> tuple[Any, ...]:
    """An IPv4 address as an IPv6 socket writes it."""
    family, sockaddr = address[0], address[1]
    if family == socket.AF_INET:
        return socket.AF_INET6, (f"::ffff:{sockaddr[0]}", sockaddr[1], 0, 0)
    return family, sockaddr
