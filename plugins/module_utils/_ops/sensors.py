# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read every sensor of one BMC, rate it, and lose nothing to a sensor that is odd."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Callable

from .._core.bmc import DeviceId, read_guid
from .._core.client import Client
from .._core.errors import DeadlineExceeded, SessionLost, TransportError
from .._core.health.overrides import UserRule
from .._core.health.rate import Health, Rating, assess, rate
from .._core.sdr.observation import Observation, not_read
from .._core.sdr.sensors import Sensor, expand_all
from .._core.selection import Selection
from .device import read_device
from .records import Kept, read_records
from .sensor_reader import SensorReader

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class SensorsRequest:
    """``thresholds``: bmc (from the BMC where readable, else from the SDR), sdr, or none; ``rules`` come before the
    table of health rules."""

    selection: Selection = field(default_factory=Selection)
    thresholds: str = "bmc"
    rules: tuple[UserRule, ...] = ()


@dataclass(frozen=True)
class SensorsResult:
    """Sensors in the SDR's order with their ratings, the verdict, who answered, and what the user should be told.

    ``has_sensors``: whether the BMC has any, selected or not.
    """

    rated: tuple[tuple[Observation, Rating], ...]
    health: Health
    device: DeviceId | None
    guid: str | None
    warnings: tuple[str, ...]
    has_sensors: bool


async def run(
    request: SensorsRequest, client: Client, progress: Progress | None = None, kept: Kept | None = None
) -> SensorsResult:
    """One read of one BMC, with its records from ``kept`` where they are certain to be the same.

    Raises a TransportError only where not a single sensor answered; after that, what was read is returned, the rest is
    unknown and the verdict is incomplete.
    """
    warnings: list[str] = []
    device = await read_device(client, warnings)
    guid = await read_guid(client)
    repository, interruption = await read_records(client, device, guid, kept)
    warnings.extend(f"sensor data records: {problem}" for problem in repository.problems)
    everything = expand_all(repository.records)
    sensors = [sensor for sensor in everything if _selected(request.selection, sensor)]
    if interruption and (not sensors or isinstance(interruption, (DeadlineExceeded, SessionLost))):
        raise interruption
    client.expect(sum(not sensor.record.event_only for sensor in sensors))
    reader = SensorReader(client, request.thresholds)
    observations, ended = await _observe(client, sensors, reader, progress)
    if ended and not any(_answered(observation) for observation in observations):
        raise ended
    if ended:
        warnings.append(f"{ended.message}: what could be read until then is here, the rest is unknown")
    rated = tuple((observation, rate(observation, request.rules)) for observation in observations)
    complete = repository.complete and reader.complete and not ended
    return SensorsResult(rated, assess(rated, complete), device, guid, tuple(warnings), bool(everything))


def _selected(selection: Selection, sensor: Sensor) -> bool:
    return selection.includes(sensor.record.sensor_type, (sensor.name, sensor.collectd_name))


def _answered(observation: Observation) -> bool:
    return not observation.failed and not observation.sensor.record.event_only


async def _observe(
    client: Client, sensors: list[Sensor], reader: SensorReader, progress: Progress | None
) -> tuple[list[Observation], TransportError | None]:
    """Every sensor; once the conversation has ended, the remaining ones are told as not read."""
    done = 0
    ended: TransportError | None = None

    async def observe(sensor: Sensor) -> Observation:
        nonlocal done, ended
        try:
            if ended is None or sensor.record.event_only:
                return await reader.observe(sensor)
        except (DeadlineExceeded, SessionLost) as error:
            ended = ended or error
        finally:
            done += 1
            if progress:
                progress(done, len(sensors))
        return not_read(sensor, f"not read: {ended.message}" if ended else "not read")

    return await client.each([partial(observe, sensor) for sensor in sensors]), ended
