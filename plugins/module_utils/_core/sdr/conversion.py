# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Raw reading to value: y = L[(M x + B 10^K1) 10^K2] (IPMI 2.0, section 36.3)."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Callable

from ..errors import DecodeError

UNSIGNED, ONES_COMPLEMENT, TWOS_COMPLEMENT, NOT_ANALOG = range(4)
_FIRST_NON_LINEAR = 0x70
_KEPT_VALUES = 65536
_SIGNIFICANT_DIGITS = 12  # far beyond a byte's precision, and free of binary rounding noise

_LINEARIZATIONS: dict[int, Callable[[float], float]] = {
    1: math.log,
    2: math.log10,
    3: math.log2,
    4: math.exp,
    5: lambda x: math.pow(10.0, x),
    6: lambda x: math.pow(2.0, x),
    7: lambda x: 1.0 / x,
    8: lambda x: x * x,
    9: lambda x: x * x * x,
    10: math.sqrt,
    11: lambda x: math.copysign(math.pow(abs(x), 1.0 / 3.0), x),
}


def _signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value & (1 << (bits - 1)) else value


@dataclass(frozen=True)
class Conversion:
    """The factors of one full record: ``m`` and ``b`` of 10 bits, ``b_exponent`` (K1) and ``r_exponent`` (K2) of 4,
    all signed."""

    analog_format: int
    linearization: int
    m: int
    b: int
    b_exponent: int
    r_exponent: int

    @property
    def is_analog(self) -> bool:
        return self.analog_format != NOT_ANALOG

    @property
    def is_non_linear(self) -> bool:
        """The factors hold for one raw value only and come from Get Sensor Reading Factors (section 35.5)."""
        return self.linearization >= _FIRST_NON_LINEAR

    def with_factors(self, factors: bytes) -> Conversion:
        """The factors of another raw value: the six bytes of an SDR's bytes 25 to 30."""
        m, b, b_exponent, r_exponent = decode_factors(factors)
        return replace(self, m=m, b=b, b_exponent=b_exponent, r_exponent=r_exponent)

    def signed_raw(self, raw: int) -> int:
        """The raw byte as the number that it stands for; 1's complement knows FFh as minus zero."""
        if self.analog_format == TWOS_COMPLEMENT:
            return _signed(raw, 8)
        if self.analog_format == ONES_COMPLEMENT:
            return raw - 0xFF if raw & 0x80 else raw
        return raw

    @lru_cache(maxsize=_KEPT_VALUES)  # noqa: B019 - of frozen values, and bounded
    def value(self, raw: int) -> float | None:
        """The value in the sensor's units; None where none exists: no analog sensor, a logarithm of nothing, an
        overflow."""
        if not self.is_analog:
            return None
        exact = (self.m * self.signed_raw(raw) + self.b * Decimal(10) ** self.b_exponent) * Decimal(
            10
        ) ** self.r_exponent
        function = _LINEARIZATIONS.get(self.linearization)
        if function is None:
            return float(exact)
        try:
            result = function(float(exact))
        except (ValueError, ZeroDivisionError, OverflowError):
            return None
        return float(f"{result:.{_SIGNIFICANT_DIGITS}g}") if math.isfinite(result) else None


def decode_factors(data: bytes) -> tuple[int, int, int, int]:
    """M, B, B exponent and R exponent from an SDR's bytes 25 to 30 (table 43-1) or the factors' response."""
    if len(data) < 6:
        raise DecodeError(f"reading factors of {len(data)} bytes, 6 are needed")
    m = _signed(data[0] | (data[1] & 0xC0) << 2, 10)
    b = _signed(data[2] | (data[3] & 0xC0) << 2, 10)
    return m, b, _signed(data[5] & 0x0F, 4), _signed(data[5] >> 4, 4)


def decode_conversion(units_1: int, linearization: int, factors: bytes) -> Conversion:
    m, b, b_exponent, r_exponent = decode_factors(factors)
    return Conversion(units_1 >> 6, linearization & 0x7F, m, b, b_exponent, r_exponent)
