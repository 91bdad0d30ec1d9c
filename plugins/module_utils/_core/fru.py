# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A FRU device's inventory: who made the server, its board and its chassis.

The commands: IPMI 2.0, sections 34.1 and 34.2. The areas: Platform Management FRU Information Storage Definition v1.0,
revision 1.3. The internal use area and the multi-record area are left alone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Optional

from .client import NETFN_STORAGE, Client, Request, Response, ask, checked, request_patiently
from .errors import CommandError, DecodeError
from .sdr.strings import LATIN_1, UNICODE, decode_text

_NOT_THERE = (0xC1, 0xC9, 0xCB, 0xCC)  # commands and devices, as BMCs say it
_INSUFFICIENT_PRIVILEGE = 0xD4
_TOO_MANY_BYTES = (0xC7, 0xC8, 0xCA)
_DEVICE_BUSY = 0x81
_BUSY_ATTEMPTS = 4
_CHUNKS = (32, 16, 8)  # bytes, tried in turn by BMCs that cannot return as many
_HEADER_LENGTH = 8
_UNIT = 8  # of offsets and lengths
_FORMAT_VERSION = 1
_END = 0xC1
_BINARY = 0
_ENGLISH = (0, 25)
_EPOCH, _NO_TIME = datetime(1996, 1, 1, tzinfo=timezone.utc), (0, 0xFFFFFF)

# System enclosure or chassis types by SMBIOS 3.7, section 7.4.1; the specification of FRU data refers to them.
_CHASSIS_TYPES = (
    "",
    "Other",
    "Unknown",
    "Desktop",
    "Low Profile Desktop",
    "Pizza Box",
    "Mini Tower",
    "Tower",
    "Portable",
    "Laptop",
    "Notebook",
    "Hand Held",
    "Docking Station",
    "All in One",
    "Sub Notebook",
    "Space-saving",
    "Lunch Box",
    "Main Server Chassis",
    "Expansion Chassis",
    "Sub Chassis",
    "Bus Expansion Chassis",
    "Peripheral Chassis",
    "RAID Chassis",
    "Rack Mount Chassis",
    "Sealed-case PC",
    "Multi-system Chassis",
    "Compact PCI",
    "Advanced TCA",
    "Blade",
    "Blade Enclosure",
    "Tablet",
    "Convertible",
    "Detachable",
    "IoT Gateway",
    "Embedded PC",
    "Mini PC",
    "Stick PC",
)

Text = Optional[str]
# (offset, count) -> so many bytes of the inventory, fewer at its end
Fetch = Callable[[int, int], Awaitable[bytes]]


@dataclass(frozen=True)
class Product:
    """The product info area; what is empty or not told is None. ``custom``: the maker's own fields, empty ones left
    out."""

    manufacturer: Text = None
    name: Text = None
    part_number: Text = None
    version: Text = None
    serial_number: Text = None
    asset_tag: Text = None
    custom: tuple[str, ...] = ()


@dataclass(frozen=True)
class Board:
    """The board info area. ``manufactured_at``: ISO 8601, UTC."""

    manufacturer: Text = None
    name: Text = None
    serial_number: Text = None
    part_number: Text = None
    manufactured_at: Text = None


@dataclass(frozen=True)
class Chassis:
    """The chassis info area. ``type``: its name in SMBIOS."""

    type: Text = None
    part_number: Text = None
    serial_number: Text = None
    custom: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fru:
    """The inventory. ``problems``: a sentence for everything that is there and cannot be read."""

    product: Product = Product()
    board: Board = Board()
    chassis: Chassis = Chassis()
    problems: tuple[str, ...] = ()


async def read_fru(client: Client, device: int = 0) -> Fru:
    """The inventory of one FRU device; one that is not there is a problem of the result. CommandError, DecodeError or
    TransportError where that cannot be known."""
    name = "Get FRU Inventory Area Info"
    try:
        info = await ask(client, name, Request(NETFN_STORAGE, 0x10, bytes((device,))), 3)
    except CommandError as error:
        if error.code not in _NOT_THERE:
            raise
        return Fru(problems=(f"there is no FRU device {device}: {error.message}",))
    size = int.from_bytes(info[:2], "little")
    return await decode_fru(_Reader(client, device, size, words=bool(info[2] & 1)).fetch, size)


async def decode_fru(fetch: Fetch, size: int) -> Fru:
    """The inventory of ``size`` bytes. A broken area costs nothing but itself."""
    try:
        header = await _header(fetch, size)
    except (CommandError, DecodeError) as error:
        _raise_if_forbidden(error)
        return Fru(problems=(f"no area can be read: {error.message}",))
    problems: list[str] = []
    chassis, board, product = [
        await _area(fetch, size, offset * _UNIT, name, problems)
        for name, offset in zip(("chassis", "board", "product"), header[2:5])
    ]
    return Fru(
        product=_product(product, problems) if product else Product(),
        board=_board(board, problems) if board else Board(),
        chassis=_chassis(chassis, problems) if chassis else Chassis(),
        problems=tuple(problems),
    )


class _Reader:
    """Reads each byte once, in pieces as large as the BMC returns them, and nothing that nobody asks for but the rest
    of a piece."""

    def __init__(self, client: Client, device: int, size: int, words: bool) -> None:
        self._client = client
        self._device = device
        self._unit = 2 if words else 1
        self._size = size - size % self._unit
        self._chunks = list(_CHUNKS)
        self._held: dict[int, int] = {}

    async def fetch(self, offset: int, count: int) -> bytes:
        wanted = range(offset, min(offset + count, self._size))
        for position in wanted:
            if position not in self._held:
                start = position - position % self._unit
                self._held.update(enumerate(await self._piece(start), start))
        return bytes(self._held[position] for position in wanted)

    async def _piece(self, start: int) -> bytes:
        """At least one unit from ``start`` on."""
        while True:
            count = min(self._chunks[0], self._size - start) // self._unit
            response = await self._ask(start // self._unit, count)
            if response.code not in _TOO_MANY_BYTES or len(self._chunks) == 1:
                break
            del self._chunks[0]
        data = checked("Read FRU Data", response, 1)
        piece = data[1:][: min(data[0], count) * self._unit]
        if len(piece) < self._unit:
            raise DecodeError(f"Read FRU Data was answered without data at offset {start}")
        return piece

    async def _ask(self, offset: int, count: int) -> Response:
        """Offset and count in the device's own unit. A busy device has a completion code of its own (section 34.2)."""
        request = Request(NETFN_STORAGE, 0x11, bytes((self._device, offset & 0xFF, offset >> 8, count)))
        for attempt in range(_BUSY_ATTEMPTS):
            if attempt:
                await self._client.pause()
            response = await request_patiently(self._client, request, once_more=True)
            if response.code != _DEVICE_BUSY:
                break
        return response


def _raise_if_forbidden(error: Exception) -> None:
    """What the user may not read is no property of the inventory."""
    if getattr(error, "code", None) == _INSUFFICIENT_PRIVILEGE:
        raise error


async def _header(fetch: Fetch, size: int) -> bytes:
    header = await fetch(0, _HEADER_LENGTH) if size >= _HEADER_LENGTH else b""
    if len(header) < _HEADER_LENGTH:
        raise DecodeError(f"the device has {size} bytes, less than a header")
    if header in (bytes(_HEADER_LENGTH), b"\xff" * _HEADER_LENGTH):
        raise DecodeError("the device is empty")
    if sum(header) & 0xFF:
        raise DecodeError("the header has a wrong checksum")
    if header[0] & 0x0F != _FORMAT_VERSION:
        raise DecodeError(f"the header is of format version {header[0] & 0x0F}, {_FORMAT_VERSION} is known")
    return header


async def _area(fetch: Fetch, size: int, offset: int, name: str, problems: list[str]) -> bytes:
    """An area with a right checksum; empty where there is none, or none that can be read."""
    if not offset:
        return b""
    try:
        return await _checked_area(fetch, size, offset)
    except (CommandError, DecodeError) as error:
        _raise_if_forbidden(error)
        problems.append(f"the {name} area is passed over: {error.message}")
        return b""


async def _checked_area(fetch: Fetch, size: int, offset: int) -> bytes:
    if offset + _UNIT > size:
        raise DecodeError(f"it begins at byte {offset}, and the device has {size}")
    version, units = await fetch(offset, 2)
    length = units * _UNIT
    if version & 0x0F != _FORMAT_VERSION:
        raise DecodeError(f"it is of format version {version & 0x0F}, {_FORMAT_VERSION} is known")
    if not length or offset + length > size:
        raise DecodeError(f"its length is {length} bytes, and the device has {size - offset} there")
    data = await fetch(offset, length)
    if sum(data) & 0xFF:
        raise DecodeError("its checksum is wrong")
    return data


def _chassis(data: bytes, problems: list[str]) -> Chassis:
    code = data[2] & 0x7F  # bit 7 is the lock's, as in SMBIOS; the area has no language code
    (part_number, serial_number), custom = _fields(data, 3, "chassis", 2, problems)
    kind = _CHASSIS_TYPES[code] if code < len(_CHASSIS_TYPES) else f"type {code:02X}h"
    return Chassis(kind or None, part_number, serial_number, custom)


def _board(data: bytes, problems: list[str]) -> Board:
    minutes = int.from_bytes(data[3:6], "little")
    made_at = None if minutes in _NO_TIME else _EPOCH + timedelta(minutes=minutes)
    fields, _custom = _fields(data, 6, "board", 5, problems, data[2] in _ENGLISH)
    manufacturer, name, serial_number, part_number, _file_id = fields
    when = made_at.strftime("%Y-%m-%dT%H:%M:%SZ") if made_at else None
    return Board(manufacturer, name, serial_number, part_number, when)


def _product(data: bytes, problems: list[str]) -> Product:
    fields, custom = _fields(data, 3, "product", 7, problems, data[2] in _ENGLISH)
    manufacturer, name, part_number, version, serial_number, asset_tag, _file_id = fields
    return Product(manufacturer, name, part_number, version, serial_number, asset_tag, custom)


def _fields(
    data: bytes, start: int, name: str, predefined: int, problems: list[str], english: bool = True
) -> tuple[list[Text], tuple[str, ...]]:
    """The predefined fields, None for an empty one or one that is not there, and the maker's own behind them."""
    fields: list[Text] = []
    position, end = start, len(data) - 1  # the last byte is the checksum
    while position < end and data[position] != _END:
        kind, length = data[position] >> 6, data[position] & 0x3F
        position += 1
        if position + length > end:
            problems.append(f"the {name} area ends within field {len(fields) + 1}")
            break
        fields.append(_text(kind, data[position : position + length], english))
        position += length
    fields += [None] * (predefined - len(fields))
    return fields[:predefined], tuple(field for field in fields[predefined:] if field)


def _text(kind: int, raw: bytes, english: bool) -> Text:
    """One field. Binary data are told as hex digits; bytes of FFh are memory that nobody has written."""
    if kind == _BINARY:
        return raw.hex() or None
    if kind == LATIN_1 and not raw.strip(b"\xff"):
        return None
    return decode_text(UNICODE if kind == LATIN_1 and not english else kind, raw).strip() or None
