# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The health of a fleet: two hundred hosts with twenty faults of ten kinds, order, table, and whom to fail."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import OptionError
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.hardware_health.baseline import Known
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.hardware_health.exceptions import parse_exceptions
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.hardware_health import (
    Wish,
    examine,
    failing,
    forgotten,
    read_log,
    table,
)

PARTS = yaml.safe_load((Path(__file__).parents[1] / "core" / "hardware_health" / "parts.yml").read_text())
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)
SENSORS = PARTS["sensors"]["all is well"]
# What is not wrong with any host, and what no administrator wants to be woken for.
WELL: dict[str, Any] = {
    "reachable": True,
    "sensors": SENSORS,
    "log": PARTS["log"]["in order"],
    "racadm": PARTS["racadm"]["ok"],
    "identity": PARTS["identity"]["answers"],
    "plan": PARTS["plan"]["iSM is wanted"],
    "agent": PARTS["agent"]["works"],
    "events": PARTS["events"]["a quiet day"],
    "collectd": PARTS["collectd"]["in order"],
    "expected": ["reachability", "sensors", "event_log", "racadm", "vendor_agent", "driver", "collectd_flow"],
}
NOISE: tuple[dict[str, Any], ...] = (
    {},
    {"log": PARTS["log"]["a power supply's failure is over"]},
    {"events": PARTS["events"]["4 time-outs"]},
    {"log": PARTS["log"]["a memory module's error and nobody knows whether it is over"]},
    {"sensors": PARTS["sensors"]["the inlet is warm"]},
    {"racadm": PARTS["racadm"]["failed"]},
    {"plan": PARTS["plan"]["none is known"], "agent": None},
)


def vanished(kind: str) -> dict[str, Any]:
    told = deepcopy(SENSORS)
    told["ansible_facts"]["ipmi_sensors"] = [s for s in told["ansible_facts"]["ipmi_sensors"] if s["name"] != kind]
    return told


SILENT = PARTS["sensors"]["nobody answers"]
# Ten kinds, each with the verdict and the check that has to tell of it.
FAULTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "a fan stands still": ({"sensors": PARTS["sensors"]["a fan stands still"]}, "critical", "sensors"),
    "a feed is lost": ({"sensors": PARTS["sensors"]["a power supply lost its feed"]}, "critical", "sensors"),
    "a failure in the log": ({"log": PARTS["log"]["a power supply's failure holds"]}, "critical", "event_log"),
    "a sick controller": (
        {"racadm": PARTS["racadm"]["failed"], **dict.fromkeys(("identity", "sensors", "log"), SILENT)},
        "critical",
        "racadm",
    ),
    "a stuck controller": ({"racadm": PARTS["racadm"]["stuck"]}, "critical", "racadm"),
    "a server that is gone": ({"reachable": False}, "critical", "reachability"),
    "a power supply pulled": ({"sensors": vanished("PSU 2 Status")}, "critical", "baseline"),
    "a memory module lost": ({"sensors": vanished("DIMM B1")}, "critical", "baseline"),
    "a BMC that is silent": (dict.fromkeys(("sensors", "log", "identity"), SILENT), "unknown", "sensors"),
    "a wrong password": ({"sensors": PARTS["sensors"]["wrong password"]}, "unknown", "sensors"),
}


def wish(*exceptions: dict[str, Any]) -> Wish:
    return Wish(parse_exceptions(list(exceptions)), False, NOON)


def known(hosts: Any) -> dict[str, Known]:
    """The baseline of hosts that were all well."""
    (found,) = examine({"one": {"sensors": SENSORS}}, {}, wish())
    return dict.fromkeys(hosts, Known(found.baseline))


def test_two_hundred_hosts_with_twenty_faults_of_ten_kinds() -> None:
    fleet = {f"host{number:03d}": {**WELL, **NOISE[number % len(NOISE)]} for number in range(200)}
    # The hosts of one noise lack all sensors but the inlet's: they are another model.
    plain = [host for host in fleet if fleet[host]["sensors"] is SENSORS]
    planted = {}
    for number, (host, kind) in enumerate(zip(plain[3::7], list(FAULTS) * 2, strict=False)):
        fleet[host] = {**fleet[host], "log": WELL["log"], "racadm": WELL["racadm"], **FAULTS[kind][0]}
        planted[host] = kind
        assert number < 20
    assert sorted(planted.values()) == sorted(list(FAULTS) * 2)
    found = {item.host: item for item in examine(fleet, known(plain), wish())}
    for host, kind in planted.items():
        _evidence, verdict, check = FAULTS[kind]
        assert found[host].verdict == verdict, kind
        worst = [finding.check for finding in found[host].findings if finding.state == verdict]
        assert check in worst, (kind, found[host].findings)
    above = {host for host, item in found.items() if item.verdict not in ("healthy", "attention")}
    assert above == set(planted)
    assert set(failing(list(found.values()), ["critical", "unknown"])) == set(planted)


def test_worst_comes_first_then_the_name() -> None:
    fleet = {
        "d": {"reachable": True},
        "c": {},
        "b": {"events": PARTS["events"]["300 time-outs"]},
        "f": {"reachable": False},
        "a": {"reachable": False},
    }
    found = examine(fleet, None, wish())
    assert [(item.host, item.verdict) for item in found] == [
        ("a", "critical"),
        ("f", "critical"),
        ("b", "attention"),
        ("c", "unknown"),
        ("d", "healthy"),
    ]


def test_no_host_is_an_error_and_never_green() -> None:
    with pytest.raises(OptionError, match="nothing was checked"):
        examine({}, None, wish())


def test_expected_check_that_there_is_none_of_is_refused_with_the_hosts_name() -> None:
    with pytest.raises(OptionError, match="expected of web01: 'fans' is no check"):
        examine({"web01": {"expected": ["sensors", "fans"]}}, None, wish())


def test_table_has_a_line_for_each_host_and_shows_what_is_hidden() -> None:
    fleet = {"a": {**WELL, "sensors": PARTS["sensors"]["a fan stands still"]}, "b": WELL}
    hidden = {"host": "a", "sensor": "Fan 1", "until": "2026-06-30", "reason": "A new one is on its way."}
    lines = table(examine(fleet, None, wish()))
    assert lines[0].split() == [
        *("host", "verdict", "critical", "attention", "unknown", "hidden", "model", "firmware", "worst", "finding")
    ]
    assert lines[1].split()[:9] == ["a", "critical", "1", "0", "0", "0", "PowerEdge", "R740", "3.00"]
    assert "sensors: Fan 1 (Fan Device 29.1) reads 240 RPM" in lines[1]
    (line,) = [line for line in table(examine(fleet, None, wish(hidden))) if line.startswith("a ")]
    assert line.split()[1:6] == ["healthy", "0", "0", "0", "1"]
    assert "hidden until 2026-06-30: sensors: Fan 1" in line


def test_text_of_a_host_stays_in_its_cell() -> None:
    hostile = deepcopy(PARTS["racadm"]["failed"])
    hostile["reason"] = "R\x1b[31m\n740" + "x" * 5000
    hostile["sections"] = {"System Information": {"System Model": "\x00" * 5000}}
    (line,) = table(examine({"a": {"racadm": hostile}}, None, wish()))[1:]
    assert line.isprintable()
    assert len(line) < 400


def test_unknown_fails_though_the_verdict_is_attention() -> None:
    fleet = {"a": {"sensors": SILENT, "events": PARTS["events"]["300 time-outs"]}}
    found = examine(fleet, None, wish())
    assert found[0].verdict == "attention"
    assert failing(found, ["critical", "unknown"]) == {
        "a": "unknown: sensors: no BMC answers: no answer to the first request"
    }
    assert list(failing(found, ["attention"])) == ["a"]
    assert failing(found, ["critical"]) == failing(found, []) == {}


def test_exception_that_is_over_and_hides_nothing_is_warned_of_once() -> None:
    over = {"host": "*", "sensor": "Fan 1", "until": "2025-12-31"}
    healthy = examine({"a": WELL, "b": WELL}, None, wish(over))
    assert [item.verdict for item in healthy] == ["healthy", "healthy"]
    assert forgotten(healthy, wish(over)) == [
        "exceptions[1] (host *): it held until 2025-12-31, and has nothing left to hide: remove it."
    ]
    sick = examine({"a": {**WELL, "sensors": PARTS["sensors"]["a fan stands still"]}}, None, wish(over))
    assert forgotten(sick, wish(over)) == []


@pytest.mark.parametrize("raw", ["", "00" * 15, "zz" * 16, None, 7])
def test_damaged_record_of_a_log_is_counted(raw: Any) -> None:
    (record,) = PARTS["log"]["a power supply's failure holds"]["sel"]
    log = read_log({"log": {"sel": [record, {**record, "raw": raw}]}})
    assert (len(log.events), log.damaged) == (1, 1)


def test_log_is_read_whole_so_that_its_newest_event_counts() -> None:
    (record,) = PARTS["log"]["a power supply's failure holds"]["sel"]
    nominal = {**record, "severity": "nominal", "live_state": "unknown"}
    told = {**PARTS["log"]["in order"], "sel": [*([nominal] * 6000), record]}
    (found,) = examine({"a": {"log": told}}, None, wish())
    assert found.verdict == "critical"
