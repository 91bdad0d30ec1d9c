# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prometheus' alert rules, judged by promtool over series that a real collectd delivered of simulated BMCs."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.collectd.outputs import output_blocks
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.collectd.render import text_of
from harness.collectd import Collectd, ipmi_block, wait_for
from harness.collectd_plugins import plugins_or_skip
from harness.images import NoImage, ask_for_image
from harness.ipmi_sim import IpmiSim, free_port, own_address

pytestmark = [pytest.mark.needs_command("collectd", "ipmi_sim"), pytest.mark.timeout(900)]

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "roles" / "collectd_ipmi" / "files" / "collectd_ipmi.rules.yml"
MODEL = ROOT / "tests" / "simulators" / "models" / "satellite.emu"
VALUES_S = 90.0
SETTLED_S = 5  # of intervals of a second
NO_SCANNING = "sensor_set_event_support 0x20 0 2 enable no-scanning per-state" + " 000001000000000" * 4

# Series -> value, as one look at collectd's page has them.
Page = dict[str, float]
_LINE = re.compile(r"(collectd_ipmi_\w+\{.*\}) (\S+) \d+\Z")


@pytest.fixture(scope="module")
def promtool() -> str:
    try:
        return str(ask_for_image("promtool.py"))
    except NoImage as why:
        pytest.skip(str(why))


def _prometheus(stack: ExitStack, folder: Path, bmcs: dict[str, IpmiSim]) -> Callable[[], Page]:
    """A collectd that reads these BMCs; gives what looks at its page."""
    plugins_or_skip("ipmi", "write_prometheus")
    port = free_port(own_address(), socket.SOCK_STREAM)
    more = text_of(output_blocks({"write_prometheus": {"host": own_address(), "port": port}}))
    for bmc in bmcs.values():
        stack.enter_context(bmc)
    blocks = [ipmi_block(name, bmc.host, bmc.username, bmc.password) for name, bmc in bmcs.items()]
    stack.enter_context(Collectd(folder / "collectd", *blocks, more=more))

    def look() -> Page:
        with urllib.request.urlopen(f"http://{own_address()}:{port}/metrics", timeout=5) as answer:
            lines = answer.read().decode().splitlines()
        return {found[1]: float(found[2]) for found in map(_LINE.match, lines) if found}

    return look


def _judge(promtool: str, folder: Path, hours: Sequence[Page], tests: dict[str, Any]) -> None:
    """promtool's verdict where each of these pages stays for one hour, in a job named servers."""
    names = sorted({name for page in hours for name in page})
    series = [
        {
            "series": name.replace("}", ',job="servers"}'),
            "values": " ".join(" ".join([str(page.get(name, "_"))] * 60) for page in hours),
        }
        for name in names
    ]
    file = folder / "tests.json"
    test = {"interval": "1m", "input_series": series, **tests}
    file.write_text(json.dumps({"rule_files": [str(RULES)], "evaluation_interval": "1m", "tests": [test]}))
    done = subprocess.run([promtool, "test", "rules", str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_rules_are_valid(promtool: str) -> None:
    done = subprocess.run(
        [promtool, "check", "rules", "--lint=all", "--lint-fatal", str(RULES)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


ALERTS: list[str] = re.findall(r"- alert: (\w+)", RULES.read_text())
FAN, INLET = "Sat Fan 1 fan_cooling (29.1)", "Inlet Temp invalid (55.1)"


def _alert(name: str, summary: str, description: str = "", severity: str = "critical", **labels: str) -> dict[str, Any]:
    told = {"summary": summary, **({"description": description} if description else {})}
    labels = {"instance": "web01", "job": "servers", "severity": severity, **labels}
    return {"alertname": name, "exp_alerts": [{"exp_labels": labels, "exp_annotations": told}]}


FAULTS = [
    _alert("IpmiFanStopped", f"web01: {FAN} stands still", ipmi=FAN),
    _alert("IpmiInletHot", f"web01: {INLET} is at 42 °C", ipmi=INLET),
    _alert("IpmiPowerInputLost", "web01: power supply 10.1 has no input any more", supply="10.1"),
    _alert(
        "IpmiSensorSilent",
        "web01: Board Power system_board (7.1) delivers nothing any more",
        "Its last value was 180. Many sensors have none while the server is off.",
        "warning",
        ipmi="Board Power system_board (7.1)",
        type="power",
    ),
]
SILENCE = _alert(
    "IpmiBmcSilent",
    "The BMC of web01 delivers nothing any more",
    "It had 5 sensors. The BMC, its network, its user's password, or collectd is the cause.",
)
DOWN = _alert(
    "IpmiCollectdDown",
    "collectd at web01:9103 is not to be reached",
    "Nobody watches the hardware of the hosts whose BMCs it reads.",
    instance="web01:9103",
)


def _at(time: str, *alerts: dict[str, Any]) -> list[dict[str, Any]]:
    """These alerts fire at that time, and no others do."""
    fire = {alert["alertname"]: alert for alert in alerts}
    return [{"eval_time": time, **fire.get(name, {"alertname": name, "exp_alerts": []})} for name in ALERTS]


def test_each_fault_is_told_by_its_own_alert_and_nothing_else_is(promtool: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        bmc = IpmiSim(MODEL, tmp_path, host=own_address(), port=623)
        look = _prometheus(stack, tmp_path, {"web01": bmc})
        wait_for(lambda: len(look()) == 6, VALUES_S)
        sound = look()
        # Inlet at 42 degrees, fan at 0 RPM, no voltage and no power of the supply, no reading of the board's power.
        for sensor in ("0x20 0 1 0x2a", "0x2c 0 1 0", "0x30 0 1 0", "0x30 0 2 0"):
            bmc.console(f"sensor_set_value {sensor} 0")
        bmc.console(NO_SCANNING)
        wait_for(lambda: sorted(look().values()) == [0, 0, 0, 42, 540], VALUES_S)
        faulty = look()
        bmc.freeze()
        wait_for(lambda: not look(), VALUES_S)
    up, down = {'up{instance="web01:9103"}': 1.0}, {'up{instance="web01:9103"}': 0.0}
    hours = [{**sound, **up}, {**faulty, **up}, up, down]
    alerts = [*_at("50m"), *_at("110m", *FAULTS), *_at("170m", SILENCE), *_at("230m", SILENCE, DOWN)]
    _judge(promtool, tmp_path, hours, {"alert_rule_test": alerts})


def test_warm_inlet_is_a_warning(promtool: str, tmp_path: Path) -> None:
    page = {f'collectd_ipmi_temperature{{ipmi="{INLET}",instance="web01"}}': 36.0}
    warm = _alert("IpmiInletWarm", f"web01: {INLET} is at 36 °C", severity="warning", ipmi=INLET)
    _judge(promtool, tmp_path, [page], {"alert_rule_test": _at("50m", warm)})


@pytest.mark.needs_bmc_images
def test_servers_with_empty_slots_are_sound_and_have_inlets(promtool: str, tmp_path: Path, bmc_images: Path) -> None:
    """Fans and power supplies that were never there read 0 on real BMCs."""
    images = sorted(bmc_images.glob("*.emu"))
    place = ".".join(own_address().split(".")[2:])
    with ExitStack() as stack:
        bmcs = {
            image.stem: IpmiSim(image, tmp_path, host=f"127.{number}.{place}", port=623)
            for number, image in enumerate(images, 1)
        }
        look = _prometheus(stack, tmp_path, bmcs)
        instances = re.compile(r'instance="(\w+)"')

        def complete() -> bool:
            """Every BMC has values, and no more come."""
            before = set(look())
            time.sleep(SETTLED_S)
            return set(look()) == before and {found[1] for found in map(instances.search, before) if found} == set(bmcs)

        wait_for(complete, VALUES_S)
        page = look()
    assert any("fanspeed" in name and value == 0 for name, value in page.items())
    counts = {"dell_c6320": 1, "dell_r640": 1, "dell_r730": 1, "quanta_d51": 1, "quanta_t41": 3, "s2600wtt": 1}
    inlets = {
        "expr": "count by (instance) (sensor:collectd_ipmi_inlet:celsius)",
        "eval_time": "110m",
        "exp_samples": [
            {"labels": f'{{instance="{name}"}}', "value": count} for name, count in counts.items() if name in bmcs
        ],
    }
    _judge(promtool, tmp_path, [page, page], {"alert_rule_test": _at("110m"), "promql_expr_test": [inlets]})
