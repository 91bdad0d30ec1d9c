# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ID strings: type/length byte and four encodings (IPMI 2.0, section 43.15)."""

from __future__ import annotations

_BCD_PLUS = "0123456789 -.:,_"
UNICODE, BCD_PLUS, SIX_BIT, LATIN_1 = range(4)


def _bcd_plus(raw: bytes) -> str:
    return "".join(_BCD_PLUS[byte >> 4] + _BCD_PLUS[byte & 0x0F] for byte in raw)


def _six_bit(raw: bytes) -> str:
    """Packed ASCII: six bits a character, low bits first, 20h added; a rest below six bits is padding."""
    packed = int.from_bytes(raw, "little")
    return "".join(chr(0x20 + (packed >> shift & 0x3F)) for shift in range(0, len(raw) * 8 - 5, 6))


def _unicode(raw: bytes) -> str:
    """UTF-16, little end first as everything in IPMI; ASCII that is only labelled as Unicode is read as what it is."""
    if len(raw) % 2 or (raw and 0 not in raw and all(0x20 <= byte < 0x7F for byte in raw)):
        return raw.decode("latin-1")
    return raw.decode("utf-16-le", "replace")


def decode_text(encoding: int, raw: bytes) -> str:
    """Text from a BMC, without what a terminal or a file name could trip over; never raises."""
    if encoding == SIX_BIT:
        text = _six_bit(raw)
    elif encoding == BCD_PLUS:
        text = _bcd_plus(raw)
    elif encoding == UNICODE:
        text = _unicode(raw)
    else:
        text = raw.decode("latin-1")
    text = text.split("\0", 1)[0]
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def decode_id_string(record: bytes, offset: int) -> str:
    """The ID string whose type/length byte stands at ``offset``; a string cut short yields what is there."""
    if offset >= len(record):
        return ""
    encoding, length = record[offset] >> 6, record[offset] & 0x1F
    raw = record[offset + 1 : offset + 1 + length]
    text = decode_text(encoding, raw)
    # The length counts characters (section 43.15), which many BMCs take for bytes; a packed string is shorter in bytes.
    return text[:length] if len(raw) < length else text
