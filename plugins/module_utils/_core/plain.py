# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Values as they came from hosts and BMCs: any of them may be missing, of another type, endless or hostile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from math import isfinite
from typing import Any

LONGEST_NAME = 60
LONGEST_TEXT = 200
NOT_ASKED = "not asked"
_LONGEST_LIST = 5000


@dataclass(frozen=True)
class Asked:
    """One part of the evidence. ``told`` is empty and ``why`` says why, where it was not asked or asked in vain."""

    told: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""


def text(value: Any, longest: int = LONGEST_NAME) -> str:
    """Text on one line without control characters, cut where it is too long; "" for what is no text."""
    if not isinstance(value, str):
        return ""
    # Cut first: a host may send megabytes.
    line = " ".join(value[: 4 * longest].split())
    if not line.isprintable():
        line = "".join(char if char.isprintable() else "\ufffd" for char in line)
    return line if len(line) <= longest else line[: longest - 3] + "..."


def mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def items(value: Any) -> Sequence[Any]:
    return value[:_LONGEST_LIST] if isinstance(value, (list, tuple)) else ()


def number(value: Any) -> float | None:
    """A finite number; None for anything else, booleans among it."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return float(value) if isfinite(value) else None
    except OverflowError:
        return None


def count(value: Any) -> int:
    """How often something was; 0 for what is no count."""
    found = number(value)
    return int(found) if found is not None and found > 0 else 0


def time(value: Any) -> datetime | None:
    """ISO 8601, taken for UTC where it tells no zone; None for what is no time."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value[:40].replace("Z", "+00:00"))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=timezone.utc)


def brief(value: float) -> str:
    """A number for a sentence: ``312``, ``4.5``."""
    return f"{value:.1f}".rstrip("0").rstrip(".")


def asked(evidence: Mapping[str, Any], key: str, *needed: str) -> Asked:
    """A part of the evidence that is a result with all ``needed`` keys.

    One without them was asked in vain, whether it says so or not: a play that is to go on has ``failed_when: false``,
    and its results never say ``failed``. A template without a value is an empty text.
    """
    value = evidence.get(key)
    if value is None or value == "":
        return Asked(why=NOT_ASKED)
    told = mapping(value)
    if (
        told.get("failed")
        or told.get("unreachable")
        or told.get("skipped")
        or not all(told.get(name) for name in needed)
    ):
        said = text(told.get("msg"), LONGEST_TEXT)
        return Asked(why=f"asked in vain: {said}" if said else "asked in vain")
    return Asked(told) if told else Asked(why="told in a shape that is not understood")
