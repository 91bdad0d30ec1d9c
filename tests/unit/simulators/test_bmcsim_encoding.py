# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Encoders of the simulator against bytes worked out by hand from the specification."""

from __future__ import annotations

import math

import pytest

from bmcsim import fru, scale, sdr, typelen
from bmcsim.load import load_model, parse_model
from bmcsim.reader import Node


@pytest.mark.parametrize(
    ("text", "encoding", "expected"),
    [
        ("Fan1A", "latin1", "c5 46 61 6e 31 41"),
        ("µ°", "latin1", "c2 b5 b0"),
        ("IPMI", "6bit", "83 29 dc a6"),  # the example of the specification, section 43.15
        ("12-3", "bcdplus", "42 12 b3"),
        ("1.5", "bcdplus", "42 1c 5a"),
        ("ДA", "unicode", "04 14 04 41 00"),
        ("", "latin1", "c0"),
        ("X", "latin1", "c2 58 20"),
    ],
)
def test_strings(text, encoding, expected):
    assert typelen.encode(text, encoding).hex(" ") == expected


@pytest.mark.parametrize(
    ("text", "encoding"), [("lower", "6bit"), ("ab", "bcdplus"), ("Д", "latin1"), ("x" * 17, "latin1")]
)
def test_strings_that_do_not_fit(text, encoding):
    with pytest.raises(ValueError):
        typelen.encode(text, encoding)


@pytest.mark.parametrize(
    ("form", "raw", "value"), [(0, 0xFF, 255), (1, 0xFE, -1), (1, 0xFF, 0), (2, 0xFF, -1), (2, 0x80, -128)]
)
def test_formats(form, raw, value):
    assert scale.Scale(format=form).value(raw) == value


@pytest.mark.parametrize(
    ("linearization", "raw", "value"),
    [
        (0, 9, 9), (1, 9, math.log(9)), (2, 100, 2), (3, 64, 6), (4, 2, math.exp(2)), (5, 2, 100), (6, 5, 32),
        (7, 4, 0.25), (8, 12, 144), (9, 3, 27), (10, 81, 9), (11, 125, 5),
    ],
)  # fmt: skip
def test_linearizations_and_back(linearization, raw, value):
    converted = scale.Scale(linearization=linearization)
    assert converted.value(raw) == pytest.approx(value)
    assert converted.raw(value) == raw


def test_logarithm_of_zero_is_no_value():
    assert scale.Scale(linearization=1).value(0) is None
    assert scale.Scale(linearization=7).value(0) is None


def test_value_out_of_range_is_refused():
    with pytest.raises(ValueError, match="0 to 255"):
        scale.Scale().raw(300)


def test_factors_are_packed_as_ten_bit_and_four_bit_numbers():
    factors = scale.Factors(m=-300, b=511, b_exp=-3, r_exp=2, tolerance=5, accuracy=700, accuracy_exp=2)
    # M = 2D4h: low byte D4h, high bits 10b; B = 1FFh; accuracy 700 = 2BCh: low six bits 3Ch, high four Ah.
    assert factors.encode().hex(" ") == "d4 85 ff 7c a8 2d"


def test_full_record():
    model = parse_model(
        {
            "sensors": [
                {
                    "name": "Inlet", "type": "temperature", "entity": "air inlet", "number": 3,
                    "reading": 20, "hysteresis": 2, "thresholds": {"lc": 5, "unc": 38, "uc": 42},
                }
            ]
        },
        "test",
    )  # fmt: skip
    record = sdr.encode_sensor(model.sensors[0])
    assert record.hex(" ") == (
        "00 00 51 01 30 "  # header: 48 bytes follow
        "20 00 03 37 01 7f 54 01 01 "  # owner, LUN, number, entity, initialization, capabilities, type, threshold
        "84 22 84 32 1a 00 "  # masks: lower critical going low, the two upper ones going high; readable: three
        "00 01 00 00 01 00 00 00 00 00 "  # units, linearization, M = 1, all else 0
        "00 00 00 00 ff 00 00 2a 26 00 05 00 02 02 00 00 00 c5 49 6e 6c 65 74"
    )


def test_event_only_record():
    model = parse_model({"sensors": [{"name": "Ev", "type": 0x13, "kind": "event_only", "number": 9}]}, "test")
    assert sdr.encode_sensor(model.sensors[0]).hex(" ") == "00 00 51 03 0e 20 00 09 07 01 13 6f 01 00 00 00 c2 45 76"


def test_shared_compact_record():
    sensor = load_model("blade").sensors[16]
    record = sdr.encode_sensor(sensor)
    assert (sensor.name, record[23:25].hex(" ")) == ("DIMM ", "08 81")
    assert [sensor.share.suffix(index) for index in (0, 7)] == ["1", "8"]


def test_fru_areas_have_right_lengths_and_checksums():
    data = fru.build(Node({"board": {"manufacturer": "M", "date": "1996-01-02"}, "product": {"product": "P"}}, "test"))
    assert sum(data[:8]) & 0xFF == 0
    for index in (3, 4):
        start = data[index] * 8
        area = data[start : start + data[start + 1] * 8]
        assert sum(area) & 0xFF == 0
    assert int.from_bytes(data[8 + 3 : 8 + 6], "little") == 24 * 60


@pytest.mark.parametrize("values", [[12.0, 13.2, 10.8], [9000, 500], [0.001, 0.0002], [255], [3.14159e6], [-40, 100.5]])
def test_default_factors_express_all_values_closely(values):
    signed = min(values) < 0
    fitted = scale.Scale(scale.fit(values, signed), format=2 if signed else 0)
    for value in values:
        assert fitted.value(fitted.raw(value)) == pytest.approx(value, abs=max(map(abs, values)) / 80)
