# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Encoding of FRU inventory data (Platform Management FRU Information Storage Definition v1.0)."""

from __future__ import annotations

from datetime import UTC, datetime

from . import typelen
from .reader import Node

_BOARD = ("manufacturer", "product", "serial", "part_number", "file_id")
_PRODUCT = ("manufacturer", "product", "part_number", "version", "serial", "asset_tag", "file_id")
_CHASSIS = ("part_number", "serial")
_EPOCH = datetime(1996, 1, 1, tzinfo=UTC)


def _checksum(data: bytes | bytearray) -> bytes:
    return bytes([-sum(data) & 0xFF])


def _area(head: bytes, fields: list[str]) -> bytes:
    """Return an area: version, length, head, fields, end mark, padding and checksum."""
    body = head + b"".join(typelen.encode(text, "latin1", 63) if text else b"\xc0" for text in fields) + b"\xc1"
    body += b"\0" * (-(len(body) + 3) % 8)
    area = bytes([1, (len(body) + 3) // 8]) + body
    return area + _checksum(area)


def _fields(part: Node, names: tuple[str, ...]) -> list[str]:
    return [part.text(name, "") for name in names] + [str(item) for item in part.sequence("extra")]


def _board(part: Node) -> bytes:
    date = part.any("date", None)
    minutes = 0
    if date is not None:
        stamp = datetime.fromisoformat(str(date))
        if stamp.tzinfo is None:
            stamp = stamp.replace(tzinfo=UTC)
        minutes = int((stamp - _EPOCH).total_seconds() // 60)
    if not 0 <= minutes < 1 << 24:
        raise part.error("must lie between 1996-01-01 and 2027-11-24", "date")
    return _area(bytes([0x19]) + minutes.to_bytes(3, "little"), _fields(part, _BOARD))


def build(node: Node) -> bytes:
    """Return the inventory data of one FRU device; `raw` gives it as it is, `size` pads it."""
    raw = node.hex("raw", None)
    size = node.integer("size", None, high=0xFFFF)
    areas = [b"", b"", b""]  # chassis, board, product
    if node.has("chassis"):
        part = node.node("chassis")
        areas[0] = _area(bytes([part.integer("type", 0x17)]), _fields(part, _CHASSIS))
        part.done()
    if node.has("board"):
        part = node.node("board")
        areas[1] = _board(part)
        part.done()
    if node.has("product"):
        part = node.node("product")
        areas[2] = _area(bytes([0x19]), _fields(part, _PRODUCT))
        part.done()
    header, offset = bytearray([1, 0, 0, 0, 0, 0, 0]), 8
    for index, area in enumerate(areas):
        if area:
            header[2 + index] = offset // 8
            offset += len(area)
    data = raw if raw is not None else bytes(header) + _checksum(header) + b"".join(areas)
    return data.ljust(size or len(data), b"\xff")
