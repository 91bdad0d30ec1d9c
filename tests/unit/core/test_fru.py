# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""FRU inventories: what the areas say, what is broken in them, and how they are read from a BMC."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from fakes import no, ok
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.fru import fru_data
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.client import Request, complete
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import CommandError, DecodeError, NoReply
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.fru import Board, Fru, Product, decode_fru, read_fru

DELL = b"\x83d\xc9\xb2"  # "DELL" in 6-bit ASCII
BUSY, TOO_MANY = 0x81, 0xCA


def summed(data: bytes) -> bytes:
    return data + bytes((-sum(data) & 0xFF,))


def area(head: bytes, *fields: bytes, end: bytes = b"\xc1", version: int = 1) -> bytes:
    body = head + b"".join(fields) + end
    body += bytes(-(len(body) + 3) % 8)
    return summed(bytes((version, (len(body) + 3) // 8)) + body)


def text(value: str) -> bytes:
    return bytes((0xC0 | len(value),)) + value.encode("latin-1")


def image(chassis: bytes = b"", board: bytes = b"", product: bytes = b"") -> bytes:
    offsets, position = [], 8
    for one in (chassis, board, product):
        offsets.append(position // 8 if one else 0)
        position += len(one)
    return summed(bytes((1, 0, *offsets, 0, 0))) + chassis + board + product


def decode(data: bytes) -> Fru:
    async def fetch(offset: int, count: int) -> bytes:
        return data[offset : offset + count]

    return complete(decode_fru(fetch, len(data)))


def product(*fields: bytes, language: int = 25) -> Fru:
    return decode(image(product=area(bytes((language,)), *fields)))


CHASSIS = area(b"\x17", text("CH-1"), text("CH0001"), text("mine"))
# As iDRACs fill them in: padded with spaces or zeros, an asset tag of 63 bytes, "DELL" in six bits a character.
BOARD = area(
    b"\0\x5a\x8f\xb0", DELL, text("PowerEdge R640".ljust(32)), text("CNIVC007CT0227"), text("0W23H8A00"), b"\1\0"
)
PRODUCT = area(
    b"\0", DELL, text("PowerEdge R640" + "\0" * 18), text("\0\0"), text("01"), text("1DJDLN2".ljust(32)), text(" " * 63)
)
WHOLE = image(CHASSIS, BOARD, PRODUCT)


def test_areas_of_a_server_are_told_whole() -> None:
    assert fru_data(decode(WHOLE)) == {
        "product": {
            "manufacturer": "DELL",
            "name": "PowerEdge R640",
            "part_number": None,
            "version": "01",
            "serial_number": "1DJDLN2",
            "asset_tag": None,
            "custom": [],
        },
        "board": {
            "manufacturer": "DELL",
            "name": "PowerEdge R640",
            "serial_number": "CNIVC007CT0227",
            "part_number": "0W23H8A00",
            "manufactured_at": "2017-12-31T10:34:00Z",
        },
        "chassis": {
            "type": "Rack Mount Chassis",
            "part_number": "CH-1",
            "serial_number": "CH0001",
            "custom": ["mine"],
        },
        "problems": [],
    }


@pytest.mark.parametrize(
    ("field", "told"),
    [
        (b"\x02\x12\xab", "12ab"),  # binary
        (b"\x43\x12\x3a\xbc", "123 -."),  # BCD plus
        (b"\x83\x29\xdc\xa6", "IPMI"),  # the specification's example of 6-bit ASCII
        (b"\xc3R\xe9v", "R\xe9v"),
        (b"\xc5\x1b[2Jx", "\ufffd[2Jx"),
        (b"\xc4{{x}", "{{x}"),
        (b"\xc3\xff\xff\xff", None),
        (b"\xc0", None),
        (b"\x00", None),
    ],
)
def test_encodings_of_a_field(field: bytes, told: str | None) -> None:
    assert product(field).product.manufacturer == told


def test_another_language_means_two_bytes_a_character_unless_they_are_plainly_ascii() -> None:
    found = product(b"\xc4" + "\u96fb\u6e90".encode("utf-16-le"), text("R740"), text("abc"), language=99).product
    assert (found.manufacturer, found.name, found.part_number) == ("\u96fb\u6e90", "R740", "abc")


def test_fields_end_at_c1_and_own_fields_come_behind_the_predefined() -> None:
    assert product(text("Acme")).product == Product(manufacturer="Acme")
    told = product(*[text("12")] * 7, text("own"), b"\xc0", b"\x01\x05").product
    assert (told.asset_tag, told.custom) == ("12", ("own", "05"))


@pytest.mark.parametrize(("minutes", "told"), [(0, None), (0xFFFFFF, None), (1, "1996-01-01T00:01:00Z")])
def test_date_of_the_board_may_be_unspecified(minutes: int, told: str | None) -> None:
    board = area(b"\x19" + minutes.to_bytes(3, "little"), text("Acme"))
    assert decode(image(board=board)).board == Board(manufacturer="Acme", manufactured_at=told)


@pytest.mark.parametrize(
    ("board", "why"),
    [
        (BOARD[:-1] + bytes((BOARD[-1] ^ 1,)), "the board area is passed over: its checksum is wrong"),
        (area(bytes(4), version=2), "the board area is passed over: it is of format version 2, 1 is known"),
        (summed(b"\1\0" + bytes(5)), "the board area is passed over: its length is 0 bytes, and"),
        (b"\1\xff" + BOARD[2:], "the board area is passed over: its length is 2040 bytes, and"),
        (area(b"\x19\0\0\0", b"\xffx", end=b""), "the board area ends within field 1"),
    ],
)
def test_broken_area_is_told_and_costs_nothing_but_itself(board: bytes, why: str) -> None:
    found = decode(image(CHASSIS, board, PRODUCT))
    assert len(found.problems) == 1 and found.problems[0].startswith(why)
    assert found == replace(decode(WHOLE), board=Board(), problems=found.problems)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "the device has 0 bytes"),
        (b"\xff" * 64, "the device is empty"),
        (b"\1\0\0\1\0\0\0\0" + BOARD, "the header has a wrong checksum"),
        (summed(b"\2\0\0\1\0\0\0") + BOARD, "format version 2"),
        (summed(b"\1\0\0\x7f\0\0\0"), "begins at byte 1016, and the device has 8"),
    ],
)
def test_device_without_readable_areas_is_a_problem_and_no_error(data: bytes, why: str) -> None:
    found = decode(data)
    assert found == Fru(problems=found.problems)
    assert len(found.problems) == 1 and why in found.problems[0]


# --- how they are read


def info(size: int, words: int = 0, device: int = 0) -> tuple[Request, Any]:
    return Request(0x0A, 0x10, bytes((device,))), ok(*size.to_bytes(2, "little"), words)


def part(offset: int, count: int, answer: Any, device: int = 0) -> tuple[Request, Any]:
    return Request(0x0A, 0x11, bytes((device, offset & 0xFF, offset >> 8, count))), answer


def piece(data: bytes, offset: int, count: int, device: int = 0) -> tuple[Request, Any]:
    return part(offset, count, ok(count, *data[offset : offset + count]), device)


def test_only_the_areas_that_are_there_are_read_each_byte_once(play: Any) -> None:
    data = summed(b"\1\0\0\x10\0\0\0") + b"\xee" * 120 + BOARD + b"\xee" * 1800
    pieces = [piece(data, offset, 32, 7) for offset in (0, 128, 160, 192)]
    assert complete(read_fru(play(info(len(data), device=7), *pieces), 7)).board.name == "PowerEdge R640"
    small = image(product=area(b"\0", text("Acme")))
    assert complete(read_fru(play(info(len(small)), piece(small, 0, len(small))))).product.manufacturer == "Acme"


def test_pieces_get_smaller_where_the_bmc_cannot_return_as_many(play: Any) -> None:
    data = image(product=area(b"\0", text("Acme Systems")))
    script = [part(0, 24 if len(data) < 32 else 32, no(0xC8)), part(0, 16, no(TOO_MANY))]
    script += [piece(data, offset, 8) for offset in range(0, len(data), 8)]
    assert complete(read_fru(play(info(len(data)), *script))).product.manufacturer == "Acme Systems"


def test_words_are_counted_as_words(play: Any) -> None:
    data = image(product=area(b"\0", text("Acme Systems"), text("A longer name")))
    assert len(data) == 40
    script = [part(0, 16, ok(16, *data[:32])), part(16, 4, ok(4, *data[32:]))]
    assert complete(read_fru(play(info(len(data), words=1), *script))).product.name == "A longer name"


def test_busy_device_and_silence_are_asked_again(play: Any) -> None:
    data = image(product=area(b"\0", text("Acme")))
    count = len(data)
    client = play(info(count), part(0, count, no(BUSY)), part(0, count, NoReply("nothing")), piece(data, 0, count))
    assert complete(read_fru(client)).product.manufacturer == "Acme"
    assert client.pauses == 1
    still = [part(0, count, no(BUSY))] * 4
    assert "(81h)" in complete(read_fru(play(info(count), *still))).problems[0]


def test_area_that_is_refused_leaves_the_others(play: Any) -> None:
    filler = area(b"\x17", text("x" * 40), text("y" * 40))
    data = image(filler, BOARD)
    script = [piece(data, 0, 32), *[part(32, count, no(0xFF)) for count in (32,)]]
    script += [piece(data, offset, min(32, len(data) - offset)) for offset in (96, 128, 160)]
    found = complete(read_fru(play(info(len(data)), *script)))
    assert found.board.name == "PowerEdge R640"
    assert found.problems == ("the chassis area is passed over: Read FRU Data was refused: unspecified error (FFh)",)


def test_answers_of_other_lengths_than_asked_for_are_borne(play: Any) -> None:
    data = image(product=area(b"\0", text("Acme")))
    count = len(data)
    more = [part(0, count, ok(3, *data[:3], 9, 9)), part(3, count - 3, ok(0xFF, *data[3:], 7, 7, 7))]
    assert complete(read_fru(play(info(count), *more))).product.manufacturer == "Acme"
    nothing = complete(read_fru(play(info(count), part(0, count, ok(0)))))
    assert nothing.problems == ("no area can be read: Read FRU Data was answered without data at offset 0",)


@pytest.mark.parametrize("code", [0xC1, 0xCB])
def test_bmc_without_fru_data_is_no_failure(play: Any, code: int) -> None:
    found = complete(read_fru(play((info(0)[0], no(code)))))
    assert found == Fru(problems=found.problems) and "there is no FRU device 0" in found.problems[0]


def test_what_cannot_be_known_is_an_error(play: Any) -> None:
    with pytest.raises(CommandError, match="insufficient privilege"):
        complete(read_fru(play((info(0)[0], no(0xD4)))))
    with pytest.raises(CommandError, match="insufficient privilege"):
        complete(read_fru(play(info(64), part(0, 32, no(0xD4)))))
    with pytest.raises(DecodeError):
        complete(read_fru(play((info(0)[0], ok(1, 2)))))
    with pytest.raises(NoReply):
        complete(read_fru(play(info(64), *[part(0, 32, NoReply("nothing"))] * 2)))


# --- whatever a BMC sends


@st.composite
def images(draw: st.DrawFn) -> bytes:
    """Headers and checksums that are mostly in order, so that the fields are tried as well."""
    parts = [
        area(draw(st.binary(max_size=90)), end=draw(st.sampled_from([b"", b"\xc1"]))) if draw(st.booleans()) else b""
        for _area in range(3)
    ]
    data = bytearray(image(*parts))
    for place in draw(st.lists(st.integers(0, len(data) - 1), max_size=2)):
        data[place] = draw(st.integers(0, 255))
    return bytes(data)


@settings(max_examples=150)
@given(images() | st.binary(max_size=200))
def test_any_inventory_becomes_plain_bounded_data(data: bytes) -> None:
    told = fru_data(decode(data))
    shown = json.dumps(told)
    assert len(shown) < 8000
    assert json.loads(shown, parse_constant=pytest.fail) == told
    fields = [field for part in ("product", "board", "chassis") for field in told[part].values() if field]
    for value in (value for field in fields for value in (field if isinstance(field, list) else [field])):
        assert value.isprintable() and value == value.strip() and len(value) <= 126
