# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection's own read of a BMC, each sensor beside the raw record that it comes from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.facts import sensor_facts
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.sensors import SensorsRequest, run
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.options import LanOptions
from harness.peers import Endpoint, SdrRecord
from harness.reading import run_with


@dataclass(frozen=True)
class OurSensor:
    """One element of ``ipmi_sensors``, with its record as ipmitool dumped it: a proof must not rest on our decoder."""

    record_id: int
    raw: bytes
    facts: dict[str, Any]

    @property
    def key(self) -> tuple[int, int, int]:
        """Owner, LUN, number."""
        return self.facts["owner"], self.facts["lun"], self.facts["number"]

    def __str__(self) -> str:
        return f"{self.facts['name']!r} (owner {self.key[0]:02X}h, LUN {self.key[1]}, number {self.key[2]:02X}h)"


def read_ours(bmc: Endpoint, records: Iterable[SdrRecord]) -> list[OurSensor]:
    """Every sensor with a reading to be had (event-only ones left out), in the order of the SDR."""
    raw = {record.record_id: record.raw for record in records}
    options = LanOptions(bmc.host, bmc.username, bmc.password, bmc.port, request_timeout_s=1.0, retries=2)
    result = run_with(options, lambda client: run(SensorsRequest(), client))
    assert result.health.complete, result.warnings
    ids = [observation.sensor.record.record_id for observation, _rating in result.rated]
    facts = sensor_facts(result)["ipmi_sensors"]
    return [
        OurSensor(record_id, raw[record_id], sensor)
        for record_id, sensor in zip(ids, facts, strict=True)
        if not sensor["event_only"]
    ]


def first_of_each_record(sensors: Iterable[OurSensor]) -> list[OurSensor]:
    """What ipmitool shows: one sensor a record, the first of those that share it."""
    firsts: dict[int, OurSensor] = {}
    for sensor in sensors:
        firsts.setdefault(sensor.record_id, sensor)
    return list(firsts.values())
