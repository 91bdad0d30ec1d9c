# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a sensor's thresholds come from: the BMC, the record, or nowhere."""

from __future__ import annotations

import pytest
from fakes import no, ok
from sdr_bytes import SPECIFIC, compact, factors, full, sensor_of

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.client import Request, complete
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import (
    DeadlineExceeded,
    NoReply,
    SessionLost,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.observation import NO_THRESHOLDS
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.sensor_reader import SensorReader

SCANNING = 0x40
READ = Request(0x04, 0x2D, b"\x05", lun=2)
GET = Request(0x04, 0x27, b"\x05", lun=2)
READING = ok(24, SCANNING, 0)
FROM_RECORD = {**NO_THRESHOLDS, "lower_critical": 5.0, "upper_critical": 45.0}
FROM_BMC = {**NO_THRESHOLDS, "lower_non_critical": 3.0, "upper_non_recoverable": 90.0}
BMC_SAYS = ok(0x21, 3, 0, 0, 0, 0, 90)
NO_ACCESS, READABLE, SETTABLE, FIXED = (access << 2 for access in range(4))


def record(access: int = READABLE, **places: int) -> bytes:
    """A record with two thresholds: lower critical 5 and upper critical 45."""
    return full(b8=5, b7=0x02, b12=access, b19=0x12, thresholds=bytes((1, 45, 1, 1, 5, 1)), **places)


def observe(play, mode: str, *script, sensor=None):
    reader = SensorReader(play(*script), mode)
    return complete(reader.observe(sensor or sensor_of(record()))), reader.complete


def test_thresholds_are_asked_for(play):
    observation, complete = observe(play, "bmc", (READ, READING), (GET, BMC_SAYS))
    assert observation.thresholds == FROM_BMC
    assert complete


def test_thresholds_are_converted_like_the_reading(play):
    sensor = sensor_of(record(conversion=factors(m=60)))
    observation, _complete = observe(play, "bmc", (READ, READING), (GET, BMC_SAYS), sensor=sensor)
    assert observation.thresholds["upper_non_recoverable"] == 5400.0
    assert observation.reading == 1440.0


def test_threshold_that_the_bmc_does_not_name_is_none_whatever_the_record_says(play):
    observation, _complete = observe(play, "bmc", (READ, READING), (GET, ok(0, 1, 1, 1, 1, 1, 1)))
    assert observation.thresholds == NO_THRESHOLDS


def test_thresholds_of_the_record_are_not_asked_for(play):
    assert observe(play, "sdr", (READ, READING))[0].thresholds == FROM_RECORD


def test_thresholds_nobody_wants_are_neither_asked_for_nor_told(play):
    assert observe(play, "none", (READ, READING))[0].thresholds == NO_THRESHOLDS


@pytest.mark.parametrize("code", [0xC1, 0xCB, 0xCC, 0xCD, 0xD4, 0xD5, 0xFF])
def test_refused_thresholds_come_from_the_record(play, code):
    observation, complete = observe(play, "bmc", (READ, READING), (GET, no(code)))
    assert observation.thresholds == FROM_RECORD
    assert complete


def test_empty_answer_for_thresholds_is_a_refusal(play):
    assert observe(play, "bmc", (READ, READING), (GET, ok()))[0].thresholds == FROM_RECORD


def test_fixed_thresholds_come_from_the_record_where_the_bmc_refuses(play):
    sensor = sensor_of(record(FIXED))
    assert observe(play, "bmc", (READ, READING), (GET, no(0xCD)), sensor=sensor)[0].thresholds == FROM_RECORD
    assert observe(play, "sdr", (READ, READING), sensor=sensor)[0].thresholds == FROM_RECORD


@pytest.mark.parametrize("access", [READABLE, SETTABLE, FIXED])
def test_any_access_makes_the_records_thresholds_count(play, access):
    assert observe(play, "sdr", (READ, READING), sensor=sensor_of(record(access)))[0].thresholds == FROM_RECORD


def test_record_without_threshold_access_has_none(play):
    sensor = sensor_of(record(NO_ACCESS))
    assert observe(play, "sdr", (READ, READING), sensor=sensor)[0].thresholds == NO_THRESHOLDS


def test_busy_bmc_is_asked_again_for_thresholds(play):
    observation, complete = observe(play, "bmc", (READ, READING), (GET, no(0xC0)), (GET, BMC_SAYS))
    assert (observation.thresholds, complete) == (FROM_BMC, True)


def test_thresholds_of_a_bmc_that_stays_busy_come_from_the_record_and_the_read_is_incomplete(play):
    observation, complete = observe(play, "bmc", (READ, READING), *[(GET, no(0xC0))] * 4)
    assert (observation.thresholds, complete) == (FROM_RECORD, False)


@pytest.mark.parametrize("error", [NoReply("x"), SessionLost("x"), DeadlineExceeded("x")])
def test_reading_is_kept_when_the_conversation_ends_at_the_thresholds(play, error):
    observation, complete = observe(play, "bmc", (READ, READING), (GET, error))
    assert (observation.reading, observation.thresholds) == (24.0, FROM_RECORD)
    assert not observation.failed
    assert not complete


@pytest.mark.parametrize("mode", ["bmc", "sdr", "none"])
@pytest.mark.parametrize(
    "sensor", [sensor_of(compact(b8=5, b7=0x02)), sensor_of(full(b8=5, b7=0x02, b14=SPECIFIC, b22=6))]
)
def test_discrete_sensor_is_not_asked_for_thresholds(play, mode, sensor):
    observation, _complete = observe(play, mode, (READ, READING), sensor=sensor)
    assert observation.thresholds == NO_THRESHOLDS


def test_sensor_without_a_number_is_not_asked_for_thresholds(play):
    sensor = sensor_of(record(b21=0xC0))
    assert observe(play, "bmc", (READ, READING), sensor=sensor)[0].thresholds == NO_THRESHOLDS


def test_sensor_that_is_not_scanned_has_its_thresholds(play):
    observation, _complete = observe(play, "bmc", (READ, ok(0, 0)), (GET, BMC_SAYS))
    assert (observation.available, observation.thresholds) == (False, FROM_BMC)


def test_sensor_that_refuses_its_reading_has_its_thresholds(play):
    observation, _complete = observe(play, "bmc", (READ, no(0xCB)), (GET, no(0xCB)))
    assert (observation.available, observation.thresholds) == (False, FROM_RECORD)


def test_sensor_that_could_not_be_asked_is_not_asked_for_thresholds(play):
    observation, _complete = observe(play, "bmc", (READ, NoReply("x")))
    assert observation.thresholds == NO_THRESHOLDS


@pytest.mark.parametrize(("raw", "status"), [(89, "ok"), (90, "non_recoverable"), (3, "non_critical"), (4, "ok")])
def test_status_is_compared_with_the_thresholds_of_the_bmc(play, raw, status):
    observation, _complete = observe(play, "bmc", (READ, ok(raw, SCANNING)), (GET, BMC_SAYS))
    assert observation.status == status


def test_observations_do_not_share_their_thresholds(play):
    script = [(READ, READING), (READ, READING)]
    reader = SensorReader(play(*script), "none")
    first, second = complete(reader.observe(sensor_of(record()))), complete(reader.observe(sensor_of(record())))
    assert first.thresholds is not second.thresholds
    assert first.thresholds is not NO_THRESHOLDS
