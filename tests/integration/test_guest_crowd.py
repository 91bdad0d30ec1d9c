# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""collectd, ipmitool and the collection's engine at one /dev/ipmi0 for a minute: each of them gets its own replies."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from bmcsim import RunningBmc, running
from harness import peers
from harness.guest import FIRST_USE_S, Guest, guest, image_or_skip
from harness.guest.inside import install_engine

pytestmark = [
    pytest.mark.slow,
    pytest.mark.needs_command("ipmitool"),
    pytest.mark.timeout(FIRST_USE_S),
]

CROWD_S = 60
LAST_READ_S = 60
FOLDER = "/root/crowd"
# No two of these are alike: a reply that goes to the wrong reader, or to the wrong request, shows.
READINGS = {
    "Inlet Temp": 22.0,
    "Board Power": 180.0,
    "Sat Fan 1": 7200.0,
    "Sat Fan 2": 540.0,
    "Sat 12V": 12.06,
    "Sat Power In": 212.0,
}
STATES = {"Intrusion": [], "Sat Fan Redun": ["redundancy lost"], "Sat PSU Status": ["presence detected"]}
COLLECTD = f"""\
Hostname "guest"
FQDNLookup false
BaseDir "{FOLDER}"
PIDFile "{FOLDER}/collectd.pid"
LoadPlugin logfile
<Plugin logfile>
  File "{FOLDER}/collectd.log"
</Plugin>
LoadPlugin csv
<Plugin csv>
  DataDir "{FOLDER}/csv"
</Plugin>
<LoadPlugin ipmi>
  Interval 1
</LoadPlugin>
<Plugin ipmi>
  <Instance "local">
  </Instance>
</Plugin>
"""
# A line of JSON for each reading of all sensors.
READER = """\
import json, sys, time
sys.path.insert(0, "/root")
from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.facts import sensor_facts
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.client import complete
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.sensors import SensorsRequest, run
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.local import LocalClient, LocalOptions
async def read():
    async with LocalClient(LocalOptions()) as client:
        return await run(SensorsRequest(), client)
while time.time() < float(sys.argv[1]):
    result = complete(read())
    told = sensor_facts(result)["ipmi_sensors"]
    print(json.dumps({"sensors": told, "warnings": list(result.warnings)}), flush=True)
"""
CROWD = f"""\
cd {FOLDER} && mkdir -p ipmitool csv
end=$(( $(date +%s) + {CROWD_S} ))
collectd -f -C collectd.conf & collectd=$!
(n=0; while test $(date +%s) -lt $end; do n=$((n + 1)); ipmitool sdr elist > ipmitool/$n 2>&1; done) & ipmitool=$!
python3 reader.py $end > reader.out 2> reader.err & reader=$!
wait $ipmitool && wait $reader; status=$?
test -d /proc/$collectd || status=collectd
kill $collectd; wait $collectd
echo $status
"""


@pytest.fixture(scope="module")
def bmc() -> Iterator[RunningBmc]:
    image_or_skip()
    with running({"name": "host", "model": "satellite", "vm": {}}) as fleet:
        yield fleet["host"]


@pytest.fixture(scope="module")
def vm(bmc: RunningBmc, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guest]:
    """A guest after its crowded minute."""
    folder = tmp_path_factory.mktemp("crowd") / "crowd"
    folder.mkdir()
    (folder / "collectd.conf").write_text(COLLECTD)
    (folder / "reader.py").write_text(READER)
    with guest(bmc) as crowded:
        install_engine(crowded)
        crowded.copy(folder)
        told = crowded.must(CROWD, timeout_s=CROWD_S + LAST_READ_S)
        assert told.split()[-1] == "0", told + crowded.must(f"tail -n 20 {FOLDER}/*.log {FOLDER}/*.err")
        yield crowded


def test_our_readings_are_right(vm: Guest) -> None:
    rounds = [json.loads(line) for line in vm.must(f"cat {FOLDER}/reader.out").splitlines()]
    assert len(rounds) >= 10
    for told in rounds:
        assert not told["warnings"]
        sensors = {sensor["name"]: sensor for sensor in told["sensors"]}
        assert {name: sensors.pop(name)["reading"] for name in READINGS} == READINGS
        assert {name: sensor["states"] for name, sensor in sensors.items()} == STATES


def test_ipmitools_readings_are_right(vm: Guest, bmc: RunningBmc) -> None:
    by_lan = SimpleNamespace(host=bmc.address, port=bmc.port, username=bmc.user, password=bmc.password)
    expected = peers.run_ipmitool(by_lan, "sdr", "elist")
    outputs = vm.must(f"cd {FOLDER}/ipmitool && for one in *; do cat $one; echo; echo ==; done").split("\n==\n")[:-1]
    assert len(outputs) >= 5
    assert set(outputs) == {expected}


def test_collectds_readings_are_right(vm: Guest) -> None:
    """All threshold sensors become metrics, by the names that our facts tell."""
    sensors = json.loads(vm.must(f"head -n 1 {FOLDER}/reader.out"))["sensors"]
    wanted = {f"{one['collectd_type']}-{one['collectd_name']}": one["name"] for one in sensors if one["collectd_type"]}
    assert set(wanted.values()) == set(READINGS)
    values: dict[str, list[float]] = {}
    for line in vm.must(f"cd {FOLDER}/csv && grep -r ^[0-9] .").splitlines():
        path, _colon, data = line.rpartition(":")
        metric = Path(path).name.rsplit("-", 3)[0]
        values.setdefault(wanted[metric], []).append(float(data.split(",")[1]))
    assert {name: set(found) for name, found in values.items()} == {name: {value} for name, value in READINGS.items()}
    assert min(map(len, values.values())) >= 10


def test_driver_had_nothing_to_complain_of(vm: Guest) -> None:
    log = vm.must("dmesg --level=warn,err,crit,alert,emerg")
    assert "ipmi" not in log.lower()
