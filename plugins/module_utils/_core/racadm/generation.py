# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which Remote Access Controller it is, where racadm's output tells.

No field names the generation. It is told by the second digit of a PowerEdge's number (R740: a server of the 14th
generation, hence an iDRAC9), and where there is none by the shape of the firmware's version. Where the two contradict
each other, nothing is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..hardware import poweredge_digit

# PowerEdge 1955, 2950, 2970: the ninth generation; the eighth had a DRAC 4.
_OLD_MODEL = re.compile(r"PowerEdge\s+\d9\d\d\b", re.IGNORECASE)
_BY_DIGIT = {1: "iDRAC6", 2: "iDRAC7", 3: "iDRAC8", 4: "iDRAC9", 5: "iDRAC9", 6: "iDRAC9", 7: "iDRAC10"}
_VERSION = re.compile(r"\d{1,3}(?:\.\d{1,3}){1,3}")


def generation(model: str, firmware: str, sections: Iterable[str]) -> str | None:
    """``iDRAC9`` and its like, or None. ``model`` and ``firmware`` as printed, ``sections``: their names."""
    possible = _by_firmware(firmware, any(name.lower().startswith("ipv6") for name in sections))
    named = _by_model(model)
    if named:
        return named if named in possible or not possible else None
    return possible[0] if len(possible) == 1 else None


def _by_model(model: str) -> str | None:
    if _OLD_MODEL.match(model.strip()):
        return "DRAC5"
    digit = poweredge_digit(model) if model.strip().lower().startswith("poweredge") else None
    return None if digit is None else _BY_DIGIT.get(digit)


def _by_firmware(firmware: str, has_ipv6: bool) -> tuple[str, ...]:
    """The generations that have such versions: 1.45 a DRAC5, an iDRAC or, with IPv6, iDRAC6; 1.66.65 iDRAC7; 2.84.84.84
    iDRAC7 and 8; four numbers from 3 on iDRAC9; 1.30.10.50 iDRAC10, whose next ones may go on anywhere."""
    if not _VERSION.fullmatch(firmware.strip()):
        return ()
    numbers = [int(number) for number in firmware.split(".")]
    if len(numbers) == 2:
        return ("iDRAC6",) if has_ipv6 else ("DRAC5", "iDRAC", "iDRAC6")
    if len(numbers) == 3:
        return ("iDRAC7",)
    if numbers[0] == 1:
        return ("iDRAC10",)
    return ("iDRAC7", "iDRAC8", "iDRAC10") if numbers[0] == 2 else ("iDRAC9", "iDRAC10")
