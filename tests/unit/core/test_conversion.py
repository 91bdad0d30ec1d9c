# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Raw bytes to values, held against arithmetic of the tests' own."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sdr_bytes import factors

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import DecodeError
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.conversion import (
    NOT_ANALOG,
    ONES_COMPLEMENT,
    TWOS_COMPLEMENT,
    UNSIGNED,
    Conversion,
    decode_conversion,
    decode_factors,
)

LINEAR, LN, LOG10, LOG2, EXP, EXP10, EXP2, INVERSE, SQUARE, CUBE, ROOT, CUBE_ROOT = range(12)


def conversion(linearization: int = LINEAR, m: int = 1, b: int = 0, k1: int = 0, k2: int = 0, form: int = UNSIGNED):
    return Conversion(form, linearization, m, b, k1, k2)


def linear(raw: int, m: int, b: int, k1: int, k2: int) -> Fraction:
    """Section 36.3 in exact fractions."""
    return (m * raw + b * Fraction(10) ** k1) * Fraction(10) ** k2


@pytest.mark.parametrize("raw", [0, 1, 24, 127, 128, 255])
def test_unsigned_reading_with_plain_factors_is_the_raw_value(raw):
    assert conversion().value(raw) == raw


@pytest.mark.parametrize(
    ("m", "b", "k1", "k2", "raw", "value"),
    [
        (1, -128, 0, 0, 151, 23.0),  # temperature with an offset
        (60, 0, 0, 0, 120, 7200.0),  # fan
        (59, 0, 0, -3, 203, 11.977),  # 12 V rail
        (4, 0, 0, 1, 50, 2000.0),
        (2, 5, 2, 0, 10, 520.0),
        (2, 5, 2, -1, 10, 52.0),
        (-3, 0, 0, 0, 10, -30.0),
        (0, 7, 0, 0, 99, 7.0),
    ],
)
def test_linear_value(m, b, k1, k2, raw, value):
    assert conversion(m=m, b=b, k1=k1, k2=k2).value(raw) == value


@pytest.mark.parametrize("exponent", range(-8, 8))
def test_result_exponent_scales_the_value(exponent):
    assert conversion(m=3, b=4, k2=exponent).value(7) == float(25 * Fraction(10) ** exponent)


@pytest.mark.parametrize("exponent", range(-8, 8))
def test_b_exponent_scales_the_offset_only(exponent):
    assert conversion(m=3, b=-4, k1=exponent).value(7) == float(21 - 4 * Fraction(10) ** exponent)


def test_value_has_no_binary_rounding_noise():
    assert str(conversion(m=98, k2=-3).value(123)) == "12.054"
    assert str(conversion(m=1, k2=-1).value(3)) == "0.3"


@pytest.mark.parametrize(("raw", "value"), [(0, 0), (1, 1), (0x7F, 127), (0x80, -128), (0xFF, -1), (0xFE, -2)])
def test_twos_complement(raw, value):
    assert conversion(form=TWOS_COMPLEMENT).value(raw) == value


@pytest.mark.parametrize(("raw", "value"), [(0, 0), (1, 1), (0x7F, 127), (0x80, -127), (0xFF, 0), (0xFE, -1)])
def test_ones_complement_knows_two_noughts(raw, value):
    assert conversion(form=ONES_COMPLEMENT).value(raw) == value


def test_minus_nought_is_not_shown_as_minus():
    assert math.copysign(1, conversion(form=ONES_COMPLEMENT).value(0xFF)) == 1


def test_sensor_without_analog_readings_has_no_value():
    assert conversion(form=NOT_ANALOG).value(5) is None
    assert not conversion(form=NOT_ANALOG).is_analog


# Each with a function of the tests' own: logarithms by their definition, roots by powers.
FUNCTIONS = [
    (LINEAR, lambda x: x),
    (LN, math.log),
    (LOG10, lambda x: math.log(x) / math.log(10)),
    (LOG2, lambda x: math.log(x) / math.log(2)),
    (EXP, lambda x: math.e**x),
    (EXP10, lambda x: 10**x),
    (EXP2, lambda x: 2**x),
    (INVERSE, lambda x: 1 / x),
    (SQUARE, lambda x: x**2),
    (CUBE, lambda x: x**3),
    (ROOT, lambda x: x**0.5),
    (CUBE_ROOT, lambda x: x ** (1 / 3)),
]


@pytest.mark.parametrize(("code", "function"), FUNCTIONS)
@pytest.mark.parametrize("raw", [1, 2, 50, 127, 255])
def test_linearization_is_applied_to_the_linear_value(code, function, raw):
    x = float(linear(raw, 3, 5, 1, -2))
    assert conversion(code, 3, 5, 1, -2).value(raw) == pytest.approx(function(x), rel=1e-11)


@pytest.mark.parametrize("code", range(12))
def test_linearizations_differ_from_one_another(code):
    values = [conversion(other, 3, 0, 0, 0).value(2) for other in range(12)]
    assert values.count(values[code]) == 1


@pytest.mark.parametrize("code", [LN, LOG10, LOG2])
def test_logarithm_of_nought_or_less_is_no_value(code):
    assert conversion(code).value(0) is None
    assert conversion(code, form=TWOS_COMPLEMENT).value(0xFF) is None


def test_inverse_of_nought_is_no_value():
    assert conversion(INVERSE).value(0) is None


def test_square_root_below_nought_is_no_value():
    assert conversion(ROOT, form=TWOS_COMPLEMENT).value(0xFF) is None


def test_cube_root_below_nought_is_a_value():
    assert conversion(CUBE_ROOT, form=TWOS_COMPLEMENT).value(0xF8) == pytest.approx(-2)


@pytest.mark.parametrize("code", [EXP, EXP10, EXP2])
def test_power_that_no_number_can_hold_is_no_value(code):
    assert conversion(code, m=511, k2=7).value(255) is None


@pytest.mark.parametrize("code", range(0x0C, 0x70))
def test_reserved_linearization_is_taken_as_linear(code):
    assert conversion(code, m=2).value(21) == 42.0
    assert not conversion(code).is_non_linear


@pytest.mark.parametrize("code", range(0x70, 0x80))
def test_non_linear_sensor_has_factors_of_each_raw_value(code):
    sensor = conversion(code, m=1)
    assert sensor.is_non_linear
    asked = sensor.with_factors(factors(m=5, b=-2, k1=1, k2=-1))
    assert asked.value(10) == float(linear(10, 5, -2, 1, -1))
    assert (asked.linearization, asked.analog_format) == (code, UNSIGNED)


@pytest.mark.parametrize("value", [0, 1, 255, 256, 511, -1, -256, -257, -512])
def test_ten_bits_of_m_and_b_are_signed(value):
    assert decode_factors(factors(m=value))[0] == value
    assert decode_factors(factors(b=value))[1] == value


@pytest.mark.parametrize("exponent", range(-8, 8))
def test_four_bits_of_the_exponents_are_signed(exponent):
    assert decode_factors(factors(k1=exponent)) == (1, 0, exponent, 0)
    assert decode_factors(factors(k2=exponent)) == (1, 0, 0, exponent)


def test_tolerance_and_accuracy_are_no_part_of_the_factors():
    assert decode_factors(bytes((1, 0x3F, 2, 0x3F, 0xFF, 0))) == (1, 2, 0, 0)


def test_bytes_of_the_factors_as_the_record_has_them():
    # M = 3ABh, B = 2CDh (both below nought), exponents -3 (R) and 5 (B).
    assert decode_factors(bytes.fromhex("abc0cd8000d5")) == (0x3AB - 0x400, 0x2CD - 0x400, 5, -3)


@pytest.mark.parametrize("size", range(6))
def test_factors_cut_short_are_a_decode_error(size):
    with pytest.raises(DecodeError, match=f"{size} bytes, 6 are needed"):
        decode_factors(bytes(size))


@pytest.mark.parametrize(
    ("units_1", "form"), [(0x00, UNSIGNED), (0x40, ONES_COMPLEMENT), (0x80, TWOS_COMPLEMENT), (0xC0, NOT_ANALOG)]
)
def test_analog_format_is_the_two_highest_bits_of_units_1(units_1, form):
    assert decode_conversion(units_1 | 0x3F, LINEAR, factors()).analog_format == form


def test_highest_bit_of_the_linearization_is_reserved():
    assert decode_conversion(0, 0x80 | SQUARE, factors()).value(3) == 9.0


@given(
    form=st.integers(0, 3),
    linearization=st.integers(0, 0x7F),
    m=st.integers(-512, 511),
    b=st.integers(-512, 511),
    k1=st.integers(-8, 7),
    k2=st.integers(-8, 7),
    raw=st.integers(0, 255),
)
def test_value_is_a_finite_number_or_none(form, linearization, m, b, k1, k2, raw):
    value = Conversion(form, linearization, m, b, k1, k2).value(raw)
    assert value is None or math.isfinite(value)


@given(
    m=st.integers(-512, 511), b=st.integers(-512, 511), k1=st.integers(-8, 7), k2=st.integers(-8, 7),
    raw=st.integers(0, 255),
)  # fmt: skip
def test_linear_value_is_the_nearest_number_to_the_exact_one(m, b, k1, k2, raw):
    assert conversion(LINEAR, m, b, k1, k2).value(raw) == float(linear(raw, m, b, k1, k2))


@given(m=st.integers(-512, 511), b=st.integers(-512, 511), k1=st.integers(-8, 7), k2=st.integers(-8, 7))
def test_factors_survive_their_bytes(m, b, k1, k2):
    assert decode_factors(factors(m, b, k1, k2)) == (m, b, k1, k2)
