# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules as they are written, built-in ones and the user's own: what has to hold, the verdict, why, and what to do."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..errors import OptionError
from ..plain import LONGEST_TEXT, mapping, number, text
from .signs import SIGNS, UNKNOWN, Signs, Value

CONTROLLER_SICK = "controller_sick"
INSTALL_VENDOR_AGENT = "install_vendor_agent"
COMPETING_AGENTS = "competing_agents"
RAISE_TIMEOUTS = "raise_timeouts"
LOOK_FURTHER = "look_further"
HEALTHY = "healthy"
# The worst first.
VERDICTS = (CONTROLLER_SICK, INSTALL_VENDOR_AGENT, COMPETING_AGENTS, RAISE_TIMEOUTS, LOOK_FURTHER, HEALTHY)

KEYS = ("name", "when", "verdict", "because", "next_steps")
_YES_NO = {"true": True, "yes": True, "false": False, "no": False}
_COMPARISON = re.compile(r"(>=|<=|>|<)\s*(\d{1,6})")
_LONGEST_STEP = 400


@dataclass(frozen=True)
class Condition:
    """One sign, and the values that it may have; for a number, also a comparison. Unknown compares with nothing."""

    sign: str
    values: tuple[Value, ...] = ()
    operator: str = ""
    limit: int = 0

    def holds(self, value: Value) -> bool:
        # True is 1 in Python, and no sign has both.
        if not self.operator:
            return value in self.values
        if value == UNKNOWN or isinstance(value, (str, bool)):
            return False
        over, under = value > self.limit, value < self.limit
        return {">": over, ">=": not under, "<": under, "<=": not over}[self.operator]


@dataclass(frozen=True)
class Rule:
    """Holds where all of its conditions do; one without conditions always does."""

    name: str
    when: tuple[Condition, ...]
    verdict: str
    because: str
    next_steps: tuple[str, ...] = field(default=())

    def holds(self, signs: Signs) -> bool:
        return conditions_hold(self.when, signs)


def conditions_hold(when: Sequence[Condition], signs: Signs) -> bool:
    return all(condition.holds(signs[condition.sign].value) for condition in when)


class _Wrong(Exception):
    """What is wrong with a rule, and the next step."""


def parse_rules(rules: Any, option: str = "rules") -> tuple[Rule, ...]:
    """From what is written; raises OptionError that names the rule and what is allowed."""
    if not isinstance(rules, (list, tuple)):
        raise OptionError(f"{option}: it is no list of rules", f"Write each rule with {', '.join(KEYS)}.")
    return tuple(_parse(number_of, rule, option) for number_of, rule in enumerate(rules, start=1))


def _parse(number_of: int, rule: Any, option: str) -> Rule:
    name = text(mapping(rule).get("name")) or f"{option}[{number_of}]"
    try:
        return _rule(name, rule)
    except _Wrong as wrong:
        what, step = wrong.args
        raise OptionError(f"{option}: rule {name!r}: {what}", step) from None


def _rule(name: str, rule: Any) -> Rule:
    if not isinstance(rule, Mapping):
        raise _Wrong("it is no rule", f"Write it with {', '.join(KEYS)}.")
    given = {key: value for key, value in rule.items() if value is not None}
    unknown = sorted(str(key) for key in set(given) - set(KEYS))
    if unknown:
        raise _Wrong(f"{unknown[0]!r} is no key of a rule", f"Use {', '.join(KEYS)}.")
    if given.get("verdict") not in VERDICTS:
        raise _Wrong("verdict is missing or unknown", f"Set verdict to one of {', '.join(VERDICTS)}.")
    if not isinstance(given.get("when"), Mapping):
        raise _Wrong("when is missing, or is no dictionary", "Write the signs that have to be there, or {} for any.")
    steps = given.get("next_steps", [])
    steps = [steps] if isinstance(steps, str) else steps
    if not isinstance(steps, (list, tuple)) or not all(isinstance(step, str) for step in steps):
        raise _Wrong("next_steps is no list of texts", "Write one step, or a list of them.")
    return Rule(
        name,
        parse_when(given["when"]),
        given["verdict"],
        text(str(given.get("because", "")), LONGEST_TEXT * 2) or f"rule {name!r} says so",
        tuple(text(step, _LONGEST_STEP) for step in steps),
    )


def parse_when(when: Mapping[Any, Any]) -> tuple[Condition, ...]:
    """Each sign with a value, a list of values, or a comparison such as ``>= 2``."""
    return tuple(_condition(sign, wanted) for sign, wanted in when.items())


def _condition(sign: Any, wanted: Any) -> Condition:
    kind = SIGNS.get(sign) if isinstance(sign, str) else None
    if kind is None:
        raise _Wrong(f"{sign!r} is no sign", f"Use {', '.join(SIGNS)}.")
    if not kind.values:
        return _number_condition(sign, wanted)
    wanted = list(wanted) if isinstance(wanted, (list, tuple)) else [wanted]
    allowed = (*kind.values, UNKNOWN)
    values = [_plain_value(value, allowed) for value in wanted]
    for given, value in zip(wanted, values):
        if value is None:
            told = ", ".join(str(item).lower() for item in allowed)
            raise _Wrong(f"{sign} cannot be {given!r}", f"Use one or several of {told}.")
    if not values:
        raise _Wrong(f"{sign} names no value", "Name one at least, or leave the sign out.")
    return Condition(sign, tuple(value for value in values if value is not None))


def _plain_value(given: Any, allowed: tuple[str | bool, ...]) -> str | bool | None:
    """The value that is meant, None for one that the sign does not have. Inventories write true as text, too."""
    value = _YES_NO.get(given.lower(), given) if isinstance(given, str) and True in allowed else given
    return value if isinstance(value, (str, bool)) and value in allowed else None


def _number_condition(sign: str, wanted: Any) -> Condition:
    if wanted == UNKNOWN:
        return Condition(sign, (UNKNOWN,))
    exact = number(wanted)
    if exact is not None and exact == int(exact) and exact >= 0:
        return Condition(sign, (int(exact),))
    found = _COMPARISON.fullmatch(wanted.strip()) if isinstance(wanted, str) else None
    if found is None:
        raise _Wrong(f"{sign} cannot be {wanted!r}", 'Use a number, or a comparison such as ">= 2".')
    return Condition(sign, operator=found[1], limit=int(found[2]))
