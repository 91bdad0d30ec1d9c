# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From observations to findings: which state of which sensor is how bad.

A sensor's health is the worst that its rules say. A BMC's status is the worst of its sensors in the order critical,
warning, unknown, nominal; sensors that are absent, refused, switched off or event-only have an unknown health that does
not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..sdr.observation import Observation
from ..sdr.records import THRESHOLD_NAMES
from ..sdr.states import THRESHOLD_STATUS, state_text
from .default_rules import STATE_RULES, THRESHOLD_RULES, StateRule
from .overrides import UNAVAILABLE, UserRule

CRITICAL, WARNING, UNKNOWN, NOMINAL = "critical", "warning", "unknown", "nominal"
WORST_FIRST = (CRITICAL, WARNING, UNKNOWN, NOMINAL)
RULE_NOT_READ = "sensor.not_read"
RULE_NO_STATUS = "threshold.no_status"

_RANK = {health: rank for rank, health in enumerate(WORST_FIRST)}
THRESHOLD_RULE = {rule.status: rule for rule in THRESHOLD_RULES}
_BY_STATE: dict[tuple[int, int | None, int], StateRule] = {
    (rule.event_type, rule.sensor_type, rule.offset): rule for rule in STATE_RULES
}


@dataclass(frozen=True)
class Rating:
    """A sensor's health, the name of the rule that gave it (None for nominal), and the text of what is wrong."""

    health: str
    rule: str | None = None
    text: str = ""


@dataclass(frozen=True)
class Finding:
    """One sensor that is not nominal."""

    observation: Observation
    rating: Rating
    message: str


@dataclass(frozen=True)
class Health:
    """The verdict on one BMC. ``counts``: health -> number of sensors; ``findings`` worst first, then in the SDR's
    order."""

    status: str
    complete: bool
    counts: dict[str, int]
    findings: tuple[Finding, ...]


def worst_rating(ratings: Iterable[Rating]) -> Rating:
    """The first of the worst."""
    return min(ratings, key=lambda rating: _RANK[rating.health])


def worst(healths: Iterable[str]) -> str:
    """The worst of some; unknown where there is none."""
    return min(healths, key=_RANK.__getitem__, default=UNKNOWN)


@dataclass(frozen=True)
class _Condition:
    """One thing that a sensor says: its text, the words by which a user's rule may name it, and the table's rating."""

    text: str
    words: tuple[str, ...]
    rating: Rating


def state_rule(event_type: int, sensor_type: int, offset: int) -> StateRule | None:
    """The rule for this type of sensor wins over the one for any type."""
    return _BY_STATE.get((event_type, sensor_type, offset)) or _BY_STATE.get((event_type, None, offset))


def _state_conditions(observation: Observation) -> list[_Condition]:
    record, bits = observation.sensor.record, observation.state_bits or 0
    conditions = []
    for offset in range(15):
        if bits & (1 << offset):
            rule = state_rule(record.event_type, record.sensor_type, offset)
            text = state_text(record.event_type, record.sensor_type, offset)
            nominal = rule is None or rule.severity == NOMINAL
            rating = Rating(NOMINAL) if nominal or rule is None else Rating(rule.severity, rule.name, text)
            conditions.append(_Condition(text, (text, str(offset)), rating))
    return conditions


def _conditions(observation: Observation) -> list[_Condition]:
    """What the sensor says that has to be rated: asserted states, a passed threshold, or that it says nothing."""
    if not observation.available:
        text = observation.unavailable_reason or ""
        rating = Rating(UNKNOWN, RULE_NOT_READ if observation.failed else None, text)
        return [_Condition(text, (UNAVAILABLE,), rating)]
    if not observation.sensor.record.is_threshold:
        return _state_conditions(observation)
    if observation.status is None and observation.reading is None:
        text = "the BMC tells neither a value nor a status"
        return [_Condition(text, (UNAVAILABLE,), Rating(UNKNOWN, RULE_NO_STATUS, text))]
    rule = THRESHOLD_RULE.get(observation.status or "")
    if rule is None:
        return []
    text = _passed_threshold(observation)
    return [_Condition(text, (rule.status, *observation.states), Rating(rule.severity, rule.name, text))]


def rate(observation: Observation, rules: Sequence[UserRule] = ()) -> Rating:
    """The health of one sensor by what it said: the worst of all that it says, each by the first rule that fits.

    The user's rules come first. One that names no state holds for everything that the sensor says, even for nothing,
    and not for a sensor without a reading: that is the state ``unavailable``.
    """
    fitting = [rule for rule in rules if rule.fits(observation.sensor.record.sensor_type, observation.sensor)]
    ratings = [_rate_condition(condition, fitting) for condition in _conditions(observation)]
    if not ratings:
        whole = next((rule for rule in fitting if rule.state is None and not rule.is_about_value), None)
        ratings = [Rating(whole.health, whole.name, "by this rule, whatever it says") if whole else Rating(NOMINAL)]
    ratings.extend(
        Rating(rule.health, rule.name, rule.limits_text)
        for rule in fitting
        if rule.is_about_value and rule.value_passes(observation.reading)
    )
    return worst_rating(ratings)


def _rate_condition(condition: _Condition, rules: Sequence[UserRule]) -> Rating:
    unavailable = UNAVAILABLE in condition.words
    for rule in rules:
        fits = rule.state == UNAVAILABLE if unavailable else rule.names_state(*condition.words)
        if fits and not rule.is_about_value:
            return Rating(rule.health, rule.name, condition.text)
    return condition.rating


def _passed_threshold(observation: Observation) -> str:
    """The worst threshold that was passed, with its value where that is known: ``at or below lower critical (360)``."""
    for bit, name in enumerate(THRESHOLD_NAMES):
        if (observation.state_bits or 0) & (1 << bit) and name.split("_", 1)[1] == observation.status:
            limit = observation.thresholds[name]
            return THRESHOLD_STATUS[bit] + ("" if limit is None else f" ({_number(limit)})")
    return ", ".join(observation.states)


def _counts_towards_status(observation: Observation, rating: Rating) -> bool:
    """What has no reading for good does not count, unless a rule of the user's says what to think of that."""
    return observation.available or rating.rule is not None


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


def message(observation: Observation, rating: Rating) -> str:
    """One sentence for people: the sensor with its entity, what it reads, and what is wrong with that."""
    sensor = observation.sensor
    where = f"{sensor.name} ({sensor.entity_name} {sensor.entity})"
    if observation.reading is not None:
        unit = f" {sensor.unit}" if sensor.unit and sensor.unit != "unspecified" else ""
        where = f"{where} reads {_number(observation.reading)}{unit}"
    return f"{where}: {rating.text}"


def assess(rated: Sequence[tuple[Observation, Rating]], complete: bool) -> Health:
    """The verdict on a BMC by all its rated sensors."""
    counts = dict.fromkeys((NOMINAL, WARNING, CRITICAL, UNKNOWN), 0)
    for _observation, rating in rated:
        counts[rating.health] += 1
    counted = [(observation, rating) for observation, rating in rated if _counts_towards_status(observation, rating)]
    findings = [Finding(o, r, message(o, r)) for o, r in counted if r.health != NOMINAL]
    findings.sort(key=lambda finding: _RANK[finding.rating.health])
    return Health(worst(rating.health for _o, rating in counted), complete, counts, tuple(findings))
