# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One sensor: its reading, its thresholds, and everything that a BMC may say instead."""

from __future__ import annotations

from typing import Optional

from .._core.client import BUSY_CODES, NETFN_SENSOR, Client, Request, Response, Target, request_patiently
from .._core.errors import DeadlineExceeded, NoReply, SessionLost, completion_text
from .._core.sdr.conversion import Conversion
from .._core.sdr.observation import NO_THRESHOLDS, Observation, not_read, not_there
from .._core.sdr.reading import (
    RawReading,
    comparison_bits,
    decode_reading,
    decode_thresholds,
    reading_states,
    threshold_status,
)
from .._core.sdr.sensors import Sensor

_GET_READING, _GET_THRESHOLDS, _GET_FACTORS = 0x2D, 0x27, 0x23
# A controller that stayed silent to a command so often in a row is not asked it any more: each time costs all retries.
# Only the BMC itself is asked for every reading: its sensors stay silent one by one.
_SILENCES = 2
_NO_VALUE = "no value: the sensor's conversion has none for this reading, or its factors cannot be had"
# Not a no of the sensor's: insufficient privilege and the unspecified error, and, from the bridge, lost arbitration and
# bus errors (Send Message, section 22.7).
_NO_VERDICT = (0xD4, 0xFF)
_LOST_ON_THE_BUS = (0x81, 0x82, *_NO_VERDICT)

Thresholds = dict[str, Optional[float]]


class SensorReader:
    """Asks for one sensor after another. ``complete`` turns False when something that was asked for could not be
    read."""

    def __init__(self, client: Client, thresholds: str) -> None:
        self._client = client
        self._thresholds = thresholds
        self._silent: dict[tuple[int, Target | None], int] = {}
        self.complete = True

    async def observe(self, sensor: Sensor) -> Observation:
        """What the sensor says; raises DeadlineExceeded or SessionLost only while it has said nothing yet."""
        if sensor.record.event_only:
            return not_there(sensor, "event-only: the sensor has no reading, it only logs events")
        observation = await self._read(sensor)
        if observation.failed:
            self.complete = False
        return observation

    async def _read(self, sensor: Sensor) -> Observation:
        try:
            response = await self._ask(sensor, _GET_READING)
        except NoReply as error:
            return not_read(sensor, f"not read: {error.message}")
        if response.code:
            return await self._refused(sensor, response)
        reading = decode_reading(response.data)
        if reading is None:
            return not_read(sensor, f"not read: an answer of {len(response.data)} bytes holds no reading")
        return await self._understood(sensor, reading)

    async def _ask(self, sensor: Sensor, command: int, *more: int) -> Response:
        """Raises NoReply without asking where the controller has left this command unanswered too often."""
        target, data = sensor.target, bytes((sensor.number, *more))
        silences = self._silent.get((command, target), 0)
        if silences >= _SILENCES and (target or command != _GET_READING):
            raise NoReply(f"controller {sensor.record.owner:02X}h does not answer")
        try:
            request = Request(NETFN_SENSOR, command, data, sensor.record.lun, target)
            response = await request_patiently(self._client, request)
        except NoReply:
            self._silent[command, target] = silences + 1
            raise
        self._silent[command, target] = 0
        return response

    async def _refused(self, sensor: Sensor, response: Response) -> Observation:
        """A definite no is a property of the sensor; "busy" and "insufficient privilege" leave it unknown."""
        said_by = "the bridge" if response.bridge_refused else "the BMC"
        reason = f"{said_by} says: {completion_text(response.code)}"
        transient = _LOST_ON_THE_BUS if response.bridge_refused else _NO_VERDICT
        if response.code in BUSY_CODES or response.code in transient:
            return not_read(sensor, f"not read: {reason}")
        return Observation(sensor, unavailable_reason=reason, thresholds=await self._limits(sensor, {}))

    async def _understood(self, sensor: Sensor, reading: RawReading) -> Observation:
        factors: dict[int, Conversion | None] = {}
        thresholds = await self._limits(sensor, factors)
        if not reading.scanning or reading.unavailable:
            reason = "reading unavailable" if reading.scanning else "scanning disabled"
            return Observation(sensor, unavailable_reason=reason, thresholds=thresholds)
        value = await self._value(sensor, reading.raw, factors) if sensor.is_analog else None
        record, bits = sensor.record, reading.bits
        if bits is None:
            bits = self._compare(sensor, value, thresholds) if record.is_threshold else 0
        elif record.is_threshold:
            bits &= 0x3F
        return Observation(
            sensor,
            available=True,
            unavailable_reason=_NO_VALUE if sensor.is_analog and value is None else None,
            reading=value,
            status=threshold_status(bits) if record.is_threshold and bits is not None else None,
            state_bits=bits,
            states=tuple(reading_states(record.is_threshold, record.event_type, record.sensor_type, bits)),
            thresholds=thresholds,
        )

    def _compare(self, sensor: Sensor, value: float | None, thresholds: Thresholds) -> int | None:
        """The comparison bits of a BMC that sends none; the record's thresholds serve where no others were read."""
        conversion = sensor.record.conversion
        unread = all(limit is None for limit in thresholds.values())
        if unread and conversion and not conversion.is_non_linear:
            thresholds = {name: conversion.value(raw) for name, raw in sensor.record.raw_thresholds}
        return comparison_bits(value, thresholds)

    async def _limits(self, sensor: Sensor, factors: dict[int, Conversion | None]) -> Thresholds:
        """The six thresholds in the sensor's units, None where there is none."""
        limits: Thresholds = dict(NO_THRESHOLDS)
        if self._thresholds == "none" or not (sensor.record.is_threshold and sensor.is_analog):
            return limits
        raw = await self._limits_from_bmc(sensor) if self._thresholds == "bmc" else None
        if raw is None and sensor.record.threshold_access:
            raw = dict(sensor.record.raw_thresholds)
        limits.update({name: await self._value(sensor, value, factors) for name, value in (raw or {}).items()})
        return limits

    async def _limits_from_bmc(self, sensor: Sensor) -> dict[str, int] | None:
        """Raw thresholds by name; None where the BMC refuses to tell, or does not answer."""
        try:
            response = await self._ask(sensor, _GET_THRESHOLDS)
        except (NoReply, SessionLost, DeadlineExceeded):
            self.complete = False
            return None
        if response.code in BUSY_CODES:
            self.complete = False
        return decode_thresholds(response.data) if not response.code and response.data else None

    async def _value(self, sensor: Sensor, raw: int, factors: dict[int, Conversion | None]) -> float | None:
        """A raw value in the sensor's units; a non-linear sensor is asked for the factors of each raw value, once."""
        conversion = sensor.record.conversion
        if conversion is None:
            return None
        if not conversion.is_non_linear:
            return conversion.value(raw)
        if raw not in factors:
            factors[raw] = await self._factors(sensor, conversion, raw)
        converted = factors[raw]
        return converted.value(raw) if converted else None

    async def _factors(self, sensor: Sensor, conversion: Conversion, raw: int) -> Conversion | None:
        try:
            response = await self._ask(sensor, _GET_FACTORS, raw)
        except (NoReply, SessionLost, DeadlineExceeded):
            self.complete = False
            return None
        if response.code or len(response.data) < 7:
            return None
        return conversion.with_factors(response.data[1:7])
