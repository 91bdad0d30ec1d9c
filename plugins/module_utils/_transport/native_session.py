# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One RMCP+ session in the running event loop (IPMI v2.0 rev 1.1, sections 13.14 to 13.27)."""

from __future__ import annotations

import contextlib
import functools
import itertools
from typing import Any

from .._core.client import BUSY_CODES, NETFN_APP, Request, Response
from .._core.errors import AuthenticationError, CommandError, NoReply, SessionLost
from .ciphers import PREFERRED, SUITES, Seal, Suite
from .endpoint import Address
from .handshake import (
    GIVEN_UP,
    NOT_BY_NAME,
    OPEN_REQUEST,
    OPEN_RESPONSE,
    RAKP1,
    RAKP2,
    RAKP3,
    RAKP4,
    STALE,
    Handshake,
    Refused,
)
from .options import PRIVILEGES, LanOptions
from .pace import Pace
from .refusals import INTEGRITY, login_refused, privilege_refused
from .rmcp import (
    SEND_MESSAGE,
    Message,
    build_message,
    build_packet,
    build_sessionless,
    parse_message,
    parse_packet,
    parse_sessionless,
)
from .wire import Key, Stalled, Wire

_GET_AUTHENTICATION, _SET_PRIVILEGE, _CLOSE = 0x38, 0x3B, 0x3C
_THIS_CHANNEL, _WITH_IPMI20 = 0x0E, 0x80
_SPEAKS_IPMI20 = 0x02
_RESPONSE = 1
_SEQUENCES = 64
_SENT_ON, _REPEATED = "sent on", "repeated"
# A message of the log-in that comes twice may cost the BMC one of its few sessions, and a slow one much work.
_RAKP_TRIES = 2
_CALM_S = 1.0
_KEY_MESSAGES = 2  # of ours, RAKP 1 and 3
_LAST_TAG = 0xFF


class Ipmi15(Exception):
    """The BMC has no RMCP+."""


class NativeSession:
    """A session with one BMC. Raises NoReply, SessionLost, DeadlineExceeded, the family of AuthenticationError,
    OSError, and Ipmi15 for a BMC without RMCP+. ``heard``: whether anything came while the last request waited that
    had no answer."""

    def __init__(
        self, options: LanOptions, addresses: list[tuple[int, Address]], pace: Pace, stalled: Stalled | None = None
    ) -> None:
        self._options = options
        self._tag = 0
        self.heard = False
        self._sequence = 0
        self._in_use: set[int] = set()
        # What is on its way through the bridge: by its sequence number the key of the answer.
        self._bridged: dict[int, tuple[int, int, int]] = {}
        self._by_name = True
        self._not_by_name: AuthenticationError | None = None
        self._awaited = self._messages = 0
        self._handshake: Handshake | None = None
        self._seal: Seal | None = None
        self._pace = pace
        self._wire = Wire(options, addresses, pace, self._judge, stalled)

    @property
    def peer(self) -> Address | None:
        return self._wire.peer

    @property
    def answered(self) -> bool:
        return self._wire.heard > 0

    # -- log-in

    async def log_in(self) -> None:
        """Build the session up, with all that its retries and the deadline allow."""
        await self._find_version()
        named = self._options.cipher_suite
        suites = [SUITES[number] for number in ((named,) if named else PREFERRED)]
        # What is lost of a key exchange cannot always be asked for again: then the log-in starts over. Once it may do
        # so for a BMC that does not look users up by name alone.
        for left in range(2 * self._options.retries + 1, -1, -1):
            shaking = await self._open(suites)
            try:
                await self._exchange_keys(shaking)
                break
            except NoReply:
                self._end()
                if not left:
                    raise
        await self._ask_for_privilege()

    async def _find_version(self) -> None:
        """Get Channel Authentication Capabilities (section 22.13), as an IPMI 1.5 BMC understands it, too."""
        channel = _THIS_CHANNEL | _WITH_IPMI20
        for sequence in itertools.cycle(range(_SEQUENCES)):
            request = Request(NETFN_APP, _GET_AUTHENTICATION, bytes((channel, PRIVILEGES[self._options.privilege])))
            packet = functools.partial(build_sessionless, build_message(request, sequence))
            key = (_GET_AUTHENTICATION, sequence)
            reply: Message = await self._wire.ask(key, packet, "first packet")
            if reply.code in BUSY_CODES:
                await self._pace.sleep_in_loop(self._options.request_timeout_s)
            elif reply.code and channel & _WITH_IPMI20:
                channel = _THIS_CHANNEL  # to BMCs made for IPMI 1.5 the bit for IPMI 2.0 is reserved
            elif reply.code or len(reply.data) < 4:
                error = CommandError("Get Channel Authentication Capabilities", reply.code)
                raise login_refused(f"it does not tell which log-ins it offers: {error.message}")
            elif not (reply.data[1] & _WITH_IPMI20 and reply.data[3] & _SPEAKS_IPMI20):
                raise Ipmi15
            else:
                return

    async def _open(self, suites: list[Suite]) -> Handshake:
        """Open Session, with the first suite that the BMC has; those that it has not are left out of the list."""
        while True:
            self._tag = self._tag % _LAST_TAG + 1
            self._handshake = shaking = Handshake(self._options, suites[0], self._tag, self._by_name)
            try:
                await self._ask(shaking, OPEN_REQUEST, OPEN_RESPONSE, None)
                return shaking
            except Refused as refused:
                # BMCs that do not know a suite say so by various statuses.
                if len(suites) == 1:
                    raise refused.error from refused
            except NoReply:
                if len(suites) == 1:
                    raise
            del suites[0]

    async def _exchange_keys(self, shaking: Handshake) -> None:
        """RAKP messages 1 to 4; raises NoReply where the log-in has to start over."""
        self._messages = 0
        try:
            await self._ask(shaking, RAKP1, RAKP2, _RAKP_TRIES)
            self._seal = shaking.seal()
            await self._ask(shaking, RAKP3, RAKP4, _RAKP_TRIES)
        except Refused as refused:
            if refused.status in STALE:
                raise NoReply("the BMC forgets the log-in before it is finished") from refused
            if refused.status == INTEGRITY and self._messages > _KEY_MESSAGES:
                # It proved before that it knows the password; but BMCs take new numbers for a message that comes twice.
                raise NoReply("the BMC mixes up messages of the log-in that it got twice") from refused
            error = refused.error
            if refused.status in NOT_BY_NAME:
                if self._by_name:
                    self._by_name, self._not_by_name = False, error
                    raise NoReply("the BMC does not look users up by name alone") from refused
                error = self._not_by_name or error
            self._end(refused.status)
            raise error from refused
        self._handshake = None

    async def _ask(self, shaking: Handshake, kind: int, answer: int, tries: int | None) -> None:
        self._awaited = answer
        message = build_packet(kind, shaking.message(kind))

        def packet() -> bytes:
            self._messages += 1
            return message

        told = await self._wire.ask(answer, packet, "log-in", tries, _CALM_S)
        if isinstance(told, Refused):
            raise told

    async def _ask_for_privilege(self) -> None:
        request = Request(NETFN_APP, _SET_PRIVILEGE, bytes((PRIVILEGES[self._options.privilege],)))
        response = await self.exchange(request)
        while response.code in BUSY_CODES:
            await self._pace.sleep_in_loop(self._options.request_timeout_s)
            response = await self.exchange(request)
        if response.code:
            raise privilege_refused(self._options, CommandError("Set Session Privilege Level", response.code).message)

    # -- requests

    async def exchange(self, request: Request) -> Response:
        """Send one request, wait for its answer."""
        seal = self._seal
        if seal is None:
            raise SessionLost("the session is closed", host=self._options.name)
        heard, sequence = self._wire.heard, self._next_sequence()
        message = build_message(request, sequence)
        key = (request.netfn | _RESPONSE, sequence, request.command)
        if request.target:
            self._bridged[sequence] = key
        try:
            tries = 1 if request.once else None
            response: Response = await self._wire.ask(key, lambda: seal.seal(message), "request", tries)
        except NoReply:
            self.heard = self._wire.heard > heard
            raise
        finally:
            self._in_use.discard(sequence)
            self._bridged.pop(sequence, None)
        return response

    def _next_sequence(self) -> int:
        """A number that no request has whose answer may still come; more than are on their way there are not."""
        self._sequence = (self._sequence + 1) % _SEQUENCES
        while self._sequence in self._in_use:
            self._sequence = (self._sequence + 1) % _SEQUENCES
        self._in_use.add(self._sequence)
        return self._sequence

    def close(self) -> None:
        """Tell the BMC, without waiting for its word, and give the socket back."""
        try:
            self._end()
        finally:
            self._wire.close()

    def _end(self, status: int = GIVEN_UP) -> None:
        """Close Session (section 22.19) where the BMC may have RAKP message 3, and so a session; message 3 with a
        status where it may not, so that a log-in that ended half-way takes none of its few sessions."""
        seal, self._seal = self._seal, None
        shaking, self._handshake = self._handshake, None
        with contextlib.suppress(OSError):  # nothing is left to be told to a BMC that cannot be reached any more
            if seal:
                request = Request(NETFN_APP, _CLOSE, seal.bmc_id.to_bytes(4, "little"))
                self._wire.tell(seal.seal(build_message(request, (self._sequence + 1) % _SEQUENCES)))
            if shaking and shaking.opened:
                self._wire.tell(build_packet(RAKP3, shaking.message(RAKP3, status)))

    # -- what arrives

    def _judge(self, packet: bytes) -> tuple[Key, Any] | None:
        """What a packet answers, and the answer; None for what answers nothing of ours, or is malformed."""
        if self._handshake:
            return self._judge_handshake(self._handshake, packet)
        if self._seal:
            opened = self._seal.open(packet)
            message = parse_message(opened) if opened else None
            return self._judge_message(message) if message else None
        return self._judge_sessionless(packet)

    @staticmethod
    def _judge_sessionless(packet: bytes) -> tuple[Key, Any] | None:
        message = parse_sessionless(packet)
        if message and (message.netfn, message.command) == (NETFN_APP | _RESPONSE, _GET_AUTHENTICATION):
            return (_GET_AUTHENTICATION, message.sequence), message
        return None

    def _judge_handshake(self, shaking: Handshake, packet: bytes) -> tuple[Key, Any] | None:
        """Only the message that is awaited: one that comes again must not change what was agreed on."""
        parsed = parse_packet(packet)
        if parsed is None or parsed.session_id:
            return self._judge_sessionless(packet)
        if parsed.kind != self._awaited:
            return (_REPEATED, None) if shaking.repeats(parsed.payload) else None
        told: bool | Refused
        try:
            told = shaking.take(parsed.kind, parsed.payload)
        except Refused as refused:
            told = refused
        if not told:
            return None
        self._awaited = 0
        return parsed.kind, told

    def _judge_message(self, message: Message) -> tuple[Key, Any] | None:
        """A controller's answer comes within the bridge's, or after it (section 6.13)."""
        key = self._bridged.get(message.sequence)
        if key and message[:3] == (NETFN_APP | _RESPONSE, message.sequence, SEND_MESSAGE):
            if message.code:
                return key, Response(message.code, message.data, bridge_refused=True)
            inner = parse_message(message.data)
            if inner is None:
                return _SENT_ON, None
            message = inner
        return message[:3], Response(message.code, message.data)
