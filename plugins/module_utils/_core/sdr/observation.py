# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one look at one sensor told: a value of its own for everything that is not a reading."""

from __future__ import annotations

from dataclasses import dataclass, field

from .records import THRESHOLD_NAMES
from .sensors import Sensor

NO_THRESHOLDS: dict[str, float | None] = dict.fromkeys(THRESHOLD_NAMES)


@dataclass(frozen=True)
class Observation:
    """A sensor and what it said.

    ``available`` False has its ``unavailable_reason``. ``failed`` tells why a sensor could not be asked or did not
    answer: such a sensor is unknown and makes the read incomplete, while one that is absent, refused, switched off or
    event-only does not.
    """

    sensor: Sensor
    available: bool = False
    unavailable_reason: str | None = None
    failed: bool = False
    reading: float | None = None
    status: str | None = None
    state_bits: int | None = None
    states: tuple[str, ...] = ()
    thresholds: dict[str, float | None] = field(default_factory=lambda: dict(NO_THRESHOLDS))


def not_there(sensor: Sensor, reason: str) -> Observation:
    """The sensor has no reading, and that is known for certain."""
    return Observation(sensor, unavailable_reason=reason)


def not_read(sensor: Sensor, reason: str) -> Observation:
    """Whether the sensor has a reading is not known: it could not be asked."""
    return Observation(sensor, unavailable_reason=reason, failed=True)
