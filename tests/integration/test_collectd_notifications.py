# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a simulated BMC through the real collectd to the handler's lines: every kind of notification, rated rightly.

What the plugin itself does not do shows here, too. In its first 61 reads (a minute, and longer where the connection was
away) it tells nothing of connections, nor of sensors that are added. It looks for new records after a lost connection,
else once in ten minutes. A sensor whose record is gone is never told, since OpenIPMI (up to 2.0.37) does not report it;
one whose record was replaced is told as removed, and may not be read any more.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from typing import Any

import pytest

from bmcsim.emu import emu
from bmcsim.fleet import collect
from harness.collectd import wait_for
from harness.collectd_events import CONNECTION_S, HANDLERS_USER, PORT, Scene, address, interrupt, play
from harness.ipmi_sim import IpmiSim

pytestmark = [
    pytest.mark.needs_command("collectd", "ipmi_sim", "unshare"),
    pytest.mark.skipif(os.geteuid() != 0, reason="root is needed: collectd asks port 623 and changes the user"),
]

# OpenIPMI looks into the event log every ten seconds; the rest is patience with a busy machine.
EVENTS_S = 120
AFTER_FIRST_MINUTE_S, FIRST_MINUTE_S = 75, 150
FAN_RECORD = {"type": "fan", "reading": 6000, "m": 60, "thresholds": {"lower_critical": 480}}


def play_events(machine: Any) -> None:
    """What happens to a server in bad years, all at once: OpenIPMI reads it in one go."""
    machine.set_sensor("PSU1 Status", states=[0, 1])
    machine.set_sensor("PSU1 Status", states=[0])
    machine.set_sensor("PSU2 Status", states=[0, 3])
    machine.set_sensor("PSU2 Status", states=[])
    machine.set_sensor("PSU2 Status", states=[0])
    machine.set_sensor("PS Redundancy", states=[1])
    machine.set_sensor("CPU1 Temp", reading=96)
    machine.set_sensor("CPU1 Temp", reading=47)
    machine.event(sensor="Watchdog", offset=1)
    machine.event(sensor="SEL", offset=4)
    machine.event(sensor="PCI Fault", offset=5)


@pytest.fixture(scope="module")
def other_make(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IpmiSim]:
    """A BMC of another make, ipmi_sim's, whose clock was not set; its watchdog itself wants a machine to reset."""
    fan = {"name": "Fan", "type": "fan", "reading": 6000}
    model = {"name": "dog01", "sensors": [{"name": "Dog", "type": "watchdog 2", "number": 0, "states": []}, fan]}
    folder = tmp_path_factory.mktemp("other")
    (folder / "dog01.emu").write_text(emu(collect({"name": "dog01", "model": model})[0].build(), "dog01"))
    with IpmiSim(folder / "dog01.emu", folder, host=address(9), port=PORT) as sim:
        yield sim


@pytest.fixture(scope="module")
def heard(other_make: IpmiSim) -> Iterator[Scene]:
    """After some events, and after a sensor was away for a while; all in the first minute."""
    rules = [{"name": "expected", "type": "Critical Interrupt", "health": "warning"}]
    with play("web01", beside=[other_make], rules=rules) as scene:
        other_make.console("sensor_set_bit 0x20 0 0 3 1 1")
        machine = scene.fleet["web01"]
        play_events(machine)
        machine.set_sensor("Fan1A", absent=True)
        scene.wait(EVENTS_S, event="sensor_not_present")
        machine.set_sensor("Fan1A", absent=False)
        scene.wait(EVENTS_S, event="sensor_present")
        scene.wait(EVENTS_S, host="dog01")
        wait_for(lambda: len(scene.lines()) >= 18, EVENTS_S)
        yield scene


PSU1 = {
    "host": "web01",
    "event": "discrete",
    "name": "PSU1 Status",
    "collectd_name": "PSU1 Status power_supply (10.1)",
    "sensor_type": "Power Supply",
    "entity": "10.1",
    "entity_id": 10,
    "entity_instance": 1,
    "entity_name": "Power Supply",
    "value": None,
}
CPU1 = {
    "host": "web01",
    "event": "threshold",
    "name": "CPU1 Temp",
    "collectd_name": "CPU1 Temp processor (3.1)",
    "sensor_type": "Temperature",
    "entity": "3.1",
    "entity_name": "Processor",
    "direction": "going high",
}
FAN1A = {
    "host": "web01",
    "name": "Fan1A",
    "collectd_name": "Fan1A fan_cooling (29.1)",
    "collectd_type": "fanspeed",
    "sensor_type": "Fan",
    "entity": "29.1",
    "assertion": None,
}
BEGUN, ENDED = {"assertion": "assertion"}, {"assertion": "deassertion", "severity": "nominal", "rule": None}


def _words(fields: dict[str, Any]) -> str:
    chosen = ("name", "sensor_type", "event", "state", "threshold", "rule", "assertion")
    return "-".join(str(fields[key]) for key in chosen if fields.get(key))


@pytest.mark.parametrize(
    "fields",
    [
        {**PSU1, **BEGUN, "severity": "critical", "rule": "power_supply.failure_detected"},
        {**PSU1, **ENDED, "state": "power supply failure detected"},
        {"name": "PSU2 Status", **BEGUN, "severity": "critical", "rule": "power_supply.input_lost"},
        {"name": "PSU2 Status", **ENDED, "state": "power supply input lost (AC/DC)"},
        {"name": "PSU2 Status", **ENDED, "state": "presence detected"},
        {"name": "PSU2 Status", **BEGUN, "state": "presence detected", "severity": "nominal"},
        {"name": "PS Redundancy", **BEGUN, "severity": "critical", "rule": "generic.redundancy_lost"},
        {**CPU1, **BEGUN, "threshold": "upper_non_critical", "severity": "warning", "value": 96.0},
        {**CPU1, **BEGUN, "threshold": "upper_critical", "severity": "critical", "value": 96.0},
        {**CPU1, **ENDED, "threshold": "upper_critical", "value": 47.0},
        {"name": "Watchdog", **BEGUN, "state": "hard reset", "severity": "critical", "rule": "watchdog2.hard_reset"},
        {"host": "dog01", "name": "Dog", **BEGUN, "severity": "critical", "rule": "watchdog2.power_cycle"},
        {"name": "SEL", **BEGUN, "state": "SEL full", "severity": "critical", "rule": "event_logging.sel_full"},
        {
            "name": None,
            "sensor_type": "Critical Interrupt",
            **BEGUN,
            "state": "PCI SERR",
            "severity": "warning",
            "rule": "expected",
        },
        {**FAN1A, "event": "sensor_not_present", "severity": "warning", "rule": "collectd.sensor_not_present"},
        {**FAN1A, "event": "sensor_present", "severity": "nominal", "rule": None},
    ],
    ids=_words,
)
def test_what_happens_to_a_server_is_told_and_rated(heard: Scene, fields: dict[str, Any]) -> None:
    found = heard.find(**fields)
    assert found, [line for line in heard.lines() if line["name"] == fields["name"]]
    assert found["received"] and found["message"].startswith("sensor ")
    # ipmi_sim's clock is not set: it has no time of day to tell.
    assert bool(found["event_time"]) == (found["host"] == "web01")


def test_file_is_the_users_alone_and_has_whole_lines(heard: Scene) -> None:
    status = heard.output.stat()
    assert (heard.output.owner(), status.st_mode & 0o777) == (HANDLERS_USER, 0o600)
    assert heard.output.read_bytes().endswith(b"}\n")


def test_syslog_is_told_with_the_severity_that_was_found(heard: Scene) -> None:
    daemon = 3 << 3
    messages = heard.syslog
    for priority, text in (
        (2, "critical: web01: PSU1 Status (Power Supply 10.1): power supply failure detected ["),
        (6, "nominal: web01: PSU1 Status (Power Supply 10.1): power supply failure detected, deasserted"),
        (4, "warning: web01: Fan1A (Fan Device 29.1): sensor not present ["),
    ):
        found = [message for message in messages if text in message]
        assert found and found[0].startswith(f"<{daemon + priority}>"), messages
    assert len(messages) == len(heard.lines())


def test_what_was_in_the_log_before_is_not_told_again(heard: Scene) -> None:
    assert heard.fleet["web01"].sel_records()
    assert not heard.find(name="Fan1A", event="threshold")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_connections_and_sensors_that_come_and_go_are_told_after_the_first_minute() -> None:
    with play("early", "late", "quiet") as scene:
        early, late = scene.fleet["early"], scene.fleet["late"]
        begun = time.monotonic()
        hot = {"name": "Hot Temp", "type": "temperature", "reading": 30, "entity_instance": 9}
        interrupt(scene, "early", lambda: early.change_sdr(add=[hot]))
        wait_for(lambda: "temperature-Hot Temp system_board (7.9)" in scene.daemon.csv("early"), CONNECTION_S)
        assert not [line for line in scene.lines() if line["host"] == "early"]
        wait_for(lambda: time.monotonic() > begun + AFTER_FIRST_MINUTE_S, FIRST_MINUTE_S)

        def change() -> None:
            other = {**FAN_RECORD, "name": "Fan2B", "entity_instance": 14}
            late.change_sdr(add=[hot], remove=["Fan3B"], replace={"Fan2B": other})

        interrupt(scene, "late", change)
        lost = scene.wait(CONNECTION_S, host="late", event="connection_lost")
        back = scene.wait(CONNECTION_S, host="late", event="connection_restored")
        assert (lost["severity"], lost["rule"], back["severity"]) == ("critical", "collectd.connection_lost", "nominal")
        added = scene.wait(CONNECTION_S, host="late", event="sensor_added", name="Hot Temp")
        assert (added["severity"], added["sensor_type"], added["entity"]) == ("nominal", "Temperature", "7.9")
        gone = scene.wait(CONNECTION_S, host="late", event="sensor_removed", name="Fan2B")
        assert (gone["severity"], gone["entity"]) == ("warning", "29.4")
        assert not scene.find(name="Fan3B")
        assert not scene.find(host="quiet")
