# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One BMC's event log: what it takes to understand its entries, and what they say of the sensors now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .._core.bmc import DeviceId, read_guid
from .._core.client import Client
from .._core.errors import CommandError, DecodeError, NoReply
from .._core.health.overrides import UserRule
from .._core.sdr.records import THRESHOLD_EVENT_TYPE
from .._core.sdr.sensors import Sensor, expand_all
from .._core.sel.clock import Now, SelClock, read_clock
from .._core.sel.events import SelEvent, interpret
from .._core.sel.log import Log, Progress, read_log
from .._core.sel.records import EventRecord, decode_record
from .._core.sel.sensor_index import SensorIndex
from .device import read_device
from .records import Kept, read_records
from .sensor_reader import SensorReader

ACTIVE, RECOVERED, UNKNOWN = "active", "recovered", "unknown"


@dataclass(frozen=True)
class Surroundings:
    """Who the BMC is, its sensors and its clock: what gives an entry of 16 bytes its meaning."""

    device: DeviceId | None
    guid: str | None
    sensors: SensorIndex
    clock: SelClock | None
    rules: tuple[UserRule, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def utc_offset(self) -> int | None:
        """Minutes by which the log's clock is ahead of UTC; None where the BMC does not tell."""
        return self.clock.utc_offset if self.clock else None

    def event(self, entry: bytes) -> SelEvent:
        return interpret(decode_record(entry), self.sensors, self.utc_offset, self.rules)

    def sensor(self, entry: bytes) -> Sensor | None:
        record = decode_record(entry)
        return self.sensors.find(record) if isinstance(record, EventRecord) else None


async def look_around(
    client: Client, now: Now, rules: Sequence[UserRule] = (), kept: Kept | None = None, certain: bool = False
) -> Surroundings:
    """Read all that the log's entries refer to. A BMC without sensor data records has a log all the same.

    ``certain``: whether the GUID must not be missing by chance.
    """
    warnings: list[str] = []
    clock = None
    device = await read_device(client, warnings)
    guid = await read_guid(client, certain)
    try:
        clock = await read_clock(client, now)
    except (CommandError, DecodeError, NoReply) as error:
        warnings.append(f"the BMC does not tell the time of its log: {error.message}")
    repository, _interruption = await read_records(client, device, guid, kept)
    warnings.extend(f"sensor data records: {problem}" for problem in repository.problems)
    sensors = SensorIndex(expand_all(repository.records))
    return Surroundings(device, guid, sensors, clock, tuple(rules), tuple(warnings))


async def read(client: Client, around: Surroundings, progress: Progress | None = None) -> tuple[Log, list[SelEvent]]:
    """The log and its events, oldest first."""
    log = await read_log(client, progress=progress)
    return log, [around.event(entry) for entry in log.entries]


async def live_states(client: Client, around: Surroundings, entries: Iterable[bytes]) -> list[str]:
    """For each entry whether its state holds now: active, recovered, or unknown where the sensor does not tell. A
    sensor is asked once."""
    reader = SensorReader(client, "none")
    bits: dict[Sensor, int | None] = {}
    states = []
    for entry in entries:
        record, sensor = decode_record(entry), around.sensor(entry)
        if sensor is None or not isinstance(record, EventRecord) or record.event_type != sensor.record.event_type:
            states.append(UNKNOWN)
            continue
        if sensor not in bits:
            observation = await reader.observe(sensor)
            bits[sensor] = observation.state_bits if observation.available else None
        states.append(_live_state(record, bits[sensor]))
    return states


def _live_state(record: EventRecord, bits: int | None) -> str:
    """Threshold events come in pairs for each threshold (going low, going high); other events are states."""
    if bits is None:
        return UNKNOWN
    bit = record.offset // 2 if record.event_type == THRESHOLD_EVENT_TYPE else record.offset
    return ACTIVE if bits >> bit & 1 else RECOVERED
