# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which sensors are asked for: names and regular expressions as in collectd's ``Sensor`` and ``IgnoreSelected``, and
types."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from re import Pattern

from .errors import OptionError
from .names import goes_by, parse_name
from .sdr.sensor_types import sensor_type_code


@dataclass(frozen=True)
class Selection:
    """What is selected: names and expressions, none for every sensor; ``types`` are sensor type codes, none for all."""

    wanted: tuple[str | Pattern[str], ...] = ()
    ignore_selected: bool = False
    types: frozenset[int] = frozenset()

    def includes(self, sensor_type: int, names: Iterable[str]) -> bool:
        """Whether a sensor of this type that goes by these names is asked for."""
        if self.types and sensor_type not in self.types:
            return False
        if not self.wanted:
            return True
        listed = any(goes_by(wanted, name) for name in names for wanted in self.wanted)
        return listed != self.ignore_selected


def parse_selection(sensors: Sequence[str], ignore_selected: bool = False, types: Sequence[str] = ()) -> Selection:
    """From what the user wrote: a name, or ``/regular expression/``; raises OptionError for what cannot be
    understood."""
    try:
        wanted = tuple(parse_name(text) for text in sensors)
    except ValueError as error:
        raise OptionError(f"sensors: {error}", "Mend the expression.") from error
    codes = set()
    for name in types:
        code = sensor_type_code(name)
        if code is None:
            raise OptionError(
                f"types: {name!r} is no sensor type",
                "Write it as in the facts, such as Temperature, Fan or Power Supply.",
            )
        codes.add(code)
    return Selection(wanted, ignore_selected, frozenset(codes))
