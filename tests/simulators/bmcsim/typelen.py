# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Type/length coded strings: SDR ID strings (section 43.15) and FRU fields."""

from __future__ import annotations

_BCD_PLUS = "0123456789 -.:,_"
ENCODINGS = {"unicode": 0, "bcdplus": 1, "6bit": 2, "latin1": 3}


def _bcd_plus(text: str) -> bytes:
    if len(text) % 2:
        text += " "
    nibbles = [_BCD_PLUS.find(char) for char in text]
    if -1 in nibbles:
        raise ValueError(f"BCD plus has only the characters {_BCD_PLUS!r}, not those of {text!r}")
    return bytes(nibbles[i] << 4 | nibbles[i + 1] for i in range(0, len(nibbles), 2))


def _six_bit(text: str) -> bytes:
    bits = 0
    for index, char in enumerate(text):
        code = ord(char) - 0x20
        if not 0 <= code < 64:
            raise ValueError(f"6-bit ASCII has no {char!r} (only space to underscore, upper case)")
        bits |= code << (6 * index)
    return bits.to_bytes((6 * len(text) + 7) // 8, "little")


def encode(text: str, encoding: str = "latin1", limit: int = 16) -> bytes:
    """Return type/length byte and coded text; ValueError when the text does not fit the encoding or `limit` bytes."""
    if encoding == "unicode":
        body = text.encode("utf-16-le")
    elif encoding == "bcdplus":
        body = _bcd_plus(text)
    elif encoding == "6bit":
        body = _six_bit(text)
    else:
        body = text.encode("latin-1")
    if len(body) > limit:
        raise ValueError(f"{text!r} takes {len(body)} bytes as {encoding}, {limit} at most")
    # A Latin-1 string of one byte is reserved: C1h ends a FRU area.
    if encoding == "latin1" and len(body) == 1:
        body += b" "
    return bytes([ENCODINGS[encoding] << 6 | len(body)]) + body
