# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Results as plain data: what Ansible can carry, with the keys that the documentation promises."""

from __future__ import annotations

from typing import Any

from .._core.bmc import DeviceId
from .._core.health.rate import Finding, Health, Rating
from .._core.manufacturers import manufacturer_name
from .._core.sdr.observation import Observation
from .._ops.sensors import SensorsResult

# The order in which thresholds are written: from the lowest to the highest.
_THRESHOLDS = (
    "lower_non_recoverable",
    "lower_critical",
    "lower_non_critical",
    "upper_non_critical",
    "upper_critical",
    "upper_non_recoverable",
)


def sensor_facts(result: SensorsResult) -> dict[str, Any]:
    """``ipmi_sensors``, ``ipmi_health`` and ``ipmi_bmc`` of one BMC."""
    return {
        "ipmi_sensors": [_sensor(observation, rating) for observation, rating in result.rated],
        "ipmi_health": _health(result.health),
        "ipmi_bmc": bmc_facts(result.device, result.guid),
    }


def _sensor(observation: Observation, rating: Rating) -> dict[str, Any]:
    sensor, record = observation.sensor, observation.sensor.record
    return {
        "name": sensor.name,
        "number": sensor.number,
        "lun": record.lun,
        "owner": record.owner,
        "entity": sensor.entity,
        "entity_id": record.entity_id,
        "entity_instance": sensor.entity_instance,
        "entity_name": sensor.entity_name,
        "type": sensor.type_name,
        "kind": sensor.kind,
        "event_only": record.event_only,
        "reading": observation.reading,
        "unit": sensor.unit,
        "status": observation.status,
        "states": list(observation.states),
        "state_bits": observation.state_bits,
        "thresholds": {name: observation.thresholds[name] for name in _THRESHOLDS},
        "health": rating.health,
        "available": observation.available,
        "unavailable_reason": observation.unavailable_reason,
        "collectd_name": sensor.collectd_name,
        "collectd_type": sensor.collectd_type,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    observation, sensor = finding.observation, finding.observation.sensor
    return {
        "sensor": sensor.name,
        "number": sensor.number,
        "entity": sensor.entity,
        "health": finding.rating.health,
        "status": observation.status,
        "states": list(observation.states),
        "reading": observation.reading,
        "unit": sensor.unit,
        "rule": finding.rating.rule,
        "message": finding.message,
    }


def _health(health: Health) -> dict[str, Any]:
    return {
        "status": health.status,
        "complete": health.complete,
        "counts": dict(health.counts),
        "findings": [_finding(finding) for finding in health.findings],
    }


def bmc_facts(device: DeviceId | None, guid: str | None) -> dict[str, Any]:
    """Who answered."""
    names = ("device_id", "device_revision", "firmware_version", "ipmi_version", "manufacturer_id", "product_id")
    bmc: dict[str, Any] = {name: getattr(device, name, None) for name in names}
    number = bmc["manufacturer_id"]
    bmc["manufacturer_name"] = None if number is None else manufacturer_name(number)
    bmc["guid"] = guid
    return bmc
