# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on one host: the first rule that holds decides, the others that hold are told beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .beside import BESIDE
from .default_rules import FALLBACK
from .evidence import HOW_TO_ASK
from .rules import HEALTHY, LOOK_FURTHER, Rule, conditions_hold
from .signs import UNKNOWN, Signs


@dataclass(frozen=True)
class Decision:
    """``rule`` decided. ``also``: the other rules that hold, save those that say no more than healthy or unknown."""

    verdict: str
    rule: str
    because: str
    evidence: tuple[str, ...]
    next_steps: tuple[str, ...]
    also: tuple[Rule, ...]
    signs: Signs


def decide(signs: Signs, rules: Sequence[Rule]) -> Decision:
    """``rules``: the user's own and then the built-in ones, of which the last holds for everything."""
    holding = [rule for rule in rules if rule.holds(signs)]
    first = holding[0]
    also = tuple(rule for rule in holding[1:] if rule.verdict != HEALTHY and rule.name != FALLBACK)
    return Decision(
        first.verdict,
        first.name,
        first.because,
        tuple(sign.sentence for sign in signs.values() if sign.sentence),
        tuple(dict.fromkeys((*first.next_steps, *_missing(first, signs), *_beside(first, signs)))),
        also,
        signs,
    )


def _missing(rule: Rule, signs: Signs) -> list[str]:
    """How to come by what is not known, where that is why the verdict is to look further."""
    if rule.verdict != LOOK_FURTHER:
        return []
    return [step for name, step in HOW_TO_ASK.items() if signs[name].value == UNKNOWN]


def _beside(rule: Rule, signs: Signs) -> list[str]:
    return [step for when, verdicts, step in BESIDE if rule.verdict in verdicts and conditions_hold(when, signs)]
