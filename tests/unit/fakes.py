# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-ins for a BMC: one that plays a script, one that serves sensor data records, one that is read as a whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.client import OneByOne, Request, Response

Answer = Response | Exception
Exchange = tuple[Request, Answer]
GetHook = Callable[[int, int, int], Answer | None]

RESERVE = 0x22
CANNOT_RETURN, RESERVATION_LOST, NOT_PRESENT, BUSY = 0xCA, 0xC5, 0xCB, 0xC0


def ok(*data: int) -> Response:
    """A response that succeeded, with these bytes."""
    return Response(0, bytes(data))


def no(code: int) -> Response:
    """A response that is a refusal."""
    return Response(code)


def played(answer: Answer) -> Response:
    if isinstance(answer, Exception):
        raise answer
    return answer


class ScriptedClient(OneByOne):
    """Plays answers in turn. Every request must be the expected one: netfn, command, data, LUN and target."""

    def __init__(self, *script: Exchange) -> None:
        self._script = list(script)
        self.pauses = 0
        self.at_pause: Exception | None = None

    async def request(self, request: Request) -> Response:
        assert self._script, f"not expected any more: {request}"
        expected, answer = self._script.pop(0)
        assert request == expected
        return played(answer)

    async def pause(self) -> None:
        self.pauses += 1
        if self.at_pause:
            raise self.at_pause

    def expect(self, requests: int) -> None:
        """There is always time enough."""

    def assert_played(self) -> None:
        assert not self._script, f"never asked for: {[request for request, _answer in self._script]}"


class RepositoryBmc(OneByOne):
    """Serves records as section 33.12 has it. ``limit``: bytes that it can return at once. ``on_get`` may answer first.

    ``requests`` holds (record id, offset, count) of every Get SDR; ``reservations`` counts the reservations.
    """

    def __init__(self, records: Sequence[bytes], *, limit: int = 0xFF, netfn: int = 0x0A, get: int = 0x23) -> None:
        self.ids = [int.from_bytes(record[:2], "little") for record in records]
        self.records = dict(zip(self.ids, records, strict=True))
        self.following = dict(zip(self.ids, [*self.ids[1:], 0xFFFF][: len(self.ids)], strict=True))
        self.limit, self.netfn, self.get = limit, netfn, get
        self.too_many = CANNOT_RETURN
        self.on_get: GetHook = lambda _record_id, _offset, _count: None
        self.reserve_answer: Answer | None = None
        self.reservation = self.reservations = self.pauses = 0
        self.requests: list[tuple[int, int, int]] = []

    async def request(self, request: Request) -> Response:
        assert (request.netfn, request.lun, request.target) == (self.netfn, 0, None)
        if request.command == RESERVE:
            assert request.data == b""
            return self._reserve()
        assert request.command == self.get
        assert len(request.data) == 6
        return self._get(request.data)

    async def pause(self) -> None:
        self.pauses += 1

    def expect(self, requests: int) -> None:
        """There is always time enough."""

    def cancel_reservation(self) -> None:
        """What a new record, or a restart, does."""
        self.reservation = 0

    def _reserve(self) -> Response:
        if self.reserve_answer is not None:
            return played(self.reserve_answer)
        self.reservations += 1
        self.reservation = 0x0100 + self.reservations
        return ok(*self.reservation.to_bytes(2, "little"))

    def _get(self, data: bytes) -> Response:
        reservation, record_id = int.from_bytes(data[:2], "little"), int.from_bytes(data[2:4], "little")
        offset, count = data[4], data[5]
        self.requests.append((record_id, offset, count))
        answer = self.on_get(record_id, offset, count)
        if answer is not None:
            return played(answer)
        if offset and reservation != self.reservation:
            return no(RESERVATION_LOST)
        own_id = self.ids[0] if record_id == 0 and self.ids else record_id
        if own_id not in self.records:
            return no(NOT_PRESENT)
        record = self.records[own_id]
        if min(count, len(record) - offset) > self.limit:
            return no(self.too_many)
        following = self.following[own_id].to_bytes(2, "little")
        return ok(*following, *record[offset : min(offset + count, 0xFF + 5)])


class WholeBmc(RepositoryBmc):
    """A BMC with everything that one read of its sensors asks for.

    ``answers``: (netfn, command, first byte of the data) -> what is answered, or a list of answers in turn; what is not
    there is refused with CBh (a sensor) or C1h (anything else). ``asked`` holds every request of a sensor.
    """

    DEVICE_ID = bytes.fromhex("20 01 02 30 02 df a2 02 00 00 01".replace(" ", ""))
    GUID = bytes(range(16))

    def __init__(self, records: Sequence[bytes], answers: Mapping[tuple[int, int, int | None], object]) -> None:
        super().__init__(records)
        self.answers: dict[tuple[int, int, int | None], object] = {
            (0x06, 0x01, None): Response(0, self.DEVICE_ID),
            (0x06, 0x37, None): Response(0, self.GUID),
            **answers,
        }
        self.asked: list[Request] = []

    async def request(self, request: Request) -> Response:
        if request.netfn == self.netfn and request.command in (RESERVE, self.get):
            return await super().request(request)
        if request.netfn == 0x04:
            self.asked.append(request)
        key = (request.netfn, request.command, request.data[0] if request.data else None)
        answer = self.answers.get(key, no(NOT_PRESENT if request.netfn == 0x04 else 0xC1))
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        return played(answer)
