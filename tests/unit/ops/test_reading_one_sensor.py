# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One sensor's reading, and all that a BMC may say instead of one."""

from __future__ import annotations

import pytest
from fakes import no, ok
from sdr_bytes import POWER_SUPPLY, RPM, SPECIFIC, THRESHOLD, compact, event_only, factors, full, sensor_of

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.client import BUSY_CODES, Request, Response, complete
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import NoReply
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.observation import NO_THRESHOLDS
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.sensor_reader import SensorReader

SCANNING, UNAVAILABLE = 0x40, 0x20
TEMPERATURE = sensor_of(full(b8=5, b7=0x01))
PSU = sensor_of(compact(b8=5, b7=0x01, b13=POWER_SUPPLY))
READ = Request(0x04, 0x2D, b"\x05", lun=1)


def observe(play, sensor, *answers):
    """What the sensor says, and whether everything was read; thresholds are not asked for."""
    reader = SensorReader(play(*[(READ, answer) for answer in answers]), "none")
    observation = complete(reader.observe(sensor))
    return observation, reader.complete


def test_sensor_is_asked_by_number_and_lun(play):
    observation, complete = observe(play, TEMPERATURE, ok(24, SCANNING, 0xC0))
    assert (observation.available, observation.reading, observation.unavailable_reason) == (True, 24.0, None)
    assert complete


def test_reading_of_nought_is_a_reading(play):
    observation, _complete = observe(play, TEMPERATURE, ok(0, SCANNING, 0))
    assert (observation.available, observation.reading) == (True, 0.0)


def test_reading_is_converted(play):
    sensor = sensor_of(full(b8=5, b7=0x01, conversion=factors(m=60), b22=RPM))
    assert observe(play, sensor, ok(120, SCANNING, 0))[0].reading == 7200.0


@pytest.mark.parametrize(
    ("bits", "status", "states"),
    [
        (0x00, "ok", ()),
        (0xC0, "ok", ()),
        (0x01, "non_critical", ("at or below lower non-critical",)),
        (0x18, "critical", ("at or above upper non-critical", "at or above upper critical")),
        (0xF8, "non_recoverable", None),
    ],
)
def test_status_is_what_the_bmc_says(play, bits, status, states):
    observation, _complete = observe(play, TEMPERATURE, ok(24, SCANNING, bits))
    assert (observation.status, observation.state_bits) == (status, bits & 0x3F)
    assert states is None or observation.states == states


def test_status_of_the_bmc_goes_before_a_comparison_of_our_own(play):
    # 200 is far above every threshold of the record; the BMC, with its hysteresis, says ok.
    sensor = sensor_of(full(b8=5, b7=0x01, b19=0x3F, thresholds=bytes((50, 45, 40, 0, 5, 10))))
    assert observe(play, sensor, ok(200, SCANNING, 0xC0))[0].status == "ok"


@pytest.mark.parametrize(
    ("raw", "status", "bits"),
    [(25, "ok", 0), (10, "non_critical", 1), (5, "critical", 3), (0, "non_recoverable", 7), (45, "critical", 0x18)],
)
def test_status_is_compared_where_the_bmc_sends_none(play, raw, status, bits):
    # The record's thresholds serve for that, though they were not asked for.
    sensor = sensor_of(full(b8=5, b7=0x01, b19=0x3F, thresholds=bytes((50, 45, 40, 0, 5, 10))))
    observation, _complete = observe(play, sensor, ok(raw, SCANNING))
    assert (observation.status, observation.state_bits) == (status, bits)
    assert observation.thresholds == NO_THRESHOLDS


def test_status_is_none_where_there_is_nothing_to_compare(play):
    observation, _complete = observe(play, TEMPERATURE, ok(24, SCANNING))
    assert (observation.status, observation.state_bits, observation.states) == (None, None, ())
    assert (observation.available, observation.reading) == (True, 24.0)


def test_states_of_a_discrete_sensor(play):
    observation, _complete = observe(play, PSU, ok(0, SCANNING, 0x03, 0x80))
    assert observation.states == ("presence detected", "power supply failure detected")
    assert (observation.state_bits, observation.status, observation.reading) == (0x0003, None, None)


def test_states_of_both_bytes(play):
    sensor = sensor_of(compact(b8=5, b7=0x01, b13=0x23))
    assert observe(play, sensor, ok(0, SCANNING, 0x00, 0x81))[0].state_bits == 0x0100


def test_discrete_sensor_that_sends_no_states_asserts_none(play):
    observation, _complete = observe(play, PSU, ok(0, SCANNING))
    assert (observation.available, observation.state_bits, observation.states) == (True, 0, ())


def test_discrete_sensor_with_a_unit_has_reading_and_states(play):
    sensor = sensor_of(full(b8=5, b7=0x01, b14=SPECIFIC, b13=POWER_SUPPLY, b22=6))
    observation, _complete = observe(play, sensor, ok(90, SCANNING, 0x01, 0x80))
    assert (observation.reading, observation.states, observation.status) == (90.0, ("presence detected",), None)


def test_raw_byte_of_a_discrete_sensor_is_no_reading(play):
    assert observe(play, PSU, ok(0x55, SCANNING, 0x01))[0].reading is None


def test_threshold_sensor_of_a_compact_record_has_a_status_and_no_value(play):
    sensor = sensor_of(compact(b8=5, b7=0x01, b13=4, b14=THRESHOLD))
    observation, _complete = observe(play, sensor, ok(99, SCANNING, 0x02))
    assert (observation.reading, observation.status, observation.unavailable_reason) == (None, "critical", None)


@pytest.mark.parametrize("sensor", [TEMPERATURE, PSU])
@pytest.mark.parametrize(
    ("flags", "reason"),
    [(0x00, "scanning disabled"), (UNAVAILABLE, "scanning disabled"), (SCANNING | UNAVAILABLE, "reading unavailable")],
)
def test_sensor_without_a_reading_is_not_available(play, sensor, flags, reason):
    observation, complete = observe(play, sensor, ok(24, flags, 0x02, 0x80))
    assert (observation.available, observation.unavailable_reason) == (False, reason)
    assert (observation.reading, observation.status, observation.state_bits, observation.states) == (
        None,
        None,
        None,
        (),
    )
    assert complete
    assert not observation.failed


def test_event_only_sensor_is_never_asked(play):
    observation, complete = observe(play, sensor_of(event_only()))
    assert not observation.available
    assert not observation.failed
    assert observation.unavailable_reason.startswith("event-only")
    assert complete


@pytest.mark.parametrize("sensor", [TEMPERATURE, PSU])
@pytest.mark.parametrize("code", [0xCB, 0xCC, 0xCD, 0xD5, 0xC1, 0xC9, 0xD3, 0x80])
def test_definite_refusal_is_a_property_of_the_sensor(play, sensor, code):
    observation, complete = observe(play, sensor, no(code))
    assert not observation.available
    assert not observation.failed
    assert observation.unavailable_reason.startswith("the BMC says: ")
    assert f"({code:02X}h)" in observation.unavailable_reason
    assert complete


def test_refusal_by_the_bridge_is_told_as_such(play):
    observation, complete = observe(play, TEMPERATURE, Response(0xD3, b"", bridge_refused=True))
    assert observation.unavailable_reason == "the bridge says: destination unavailable (D3h)"
    assert not observation.failed
    assert complete


@pytest.mark.parametrize("code", [0x80, 0x83, 0xC1, 0xC9, 0xCC, 0xD3, 0xD5])
def test_bridge_that_answers_no_is_definite(play, code):
    observation, complete = observe(play, TEMPERATURE, Response(code, b"", bridge_refused=True))
    assert not observation.failed
    assert complete


@pytest.mark.parametrize("code", [0x81, 0x82, 0xD4, 0xFF])
def test_bridge_that_lost_the_bus_leaves_the_sensor_unknown(play, code):
    # Send Message, section 22.7: 81h is lost arbitration, 82h a bus error.
    observation, complete = observe(play, TEMPERATURE, Response(code, b"", bridge_refused=True))
    assert observation.failed
    assert not complete


@pytest.mark.parametrize("code", [0x81, 0x82])
def test_same_codes_from_the_sensors_owner_are_definite(play, code):
    assert not observe(play, TEMPERATURE, no(code))[0].failed


@pytest.mark.parametrize("code", sorted(BUSY_CODES))
def test_busy_bmc_is_asked_again(play, code):
    observation, complete = observe(play, TEMPERATURE, no(code), no(code), ok(24, SCANNING, 0))
    assert observation.reading == 24.0
    assert complete


@pytest.mark.parametrize("code", sorted(BUSY_CODES))
def test_sensor_that_stays_busy_is_unknown_and_the_read_incomplete(play, code):
    observation, complete = observe(play, TEMPERATURE, *[no(code)] * 4)
    assert observation.failed
    assert not observation.available
    assert observation.unavailable_reason.startswith("not read: the BMC says: ")
    assert not complete


@pytest.mark.parametrize("code", [0xD4, 0xFF])
def test_refusal_that_is_about_the_user_or_nothing_leaves_the_sensor_unknown(play, code):
    observation, complete = observe(play, TEMPERATURE, no(code))
    assert observation.failed
    assert f"({code:02X}h)" in observation.unavailable_reason
    assert not complete


@pytest.mark.parametrize("data", [(), (24,)])
def test_answer_too_short_for_a_reading_is_not_a_reading(play, data):
    observation, complete = observe(play, TEMPERATURE, ok(*data))
    assert observation.failed
    assert observation.unavailable_reason == f"not read: an answer of {len(data)} bytes holds no reading"
    assert not complete


def test_silence_is_that_of_one_sensor(play):
    observation, complete = observe(play, TEMPERATURE, NoReply("no answer to the request in 4 tries of 2 s"))
    assert observation.failed
    assert observation.unavailable_reason == "not read: no answer to the request in 4 tries of 2 s"
    assert not complete


def test_value_that_does_not_exist_is_told_and_the_states_are_kept(play):
    sensor = sensor_of(full(b8=5, b7=0x01, b24=7))  # 1/x of nought
    observation, complete = observe(play, sensor, ok(0, SCANNING, 0x02))
    assert (observation.available, observation.reading, observation.status) == (True, None, "critical")
    assert observation.unavailable_reason.startswith("no value")
    assert complete
