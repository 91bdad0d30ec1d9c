# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How bad an event of the log is: by the same rules as a sensor's state, save that an event tells a change.

What began is rated as the state that it is, and what ended is nominal: a state that is deasserted, a threshold that is
passed on the way back. What still holds then has an event of its own in the log. Of a type whose offsets come in pairs
(passed and passed on the way back, met and not met, absent and present) the end of one is the beginning of the other: a
"limit not exceeded" that is deasserted is a limit exceeded.

What cannot be known is unknown: states that the specification leaves to the manufacturer or does not define, "state
asserted" of a manufacturer's sensor type, records of a manufacturer's, and records that are marked as garbage.

This is in line with FreeIPMI's interpretation of events for what is asserted, save what the default rules say. Where
FreeIPMI rates the end of a state as its beginning (a closed case, a correctable error that is deasserted) or as one
step less (a critical threshold left is a warning, a non-recoverable one critical), users would chase what is over.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ..sdr.records import THRESHOLD_EVENT_TYPE, THRESHOLD_NAMES
from ..sdr.sensor_types import SENSOR_TYPES
from ..sdr.sensors import Sensor
from ..sdr.states import GENERIC_STATES, SENSOR_SPECIFIC, SENSOR_SPECIFIC_STATES, THRESHOLD_STATUS, state_text
from ..sel.records import EventRecord, OemRecord, SelRecord
from .default_rules import CRITICAL, NOMINAL, UNKNOWN
from .overrides import UserRule
from .rate import THRESHOLD_RULE, Rating, state_rule, worst_rating

RULE_LINUX_PANIC = "os_stop.linux_panic"
LINUX_PANIC = "Linux kernel panic"

_DIGITAL_STATE = 0x03
_IN_PAIRS = (THRESHOLD_EVENT_TYPE, _DIGITAL_STATE, 0x04, 0x05, 0x06, 0x08, 0x09)


@dataclass(frozen=True)
class _Change:
    """What an event tells: the words by which a user's rule may name its state, whether that state ended, and the
    table's rating."""

    words: tuple[str, ...]
    ended: bool
    rating: Rating


def _state(event_type: int, sensor_type: int, offset: int) -> str | None:
    """The text of a state that the specification defines."""
    specific = event_type == SENSOR_SPECIFIC
    texts = SENSOR_SPECIFIC_STATES.get(sensor_type, ()) if specific else GENERIC_STATES.get(event_type, ())
    return texts[offset] if offset < len(texts) and texts[offset] else None


def _passed_threshold(text: str, offset: int) -> _Change:
    """Offsets 0 to 11: each threshold going low and going high, the lower three first (table 42-2)."""
    threshold, high = divmod(offset, 2)
    upper = threshold >= 3
    if bool(high) != upper:
        return _Change((text,), True, Rating(NOMINAL))
    rule = THRESHOLD_RULE[THRESHOLD_NAMES[threshold].split("_", 1)[1]]
    return _Change((rule.status, THRESHOLD_STATUS[threshold], text), False, Rating(rule.severity, rule.name, text))


def _began(event_type: int, sensor_type: int, offset: int) -> _Change:
    text = _state(event_type, sensor_type, offset)
    words = (state_text(event_type, sensor_type, offset), str(offset))
    if text is None or (event_type == _DIGITAL_STATE and sensor_type not in SENSOR_TYPES):
        return _Change(words, False, Rating(UNKNOWN))
    if event_type == THRESHOLD_EVENT_TYPE:
        return _passed_threshold(text, offset)
    rule = state_rule(event_type, sensor_type, offset)
    if rule is None or rule.severity == NOMINAL:
        return _Change(words, False, Rating(NOMINAL))
    return _Change(words, False, Rating(rule.severity, rule.name, text))


def _change(record: EventRecord) -> _Change:
    if not record.deasserted:
        return _began(record.event_type, record.sensor_type, record.offset)
    if record.event_type in _IN_PAIRS:
        return _began(record.event_type, record.sensor_type, record.offset ^ 1)
    change = _began(record.event_type, record.sensor_type, record.offset)
    known = _state(record.event_type, record.sensor_type, record.offset) is not None
    return _Change(change.words, True, Rating(NOMINAL if known else UNKNOWN))


def _by_rules(change: _Change, deasserted: bool, rules: Sequence[UserRule]) -> Rating:
    for rule in rules:
        if rule.is_about_value or not rule.names_state(*change.words):
            continue
        over = deasserted and (change.ended if rule.state else change.rating.health in (NOMINAL, UNKNOWN))
        return Rating(NOMINAL) if over else Rating(rule.health, rule.name, change.words[0])
    return change.rating


def rate_event(record: SelRecord, sensor: Sensor | None, reading: float | None, rules: Sequence[UserRule]) -> Rating:
    """The severity of one record: ``health`` is nominal, warning, critical or unknown.

    The user's rules come first. One that names a state rates its beginning, and its end is nominal; one that names none
    rates whatever the sensor asserts, and what it deasserts is nominal unless that is bad in itself. One with above or
    below holds for every event with such a ``reading`` and never makes an event less bad. ``sensor`` is None where the
    SDR has none: only rules that name no sensor and no entity are asked then. A record that is marked is unknown.
    """
    if record.problem is not None:
        return Rating(UNKNOWN, None, record.problem)
    if isinstance(record, EventRecord):
        change, sensor_type, deasserted = _change(record), record.sensor_type, record.deasserted
    else:
        change, sensor_type, deasserted = _manufacturers(record), None, False
    fitting = [rule for rule in rules if rule.fits(sensor_type, sensor)]
    by_value = [
        Rating(rule.health, rule.name, rule.limits_text)
        for rule in fitting
        if rule.is_about_value and rule.names_state(*change.words) and rule.value_passes(reading)
    ]
    return worst_rating([_by_rules(change, deasserted, fitting), *by_value])


def _manufacturers(record: SelRecord) -> _Change:
    if isinstance(record, OemRecord) and record.panic_text is not None:
        return _Change((LINUX_PANIC,), False, Rating(CRITICAL, RULE_LINUX_PANIC, LINUX_PANIC))
    return _Change((f"OEM record {record.record_type:02X}h",), False, Rating(UNKNOWN))
