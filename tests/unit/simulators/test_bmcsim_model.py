# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Models and fleets: all of ours are valid, and what is wrong is named with file and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from bmcsim import ModelError, collect, load_fleet, load_model, running
from bmcsim.emu import emu
from bmcsim.load import MODELS, parse_model

SENSOR = {"name": "T", "type": "temperature"}


@pytest.mark.parametrize("path", sorted(MODELS.glob("*.yml")), ids=lambda path: path.stem)
def test_every_model_makes_a_bmc(path):
    bmc = collect({"name": "x", "model": str(path)})[0].build()
    assert bmc.repository.records and bmc.sensors()
    assert load_model(path).name == path.stem


def test_rack1u_has_every_common_kind():
    kinds = {(sensor.kind, sensor.sensor_type) for sensor in load_model("rack1u").sensors}
    assert {("full", kind) for kind in (1, 2, 3, 4, 0x0B)} <= kinds
    assert {("compact", kind) for kind in (5, 7, 8, 9, 0x0C, 0x0D, 0x10, 0x23, 0x29)} <= kinds
    assert ("event_only", 0x12) in kinds


def test_emu_file_is_what_the_model_gives():
    bmc = collect({"name": "x", "model": "satellite"})[0].build()
    text = emu(bmc, "bmcsim emu --model satellite")
    assert (MODELS / "satellite.emu").read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ({"sensors": [{**SENSOR, "colour": 1}]}, r"sensors\[0\] 'T'.colour: unknown key"),
        ({"sensors": [{**SENSOR, "treshold": {}}]}, "treshold: unknown key .*did you mean threshold"),
        ({"sensors": [{"name": "T", "type": "temperatur"}]}, "type: unknown name 'temperatur'.*temperature"),
        ({"sensors": [{"name": "T"}]}, "type: is missing"),
        ({"sensors": [{"type": 1}]}, r"sensors\[0\].name: is missing"),
        ({"sensors": [{**SENSOR, "number": 256}]}, "number: must be 0x0 to 0xff"),
        ({"sensors": [{**SENSOR, "m": 1, "reading": 300}]}, "reading: 300 is outside"),
        ({"sensors": [{**SENSOR, "m": 1, "thresholds": {"uc": 999}}]}, "thresholds.upper_critical: 999 is outside"),
        ({"sensors": [{**SENSOR, "name": "seventeen letters"}]}, "name: .*16 at most"),
        ({"sensors": [{**SENSOR, "kind": "full", "unit": "c", "share": {"count": 2}}]}, "share: a full record"),
        ({"identity": {"firmware": 2.3}}, "identity.firmware: must be a string"),
        ({"users": [{"name": "u", "password": "x" * 21}]}, "password: has 21 bytes"),
        ({"sel": [{"sensor": "nobody"}]}, "sensor: the model has no sensor 'nobody'"),
        ({"limits": {"suites": [0]}}, "limits.suites: can be 3, 8 and 17 only"),
        ({"records": [{"hex": "zz"}]}, "hex: must be hexadecimal"),
        ([], "must be a mapping"),
    ],
)
def test_wrong_model_names_file_and_key(data, place):
    with pytest.raises(ModelError, match=f"^model.yml: .*{place}"):
        parse_model(data, "model.yml")


def test_yaml_error_names_the_file(tmp_path):
    path = tmp_path / "broken.yml"
    path.write_text("sensors: [", encoding="utf-8")
    with pytest.raises(ModelError, match="broken.yml: not valid YAML"):
        load_model(path)


def test_unknown_model_lists_the_known_ones():
    with pytest.raises(ModelError, match="blade.*rack1u"):
        load_model("rack9u")


def test_override_of_an_unknown_sensor_is_refused():
    with (
        pytest.raises(ModelError, match="overrides: no sensor 'Fan9'"),
        running({"name": "x", "model": "rack1u", "overrides": {"Fan9": {"reading": 1}}}),
    ):
        pass


def test_override_of_a_discrete_sensor_with_a_reading_is_refused():
    spec = collect({"name": "x", "model": "rack1u", "overrides": {"PSU1 Status": {"reading": 1}}})[0]
    with pytest.raises(ModelError, match="PSU1 Status.reading: a discrete sensor has states"):
        spec.build()


def test_second_sensor_of_a_name_is_found_by_its_place():
    bmc = collect({"name": "x", "model": "storage", "overrides": {"Temp#2": {"reading": 77}}})[0].build()
    readings = [sensor.state.raw for sensor in bmc.sensors() if sensor.name == "Temp"]
    assert readings[1] > readings[0]


@pytest.mark.parametrize(
    ("bmcs", "place"),
    [
        ([], "bmcs: has no entry"),
        ([{"name": "a", "model": "rack1u"}, {"name": "a", "model": "rack1u"}], "two BMCs have the name 'a'"),
        ([{"name": n, "model": "rack1u", "port": 9} for n in "ab"], "b and a have the same address and port"),
        ([{"name": "a", "model": "rack1u", "faults": {"dropp": 1}}], "faults.dropp: unknown key"),
        ([{"name": "a"}], "model: is missing"),
    ],
)
def test_wrong_fleet_names_file_and_key(bmcs, place):
    with pytest.raises(ModelError, match=place):
        collect({"bmcs": bmcs})


def test_demo_fleet_is_as_documented():
    specs = {spec.name: spec for spec in load_fleet(Path(MODELS).parent / "fleets" / "demo.yml")}
    assert set(specs) == {"web01", "web02", "db01", "db02", "storage01", "blade01", "gpu01", "slow01", "dead01"}
    assert all(spec.address.startswith("127.77.0.") and spec.port == 9623 for spec in specs.values())
    assert specs["db01"].build().find("Fan2A").crossed() == 0b11
    assert specs["web02"].build().find("PSU2 Status").state.states == (0, 3)
    assert specs["storage01"].build().chassis.intrusion
    assert specs["slow01"].build().faults.plan.delay_ms == 150
    assert specs["dead01"].build().faults.plan.silent
    for name in ("web01", "db02", "blade01", "gpu01"):
        assert not any(sensor.crossed() for sensor in specs[name].build().sensors()), name


def test_bmcs_of_one_model_have_guids_of_their_own():
    guids = {spec.model.identity.guid for spec in collect("demo")}
    assert len(guids) == 9
