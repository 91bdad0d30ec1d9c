# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Invented BMCs, for what no real image has: sensors behind the bridge that read a number, and an example of each class
of differences. And, on the same BMCs, that the comparisons with the peers can fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from comparing.differences import Difference
from comparing.known import CLASSES, threshold_in_the_record, unexplained
from comparing.ours import OurSensor
from comparing.readers import Look, Readers
from comparing.sweep import RAW_VALUES, Sweep

from bmcsim import running
from harness.ipmi_sim import IpmiSim

pytestmark = pytest.mark.needs_command("ipmi_sim", "ipmitool", "ipmi-sensors")

EMU = Path(__file__).resolve().parents[1] / "simulators" / "models" / "satellite.emu"
BMC_ADDRESS = 0x20
MOST_CLASSES = 5
FAN, TEMPERATURE, SUPPLY = (0x2C, 0, 1), (0x20, 0, 1), (0x30, 0, 3)


@dataclass(frozen=True)
class Served:
    """Where a model is served."""

    host: str
    port: int
    username: str
    password: str


@pytest.fixture(scope="module")
def look(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Look]:
    """One read of the satellite model by each of the three."""
    folder = tmp_path_factory.mktemp("satellite")
    with IpmiSim(EMU, folder) as bmc:
        yield Readers(bmc, folder).look()


def manipulated(look: Look, key: tuple[int, int, int], **changes: Any) -> list[Difference]:
    """What the comparison reports when one of our sensors said something else."""

    def change(sensor: OurSensor) -> OurSensor:
        return replace(sensor, facts={**sensor.facts, **changes}) if sensor.key == key else sensor

    return unexplained(replace(look, ours=[change(sensor) for sensor in look.ours]).differences())


def test_bridged_sensors_read_the_same_in_all_three(look: Look) -> None:
    bridged = [sensor for sensor in look.ours if sensor.facts["owner"] != BMC_ADDRESS]
    assert {sensor.facts["owner"] for sensor in bridged} == {0x2C, 0x30}
    assert all(sensor.facts["available"] for sensor in bridged)
    assert sum(sensor.facts["reading"] is not None for sensor in bridged) >= 4
    assert not look.differences()


def test_bridged_sensors_are_swept(serve: Callable[..., IpmiSim], tmp_path: Path) -> None:
    bmc = serve(EMU)
    readers = Readers(bmc, tmp_path)
    sweep = Sweep(bmc, readers.ours())
    assert not sweep.refused
    for step in range(len(RAW_VALUES)):
        sweep.step(step)
        assert not unexplained(readers.look().differences()), f"step {step}"


def test_untouched_result_is_reported_nowhere(look: Look) -> None:
    assert not manipulated(look, FAN)


@pytest.mark.parametrize(
    ("key", "changes", "told"),
    [
        (FAN, {"reading": 7201.0}, {("ipmitool", "reading"), ("FreeIPMI", "reading")}),
        (FAN, {"reading": None}, {("ipmitool", "reading"), ("FreeIPMI", "reading")}),
        (FAN, {"unit": "Hz"}, {("ipmitool", "unit")}),
        (FAN, {"unit": None}, {("ipmitool", "unit")}),
        (FAN, {"status": "critical"}, {("ipmitool", "status")}),
        (FAN, {"name": "Sat Fan 7"}, {("ipmitool", "name")}),
        (FAN, {"number": 9}, {("ipmitool", "key")}),
        (TEMPERATURE, {"state_bits": 8}, {("FreeIPMI", "state_bits")}),
        (SUPPLY, {"state_bits": 0x0100}, {("ipmitool", "state_bits"), ("FreeIPMI", "state_bits")}),
        (SUPPLY, {"state_bits": None}, {("ipmitool", "state_bits"), ("FreeIPMI", "state_bits")}),
        (SUPPLY, {"available": False}, {("ipmitool", "available")}),
    ],
)
def test_comparison_reports_a_manipulated_sensor(
    look: Look, key: tuple[int, int, int], changes: dict[str, Any], told: set[tuple[str, str]]
) -> None:
    assert {(difference.peer, difference.field) for difference in manipulated(look, key, **changes)} == told


def test_comparison_reports_a_manipulated_threshold(look: Look) -> None:
    fan = next(sensor for sensor in look.ours if sensor.key == FAN)
    for name, wrong in (("lower_critical", 601.0), ("lower_critical", None), ("upper_critical", 9000.0)):
        told = manipulated(look, FAN, thresholds={**fan.facts["thresholds"], name: wrong})
        assert [difference.field for difference in told] == [name]


@pytest.mark.parametrize("missing", [0, 4, -1])
def test_comparison_reports_a_sensor_too_few(look: Look, missing: int) -> None:
    ours = list(look.ours)
    del ours[missing]
    with pytest.raises(AssertionError):
        replace(look, ours=ours).differences()


@pytest.mark.parametrize(
    ("model", "classes"),
    [
        ("rack1u", set()),
        ("blade", {"unit_in_the_record"}),
        ("gpu", {"beyond_freeipmi"}),
        ("storage", {"unit_in_the_record", "non_linear", "number_of_a_discrete_sensor", "beyond_freeipmi"}),
    ],
)
def test_models_differ_in_known_classes_only(model: str, classes: set[str], tmp_path: Path) -> None:
    user = {"name": "reader", "password": "Model-only-1", "privilege": "administrator"}
    with running({"name": "one", "model": model, "users": [user]}) as fleet:
        if model == "storage":
            fleet["one"].set_sensor("Busy C0h", completion_code=0xCB)
        bmc = Served(fleet["one"].address, fleet["one"].port, "reader", "Model-only-1")
        differences = Readers(bmc, tmp_path).look().differences()
    assert not unexplained(differences)
    assert {known.__name__ for known in CLASSES if any(map(known, differences))} == classes


def test_thresholds_that_the_bmc_refuses_are_those_of_the_record(serve: Callable[..., IpmiSim], tmp_path: Path) -> None:
    emu = tmp_path / "refusing.emu"
    lines = EMU.read_text().replace("sensor_set_threshold 0x20 0 1 readable", "sensor_set_threshold 0x20 0 1 none")
    emu.write_text(lines)
    differences = Readers(serve(emu), tmp_path).look().differences()
    assert {difference.sensor.key for difference in differences} == {TEMPERATURE}
    assert {(difference.field, difference.ours) for difference in differences} == {
        ("upper_non_critical", 38.0),
        ("upper_critical", 42.0),
    }
    assert all(map(threshold_in_the_record, differences))


def test_no_class_excuses_an_ordinary_sensor(look: Look) -> None:
    fields = ("reading", "unit", "state_bits", "available", "status", "lower_critical")
    for sensor in look.ours:
        for peer in ("ipmitool", "FreeIPMI"):
            wrong = [Difference(peer, field, "ours", "theirs", sensor) for field in fields]
            assert unexplained(wrong) == wrong, sensor


def test_classes_of_differences_are_few_and_documented(repo_root: Path) -> None:
    document = (repo_root / "docs" / "peer-differences.md").read_text()
    assert len(CLASSES) <= MOST_CLASSES
    for known in CLASSES:
        assert f"`{known.__name__}`" in document
