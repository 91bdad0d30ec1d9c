# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Event records that the changes of a sensor make (IPMI v2.0, sections 29.7 and 32.1)."""

from __future__ import annotations

from .model import SensorModel

_TRIGGER_READING, _TRIGGER_THRESHOLD = 0x40, 0x10
_EVENT_VERSION = 0x04
_DEASSERTED = 0x80


def threshold_offset(bit: int) -> int:
    """Return the event of a threshold: going low for the lower three, going high for the upper ones."""
    return 2 * bit + (bit >= 3)


def _hysteresis(model: SensorModel, upper: bool) -> float:
    scale = model.scale
    if scale.linearization or scale.bands:
        return 0.0
    return abs(scale.factors.m) * 10.0**scale.factors.r_exp * model.hysteresis[0 if upper else 1]


def crossed(model: SensorModel, raw: int, before: frozenset[int]) -> frozenset[int]:
    """Return the thresholds (bits of the mask) whose event is on; one that was on needs the hysteresis to go."""
    scale, result = model.scale, set()
    reading = scale.value(raw)
    for bit, threshold in enumerate(model.thresholds):
        limit = scale.value(threshold) if threshold is not None else None
        if limit is None or reading is None:
            continue
        upper = bit >= 3
        distance = reading - limit if upper else limit - reading
        # An event that is on ends where the reading is back by the whole hysteresis.
        if distance >= 0 or (bit in before and -distance < _hysteresis(model, upper)):
            result.add(bit)
    return frozenset(result)


def _entry(model: SensorModel, number: int, deassert: bool, data: bytes) -> bytes:
    kind = model.event_type | (_DEASSERTED if deassert else 0)
    head = bytes([model.owner, model.channel << 4 | model.lun, _EVENT_VERSION, model.sensor_type, number, kind])
    return b"\0\0\x02" + bytes(4) + head + data


def threshold_events(
    model: SensorModel, number: int, raw: int, before: frozenset[int], after: frozenset[int]
) -> list[bytes]:
    """Return entries without id and time: what ended, the worst first, then what began, the worst last."""
    worst_last = (0, 1, 2, 3, 4, 5)
    changes = [(bit, True) for bit in reversed(worst_last) if bit in before - after]
    changes += [(bit, False) for bit in worst_last if bit in after - before]
    result = []
    for bit, deassert in changes:
        first = _TRIGGER_READING | _TRIGGER_THRESHOLD | threshold_offset(bit)
        data = bytes([first, raw, model.thresholds[bit] or 0])
        result.append(_entry(model, number, deassert, data))
    return result


def state_events(model: SensorModel, number: int, before: frozenset[int], after: frozenset[int]) -> list[bytes]:
    """Return entries without id and time for states that ended and began."""
    known = frozenset(model.supported)
    ended, begun = sorted((before - after) & known), sorted((after - before) & known)
    result = [_entry(model, number, True, bytes([state, 0xFF, 0xFF])) for state in ended]
    return result + [_entry(model, number, False, bytes([state, 0xFF, 0xFF])) for state in begun]
