# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Raw bytes and readings: y = L[(M x + B 10^Bexp) 10^Rexp], section 36.3."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property

_LINEARIZE: dict[int, Callable[[float], float]] = {
    0: lambda v: v,
    1: math.log,
    2: math.log10,
    3: math.log2,
    4: math.exp,
    5: lambda v: 10.0**v,
    6: lambda v: 2.0**v,
    7: lambda v: 1.0 / v,
    8: lambda v: v * v,
    9: lambda v: v**3,
    10: math.sqrt,
    11: math.cbrt,
    0x70: lambda v: v,
}
_STEPS = (1, 2, 3, 4, 5, 6, 8)


@dataclass(frozen=True)
class Factors:
    """One set of conversion factors (10-bit signed M and B, 4-bit signed exponents)."""

    m: int = 1
    b: int = 0
    b_exp: int = 0
    r_exp: int = 0
    tolerance: int = 0
    accuracy: int = 0
    accuracy_exp: int = 0

    def apply(self, x: int) -> float:
        # Whole numbers as long as possible: 12.0 shall not read 12.000000000000002.
        y = self.m * x + self.b * 10**self.b_exp if self.b_exp >= 0 else self.m * x + self.b / 10**-self.b_exp
        return float(y * 10**self.r_exp if self.r_exp >= 0 else y / 10**-self.r_exp)

    def encode(self, direction: int = 0) -> bytes:
        """Return bytes 25 to 30 of a full record."""
        return bytes(
            [
                self.m & 0xFF,
                (self.m >> 2) & 0xC0 | self.tolerance & 0x3F,
                self.b & 0xFF,
                (self.b >> 2) & 0xC0 | self.accuracy & 0x3F,
                (self.accuracy >> 6 & 0x0F) << 4 | (self.accuracy_exp & 3) << 2 | direction & 3,
                (self.r_exp & 0x0F) << 4 | self.b_exp & 0x0F,
            ]
        )


@dataclass(frozen=True)
class Scale:
    """How one sensor's raw byte becomes its reading.

    `format` is 0 unsigned, 1 ones' complement, 2 two's complement, 3 no analog reading; `bands` hold the factors of a
    non-linear sensor (linearization 70h) as (first raw, last raw, factors).
    """

    factors: Factors = field(default_factory=Factors)
    linearization: int = 0
    format: int = 0
    bands: tuple[tuple[int, int, Factors], ...] = ()

    def signed(self, raw: int) -> int:
        if self.format == 1 and raw & 0x80:
            return -(~raw & 0xFF)
        if self.format == 2 and raw & 0x80:
            return raw - 256
        return raw

    def factors_at(self, raw: int) -> tuple[Factors, int]:
        """Return the factors for a raw reading and the next raw reading that has others (section 35.5)."""
        for first, last, factors in self.bands:
            if first <= raw <= last:
                return factors, min(last + 1, 255)
        return self.factors, raw

    def value(self, raw: int) -> float | None:
        """Return the reading of a raw byte, or None where the function has none (ln 0, 1/0)."""
        factors, _next = self.factors_at(raw)
        try:
            value = float(_LINEARIZE[self.linearization](factors.apply(self.signed(raw))))
        except (ValueError, ZeroDivisionError, OverflowError):
            return None
        return value if math.isfinite(value) else None

    @cached_property
    def _values(self) -> list[tuple[float, int]]:
        return [(v, raw) for raw in range(256) if (v := self.value(raw)) is not None]

    def raw(self, value: float) -> int:
        """Return the raw byte whose reading is nearest to `value`; ValueError when it is out of range."""
        best, raw = min(self._values, key=lambda item: (abs(item[0] - value), item[1]))
        others = [abs(v - best) for v, _raw in self._values if v != best]
        step = min(others) if others else 0.0
        if abs(best - value) > step and not self._values_span(value):
            low, high = min(self._values)[0], max(self._values)[0]
            raise ValueError(f"{value:g} is outside of what the factors can express ({low:g} to {high:g})")
        return raw

    def _values_span(self, value: float) -> bool:
        return min(self._values)[0] <= value <= max(self._values)[0]

    def hysteresis_raw(self, amount: float) -> int:
        """Return raw counts of a hysteresis given in units (in counts for other than linear sensors)."""
        if self.linearization != 0 or self.bands:
            return round(amount)
        step = abs(self.factors.m) * 10.0**self.factors.r_exp
        return round(amount / step) if step else 0


def fit(values: Iterable[float], signed: bool) -> Factors:
    """Choose the finest tidy step that expresses all values: 1 for whole numbers that fit, else 1..8 times 10^n."""
    values = list(values)
    peak = max((abs(v) for v in values), default=0.0)
    limit = 127 if signed else 255
    if all(float(v).is_integer() for v in values) and peak <= limit:
        return Factors()
    exponent = -8
    while True:
        for step in _STEPS:
            if peak <= step * 10.0**exponent * limit * 0.95:
                return Factors(m=step, r_exp=exponent)
        exponent += 1
