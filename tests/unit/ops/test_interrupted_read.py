# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A conversation that ends in the middle: what was read is there, the rest is unknown, and nothing is made up."""

from __future__ import annotations

import pytest
from fakes import WholeBmc, no, ok
from sdr_bytes import compact, event_only, full

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.client import complete
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import (
    DeadlineExceeded,
    NoReply,
    SessionLost,
    WrongPassword,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.sensors import SensorsRequest, run

SCANNING = 0x40
OVER, LOST, SILENCE = DeadlineExceeded("the deadline of 5 s is over"), SessionLost("the session was lost"), NoReply("x")
RECORDS = [full(bytes((0x40 + number,)), b1=number, b8=number) for number in range(1, 6)]
READINGS = {(0x04, 0x2D, number): ok(20 + number, SCANNING, 0) for number in range(1, 6)}


def whole(**changes) -> WholeBmc:
    """``sensor_3=answer``: what that sensor says instead of its reading."""
    answers = {(0x04, 0x2D, int(name[-1])): answer for name, answer in changes.items()}
    return WholeBmc(RECORDS, {**READINGS, **answers})


def read(bmc: WholeBmc, thresholds: str = "none"):
    return complete(run(SensorsRequest(thresholds=thresholds), bmc))


def readings(result) -> list:
    return [observation.reading for observation, _rating in result.rated]


@pytest.mark.parametrize("end", [OVER, LOST])
def test_what_was_read_until_then_is_there(end):
    result = read(whole(sensor_3=end))
    assert readings(result) == [21.0, 22.0, None, None, None]


@pytest.mark.parametrize("end", [OVER, LOST])
def test_rest_is_unknown_for_the_reason_of_the_end(end):
    result = read(whole(sensor_3=end))
    for observation, rating in result.rated[2:]:
        assert observation.failed
        assert observation.unavailable_reason == f"not read: {end.message}"
        assert (rating.health, rating.rule) == ("unknown", "sensor.not_read")


@pytest.mark.parametrize("end", [OVER, LOST])
def test_verdict_is_incomplete_and_unknown(end):
    result = read(whole(sensor_3=end))
    assert (result.health.complete, result.health.status) == (False, "unknown")
    assert result.health.counts == {"nominal": 2, "warning": 0, "critical": 0, "unknown": 3}


def test_user_is_warned_of_the_end():
    result = read(whole(sensor_3=OVER))
    assert result.warnings == (
        "the deadline of 5 s is over: what could be read until then is here, the rest is unknown",
    )


@pytest.mark.parametrize("end", [OVER, LOST])
def test_nothing_is_asked_after_the_end(end):
    bmc = whole(sensor_3=end)
    read(bmc)
    assert [request.data[0] for request in bmc.asked] == [1, 2, 3]


def test_critical_sensor_before_the_end_is_critical():
    result = read(whole(sensor_1=ok(1, SCANNING, 0x02), sensor_3=OVER))
    assert (result.health.status, result.health.complete) == ("critical", False)


@pytest.mark.parametrize("end", [OVER, LOST])
def test_end_before_any_reading_is_an_error(end):
    with pytest.raises(type(end)):
        read(whole(sensor_1=end))


def test_refusals_are_answers_that_are_kept():
    result = read(whole(sensor_1=no(0xCB), sensor_2=no(0xCB), sensor_3=OVER))
    assert [observation.failed for observation, _rating in result.rated] == [False, False, True, True, True]
    assert not result.health.complete


def test_end_at_the_thresholds_of_a_sensor_keeps_its_reading():
    bmc = whole(sensor_3=OVER)
    bmc.answers[(0x04, 0x27, 2)] = OVER
    result = read(bmc, "bmc")
    assert readings(result) == [21.0, 22.0, None, None, None]
    assert not result.health.complete


def test_end_at_the_last_sensors_thresholds_is_incomplete():
    bmc = whole()
    bmc.answers[(0x04, 0x27, 5)] = OVER
    result = read(bmc, "bmc")
    assert readings(result) == [21.0, 22.0, 23.0, 24.0, 25.0]
    assert (result.health.complete, result.health.status) == (False, "nominal")


def test_silence_costs_one_sensor_only():
    result = read(whole(sensor_3=SILENCE))
    assert readings(result) == [21.0, 22.0, None, 24.0, 25.0]
    assert (result.health.complete, result.health.status) == (False, "unknown")
    assert result.health.counts["unknown"] == 1


def test_silence_of_every_sensor_is_no_error_of_the_whole_read():
    result = read(whole(**{f"sensor_{number}": SILENCE for number in range(1, 6)}))
    assert (result.health.complete, result.health.status) == (False, "unknown")


def test_busy_sensor_costs_itself_only():
    bmc = whole(sensor_3=no(0xC0))
    result = read(bmc)
    assert readings(result) == [21.0, 22.0, None, 24.0, 25.0]
    assert (result.health.complete, bmc.pauses) == (False, 3)


def test_sensor_that_is_busy_for_a_moment_costs_nothing():
    result = read(whole(sensor_3=[no(0xC0), no(0xC3), ok(23, SCANNING, 0)]))
    assert readings(result)[2] == 23.0
    assert result.health.complete


@pytest.mark.parametrize("end", [OVER, LOST])
@pytest.mark.parametrize("place", [(0x06, 0x01, None), (0x06, 0x37, None)])
def test_end_while_the_bmc_introduces_itself_is_an_error(end, place):
    bmc = whole()
    bmc.answers[place] = end
    with pytest.raises(type(end)):
        read(bmc)


@pytest.mark.parametrize("end", [OVER, LOST])
@pytest.mark.parametrize("record_id", [0, 3])
def test_end_within_the_list_of_records_is_an_error(end, record_id):
    bmc = whole()
    bmc.on_get = lambda asked_for, _offset, _count: end if asked_for == record_id else None
    with pytest.raises(type(end)):
        read(bmc)


def test_silence_within_the_list_of_records_leaves_the_sensors_before_it():
    bmc = whole()
    bmc.on_get = lambda record_id, _offset, _count: SILENCE if record_id == 3 else None
    result = read(bmc)
    assert readings(result) == [21.0, 22.0]
    assert not result.health.complete
    assert result.warnings == ("sensor data records: the list of records ends early: x",)


def test_silence_at_the_first_record_is_an_error():
    bmc = whole()
    bmc.on_get = lambda *_request: SILENCE
    with pytest.raises(NoReply):
        read(bmc)


def test_refused_list_is_no_error_and_not_complete():
    bmc = whole()
    bmc.on_get = lambda *_request: no(0xC1)
    result = read(bmc)
    assert (result.rated, result.health.complete, result.has_sensors) == ((), False, False)


def test_silent_satellite_does_not_cost_the_bmcs_own_sensors():
    records = [full(b1=number, b8=number, b6=0x2C) for number in range(1, 5)] + [compact(b1=9, b8=9)]
    answers = {(0x04, 0x2D, number): SILENCE for number in range(1, 5)}
    bmc = WholeBmc(records, {**answers, (0x04, 0x2D, 9): ok(0, SCANNING, 1)})
    result = read(bmc)
    assert [request.data[0] for request in bmc.asked] == [1, 2, 9]
    assert result.health.findings[0].rating.rule == "physical_security.general_chassis_intrusion"


def test_progress_goes_to_the_end_all_the_same():
    told = []
    complete(
        run(SensorsRequest(thresholds="none"), whole(sensor_2=OVER), lambda done, total: told.append((done, total)))
    )
    assert told == [(done, 5) for done in range(1, 6)]


def test_event_only_sensor_behind_the_end_is_still_one_without_a_reading():
    bmc = WholeBmc([*RECORDS, event_only(b1=9, b8=9)], {**READINGS, (0x04, 0x2D, 5): OVER})
    result = read(bmc)
    observation, _rating = result.rated[-1]
    assert not observation.failed
    assert [finding.observation.sensor.number for finding in result.health.findings] == [5]


def test_event_only_sensor_is_no_answer():
    bmc = WholeBmc([event_only(b1=9, b8=9), *RECORDS], {(0x04, 0x2D, 1): OVER})
    with pytest.raises(DeadlineExceeded):
        read(bmc)


def test_refusal_at_a_new_log_in_is_not_swallowed():
    with pytest.raises(WrongPassword):
        read(whole(sensor_3=WrongPassword("changed meanwhile")))
