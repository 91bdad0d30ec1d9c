# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""OpenIPMI's words for sensors and events, as collectd's ipmi plugin hands them on, and what they mean in IPMI's codes.

The words are those of OpenIPMI 2.0.29 to 2.0.33. The text of a discrete state tells the generic event/reading types
(02h to 0Ch) from the sensor-specific one, and no more is asked of it: the offset comes as a number, and OpenIPMI's
sensor-specific texts stand at the wrong offset here and there (20h, 22h).
"""

from __future__ import annotations

from ..sdr.records import THRESHOLD_NAMES
from ..sdr.sensor_types import sensor_type_code
from ..sdr.states import GENERIC_STATES, SENSOR_SPECIFIC, THRESHOLD

# What stands for an event/reading type or a sensor type that cannot be known. The former is a code that the
# specification leaves to the manufacturer, the latter is none at all.
UNKNOWN_EVENT_TYPE = 0x70
UNKNOWN_SENSOR_TYPE = -1

_NO_NAME = ("unknown", "invalid")
_UNLIKE_OURS = {"unspecified": 0x00, "power_memory_resize": 0x0E, "button": 0x14, "os_critical_stop": 0x20}
# The plugin chooses these types by the sensor type alone; power, flow and percent may be of any.
_OF_A_METRIC = {"temperature": 0x01, "voltage": 0x02, "current": 0x03, "fanspeed": 0x04, "memory": 0x0C}

_EVENT_TYPES: dict[tuple[int, str], int] = {
    (offset, text.lower()): event_type
    for event_type, texts in GENERIC_STATES.items()
    if event_type != THRESHOLD
    for offset, text in enumerate(texts)
}
_EVENT_TYPES.update(
    {
        (2, "transition to critical from ok"): 0x07,
        (0, "device removed/absent"): 0x08,
        (1, "device inserted/present"): 0x08,
        (0, "transition to"): 0x0A,
    }
)

# How many offsets of a sensor type have a sensor-specific name in OpenIPMI; those after them are "unknown".
_NAMED_OFFSETS = {
    0x05: 7, 0x06: 6, 0x07: 10, 0x08: 6, 0x09: 8, 0x0C: 10, 0x0D: 9, 0x0F: 3, 0x10: 4, 0x11: 8, 0x12: 6, 0x13: 10,
    0x14: 3, 0x1B: 2, 0x1D: 8, 0x1E: 5, 0x1F: 7, 0x20: 5, 0x21: 9, 0x22: 12, 0x23: 9, 0x24: 4, 0x25: 3, 0x27: 2,
    0x28: 6, 0x29: 3,
}  # fmt: skip


def sensor_type_of(word: str) -> int:
    """The code of OpenIPMI's name of a sensor type; UNKNOWN_SENSOR_TYPE for "invalid", which is what it calls those of
    manufacturers."""
    code = _UNLIKE_OURS.get(word, sensor_type_code(word))
    return UNKNOWN_SENSOR_TYPE if code is None else code


def sensor_type_of_metric(collectd_type: str) -> int:
    """The sensor type behind a collectd type, UNKNOWN_SENSOR_TYPE where there may be several."""
    return _OF_A_METRIC.get(collectd_type, UNKNOWN_SENSOR_TYPE)


def event_type_of(sensor_type: int, offset: int, state: str) -> int:
    """The event/reading type of a discrete event by OpenIPMI's text of its state.

    "unknown" is the text of a manufacturer's event types, of undefined offsets, and of the sensor-specific offsets that
    OpenIPMI has no name for, such as "SEL full" or a processor's machine check. Where it would have named the
    sensor-specific one, it is none: UNKNOWN_EVENT_TYPE. Where it would not, the event is taken for sensor-specific,
    since standard sensor types seldom have a manufacturer's event types.
    """
    text = state.strip().lower()
    if text not in _NO_NAME:
        return _EVENT_TYPES.get((offset, text), SENSOR_SPECIFIC)
    if sensor_type == UNKNOWN_SENSOR_TYPE or offset < _NAMED_OFFSETS.get(sensor_type, 0):
        return UNKNOWN_EVENT_TYPE
    return SENSOR_SPECIFIC


def threshold_of(words: str) -> str | None:
    """The threshold's name as in the facts: "upper_non_critical" for "upper non-critical"."""
    name = words.replace(" ", "_").replace("-", "_")
    return name if name in THRESHOLD_NAMES else None


def going_high(words: str) -> bool | None:
    """Whether the reading went up, None where that is not told."""
    return {"going-high": True, "going-low": False}.get(words)
