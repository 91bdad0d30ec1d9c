# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose server it is and which generation, from the names in the firmware's tables and the BMC's manufacturer.

Generations of PowerEdge by the second digit of the model's number (R620, R6525: 12G, 15G); models with two digits
(XR11) are of 15G and later. HPE writes its own into the name (ProLiant DL360 Gen9, DL380 G7).
"""

from __future__ import annotations

import re

DELL, HPE = "dell", "hpe"

_VENDORS = (
    (re.compile(r"\bdell\b", re.IGNORECASE), DELL),
    (re.compile(r"\b(?:hp|hpe|hewlett)\b", re.IGNORECASE), HPE),
    (re.compile(r"\blenovo\b", re.IGNORECASE), "lenovo"),
    (re.compile(r"\bsuper ?micro\b", re.IGNORECASE), "supermicro"),
    (re.compile(r"\bibm\b", re.IGNORECASE), "ibm"),
)
# By IANA enterprise number, as Get Device ID gives it.
_MANUFACTURERS = {
    674: DELL,
    **dict.fromkeys((11, 47196), HPE),
    19046: "lenovo",
    **dict.fromkeys((10876, 47488), "supermicro"),
    **dict.fromkeys((2, 4769, 20301, 42817), "ibm"),
}
_POWEREDGE = re.compile(r"\b([A-Z]{1,2})(\d{2,4})(?:[a-z]{1,2}\d?)?\b", re.IGNORECASE)
# Their generation is the third digit.
_BY_MODEL = {"C4130": 3, "C4140": 4}
_HPE = re.compile(r"\bG(?:en\s?(1\d|[89])|([1-7]))\b", re.IGNORECASE)


def vendor_by_name(name: str) -> str | None:
    """dell, hpe, lenovo, supermicro or ibm; None for any other."""
    return next((vendor for pattern, vendor in _VENDORS if pattern.search(name)), None)


def vendor_by_manufacturer(number: float | None) -> str | None:
    """The same by the BMC's manufacturer."""
    return None if number is None else _MANUFACTURERS.get(int(number))


def poweredge_digit(model: str) -> int | None:
    """The digit of a PowerEdge's generation: 2 for 12G. For models of Dell's only."""
    found = _POWEREDGE.search(model.replace("PowerEdge", ""))
    if found is None:
        return None
    digits = found[2]
    if found[1].upper() + digits in _BY_MODEL:
        return _BY_MODEL[found[1].upper() + digits]
    return int(digits[1]) if len(digits) > 2 else 4 + int(digits[1]) if digits[0] == "1" else None


def generation_of(vendor: str | None, model: str) -> str | None:
    """``14G``, ``Gen10`` or ``G7``; None where the model does not tell. Gen10 Plus is told as Gen10."""
    if vendor == DELL:
        digit = poweredge_digit(model)
        return None if digit is None else "9G" if digit == 9 else f"1{digit}G"
    found = _HPE.search(model) if vendor == HPE else None
    return None if found is None else f"Gen{found[1]}" if found[1] else f"G{found[2]}"
