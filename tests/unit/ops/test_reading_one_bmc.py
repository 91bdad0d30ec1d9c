# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One read of one BMC: everything in its place, and only what was asked for."""

from __future__ import annotations

import pytest
from fakes import WholeBmc, no, ok
from sdr_bytes import FAN, POWER_SUPPLY, RPM, compact, event_only, full, locator

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.client import Target, complete
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import DecodeError, NoReply, OptionError
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.selection import parse_selection
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.sensors import SensorsRequest, run

SCANNING = 0x40
ID, SDR_INFO = (0x06, 0x01, None), (0x0A, 0x20, None)
RECORDS = (
    full(b"Inlet Temp", b1=1, b8=1),
    locator(record_id=2),
    full(b"Fan1", b1=3, b8=2, b13=FAN, b22=RPM, b9=29),
    event_only(b"POST", b1=4, b8=3),
    compact(b"PSU", b1=5, b8=4, b13=POWER_SUPPLY, b24=0x02, b25=0x81),
    full(b"Absent", b1=6, b8=9),
)
ANSWERS = {
    (0x04, 0x2D, 1): ok(24, SCANNING, 0),
    (0x04, 0x2D, 2): ok(100, SCANNING, 0x03),
    (0x04, 0x2D, 4): ok(0, SCANNING, 0x01),
    (0x04, 0x2D, 5): ok(0, SCANNING, 0x0B),
}


def whole(changes=None, records=RECORDS) -> WholeBmc:
    return WholeBmc(records, {**ANSWERS, **(changes or {})})


def read(bmc: WholeBmc, *sensors: str, thresholds: str = "none", **selection):
    return complete(run(SensorsRequest(parse_selection(sensors, **selection), thresholds), bmc))


def names(result) -> list[str]:
    return [observation.sensor.name for observation, _rating in result.rated]


def test_sensors_stand_in_the_order_of_the_records():
    assert names(read(whole())) == ["Inlet Temp", "Fan1", "POST", "PSU1", "PSU2", "Absent"]


def test_every_sensor_is_rated():
    healths = [rating.health for _observation, rating in read(whole()).rated]
    assert healths == ["nominal", "critical", "unknown", "nominal", "critical", "unknown"]


def test_verdict_is_complete_though_some_sensors_have_no_reading():
    result = read(whole())
    assert (result.health.status, result.health.complete) == ("critical", True)
    assert result.health.counts == {"nominal": 2, "warning": 0, "critical": 2, "unknown": 2}
    assert [finding.observation.sensor.name for finding in result.health.findings] == ["Fan1", "PSU2"]
    assert result.warnings == ()


def test_bmc_tells_who_it_is():
    result = read(whole())
    assert (result.device.manufacturer_id, result.device.firmware_version) == (674, "2.30")
    assert result.guid == bytes(range(16)).hex()


def test_every_readable_sensor_is_asked_once():
    bmc = whole()
    read(bmc)
    assert [(request.command, request.data[0]) for request in bmc.asked] == [
        (0x2D, 1), (0x2D, 2), (0x2D, 4), (0x2D, 5), (0x2D, 9),
    ]  # fmt: skip


def test_thresholds_are_asked_for_beside_the_reading():
    bmc = whole()
    read(bmc, "Fan1", thresholds="bmc")
    assert [(request.command, request.data[0]) for request in bmc.asked] == [(0x2D, 2), (0x27, 2)]


def test_only_what_is_selected_is_asked():
    bmc = whole()
    result = read(bmc, "/^PSU/")
    assert names(result) == ["PSU1", "PSU2"]
    assert [request.data for request in bmc.asked] == [b"\4", b"\5"]
    assert result.health.complete


def test_verdict_is_about_what_is_selected():
    result = read(whole(), "Inlet Temp")
    assert (result.health.status, result.health.counts["critical"]) == ("nominal", 0)


def test_selection_by_collectd_name():
    assert names(read(whole(), "Fan1 fan_cooling (29.1)")) == ["Fan1"]


def test_selection_by_type():
    assert names(read(whole(), types=["Fan", "Power Supply"])) == ["Fan1", "PSU1", "PSU2"]


def test_ignored_sensors_are_not_asked():
    bmc = whole()
    assert names(read(bmc, "/Temp/", "/PSU/", ignore_selected=True)) == ["Fan1", "POST", "Absent"]
    assert [request.data[0] for request in bmc.asked] == [2, 9]


def test_nothing_selected_is_complete_and_unknown():
    bmc = whole()
    result = read(bmc, "no such sensor")
    assert (result.rated, result.has_sensors, bmc.asked) == ((), True, [])
    assert (result.health.status, result.health.complete) == ("unknown", True)


def test_bmc_without_sensors_has_none():
    result = read(whole(records=[locator()]))
    assert (result.rated, result.has_sensors) == ((), False)
    assert (result.health.status, result.health.complete) == ("unknown", True)


def test_bmc_with_event_only_sensors_has_nothing_to_ask():
    bmc = whole(records=[event_only(b1=1), event_only(b1=2)])
    result = read(bmc)
    assert (len(result.rated), bmc.asked) == (2, [])
    assert (result.health.status, result.health.complete) == ("unknown", True)


@pytest.mark.parametrize("answer", [no(0xC1), no(0xD4), ok(), ok(1, 2, 3, 4, 5), NoReply("no answer")])
def test_bmc_that_does_not_say_what_it_is_is_read_all_the_same(answer):
    result = read(whole({ID: answer}))
    assert (result.device, len(result.rated)) == (None, 6)
    assert result.health.complete
    assert result.warnings[0].startswith("the BMC does not say what it is: ")


def test_bmc_without_a_guid_has_none():
    result = read(whole({(0x06, 0x37, None): no(0xC1)}))
    assert (result.guid, result.warnings) == (None, ())


def test_duplicate_sensor_is_told_twice():
    result = read(whole(records=[full(b"Fan", b1=1, b8=2), full(b"Fan", b1=2, b8=2)]))
    assert names(result) == ["Fan", "Fan"]


def test_broken_record_is_a_warning_and_nothing_more():
    broken = bytes.fromhex("0700510203010203")
    result = read(whole(records=[RECORDS[0], broken, RECORDS[2]]))
    assert names(result) == ["Inlet Temp", "Fan1"]
    (warning,) = result.warnings
    assert warning.startswith("sensor data records: record 0007h ")
    assert result.health.complete


def test_list_that_ends_early_is_a_warning_and_incomplete():
    bmc = whole()
    bmc.on_get = lambda record_id, _offset, _count: no(0xCB) if record_id == 4 else None
    result = read(bmc)
    assert names(result) == ["Inlet Temp", "Fan1"]
    assert not result.health.complete
    assert "the list of records ends early" in result.warnings[0]


def test_satellites_sensor_is_asked_through_the_bridge():
    bmc = whole(records=[full(b"Far", b1=1, b8=1, b6=0x2C, b7=0x60)])
    result = read(bmc)
    assert [request.target for request in bmc.asked] == [Target(0x2C, 6)]
    assert result.rated[0][0].reading == 24.0


def test_progress_is_told_sensor_by_sensor():
    told = []
    complete(run(SensorsRequest(parse_selection([]), "none"), whole(), lambda done, total: told.append((done, total))))
    assert told == [(done, 6) for done in range(1, 7)]


def device(support: int, own_sdrs: bool) -> dict:
    data = bytearray(WholeBmc.DEVICE_ID)
    data[1], data[5] = (0x81 if own_sdrs else 0x01), support
    return {ID: ok(*data)}


def info(count: int) -> dict:
    return {SDR_INFO: ok(0x51, *count.to_bytes(2, "little"), *bytes(11))}


class DeviceSdrBmc(WholeBmc):
    """Keeps its records as device SDRs, and no repository."""

    async def request(self, request):
        if (request.netfn, request.command) == (0x04, 0x21):
            return self._get(request.data)
        assert (request.netfn, request.command) != (0x0A, 0x23), "the repository was read"
        return await super().request(request)


@pytest.mark.parametrize(
    "changes",
    [
        {**device(0x01, True), **info(5)},  # no repository device, whatever its info says
        {**device(0x02, True), **info(0)},  # an empty repository
        {**device(0x02, True), SDR_INFO: no(0xC1)},
        {**device(0x02, True), SDR_INFO: ok(0x51)},
    ],
)
def test_device_sdrs_are_read_where_there_is_no_repository(changes):
    result = read(DeviceSdrBmc(RECORDS, {**ANSWERS, **changes}))
    assert len(result.rated) == 6


@pytest.mark.parametrize(
    "changes",
    [
        device(0x02, False),
        device(0x00, False),  # some BMCs forget the bit
        {**device(0x02, True), **info(5)},
        {ID: no(0xC1)},
    ],
)
def test_repository_is_read_where_there_is_one(changes):
    assert len(read(whole(changes)).rated) == 6


def test_silence_about_the_repository_does_not_end_the_read():
    result = read(DeviceSdrBmc(RECORDS, {**ANSWERS, **device(0x02, True), SDR_INFO: NoReply("no answer")}))
    assert len(result.rated) == 6


def test_too_little_time_is_told_before_the_first_sensor_is_asked():
    bmc = whole()

    def expect(requests: int) -> None:
        raise OptionError(f"{requests} requests need more time than there is")

    bmc.expect = expect
    with pytest.raises(OptionError, match="^5 requests need"):
        read(bmc)
    assert bmc.asked == []


def test_errors_of_one_sensor_never_leave_the_read():
    odd = {(0x04, 0x2D, 1): ok(), (0x04, 0x2D, 2): no(0xC1), (0x04, 0x2D, 4): NoReply("no answer")}
    try:
        result = read(whole(odd))
    except DecodeError:
        pytest.fail("a short answer of one sensor ended the read")
    assert [observation.failed for observation, _rating in result.rated] == [True, False, False, True, False, False]
    assert not result.health.complete
    assert result.rated[4][1].health == "critical"
