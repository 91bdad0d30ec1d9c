# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Non-linear sensors, whose factors are asked for; and sensors that belong to another controller."""

from __future__ import annotations

import pytest
from fakes import no, ok
from sdr_bytes import factors, full, sensor_of

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.client import Request, Response, Target, complete
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import (
    DeadlineExceeded,
    NoReply,
    SessionLost,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.health.rate import rate
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.sensor_reader import SensorReader

SCANNING, NON_LINEAR = 0x40, 0x70
SILENCE = NoReply("no answer")
READ = Request(0x04, 0x2D, b"\x05")
GET = Request(0x04, 0x27, b"\x05")


def ask_factors(raw: int) -> Request:
    return Request(0x04, 0x23, bytes((5, raw)))


def factors_for(next_raw: int, **values: int) -> Response:
    return ok(next_raw, *factors(**values))


# Its record's own factors, m = 7, hold for nothing.
CURVED = sensor_of(full(b8=5, b24=NON_LINEAR, b19=0x12, conversion=factors(m=7), thresholds=bytes((0, 45, 0, 0, 5, 0))))


def observe(play, mode: str, *script):
    reader = SensorReader(play(*script), mode)
    return complete(reader.observe(CURVED)), reader.complete


def test_non_linear_sensor_is_asked_for_the_factors_of_its_reading(play):
    observation, complete = observe(
        play, "none", (READ, ok(20, SCANNING, 0)), (ask_factors(20), factors_for(21, m=2, b=3))
    )
    assert (observation.reading, complete) == (43.0, True)


def test_every_raw_value_has_factors_of_its_own(play):
    observation, _complete = observe(
        play,
        "sdr",
        (READ, ok(20, SCANNING, 0)),
        (ask_factors(5), factors_for(6, m=3)),
        (ask_factors(45), factors_for(46, m=4)),
        (ask_factors(20), factors_for(21, m=2)),
    )
    assert observation.thresholds["lower_critical"] == 15.0
    assert observation.thresholds["upper_critical"] == 180.0
    assert observation.reading == 40.0


def test_factors_of_one_raw_value_are_asked_for_once(play):
    observation, _complete = observe(
        play,
        "bmc",
        (READ, ok(20, SCANNING, 0)),
        (GET, ok(0x3F, 20, 20, 20, 20, 20, 20)),
        (ask_factors(20), factors_for(21, m=2)),
    )
    assert set(observation.thresholds.values()) == {observation.reading} == {40.0}


def test_refused_factors_are_asked_for_once_too(play):
    observation, _complete = observe(
        play,
        "bmc",
        (READ, ok(20, SCANNING, 0x02)),
        (GET, ok(0x3F, 20, 20, 20, 20, 20, 20)),
        (ask_factors(20), no(0xCB)),
    )
    assert set(observation.thresholds.values()) == {None}
    assert observation.reading is None


@pytest.mark.parametrize("answer", [no(0xC1), no(0xCB), ok(), ok(21, 1, 0, 0, 0, 0)])
def test_sensor_without_factors_has_no_value_and_keeps_its_status(play, answer):
    observation, complete = observe(play, "none", (READ, ok(20, SCANNING, 0x02)), (ask_factors(20), answer))
    assert (observation.available, observation.reading, observation.status) == (True, None, "critical")
    assert (
        observation.unavailable_reason
        == "no value: the sensor's conversion has none for this reading, or its factors cannot be had"
    )
    assert complete


def test_sensor_without_value_and_status_is_not_nominal(play):
    observation, _complete = observe(play, "none", (READ, ok(20, SCANNING)), (ask_factors(20), no(0xCB)))
    assert (observation.reading, observation.status) == (None, None)
    assert rate(observation).health == "unknown"


def test_records_factors_are_not_used_to_compare_a_non_linear_sensor(play):
    # 20 lies between the raw thresholds 5 and 45; by the record's factors 5 would be 35.
    observation, _complete = observe(play, "none", (READ, ok(20, SCANNING)), (ask_factors(20), factors_for(21, m=1)))
    assert observation.reading == 20.0
    assert observation.status in (None, "ok")


@pytest.mark.parametrize("error", [SILENCE, SessionLost("x"), DeadlineExceeded("x")])
def test_status_is_kept_when_the_conversation_ends_at_the_factors(play, error):
    observation, complete = observe(play, "none", (READ, ok(20, SCANNING, 0x02)), (ask_factors(20), error))
    assert (observation.status, observation.reading, complete) == ("critical", None, False)


def test_factors_are_those_of_one_sensor_only(play):
    other = sensor_of(full(b8=6, b24=NON_LINEAR))
    reader = SensorReader(
        play(
            (READ, ok(20, SCANNING, 0)),
            (ask_factors(20), factors_for(21, m=2)),
            (Request(0x04, 0x2D, b"\x06"), ok(20, SCANNING, 0)),
            (Request(0x04, 0x23, b"\x06\x14"), factors_for(21, m=9)),
        ),
        "none",
    )
    assert (complete(reader.observe(CURVED)).reading, complete(reader.observe(other)).reading) == (40.0, 180.0)


def satellite(number: int = 5, address: int = 0x2C, channel: int = 6, lun: int = 1):
    return sensor_of(full(b6=address, b7=channel << 4 | lun, b8=number))


def bridged(number: int = 5, address: int = 0x2C, command: int = 0x2D) -> Request:
    return Request(0x04, command, bytes((number,)), 1, Target(address, 6))


def test_satellites_sensor_is_asked_through_the_bridge(play):
    reader = SensorReader(
        play((bridged(), ok(24, SCANNING, 0)), (bridged(command=0x27), ok(0x01, 3, 0, 0, 0, 0, 0))), "bmc"
    )
    observation = complete(reader.observe(satellite()))
    assert (observation.reading, observation.thresholds["lower_non_critical"]) == (24.0, 3.0)


def test_bridge_that_refuses_makes_the_sensor_unavailable_and_the_read_complete(play):
    reader = SensorReader(play((bridged(), Response(0xC1, b"", bridge_refused=True))), "none")
    observation = complete(reader.observe(satellite()))
    assert observation.unavailable_reason == "the bridge says: invalid command (C1h)"
    assert (observation.failed, reader.complete) == (False, True)


def test_silent_satellite_is_asked_twice_only(play):
    reader = SensorReader(play((bridged(1), SILENCE), (bridged(2), SILENCE)), "none")
    observations = [complete(reader.observe(satellite(number))) for number in range(1, 6)]
    assert all(observation.failed for observation in observations)
    assert observations[1].unavailable_reason == "not read: no answer"
    assert observations[4].unavailable_reason == "not read: controller 2Ch does not answer"
    assert not reader.complete


def test_one_satellites_silence_is_not_anothers(play):
    reader = SensorReader(
        play((bridged(1), SILENCE), (bridged(2), SILENCE), (bridged(3, 0x82), ok(24, SCANNING, 0))), "none"
    )
    complete(reader.observe(satellite(1)))
    complete(reader.observe(satellite(2)))
    assert complete(reader.observe(satellite(3, 0x82))).reading == 24.0


def test_satellite_that_answers_again_is_asked_again(play):
    answers = [SILENCE, ok(24, SCANNING, 0), SILENCE, no(0xCB), SILENCE, SILENCE]
    script = [(bridged(number), answer) for number, answer in enumerate(answers, start=1)]
    reader = SensorReader(play(*script), "none")
    observations = [complete(reader.observe(satellite(number))) for number in range(1, 9)]
    assert [observation.failed for observation in observations] == [True, False, True, False, True, True, True, True]


def test_bmcs_own_silent_sensors_are_all_asked(play):
    own = [sensor_of(full(b8=number)) for number in range(1, 6)]
    script = [(Request(0x04, 0x2D, bytes((number,))), SILENCE) for number in range(1, 6)]
    reader = SensorReader(play(*script), "none")
    assert all(complete(reader.observe(sensor)).failed for sensor in own)


@pytest.mark.parametrize("error", [SessionLost("x"), DeadlineExceeded("x")])
def test_end_of_the_conversation_is_the_callers_to_deal_with(play, error):
    reader = SensorReader(play((READ, error)), "none")
    with pytest.raises(type(error)):
        complete(reader.observe(CURVED))
