# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of the user's own: they come before the table, the first that fits a state decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from re import Pattern
from typing import Any

from ..errors import OptionError
from ..names import goes_by, parse_name
from ..sdr.sensor_types import sensor_type_code
from ..sdr.sensors import Sensor

HEALTHS = ("nominal", "warning", "critical", "unknown")
KEYS = ("name", "sensor", "type", "entity", "state", "above", "below", "health")
UNAVAILABLE = "unavailable"


@dataclass(frozen=True)
class UserRule:
    """One rule. What is None is not asked about; ``state`` is a state's text or offset, or a threshold status."""

    name: str
    health: str
    sensor: str | Pattern[str] | None = None
    sensor_type: int | None = None
    entity: str | None = None
    state: str | None = None
    above: float | None = None
    below: float | None = None

    def fits(self, sensor_type: int | None, sensor: Sensor | None) -> bool:
        """Whether the rule is about this sensor; one that is not in the SDR has a type alone, or not even that."""
        if self.sensor_type is not None and sensor_type != self.sensor_type:
            return False
        if sensor is None:
            return self.sensor is None and self.entity is None
        if self.sensor and not any(goes_by(self.sensor, name) for name in (sensor.name, sensor.collectd_name)):
            return False
        entities = (sensor.entity, str(sensor.record.entity_id), sensor.entity_name.lower())
        return self.entity is None or self.entity in entities

    @property
    def is_about_value(self) -> bool:
        return self.above is not None or self.below is not None

    @property
    def limits_text(self) -> str:
        """``above 30``, ``below 5``, or both."""
        limits = (("above", self.above), ("below", self.below))
        return " and ".join(f"{word} {limit:g}" for word, limit in limits if limit is not None)

    def value_passes(self, reading: float | None) -> bool:
        if reading is None:
            return False
        return (self.above is None or reading > self.above) and (self.below is None or reading < self.below)

    def names_state(self, *words: str) -> bool:
        """Whether the rule is about a state that goes by one of these words; a rule without a state is about all."""
        return self.state is None or self.state in [word.lower() for word in words]


def parse_rules(rules: Sequence[Mapping[str, Any]]) -> tuple[UserRule, ...]:
    """From what the user wrote; raises OptionError that names the rule and what is wrong with it."""
    return tuple(_parse(number, rule) for number, rule in enumerate(rules, start=1))


def _parse(number: int, rule: Mapping[str, Any]) -> UserRule:
    name = str(rule.get("name") or f"health_rules[{number}]")

    def wrong(what: str, step: str) -> OptionError:
        return OptionError(f"health_rules: rule {name!r}: {what}", step)

    given = {key: value for key, value in rule.items() if value is not None}
    unknown = sorted(set(given) - set(KEYS))
    if unknown:
        raise wrong(f"{unknown[0]!r} is no key of a rule", f"Use {', '.join(KEYS)}.")
    if given.get("health") not in HEALTHS:
        raise wrong("health is missing or unknown", f"Set health to one of {', '.join(HEALTHS)}.")
    if not set(given) & {"sensor", "type", "entity", "state"}:
        raise wrong("it says nothing about which sensor it is for", "Set sensor, type, entity or state.")
    code = sensor_type_code(str(given["type"])) if "type" in given else None
    if "type" in given and code is None:
        raise wrong(f"{given['type']!r} is no sensor type", "Write it as in the facts, such as Power Supply.")
    try:
        sensor = parse_name(str(given["sensor"])) if "sensor" in given else None
    except ValueError as error:
        raise wrong(str(error), "Mend the expression.") from error
    try:
        above = float(given["above"]) if "above" in given else None
        below = float(given["below"]) if "below" in given else None
    except (TypeError, ValueError) as error:
        raise wrong("above or below is no number", "Give a number in the sensor's unit.") from error
    return UserRule(
        name=name,
        health=given["health"],
        sensor=sensor,
        sensor_type=code,
        entity=str(given["entity"]).lower() if "entity" in given else None,
        state=str(given["state"]).lower() if "state" in given else None,
        above=above,
        below=below,
    )
