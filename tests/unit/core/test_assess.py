# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on a BMC: the worst of its sensors, and only of those that count."""

from __future__ import annotations

import itertools

import pytest
from sdr_bytes import POWER_SUPPLY, compact, full, sensor_of

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.health.rate import (
    Rating,
    assess,
    rate,
    worst,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.observation import (
    Observation,
    not_read,
    not_there,
)

ORDER = ("critical", "warning", "unknown", "nominal")


def psu(name: bytes, bits: int) -> Observation:
    return Observation(sensor_of(compact(name, b13=POWER_SUPPLY)), available=True, state_bits=bits)


GOOD, FAILED, FORETOLD = psu(b"good", 0x01), psu(b"failed", 0x02), psu(b"foretold", 0x04)
ABSENT = not_there(sensor_of(full(b"absent")), "requested sensor, data or record not present (CBh)")
SILENT = not_read(sensor_of(full(b"silent")), "not read: no answer")
UNSURE = Observation(sensor_of(compact(b"unsure", b13=0x22)), available=True, state_bits=1 << 14)


def verdict(*observations: Observation, complete: bool = True):
    return assess([(observation, rate(observation)) for observation in observations], complete)


def found(health) -> list[str]:
    return [finding.observation.sensor.name for finding in health.findings]


@pytest.mark.parametrize(("worse", "better"), list(itertools.combinations(ORDER, 2)))
def test_worst_is_by_the_order(worse, better):
    assert worst([better, worse, better]) == worst([worse, better]) == worse


def test_worst_of_none_is_unknown():
    assert worst([]) == "unknown"


@pytest.mark.parametrize("health", ORDER)
def test_worst_of_one_is_that_one(health):
    assert worst([health]) == health


@pytest.mark.parametrize(
    ("observations", "status"),
    [
        ([GOOD], "nominal"),
        ([GOOD, FORETOLD], "warning"),
        ([GOOD, FORETOLD, FAILED], "critical"),
        ([GOOD, SILENT], "unknown"),
        ([GOOD, UNSURE], "unknown"),
        ([SILENT, FORETOLD], "warning"),
        ([SILENT, FAILED], "critical"),
    ],
)
def test_status_is_that_of_the_worst_sensor(observations, status):
    assert verdict(*observations).status == status
    assert verdict(*reversed(observations)).status == status


@pytest.mark.parametrize(
    "reason", ["requested sensor not present (CBh)", "scanning disabled", "reading unavailable", "event-only"]
)
def test_sensor_that_is_not_there_does_not_raise_the_status(reason):
    health = verdict(GOOD, not_there(sensor_of(full()), reason))
    assert (health.status, health.findings) == ("nominal", ())


def test_sensor_that_is_not_there_is_counted_as_unknown():
    assert verdict(GOOD, ABSENT, ABSENT).counts == {"nominal": 1, "warning": 0, "critical": 0, "unknown": 2}


def test_sensor_that_could_not_be_asked_raises_the_status():
    health = verdict(GOOD, SILENT)
    assert (health.status, found(health)) == ("unknown", ["silent"])


def test_bmc_without_a_readable_sensor_is_unknown():
    assert verdict().status == "unknown"
    assert verdict(ABSENT).status == "unknown"


def test_every_sensor_is_counted_once():
    health = verdict(GOOD, GOOD, FORETOLD, FAILED, ABSENT, SILENT, UNSURE)
    assert health.counts == {"nominal": 2, "warning": 1, "critical": 1, "unknown": 3}


def test_counts_name_every_health():
    assert verdict().counts == {"nominal": 0, "warning": 0, "critical": 0, "unknown": 0}


def test_nominal_sensors_are_no_findings():
    assert verdict(GOOD, GOOD).findings == ()


def test_findings_stand_worst_first():
    assert found(verdict(SILENT, FORETOLD, GOOD, FAILED)) == ["failed", "foretold", "silent"]


def test_findings_of_one_health_keep_the_order_of_the_records():
    names = [b"c", b"a", b"b"]
    health = verdict(FORETOLD, *[psu(name, 0x02) for name in names])
    assert found(health) == ["c", "a", "b", "foretold"]


def test_finding_has_its_rating_and_a_message():
    (finding,) = verdict(FAILED).findings
    assert finding.rating == Rating("critical", "power_supply.failure_detected", "power supply failure detected")
    assert finding.message == "failed (System Board 7.1): power supply failure detected"


@pytest.mark.parametrize("complete", [True, False])
def test_completeness_is_handed_on(complete):
    assert verdict(GOOD, complete=complete).complete is complete


def test_incomplete_read_does_not_change_the_status_by_itself():
    assert verdict(GOOD, complete=False).status == "nominal"
