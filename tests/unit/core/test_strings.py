# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Text from a BMC: four encodings, cut short, and full of what a terminal must not see."""

from __future__ import annotations

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.strings import (
    BCD_PLUS,
    LATIN_1,
    SIX_BIT,
    UNICODE,
    decode_id_string,
    decode_text,
)

REPLACED = "\ufffd"
SENTENCE = "FAN 12_[A-Z]?!"


def pack_six_bit(text: str) -> bytes:
    """The specification's example taken literally: character n occupies bits 6n to 6n+5, counted from the first
    byte's lowest."""
    bits = [ord(character) - 0x20 >> bit & 1 for character in text for bit in range(6)]
    bits += [0] * (-len(bits) % 8)
    return bytes(
        sum(bit << place for place, bit in enumerate(bits[start : start + 8])) for start in range(0, len(bits), 8)
    )


def test_six_bit_decodes_the_specifications_example():
    # Section 43.16: "IPMI" is packed as 29h, DCh, A6h.
    assert decode_text(SIX_BIT, bytes((0x29, 0xDC, 0xA6))) == "IPMI"


@pytest.mark.parametrize("length", range(1, len(SENTENCE) + 1))
def test_six_bit_keeps_every_character_of_any_length(length):
    # The padding of the last byte may have room for one more character, which reads as a blank.
    assert decode_text(SIX_BIT, pack_six_bit(SENTENCE[:length])).rstrip() == SENTENCE[:length].rstrip()


@pytest.mark.parametrize(("size", "characters"), [(0, 0), (1, 1), (2, 2), (3, 4), (4, 5), (5, 6), (6, 8), (31, 41)])
def test_six_bit_makes_of_every_whole_six_bits_a_character(size, characters):
    assert decode_text(SIX_BIT, b"\xff" * size) == "_" * characters


def test_six_bit_has_all_of_its_alphabet():
    alphabet = "".join(chr(code) for code in range(0x20, 0x60))
    assert decode_text(SIX_BIT, pack_six_bit(alphabet)) == alphabet


def test_bcd_plus_reads_the_high_digit_first():
    assert decode_text(BCD_PLUS, bytes((0x12, 0x90))) == "1290"


def test_bcd_plus_has_its_six_signs():
    assert decode_text(BCD_PLUS, bytes((0xAB, 0xCD, 0xEF))) == " -.:,_"


def test_latin_1_reads_letters_beyond_ascii():
    assert decode_text(LATIN_1, b"Lufter \xfc\xb0\xe9") == "Lufter ü°é"


def test_latin_1_ends_at_the_first_nul():
    assert decode_text(LATIN_1, b"Fan1\0\0\0rest") == "Fan1"


def test_text_of_nuls_only_is_empty():
    assert decode_text(LATIN_1, bytes(16)) == ""


def test_blanks_are_kept_for_the_name_that_collectd_wants():
    assert decode_text(LATIN_1, b" Inlet  ") == " Inlet  "


def test_unicode_is_read_with_the_low_byte_first():
    assert decode_text(UNICODE, "Lüfter 風".encode("utf-16-le")) == "Lüfter 風"


def test_unicode_ends_at_the_first_nul_character():
    assert decode_text(UNICODE, "Fan\0x".encode("utf-16-le")) == "Fan"


def test_unicode_with_half_a_pair_is_replaced():
    assert decode_text(UNICODE, b"A\0\x3d\xd8") == "A" + REPLACED


def test_unicode_beyond_the_basic_plane_is_read():
    assert decode_text(UNICODE, "𝔽1".encode("utf-16-le")) == "𝔽1"


@pytest.mark.parametrize("raw", [b"Fan1", b"Fan 12", b"CPU Temp"])
def test_ascii_that_is_labelled_as_unicode_is_read_as_ascii(raw):
    assert decode_text(UNICODE, raw) == raw.decode()


def test_unicode_of_an_odd_length_is_read_bytewise():
    assert decode_text(UNICODE, b"Fan") == "Fan"


@pytest.mark.parametrize("encoding", [UNICODE, BCD_PLUS, SIX_BIT, LATIN_1])
def test_no_bytes_are_no_text(encoding):
    assert decode_text(encoding, b"") == ""


@pytest.mark.parametrize("code", [*range(0x01, 0x20), *range(0x7F, 0xA0)])
def test_control_character_is_replaced(code):
    assert decode_text(LATIN_1, bytes((0x41, code, 0x42))) == f"A{REPLACED}B"


def test_escape_sequence_cannot_reach_a_terminal():
    assert decode_text(LATIN_1, b"\x1b[31mFan\x1b[0m\r\n") == f"{REPLACED}[31mFan{REPLACED}[0m{REPLACED}{REPLACED}"


@pytest.mark.parametrize("code", [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C])
def test_bidirectional_control_is_replaced(code):
    assert decode_text(UNICODE, f"a{chr(code)}b".encode("utf-16-le")) == f"a{REPLACED}b"


@pytest.mark.parametrize("code", [0x200B, 0x2028, 0x2029, 0xFEFF, 0xE000, 0xFFFF, 0x00AD])
def test_character_that_cannot_be_seen_is_replaced(code):
    assert decode_text(UNICODE, f"a{chr(code)}b".encode("utf-16-le")) == f"a{REPLACED}b"


def test_template_is_only_text():
    assert decode_text(LATIN_1, b"{{ lookup('x') }}") == "{{ lookup('x') }}"


def test_id_string_has_the_length_of_its_type_length_byte():
    assert decode_id_string(b"??\xc4Fan1 and more", 2) == "Fan1"


@pytest.mark.parametrize(
    ("type_length", "raw", "text"),
    [
        (0x04, "Fü".encode("utf-16-le"), "Fü"),
        (0x42, b"\x12\x34", "1234"),
        (0x83, b"\x29\xdc\xa6", "IPMI"),
        (0xC3, b"F\xfcn", "Fün"),
    ],
)
def test_id_string_is_decoded_by_its_type(type_length, raw, text):
    assert decode_id_string(bytes((type_length,)) + raw, 0) == text


def test_id_string_takes_thirty_one_bytes_at_the_most():
    assert decode_id_string(b"\xdf" + b"x" * 40, 0) == "x" * 31


def test_bit_five_of_the_type_length_byte_is_not_part_of_the_length():
    assert decode_id_string(b"\xe2Fan1", 0) == "Fa"


@pytest.mark.parametrize("there", range(5))
def test_id_string_cut_short_yields_what_is_there(there):
    assert decode_id_string((b"\xc4Fan1")[: 1 + there], 0) == "Fan1"[:there]


@pytest.mark.parametrize("offset", [1, 2, 100])
def test_id_string_beyond_the_record_is_empty(offset):
    assert decode_id_string(b"\xc4", offset) == ""


@pytest.mark.parametrize(
    ("type_length", "raw", "text"),
    [
        (0x85, pack_six_bit("FAN_1"), "FAN_1"),  # five characters in four bytes: the last two bits are padding
        (0x88, pack_six_bit("PSU1_IN2"), "PSU1_IN2"),
        (0x87, pack_six_bit("PSU1_IN"), "PSU1_IN"),  # room for an eighth character
        (0x43, b"\x12\x34", "123"),
    ],
)
def test_length_of_a_packed_id_string_may_count_characters(type_length, raw, text):
    assert decode_id_string(bytes((type_length,)) + raw, 0) == text


def test_length_of_a_packed_id_string_may_count_bytes():
    raw = pack_six_bit("FAN_1")
    assert decode_id_string(bytes((0x80 | len(raw),)) + raw, 0) == "FAN_1"


@pytest.mark.parametrize("encoding", range(4))
def test_id_string_of_length_nought_is_empty(encoding):
    assert decode_id_string(bytes((encoding << 6,)) + b"rest", 0) == ""
