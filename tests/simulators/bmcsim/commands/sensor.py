# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sensor commands (network function 04h), for the BMC and for satellites."""

from __future__ import annotations

from . import registry
from .registry import SENSOR, Context, Refused, Swallowed, command


@command(SENSOR, 0x23, length=2, satellites=True)
def get_sensor_reading_factors(context: Context) -> bytes:
    """Section 35.5."""
    sensor = context.sensor()
    if not sensor.model.analog:
        raise Refused(registry.ILLEGAL_FOR_SENSOR)
    factors, following = sensor.model.scale.factors_at(context.data[1])
    return bytes([following]) + factors.encode()


@command(SENSOR, 0x25, length=(1, 2), satellites=True)
def get_sensor_hysteresis(context: Context) -> bytes:
    """Section 35.7."""
    sensor = context.sensor()
    if not sensor.model.threshold_based or sensor.model.hysteresis_access not in (1, 2):
        raise Refused(registry.ILLEGAL_FOR_SENSOR)
    return bytes(sensor.model.hysteresis)


@command(SENSOR, 0x27, length=1, satellites=True)
def get_sensor_thresholds(context: Context) -> bytes:
    """Section 35.9."""
    sensor = context.sensor()
    if not sensor.model.threshold_based or sensor.model.threshold_access not in (1, 2):
        raise Refused(registry.ILLEGAL_FOR_SENSOR)
    return bytes([sensor.model.threshold_mask(), *(raw or 0 for raw in sensor.model.thresholds)])


@command(SENSOR, 0x29, length=1, satellites=True)
def get_sensor_event_enable(context: Context) -> bytes:
    """Section 35.11."""
    sensor = context.sensor()
    assertion, deassertion, _settable = sensor.model.event_masks()
    mask = 0x0FFF if sensor.model.threshold_based else 0x7FFF
    words = (assertion & mask, deassertion & mask)
    return bytes([sensor.flags() & 0xC0]) + b"".join(word.to_bytes(2, "little") for word in words)


@command(SENSOR, 0x2B, length=1, satellites=True)
def get_sensor_event_status(context: Context) -> bytes:
    """Section 35.13."""
    sensor = context.sensor()
    return bytes([sensor.flags()]) + sensor.asserted_events().to_bytes(2, "little") + b"\0\0"


@command(SENSOR, 0x2D, length=1, satellites=True)
def get_sensor_reading(context: Context) -> bytes:
    """Section 35.14."""
    sensor = context.sensor()
    if sensor.state.no_reply:
        raise Swallowed
    if sensor.state.completion_code:
        raise Refused(sensor.state.completion_code)
    if sensor.model.kind == "event_only":
        raise Refused(registry.NOT_PRESENT)
    sensor.reads += 1
    context.bmc.refresh(sensor)
    return sensor.reading_bytes()


@command(SENSOR, 0x2F, length=1, satellites=True)
def get_sensor_type(context: Context) -> bytes:
    """Section 35.16."""
    sensor = context.sensor()
    return bytes([sensor.model.sensor_type, sensor.model.event_type])
