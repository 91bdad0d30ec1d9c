# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kept records over the wire: fewer requests, and never a wrong sensor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.sdr_cache import SdrCache
from bmcsim import running
from harness.ipmi_sim import IpmiSim
from harness.reading import read

GET_SDR = (0x0A, 0x23)
GET_READING = (0x04, 0x2D)


def model(*names: str, **identity: Any) -> dict[str, Any]:
    sensors = [{"name": name, "type": "temperature", "reading": 30 + place} for place, name in enumerate(names)]
    return {"name": "m", "sensors": sensors, "identity": identity}


class AsBmc:
    """An ipmi_sim by the names that a simulated BMC has."""

    def __init__(self, sim: IpmiSim) -> None:
        self.address, self.port, self.user, self.password = sim.host, sim.port, sim.username, sim.password


@pytest.fixture
def cache(tmp_path: Path) -> SdrCache:
    return SdrCache(str(tmp_path / "sdr"))


@pytest.fixture
def rack() -> Iterator[Any]:
    with running({"name": "rack", "model": "rack1u"}) as fleet:
        yield fleet["rack"]


def readable(facts: dict[str, Any]) -> int:
    return len([sensor for sensor in facts["ipmi_sensors"] if not sensor["event_only"]])


def test_second_read_asks_for_no_record_and_says_the_same(rack: Any, cache: SdrCache) -> None:
    first = read(rack, cache=cache)
    rack.requests.clear()
    second = read(rack, cache=cache)
    assert second == first
    assert rack.requests.count(*GET_SDR) == 2  # the last record and one at random, to see that they are the same


def test_warm_read_costs_twelve_requests_more_than_there_are_sensors(rack: Any, cache: SdrCache) -> None:
    facts = read(rack, cache=cache)
    rack.requests.clear()
    read(rack, cache=cache, thresholds="sdr")
    assert len(rack.requests) <= readable(facts) + 12


def test_thresholds_from_the_bmc_cost_one_request_for_each_threshold_sensor(rack: Any, cache: SdrCache) -> None:
    facts = read(rack, cache=cache)
    threshold_sensors = len([sensor for sensor in facts["ipmi_sensors"] if sensor["kind"] == "threshold"])
    rack.requests.clear()
    read(rack, cache=cache)
    assert len(rack.requests) <= readable(facts) + 12 + threshold_sensors


def test_live_thresholds_and_readings_are_never_kept(rack: Any, cache: SdrCache) -> None:
    read(rack, cache=cache)
    rack.set_sensor("Fan1A", reading=1200)
    sensors = {sensor["name"]: sensor for sensor in read(rack, cache=cache)["ipmi_sensors"]}
    assert sensors["Fan1A"]["reading"] == 1200


@pytest.mark.parametrize("guid", ["c3f5a7d2-0b1e-4f6a-9c8d-112233445566", None])
def test_two_bmcs_alike_in_everything_but_their_sensors_keep_their_own(cache: SdrCache, guid: str | None) -> None:
    identity = {"guid": guid} if guid else {"system_guid_code": 0xC1}
    with running(
        [
            {"name": "one", "model": model("Temp A", "Temp B", **identity)},
            {"name": "two", "model": model("Temp C", "Temp D", **identity)},
        ]
    ) as fleet:
        for _round in range(2):
            for name, expected in (("one", ["Temp A", "Temp B"]), ("two", ["Temp C", "Temp D"])):
                told = [sensor["name"] for sensor in read(fleet[name], cache=cache)["ipmi_sensors"]]
                assert told == expected


def test_board_replaced_at_the_same_address_is_noticed_even_with_the_same_stamp(cache: SdrCache) -> None:
    """No GUID, same firmware, same number of records, same times: two records that are read again tell."""
    with running({"name": "old", "model": model("Old 1", "Old 2", system_guid_code=0xC1)}) as fleet:
        port = fleet["old"].port
        read(fleet["old"], cache=cache)
    new = {"name": "new", "port": port, "model": model("New 1", "New 2", system_guid_code=0xC1)}
    with running(new) as fleet:
        told = [sensor["name"] for sensor in read(fleet["new"], cache=cache)["ipmi_sensors"]]
    assert told == ["New 1", "New 2"]


@pytest.mark.needs_command("ipmi_sim")
def test_bmc_whose_times_say_nothing_is_read_every_time(tmp_path: Path, cache: SdrCache, repo_root: Path) -> None:
    """ipmi_sim tells zero for both times, before and after its records were changed and it was started again."""
    original = repo_root / "tests" / "simulators" / "models" / "satellite.emu"
    changed = tmp_path / "changed.emu"
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    with IpmiSim(original, tmp_path / "a") as bmc:
        facts = read(AsBmc(bmc), cache=cache)
        name = facts["ipmi_sensors"][0]["name"]
        host, port = bmc.host, bmc.port
    old = " ".join(f"0x{byte:02x}" for byte in name.encode())
    new = " ".join(f"0x{byte:02x}" for byte in name[::-1].encode())
    text = original.read_text()
    assert old in text
    changed.write_text(text.replace(old, new))
    with IpmiSim(changed, tmp_path / "b", host=host, port=port) as bmc:
        told = [sensor["name"] for sensor in read(AsBmc(bmc), cache=cache)["ipmi_sensors"]]
    assert name not in told
    assert name[::-1] in told
