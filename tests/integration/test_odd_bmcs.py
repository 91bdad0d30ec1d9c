# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BMCs that are odd, slow, lossy or half dead, over the wire: one sensor's trouble costs nothing but itself."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.facts import sensor_facts
from ansible_collections.baremetal.ipmi.plugins.module_utils._core import errors
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.sensors import SensorsRequest, run
from bmcsim import running
from harness.reading import QUICK, by_name, options, read, run_with

pytestmark = pytest.mark.usefixtures("each_transport")

GET_READING = (0x04, 0x2D)
GET_THRESHOLDS = (0x04, 0x27)


@pytest.fixture
def storage() -> Iterator[Any]:
    with running({"name": "storage", "model": "storage"}) as fleet:
        yield fleet["storage"]


@pytest.fixture
def rack() -> Iterator[Any]:
    with running({"name": "rack", "model": "rack1u"}) as fleet:
        yield fleet["rack"]


def test_names_in_every_encoding_arrive(storage: Any) -> None:
    sensors = by_name(read(storage))
    for name in ("SHELF TEMP 1", "BAY#2", "Lüfter Gehäuse", "Temp. °µ±", "12-34.5", "Диск 1"):
        assert sensors[name]["available"], name
    assert sensors["SHELF TEMP 1"]["reading"] == 31.0


def test_sensors_with_one_name_or_one_number_are_all_there(storage: Any) -> None:
    counts = Counter(sensor["name"] for sensor in read(storage)["ipmi_sensors"])
    assert counts["Temp"] == 2
    assert counts["Twin A"] == counts["Twin B"] == 1


def test_shared_record_stands_for_twelve_drive_bays(storage: Any) -> None:
    bays = [sensor for sensor in read(storage)["ipmi_sensors"] if sensor["name"].startswith("Bay ")][:12]
    assert [bay["name"] for bay in bays] == [f"Bay {number}" for number in range(1, 13)]
    assert [bay["number"] for bay in bays] == list(range(0x80, 0x8C))
    assert len({bay["entity"] for bay in bays}) == 12


@pytest.mark.parametrize("name", ["Gone CBh", "Refused CCh", "Refused D5h", "Absent Drive", "Dark Temp", "Init Temp"])
def test_refused_dark_and_absent_sensors_are_unavailable_and_raise_nothing(storage: Any, name: str) -> None:
    storage.set_sensor("Busy C0h", completion_code=0xCB)
    facts = read(storage)
    sensor = by_name(facts)[name]
    assert not sensor["available"]
    assert sensor["unavailable_reason"]
    assert sensor["reading"] is None
    assert sensor["health"] == "unknown"
    assert facts["ipmi_health"]["complete"]
    assert facts["ipmi_health"]["status"] == "nominal"
    assert name not in {finding["sensor"] for finding in facts["ipmi_health"]["findings"]}


def test_busy_sensor_is_asked_again_and_then_unknown(storage: Any) -> None:
    facts = read(storage, sensors=("Busy C0h",))
    assert storage.requests.count(*GET_READING) > 1
    assert facts["ipmi_health"] == {
        "status": "unknown",
        "complete": False,
        "counts": {"nominal": 0, "warning": 0, "critical": 0, "unknown": 1},
        "findings": facts["ipmi_health"]["findings"],
    }
    assert "node busy (C0h)" in facts["ipmi_health"]["findings"][0]["message"]


def test_zero_is_a_reading(storage: Any) -> None:
    sensor = by_name(read(storage))["Zero Is Real"]
    assert (sensor["reading"], sensor["available"], sensor["health"]) == (0.0, True, "nominal")


def test_broken_record_is_told_and_costs_nothing_else() -> None:
    sensors = [
        {"name": "Before", "type": "temperature", "reading": 30},
        {"name": "After", "type": "fan", "reading": 60},
    ]
    broken = {"hex": "00 00 51 01 08 20 00 e1 07 01 7f 68 01", "at": 1}
    model = {"name": "odd", "sensors": sensors, "records": [broken]}
    with running({"name": "odd", "model": model}) as fleet:
        facts = read(fleet["odd"])
    assert {"Before", "After"} <= set(by_name(facts))
    assert facts["ipmi_health"]["complete"]
    assert any("has 13 bytes" in warning and "passed over" in warning for warning in facts["warnings"])


def test_list_of_records_that_leads_back_is_told_and_the_read_is_incomplete() -> None:
    with running({"name": "odd", "model": "oddities"}) as fleet:
        facts = read(fleet["odd"], sensors=("Before", "After"))
    assert [sensor["reading"] for sensor in facts["ipmi_sensors"]] == [20.0, 21.0]
    assert not facts["ipmi_health"]["complete"]
    assert "sensor data records: the list of records leads back to record 0001h" in facts["warnings"]


def test_silence_to_thresholds_costs_two_sensors_their_retries(rack: Any) -> None:
    complete = read(rack, thresholds="sdr")
    rack.requests.clear()
    rack.faults.change(commands=[{"netfn": 0x04, "cmd": 0x27, "no_reply": True}])
    facts = read(rack)
    assert len({request.data for request in rack.requests if (request.netfn, request.cmd) == GET_THRESHOLDS}) == 2
    assert rack.requests.count(*GET_THRESHOLDS) >= 2 * (1 + QUICK["retries"])
    assert facts["ipmi_sensors"] == complete["ipmi_sensors"]
    assert not facts["ipmi_health"]["complete"]


def test_name_that_promises_more_bytes_than_there_are_is_read_as_far_as_it_goes(storage: Any) -> None:
    assert "AB" in by_name(read(storage))


def test_non_linear_sensor_is_read_with_the_factors_of_its_value(storage: Any) -> None:
    sensor = by_name(read(storage))["Flow NonLin"]
    assert (sensor["reading"], sensor["unit"]) == (146.0, "CFM")


def test_silent_sensor_is_unknown_and_every_other_one_is_read(rack: Any) -> None:
    complete = read(rack)
    rack.set_sensor("Fan1A", no_reply=True)
    facts = read(rack)
    assert len(facts["ipmi_sensors"]) == len(complete["ipmi_sensors"])
    assert not facts["ipmi_health"]["complete"]
    assert facts["ipmi_health"]["status"] == "unknown"
    assert [finding["sensor"] for finding in facts["ipmi_health"]["findings"]] == ["Fan1A"]
    unavailable = {sensor["name"] for sensor in facts["ipmi_sensors"] if not sensor["available"]}
    before = {sensor["name"] for sensor in complete["ipmi_sensors"] if not sensor["available"]}
    assert unavailable - before == {"Fan1A"}


def test_session_that_the_bmc_forgot_is_built_up_again(rack: Any) -> None:
    """A BMC that restarts in the middle of a read: one sensor is lost, the rest is read in a new session."""

    def restart(asked: int, _total: int) -> None:
        if asked == 10:
            rack.reset()

    request = SensorsRequest(thresholds="none")
    facts = sensor_facts(run_with(options(rack), lambda client: run(request, client, restart)))
    unread = [finding for finding in facts["ipmi_health"]["findings"] if finding["rule"] == "sensor.not_read"]
    assert len(unread) == 1
    assert not facts["ipmi_health"]["complete"]


@pytest.mark.parametrize("faults", [{"max_sdr_read": 16}, {"lose_reservation_after": 7, "max_sdr_read": 16}])
def test_records_are_read_in_parts_and_after_lost_reservations(faults: dict[str, Any]) -> None:
    with running([{"name": "easy", "model": "rack1u"}, {"name": "hard", "model": "rack1u", "faults": faults}]) as fleet:
        assert read(fleet["hard"])["ipmi_sensors"] == read(fleet["easy"])["ipmi_sensors"]


@pytest.mark.parametrize("seed", range(3))
def test_one_packet_in_twenty_lost_costs_time_only(rack: Any, seed: int) -> None:
    rack.faults.change(drop=5, seed=seed)
    facts = read(rack, request_timeout_s=0.1, retries=6)
    assert facts["ipmi_health"]["complete"]
    assert facts["ipmi_health"]["status"] == "nominal"


@pytest.mark.parametrize("style", ["message", "embedded"])
def test_satellites_sensors_are_read_through_the_bridge(style: str) -> None:
    with running({"name": "blade", "model": "blade", "limits": {"bridge_style": style}}) as fleet:
        facts = read(fleet["blade"])
    bridged = [sensor for sensor in facts["ipmi_sensors"] if sensor["owner"] != 0x20 and not sensor["event_only"]]
    assert bridged
    assert any(sensor["reading"] for sensor in bridged)
    assert facts["ipmi_health"]["complete"]


def test_satellite_that_is_off_makes_its_sensors_unavailable_and_nothing_worse() -> None:
    with running({"name": "blade", "model": "blade"}) as fleet:
        blade = fleet["blade"]
        owners = {address for address, _channel in blade.bmc.satellites}
        for address, channel in blade.bmc.satellites:
            blade.power_satellite(address, on=False, channel=channel)
        facts = read(blade)
    bridged = [sensor for sensor in facts["ipmi_sensors"] if sensor["owner"] in owners and not sensor["event_only"]]
    assert bridged
    assert all(sensor["unavailable_reason"].startswith("the bridge says") for sensor in bridged)
    assert facts["ipmi_health"]["complete"]


def test_only_what_is_selected_is_read(rack: Any) -> None:
    facts = read(rack, sensors=("/^Fan1/",))
    assert {sensor["name"] for sensor in facts["ipmi_sensors"]} == {"Fan1A", "Fan1B"}
    assert rack.requests.count(*GET_READING) == rack.requests.count(*GET_THRESHOLDS) == 2


def test_thresholds_from_the_records_cost_no_request(rack: Any) -> None:
    facts = read(rack, thresholds="sdr")
    assert rack.requests.count(*GET_THRESHOLDS) == 0
    assert by_name(facts)["Fan1A"]["thresholds"] == by_name(read(rack))["Fan1A"]["thresholds"]


def test_deadline_returns_what_was_read_until_then(rack: Any) -> None:
    rack.faults.change(delay_ms=40)
    started = time.monotonic()
    facts = read(rack, timeout_s=4.0, request_timeout_s=2.0)
    assert time.monotonic() - started < 3 * 4.0
    health = facts["ipmi_health"]
    assert not health["complete"]
    assert health["counts"]["nominal"] > 0
    assert any("deadline of 4 s" in (sensor["unavailable_reason"] or "") for sensor in facts["ipmi_sensors"])
    assert any("deadline" in warning for warning in facts["warnings"])


def test_deadline_with_nothing_read_is_an_error(rack: Any) -> None:
    rack.faults.change(delay_ms=200)
    started = time.monotonic()
    with pytest.raises(errors.DeadlineExceeded, match="deadline of 1.5 s"):
        read(rack, timeout_s=1.5, request_timeout_s=1.0)
    assert time.monotonic() - started < 3 * 1.5


def test_bmc_that_dies_in_the_middle_ends_the_read_with_what_it_had(rack: Any) -> None:
    read(rack)
    before = len(rack.requests)
    rack.faults.change(silent_after=before)
    facts = read(rack, thresholds="bmc", timeout_s=20.0)
    assert not facts["ipmi_health"]["complete"]
    assert facts["ipmi_health"]["counts"]["nominal"] > 0
    unread = [sensor for sensor in facts["ipmi_sensors"] if not sensor["event_only"]][-1]
    assert "could not be built up again" in unread["unavailable_reason"]
