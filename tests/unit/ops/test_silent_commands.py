# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Controllers that answer readings and stay silent to thresholds or factors: two silences in a row are enough."""

from __future__ import annotations

import pytest
from fakes import no, ok
from sdr_bytes import factors, full, sensor_of

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.client import Request, Target, complete
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import (
    DeadlineExceeded,
    NoReply,
    SessionLost,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.sensor_reader import SensorReader

GET_READING, GET_THRESHOLDS, GET_FACTORS = 0x2D, 0x27, 0x23
BMC, SATELLITE, ANOTHER = 0x20, 0x2C, 0x82
SCANNING, NON_LINEAR, READABLE = 0x40, 0x70, 0x04
SILENCE = NoReply("no answer")
READING, BMC_SAYS = ok(20, SCANNING, 0), ok(0x01, 3, 0, 0, 0, 0, 0)
own_and_bridged = pytest.mark.parametrize("owner", [BMC, SATELLITE])


def sensor(number: int, owner: int = BMC, **places: int):
    """A sensor whose record has a lower critical threshold of 5."""
    thresholds = bytes((0, 0, 0, 0, 5, 0))
    return sensor_of(full(b6=owner, b8=number, b12=READABLE, b19=0x02, thresholds=thresholds, **places))


def asked(command: int, number: int, owner: int = BMC, *more: int) -> Request:
    target = None if owner == BMC else Target(owner)
    return Request(0x04, command, bytes((number, *more)), 0, target)


def limits(observation) -> dict[str, float]:
    return {name: limit for name, limit in observation.thresholds.items() if limit is not None}


def script_of(owner: int, answers) -> list:
    """A reading of every sensor, with its thresholds where an answer is given."""
    script = []
    for number, answer in enumerate(answers, start=1):
        script.append((asked(GET_READING, number, owner), READING))
        if answer is not None:
            script.append((asked(GET_THRESHOLDS, number, owner), answer))
    return script


@own_and_bridged
def test_thresholds_that_stay_without_an_answer_are_asked_for_twice_only(play, owner):
    reader = SensorReader(play(*script_of(owner, [SILENCE, SILENCE, None, None])), "bmc")
    observations = [complete(reader.observe(sensor(number, owner))) for number in range(1, 5)]
    assert [observation.reading for observation in observations] == [20.0] * 4
    assert [limits(observation) for observation in observations] == [{"lower_critical": 5.0}] * 4
    assert not reader.complete


@own_and_bridged
@pytest.mark.parametrize("answer", [BMC_SAYS, no(0xCB)])
def test_any_answer_for_thresholds_ends_the_silence(play, owner, answer):
    answers = [SILENCE, answer, SILENCE, answer, SILENCE, SILENCE, None]
    reader = SensorReader(play(*script_of(owner, answers)), "bmc")
    for number in range(1, 8):
        complete(reader.observe(sensor(number, owner)))


@own_and_bridged
def test_factors_that_stay_without_an_answer_are_asked_for_twice_only(play, owner):
    script = [
        (asked(GET_READING, 1, owner), READING),
        (asked(GET_FACTORS, 1, owner, 5), SILENCE),
        (asked(GET_FACTORS, 1, owner, 20), SILENCE),
        (asked(GET_READING, 2, owner), READING),
    ]
    reader = SensorReader(play(*script), "sdr")
    observations = [complete(reader.observe(sensor(number, owner, b24=NON_LINEAR))) for number in (1, 2)]
    assert [(observation.available, observation.reading) for observation in observations] == [(True, None)] * 2
    assert [observation.status for observation in observations] == ["ok", "ok"]
    assert not reader.complete


def test_silence_to_one_command_is_none_to_another(play):
    script = [
        *script_of(BMC, [SILENCE, SILENCE]),
        (asked(GET_READING, 3), READING),
        (asked(GET_FACTORS, 3, BMC, 5), ok(6, *factors(m=3))),
        (asked(GET_FACTORS, 3, BMC, 20), ok(21, *factors(m=2))),
    ]
    reader = SensorReader(play(*script), "bmc")
    observation = [
        complete(reader.observe(sensor(1))),
        complete(reader.observe(sensor(2))),
        complete(reader.observe(sensor(3, b24=NON_LINEAR))),
    ][-1]
    assert (observation.reading, limits(observation)) == (40.0, {"lower_critical": 15.0})


def test_silence_of_one_controller_is_not_anothers(play):
    script = [
        *script_of(SATELLITE, [SILENCE, SILENCE]),
        *script_of(ANOTHER, [BMC_SAYS]),
        *script_of(BMC, [BMC_SAYS]),
    ]
    reader = SensorReader(play(*script), "bmc")
    whose = [(1, SATELLITE), (2, SATELLITE), (1, ANOTHER), (1, BMC)]
    told = [limits(complete(reader.observe(sensor(*which)))) for which in whose]
    assert told[2:] == [{"lower_non_critical": 3.0}] * 2


def test_silence_to_thresholds_does_not_count_among_that_to_readings(play):
    script = [
        (asked(GET_READING, 1, SATELLITE), SILENCE),
        (asked(GET_READING, 2, SATELLITE), no(0xCB)),
        (asked(GET_THRESHOLDS, 2, SATELLITE), SILENCE),
        (asked(GET_READING, 3, SATELLITE), SILENCE),
        (asked(GET_READING, 4, SATELLITE), SILENCE),
    ]
    reader = SensorReader(play(*script), "bmc")
    observations = [complete(reader.observe(sensor(number, SATELLITE))) for number in range(1, 6)]
    assert observations[4].unavailable_reason == "not read: controller 2Ch does not answer"


@pytest.mark.parametrize("error", [SessionLost("x"), DeadlineExceeded("x")])
def test_end_of_the_conversation_is_no_silence(play, error):
    reader = SensorReader(play(*script_of(BMC, [error, error, BMC_SAYS])), "bmc")
    told = [limits(complete(reader.observe(sensor(number)))) for number in range(1, 4)]
    assert told[2] == {"lower_non_critical": 3.0}
