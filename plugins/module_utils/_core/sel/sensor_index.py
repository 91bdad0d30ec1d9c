# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The sensor that an event is about, among those of the SDR."""

from __future__ import annotations

from collections.abc import Iterable

from ..sdr.sensors import Sensor
from .records import EventRecord


class SensorIndex:
    """Sensors by owner and number. A number alone is no sensor's name: each controller and LUN has its own 255, and
    firmware has sent events under a number that its SDR gives to something else."""

    def __init__(self, sensors: Iterable[Sensor] = ()) -> None:
        self._sensors: dict[tuple[int, int, int], list[Sensor]] = {}
        for sensor in sensors:
            key = (sensor.record.owner, sensor.record.lun, sensor.number)
            self._sensors.setdefault(key, []).append(sensor)

    def find(self, record: EventRecord) -> Sensor | None:
        """The one sensor of the event's generator, LUN, number and sensor type; None where there is none or a choice.

        Of several the one on the event's channel is meant, then the one of its event type. A lone sensor on another
        channel is accepted: many BMCs leave the channel out of the event or of the SDR.
        """
        if record.panic_text is not None:
            return None
        found = self._sensors.get((record.generator[0], record.lun, record.sensor_number), [])
        found = [sensor for sensor in found if sensor.record.sensor_type == record.sensor_type]
        if record.channel is not None:
            found = [sensor for sensor in found if sensor.record.channel == record.channel] or found
        found = [sensor for sensor in found if sensor.record.event_type == record.event_type] or found
        return found[0] if len(found) == 1 else None
