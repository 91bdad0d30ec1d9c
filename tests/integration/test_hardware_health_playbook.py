# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbook hardware_health on simulated BMCs and stand-ins for racadm: planted faults, and what never is green."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from bmcsim import running
from harness.collectd_events import PASSWORD, USER
from harness.playing import Played, Player
from harness.racadm import Racadm

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "tests" / "unit" / "core" / "racadm" / "samples"
PLAYBOOK = "baremetal.ipmi.hardware_health"
FILES = {"junit": "ci/junit.xml", "json": "ci/health.json", "prometheus": "ci/health.prom"}
# Of loopback, where nobody listens.
NOBODY = "127.99.99.99"
FAILED = "ERROR: Unable to perform requested operation.\n"


@dataclass
class Fleet:
    """Simulated servers, whose racadm says that all is well, and an inventory of them."""

    bmcs: Any
    player: Player
    racadms: dict[str, Racadm] = field(default_factory=dict)

    def racadm(self, name: str, kind: str) -> None:
        self.player.hosts[name]["hardware_health_racadm_executable"] = str(self.racadms[kind].path)

    def run(self, *arguments: str, **variables: Any) -> Played:
        told = {f"hardware_health_{name}": value for name, value in {**FILES, **variables}.items()}
        return self.player.run(PLAYBOOK, "-e", json.dumps(told), *arguments)

    def verdicts(self) -> dict[str, str]:
        told = json.loads((self.player.folder / FILES["json"]).read_text())
        return {name: host["verdict"] for name, host in told["hosts"].items()}

    def findings(self, name: str) -> dict[str, str]:
        """Check -> state, of those that are not well."""
        told = json.loads((self.player.folder / FILES["json"]).read_text())
        return {finding["check"]: finding["state"] for finding in told["hosts"][name]["findings"]}


@contextmanager
def fleet_of(count: int, folder: Path, env: dict[str, str]) -> Iterator[Fleet]:
    names = [f"srv{number:03d}" for number in range(count)]
    user = {"name": USER, "password": PASSWORD, "privilege": "user"}
    with running([{"name": name, "model": "rack1u", "users": [user], "events": True} for name in names]) as bmcs:
        made = Fleet(bmcs, Player(folder, env, deadline_s=900))
        for kind, answer in {
            "ok": (SAMPLES / "idrac9_r740.txt").read_text().replace("[...]\n", ""),
            "stuck": (SAMPLES / "stuck_in_update.txt").read_text(),
            "failed": FAILED,
        }.items():
            made.racadms[kind] = Racadm(folder / f"racadm-{kind}")
            made.racadms[kind].answer("getsysinfo", answer, status=int(kind == "failed"))
        made.racadms["hangs"] = Racadm(folder / "racadm-hangs")
        made.racadms["hangs"].answer("getsysinfo", "", hang=True)
        for name in names:
            login = {"bmc_host": bmcs[name].address, "bmc_port": bmcs[name].port, "bmc_username": bmcs[name].user}
            made.player.hosts[name] = {
                **login,
                "bmc_password": PASSWORD,
                "ansible_connection": "local",
                "ansible_become": False,
                "hardware_health_inside": False,
                "hardware_health_racadm": "local",
                "hardware_health_racadm_timeout_s": 5,
                "sensor_facts_request_timeout_s": 0.5,
                "sensor_facts_retries": 1,
                "sel_request_timeout_s": 0.5,
                "sel_retries": 1,
            }
            made.racadm(name, "ok")
        yield made


Fault = tuple[Callable[[Fleet, str], Any], str, str]
# What is planted -> the check that finds it, and its state.
FAULTS: dict[str, Fault] = {
    "fan": (lambda fleet, name: fleet.bmcs[name].set_sensor("Fan1A", reading=300), "sensors", "critical"),
    "power supply": (
        lambda fleet, name: fleet.bmcs[name].set_sensor("PSU1 Status", states=[0, 1]),
        "sensors",
        "critical",
    ),
    "processor": (lambda fleet, name: fleet.bmcs[name].set_sensor("CPU1 Temp", reading=99), "sensors", "critical"),
    "clock": (lambda fleet, name: fleet.bmcs[name].set_clock(1_000_000_000), "clock", "attention"),
    "dead BMC": (lambda fleet, name: fleet.player.hosts[name].update(bmc_host=NOBODY), "sensors", "unknown"),
    "password": (lambda fleet, name: fleet.player.hosts[name].update(bmc_password="wrong"), "sensors", "unknown"),
    "stuck controller": (lambda fleet, name: fleet.racadm(name, "stuck"), "racadm", "critical"),
    "racadm fails": (lambda fleet, name: fleet.racadm(name, "failed"), "racadm", "attention"),
    "racadm hangs": (lambda fleet, name: fleet.racadm(name, "hangs"), "racadm", "attention"),
    "lost supply": (lambda fleet, name: fleet.bmcs[name].change_sdr(remove=["PSU2 Status"]), "baseline", "critical"),
}


@pytest.mark.parametrize(
    ("count", "each"),
    [(12, 1), pytest.param(200, 2, marks=[pytest.mark.slow, pytest.mark.timeout(2400)])],
)
def test_planted_faults_are_all_found_and_nothing_else(
    tmp_path: Path, ansible_env: dict[str, str], count: int, each: int
) -> None:
    with fleet_of(count, tmp_path, ansible_env) as fleet:
        well = fleet.run()
        assert well.status == 0 and set(fleet.verdicts().values()) == {"healthy"}, well.output
        planted = {}
        for number, (kind, (plant, _check, _state)) in enumerate(sorted(FAULTS.items()) * each):
            name = f"srv{number:03d}"
            plant(fleet, name)
            planted[name] = kind
        sick = fleet.run()
        assert sick.status == 2, sick.output
        verdicts = fleet.verdicts()
        for name, kind in planted.items():
            _plant, check, state = FAULTS[kind]
            assert fleet.findings(name).get(check) == state, (kind, fleet.findings(name))
        assert {name for name, verdict in verdicts.items() if verdict != "healthy"} == set(planted)
        junit = ET.parse(tmp_path / FILES["junit"]).getroot()
        assert len(junit.findall("testsuite")) == count
        assert "password" not in json.dumps(sorted(verdicts))
        written = "".join((tmp_path / path).read_text() for path in FILES.values())
        assert PASSWORD not in sick.output + written


@pytest.fixture
def pair(tmp_path: Path, ansible_env: dict[str, str]) -> Iterator[Fleet]:
    with fleet_of(2, tmp_path, ansible_env) as fleet:
        yield fleet


def test_wrong_password_everywhere_is_never_green(pair: Fleet) -> None:
    for variables in pair.player.hosts.values():
        variables["bmc_password"] = "wrong"
    played = pair.run()
    assert played.status == 2 and "healthy" not in pair.verdicts().values(), played.output


def test_no_bmc_that_answers_is_never_green(pair: Fleet) -> None:
    for variables in pair.player.hosts.values():
        variables["bmc_host"] = NOBODY
    played = pair.run()
    assert played.status == 2 and "healthy" not in pair.verdicts().values(), played.output


def test_empty_group_is_never_green(pair: Fleet) -> None:
    played = pair.run(hosts="nobody")
    assert played.status == 2 and "nobody names no host of this inventory" in played.output


def test_cut_cable_in_the_middle_is_never_green(pair: Fleet) -> None:
    """The BMC answers for its sensors, and is gone before its log is read."""
    pair.player.hosts["srv001"]["sel_bmc_host"] = NOBODY
    played = pair.run()
    assert played.status == 2, played.output
    assert pair.verdicts() == {"srv000": "healthy", "srv001": "unknown"}


def test_racadm_and_ipmi_that_fail_together_make_the_controller_sick(pair: Fleet) -> None:
    pair.player.hosts["srv001"]["bmc_host"] = NOBODY
    pair.racadm("srv001", "failed")
    assert pair.run().status == 2
    assert pair.findings("srv001")["racadm"] == "critical"


def test_exception_hides_until_its_day_and_a_loss_is_accepted(pair: Fleet) -> None:
    pair.bmcs["srv000"].set_sensor("Fan1A", reading=300)
    # The sensor, and its events in the log.
    known = {"host": "srv0*", "sensor": "Fan1A*", "until": "2099-12-31", "reason": "ordered"}
    hidden = pair.run(exceptions=[known])
    assert hidden.status == 0 and pair.verdicts()["srv000"] == "healthy", hidden.output
    assert re.search(r"^srv000 +healthy.*hidden until 2099-12-31", hidden.output, re.MULTILINE)
    void = pair.run(exceptions=[{**known, "until": "2020-01-01"}])
    assert void.status == 2 and pair.verdicts()["srv000"] == "critical"

    pair.bmcs["srv000"].set_sensor("Fan1A", reading=5000)
    pair.bmcs["srv001"].change_sdr(remove=["PSU2 Status"])
    assert pair.run().status == 2 and pair.findings("srv001") == {"baseline": "critical"}
    accepted = pair.run(accept_baseline=True)
    assert accepted.status == 0, accepted.output
    again = pair.run()
    assert again.status == 0 and "changed=0" in again.output, again.output


def test_server_is_asked_from_inside_too_and_one_that_is_gone_is_critical(pair: Fleet) -> None:
    folder = pair.player.folder / "bin"
    folder.mkdir()
    (folder / "journalctl").write_text("#!/bin/sh\nexit 0\n")
    (folder / "journalctl").chmod(0o755)
    pair.player.env = {**pair.player.env, "PATH": f"{folder}:{pair.player.env['PATH']}"}
    for variables in pair.player.hosts.values():
        variables.update(hardware_health_inside=True, hardware_health_racadm="auto")
    gone = {"ansible_connection": "ssh", "ansible_host": NOBODY, "ansible_port": 1}
    pair.player.hosts["srv001"].update(gone)
    played = pair.run()
    assert played.status == 2, played.output
    assert pair.verdicts() == {"srv000": "healthy", "srv001": "critical"}, played.output
    assert pair.findings("srv001") == {"reachability": "critical", "driver": "unknown"}
