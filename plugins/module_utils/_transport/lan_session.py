# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One session over LAN: pyghmi's cryptography and framing, driven by a loop of our own.

pyghmi's ordinary Session shares sockets, threads and retry timers between all BMCs of a process and hard-codes its
patience. Its SimpleSession has a socket of its own and no retry at all; here it gets time-outs, retries, a deadline,
sequence numbers that are never used twice, bridging as real BMCs do it, and a skin against malformed packets.
"""

from __future__ import annotations

import contextlib
import os
import struct
from typing import Any

from .._core.client import BUSY_CODES, NETFN_APP, Request, Response
from .._core.errors import NoReply, SessionLost
from .endpoint import Address, Endpoint
from .options import PRIVILEGES, LanOptions, kg_bytes, secret_bytes
from .pace import Pace
from .session15 import Session15

_SEND_MESSAGE = 0x34
_SET_PRIVILEGE = 0x3B
_NO_EXTENDED_DATA = 0xCC
_RAKP_CONTEXTS = ("EXPECTINGRAKP2", "EXPECTINGRAKP4")
_ESTABLISHED = "ESTABLISHED"
_LAST_TAG = 0x7F
# What a packet that is too short, or filled with nonsense, can raise in pyghmi's decoding.
_MALFORMED = (IndexError, struct.error, ValueError, TypeError, KeyError)
# Inside a message: addresses, checksum and so on before the data, and the checksum behind it.
_SHORTEST_MESSAGE = 8
_DATA_FROM = 7


class LanSession(Session15):
    """A session with one BMC. Raises NoReply, DeadlineExceeded and SessionLost; pyghmi's own errors are the caller's
    to translate."""

    def __init__(self, options: LanOptions, addresses: list[tuple[int, Address]], pace: Pace) -> None:
        # pyghmi's initializer logs in at once; here that is log_in's, so that a session that fails can be closed.
        self._options = options
        self._pace = pace
        self._endpoint = Endpoint(addresses)
        self._tries_left = options.retries
        # Of a log-in's two exchanges that cannot be repeated each may be lost: twice as many tries.
        self._logins_left = 2 * options.retries + 1
        self._retry_at = 0.0
        self._bridging = False
        self._refused_by_bridge = False
        self.seqlun = 0
        self.logged = 0
        self.sockaddr: Address | None = None
        self.sessioncontext: str | None = None
        self.lastpayload: Any = None
        self.sessionid = 0
        self.authtype = 0
        self.ipmiversion = 1.5
        self.answered = False  # whether the BMC ever said anything
        self.heard = False  # whether anything of this session arrived since the last request
        self.rmcp_status = 0
        self.privilege_code = 0
        self.remseqnumber = 0

    @property
    def peer(self) -> Address | None:
        return self.sockaddr

    def log_in(self) -> None:
        """Build the session up, with all that its retries and the deadline allow."""
        super().__init__(
            bmc=self._options.host,
            userid=secret_bytes(self._options.username),
            password=secret_bytes(self._options.password),
            port=self._options.port,
            kg=kg_bytes(self._options.kg),
            privlevel=PRIVILEGES[self._options.privilege],
            keepalive=False,
        )

    # -- the loop

    def wait_for_rsp(self, timeout: float | None = None, callout: bool = True) -> None:
        """One turn: take a packet that arrived, or send again what stayed without an answer. pyghmi calls this while it
        logs in."""
        self._pace.check()
        if self._pace.readable(self._endpoint.socket, self._retry_at):
            self.process_pktqueue()
        elif self._pace.clock.now() >= self._retry_at:
            self._send_again()

    def _send_again(self) -> None:
        """A request stayed without an answer for request_timeout_s."""
        if not self.logged and (self.sessioncontext in _RAKP_CONTEXTS or self.lastpayload is None):
            # BMCs do not take RAKP messages twice, and after a malformed answer there is nothing to be sent again:
            # start the log-in over.
            if self._logins_left <= 0:
                raise NoReply(self._silence("log-in"))
            self._logins_left -= 1
            self._tries_left = self._options.retries
            self._initsession()
            self._get_channel_auth_cap()
            return
        if self._tries_left <= 0 or self.lastpayload is None:
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
        if request.once:
            self._tries_left = 0
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
        """Tell the BMC, without waiting for its word, and give the socket back.

        The BMC has a session as soon as the keys are exchanged, even if the log-in failed after that.
        """
        self.cleaningup = True
        try:
            if self.logged or (self.sessionid and (self.sessioncontext == _ESTABLISHED or self.authtype == 2)):
                self.logged = 1
                self.logout()
        except OSError:
            pass  # nothing is left to be told to a BMC that cannot be reached any more
        finally:
            self._endpoint.close()

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

    def _assignsocket(self, server: Any = None) -> Any:
        return self._endpoint.socket

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
        self._endpoint.send(self.netpacket, self.sockaddr)
        self._retry_at = self._pace.clock.now() + self._options.request_timeout_s

    def process_pktqueue(self) -> None:
        """Take one packet; the deadline is looked at before the next one, so that a flood does not hold the session."""
        received = self._endpoint.receive()
        if received is None or not self._concerns(received[0]):
            return
        packet, sender = received
        self.answered = True
        with contextlib.suppress(*_MALFORMED):
            self._handle_ipmi_packet(bytearray(packet), sockaddr=sender, qent=packet)

    def _concerns(self, packet: bytes) -> bool:
        """Whether it is IPMI over RMCP, and of a kind that is awaited: before the log-in any, after it only what is
        signed."""
        if len(packet) < 6 or packet[0] != 6 or packet[3] != 7:
            return False
        if self.sessioncontext == _ESTABLISHED:
            return packet[4] == 6 and packet[5] & 0x3F == 0  # no log-in's messages any more, and nothing unsigned
        return True

    def _parse_ipmi_payload(self, payload: bytearray) -> None:
        """An IPMI message that passed the checks of its session; bridged answers come within the bridge's answer, or
        after it."""
        if len(payload) < _SHORTEST_MESSAGE:
            return
        self.heard = True
        entry = (payload[1] >> 2, payload[4] >> 2, payload[5])
        if entry not in self.request_entry:
            return
        self._remove_request_entry(entry)
        if self._bridging and entry[0] == NETFN_APP + 1 and entry[2] == _SEND_MESSAGE:
            if payload[6]:
                self._refused_by_bridge = True
            elif len(payload) > _SHORTEST_MESSAGE + _DATA_FROM:
                payload = payload[_DATA_FROM:-1]
            else:
                return
            self.request_entry.clear()
        self._tries_left = self._options.retries
        self._parse_payload(payload)

    # -- the log-in's messages, where pyghmi is too trusting

    def _got_channel_auth_cap(self, response: dict[str, Any]) -> None:
        code = response.get("code", 0)
        if code in BUSY_CODES:
            return  # asked again when the time for an answer is over
        if code == _NO_EXTENDED_DATA and self.ipmi15only:
            self.onlogon({"error": "the BMC does not tell which log-ins it offers"})  # pyghmi would ask for ever
            return
        super()._got_channel_auth_cap(response)

    def _open_rmcpplus_request(self) -> None:
        self.rmcptag &= _LAST_TAG
        super()._open_rmcpplus_request()

    def _got_rmcp_response(self, data: bytearray) -> Any:
        if data[0] == self.rmcptag:
            self.rmcp_status = data[1]
            self._tries_left = self._options.retries
        return super()._got_rmcp_response(data)

    def _got_rakp2(self, data: bytearray) -> Any:
        if data[0] == self.rmcptag:
            self.rmcp_status = data[1]
        return super()._got_rakp2(data)

    def _got_rakp4(self, data: bytearray) -> Any:
        if data[0] == self.rmcptag:
            self.rmcp_status = data[1]
        return super()._got_rakp4(data)
