# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading the SDR repository, or a controller's device SDRs where it keeps no repository (sections 33 and 35.2 to
35.4)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from ..client import NETFN_SENSOR, NETFN_STORAGE, Client, Request, Response, ask, request_patiently
from ..errors import CommandError, DecodeError, completion_text
from .decode import HEADER_LENGTH, decode_record
from .records import Record

_FIRST, _LAST = 0x0000, 0xFFFF
_ENTIRE = 0xFF
_REACH = 0x100
_CHUNKS = (0x20, 0x10, 0x0A, 0x05)  # tried in turn by BMCs that return less than was asked for
_UNSPECIFIED = 0xFF  # said for want of a better code, it may be about this record only
_TOO_MANY_BYTES = (0xCA, 0xC8, 0xC7, 0xC4, _UNSPECIFIED)
_RESERVATION_LOST = 0xC5
_ATTEMPTS = 8


@dataclass(frozen=True)
class Source:
    """Where records come from: the repository (storage 22h, 23h) or the device SDRs (sensor 22h, 21h)."""

    netfn: int
    get: int
    name: str


REPOSITORY = Source(NETFN_STORAGE, 0x23, "Get SDR")
DEVICE_SDRS = Source(NETFN_SENSOR, 0x21, "Get Device SDR")


@dataclass
class Repository:
    """What was read: ``raw`` records and what they hold. ``problems``: a sentence for each record that is lost;
    ``complete``: the end of the list was reached."""

    raw: list[bytes] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    complete: bool = False

    def add(self, data: bytes) -> None:
        """One more record; a broken one costs nothing but itself."""
        self.raw.append(data)
        try:
            self.records.append(decode_record(data))
        except DecodeError as error:
            self.problems.append(f"{error.message}; it is passed over")


class Reader:
    """Reads record by record. Remembers the reservation and how many bytes the BMC can return at a time.

    ``led_back_to`` is the record that the end of the list led back to, None while, or if, it did not.
    """

    def __init__(self, client: Client, source: Source) -> None:
        self._client = client
        self._source = source
        self._reservation = 0
        self._reserved = False
        self._chunks = list(_CHUNKS)
        self._whole = True  # one request a record, until the BMC says that this is too much
        self.led_back_to: int | None = None

    async def records(self) -> AsyncIterator[bytes]:
        """Every record; ends at FFFFh, or where the list leads back to a record that was read before."""
        record_id, seen = _FIRST, set()
        while record_id != _LAST and record_id not in seen:
            seen.add(record_id)
            first = record_id == _FIRST
            record_id, data = await self.record(record_id)
            if first:  # asked for as 0000h, whatever its own id is
                seen.add(int.from_bytes(data[:2], "little"))
            yield data
        if record_id != _LAST:
            self.led_back_to = record_id

    async def _reserve(self) -> None:
        try:
            data = await ask(self._client, "Reserve SDR Repository", Request(self._source.netfn, 0x22), 2)
        except CommandError:
            # Optional below IPMI 1.5 and for device SDRs: 0000h then stands for "no reservation" (section 33.12).
            data = b"\0\0"
        self._reservation = int.from_bytes(data[:2], "little")
        self._reserved = True

    async def _get(self, record_id: int, offset: int, count: int) -> Response:
        if offset and not self._reserved:
            await self._reserve()
        reservation = self._reservation if self._reserved else 0
        body = reservation.to_bytes(2, "little") + record_id.to_bytes(2, "little") + bytes((offset, count))
        request = Request(self._source.netfn, self._source.get, body)
        return await request_patiently(self._client, request, once_more=True)

    async def record(self, record_id: int) -> tuple[int, bytes]:
        """The next record's id, and this record; starts over, a few times, when the reservation is lost."""
        for _attempt in range(_ATTEMPTS):
            try:
                return await self._read_once(record_id)
            except CommandError as error:
                if error.code != _RESERVATION_LOST:
                    raise
                await self._reserve()
        raise CommandError(self._source.name, _RESERVATION_LOST)

    async def _read_once(self, record_id: int) -> tuple[int, bytes]:
        next_id, data, doubtful = _LAST, b"", False
        if self._whole:
            response = await self._get(record_id, 0, _ENTIRE)
            if response.code in _TOO_MANY_BYTES or (not response.code and len(response.data) < 2 + HEADER_LENGTH):
                doubtful = response.code == _UNSPECIFIED
                self._whole = doubtful  # in doubt, until the parts could be had
            elif response.code:
                raise CommandError(self._source.name, response.code)
            else:
                next_id, data = int.from_bytes(response.data[:2], "little"), response.data[2:]
        if len(data) < HEADER_LENGTH:
            next_id, data = await self._part(record_id, 0, HEADER_LENGTH)
        if len(data) < HEADER_LENGTH:
            raise DecodeError(f"record {record_id:04X}h: {len(data)} bytes instead of a header")
        total = HEADER_LENGTH + data[4]
        data += await self._rest(record_id, len(data), total)
        if doubtful and len(data) >= total:
            self._whole = False
        return next_id, data

    async def _rest(self, record_id: int, start: int, total: int) -> bytes:
        """The body from ``start`` on; shorter where the BMC refuses a part, so that the list can go on behind a
        broken record."""
        rest = b""
        # A length can promise more than the request's one byte of offset reaches.
        while start + len(rest) < min(total, _REACH):
            try:
                _next, more = await self._part(record_id, start + len(rest), total - start - len(rest))
            except CommandError as error:
                if error.code == _RESERVATION_LOST:
                    raise
                break
            if not more:
                break
            rest += more
        return rest

    async def _part(self, record_id: int, offset: int, wanted: int) -> tuple[int, bytes]:
        chunks = self._chunks
        while True:
            count = min(wanted, chunks[0])
            response = await self._get(record_id, offset, count)
            smaller = [chunk for chunk in chunks if chunk < count]
            if response.code in _TOO_MANY_BYTES and smaller:
                chunks = smaller
                if response.code != _UNSPECIFIED:
                    self._chunks = chunks
                continue
            if response.code:
                raise CommandError(self._source.name, response.code)
            self._chunks = chunks
            if len(response.data) < 2:
                raise DecodeError(f"record {record_id:04X}h: an answer of {len(response.data)} bytes")
            return int.from_bytes(response.data[:2], "little"), response.data[2:]


async def read_repository(client: Client, source: Source, into: Repository) -> None:
    """Fill ``into``, so that what was read before an error of the transport is there after it."""
    try:
        reader = Reader(client, source)
        async for data in reader.records():
            into.add(data)
        into.complete = reader.led_back_to is None
        if reader.led_back_to is not None:
            into.problems.append(f"the list of records leads back to record {reader.led_back_to:04X}h")
    except CommandError as error:
        into.problems.append(
            f"the list of records ends early: {source.name} was answered with {completion_text(error.code)}"
        )
    except DecodeError as error:
        into.problems.append(f"the list of records ends early: {error.message}")
