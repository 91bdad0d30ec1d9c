# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ipmidrv_events_info: a stand-in for Windows behind the real connection plugins; this machine, a made-up journal."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from harness.documentation import constant
from harness.playing import Played, Player, tell
from harness.windows import WindowsHost, with_ansible_windows, with_core

TIMEOUT = "ipmi_si IPI0001:00: IPMI BT: timeout in RD_WAIT [ ] 1 retries left"
RESPONSE = (
    "ipmi_si IPI0001:00: IPMI message handler: BMC returned incorrect response, expected netfn 7 cmd 1, got {{ 7*7 }}"
)


def ask_all(player: Player, *tasks: dict[str, Any]) -> tuple[Played, list[Any]]:
    """Run the task with each of these options, where ``check_mode`` is the task's own; the run, and the results."""
    played = []
    for number, options in enumerate(tasks):
        keywords = {name: options.pop(name) for name in ("check_mode",) if name in options}
        task = {"baremetal.ipmi.ipmidrv_events_info": options, "register": f"told{number}", "ignore_errors": True}
        played.append({**task, **keywords})
    results = ", ".join(f"told{number}" for number in range(len(tasks)))
    run = player.run([{"hosts": "all", "gather_facts": False, "tasks": [*played, tell(f"[{results}]")]}])
    assert run.status == 0, run.output
    return run, player.told()


def ask(player: Player, **options: Any) -> tuple[Played, Any]:
    """Run the task once."""
    played, (told,) = ask_all(player, options)
    return played, told


def ago(**length: float) -> datetime:
    return datetime.now(UTC) - timedelta(**length)


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.fixture
def host() -> Iterator[WindowsHost]:
    with WindowsHost("web1") as made:
        yield made


@pytest.fixture
def player(tmp_path: Path, ansible_env: dict[str, str], host: WindowsHost) -> Player:
    made = Player(tmp_path, with_ansible_windows(ansible_env))
    made.hosts["web1"] = host.variables("ssh")
    return made


@pytest.mark.parametrize(("connection", "core"), [("ssh", "dev"), ("winrm", "dev"), ("ssh", "core-newest")])
def test_events_of_the_window_are_counted_in_check_mode_too(
    tmp_path: Path, ansible_env: dict[str, str], host: WindowsHost, connection: str, core: str
) -> None:
    env = with_ansible_windows(ansible_env)
    player = Player(tmp_path, env if core == "dev" else with_core(core, env))
    player.hosts["web1"] = host.variables(connection)
    for hours in (3, 2, 1, 30):
        host.events.add("IPMIDRV", 1004, level=3, at=ago(hours=hours))
    host.events.add("IPMIDRV", 1000, at=ago(hours=2))
    host.events.add("ipmiprv", 1004, at=ago(hours=2))
    host.events.add("IPMIDRV", 1004, at=ago(hours=2), channel="Application")
    _played, (told, checked) = ask_all(player, {}, {"check_mode": True})
    assert (told["changed"], told["system"], told["truncated"], told["class"]) == (False, "windows", False, "low")
    assert told["counts"] == {"1000": 1, "1001": 0, "1002": 0, "1003": 0, "1004": 3}
    assert (told["count"], told["rate_per_day"], len(told["events"])) == (3, 3.0, 4)
    assert told["last"] == told["events"][0]["time"] == stamp(host.events.of("System")[-1].time)
    assert "other_errors" not in told
    assert [call.check_mode for call in host.calls_of("win_command")] == [False, False]
    assert {**checked, "window": None} == {**told, "window": None}


def test_newest_are_kept_where_there_are_more(host: WindowsHost, player: Player) -> None:
    host.events.decimals = 9
    for minute in range(40):
        host.events.add("IPMIDRV", 1004, at=ago(minutes=2 * minute))
    played, told = ask(player, max_events=30)
    assert (told["truncated"], told["count"], len(told["events"])) == (True, 30, 30)
    assert told["class"] == "elevated"
    assert told["rate_per_day"] == pytest.approx(30 * 1440 / 58, rel=0.05)
    assert "there were more than 30 events" in played.output
    assert told["events"] == sorted(told["events"], key=lambda event: event["time"], reverse=True)


def test_flash_change_and_neighbours_are_told(host: WindowsHost, player: Player) -> None:
    for second in range(100):
        host.events.add("IPMIDRV", 1004, at=ago(hours=10, seconds=second))
    for second in range(12):
        host.events.add("IPMIDRV", 1004, at=ago(hours=1, seconds=20 * second))
    host.events.add("IPMIDRV", 1002, at=ago(minutes=5))
    host.events.add("percsas2i", 11, level=2, at=ago(minutes=6))
    host.events.add("b57nd60a", 4, level=3, at=ago(minutes=6))
    flash = {"start": stamp(ago(hours=11)), "end": stamp(ago(hours=9))}
    _played, told = ask(player, maintenance=[flash], changed_at=stamp(ago(minutes=30)), neighbours=True)
    assert (told["count"], told["in_maintenance"], told["class"]) == (12, 100, "high")
    assert told["findings"] == ["flash_window", "rejected_setting"]
    assert [burst["count"] for burst in told["bursts"]] == [12]
    assert [(row["source"], row["kind"], row["count"]) for row in told["other_errors"]] == [("percsas2i", "storage", 1)]


def test_window_is_the_hosts_own(tmp_path: Path, ansible_env: dict[str, str]) -> None:
    # The host is three days behind.
    with WindowsHost("late", clock=lambda: ago(days=3)) as host:
        player = Player(tmp_path, with_ansible_windows(ansible_env), {"late": host.variables("ssh")})
        host.events.add("IPMIDRV", 1004, at=ago(days=3, hours=1))
        starts = [{"since": stamp(ago(days=3, hours=2))}, {"since": stamp(ago(days=1))}]
        _played, (newest, since, too_late) = ask_all(player, {"hours": 2}, *starts)
        assert (newest["count"], newest["window"]["end"][:10]) == (1, stamp(host.clock())[:10])
        assert (since["count"], round(since["window"]["hours"], 1)) == (1, 2.0)
        assert (too_late["failed"], too_late["error"]["kind"]) == (True, "option_error")
        assert "by the host's clock" in too_late["msg"]


def test_damaged_events_are_left_out_with_a_warning(host: WindowsHost, player: Player) -> None:
    for minute in range(3):
        host.events.add("IPMIDRV", 1004, at=ago(minutes=minute))
    host.damage("wevtutil", lambda text: text.replace("</System>", "", 1))
    played, told = ask(player)
    assert told["count"] == 2
    assert "entries of the log that cannot be read, and do not count: 1" in played.output


def test_doctype_is_refused(host: WindowsHost, player: Player) -> None:
    host.damage("wevtutil", lambda text: '<!DOCTYPE Events [<!ENTITY a "{{ 7*7 }}">]>' + text)
    _played, told = ask(player)
    assert (told["failed"], told["error"]["kind"]) == (True, "driver_error")
    assert "DOCTYPE" in told["msg"]


def test_failure_of_wevtutil_is_told_with_a_next_step(host: WindowsHost, player: Player) -> None:
    host.answer("win_command", "wevtutil", "", stderr="Das ging schief: {{ 7*7 }}\r\nZugriff verweigert\r\n", rc=5)
    _played, told = ask(player)
    assert told["failed"]
    wanted = "wevtutil cannot read the System log (exit status 5): Das ging schief: {{ 7*7 }} Zugriff verweigert"
    assert told["error"]["message"] == wanted
    assert "Event Log Readers" in told["error"]["next_step"]


def test_missing_ansible_windows_is_told(tmp_path: Path, ansible_env: dict[str, str], host: WindowsHost) -> None:
    player = Player(tmp_path, ansible_env, {"web1": host.variables("ssh")})
    _played, told = ask(player)
    assert told["failed"]
    assert "ansible.windows is not installed" in told["msg"]
    assert "ansible-galaxy collection install ansible.windows" in told["error"]["next_step"]


def test_host_that_is_away_is_unreachable(host: WindowsHost, player: Player) -> None:
    host.go_away()
    task = {"baremetal.ipmi.ipmidrv_events_info": {}}
    played = player.run([{"hosts": "all", "gather_facts": False, "tasks": [task]}])
    assert played.status == 4, played.output
    assert "UNREACHABLE" in played.output


def test_option_is_refused_before_the_host_is_asked(host: WindowsHost, player: Player) -> None:
    _played, told = ask(player, hours=0)
    assert (told["failed"], told["error"]["kind"], host.calls_of("win_command")) == (True, "option_error", [])


def test_examples_for_windows_run(host: WindowsHost, player: Player) -> None:
    first, *rest = yaml.safe_load(constant("ipmidrv_events_info", "EXAMPLES"))
    assert first["become"] is True
    played = player.run([{"hosts": "all", "gather_facts": False, "tasks": rest}])
    assert played.status == 0, played.output


@pytest.fixture
def linux(tmp_path: Path, ansible_env: dict[str, str]) -> Player:
    """This machine, with a journalctl in front of its own that tells what is in the file ``journal``."""
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "journalctl"
    program.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/calls\ncat {tmp_path}/journal\n')
    program.chmod(0o755)
    env = {**ansible_env, "PATH": f"{tmp_path}/bin:{os.environ['PATH']}"}
    return Player(tmp_path, env, {"node1": {"ansible_connection": "local"}})


def journal(folder: Path, *lines: tuple[float, str], priority: int = 4) -> None:
    """Lines of these ages in seconds."""
    entries = (
        {
            "__REALTIME_TIMESTAMP": str(int((time.time() - age) * 1e6)),
            "PRIORITY": str(priority),
            "SYSLOG_FACILITY": "0",
            "MESSAGE": message,
        }
        for age, message in lines
    )
    (folder / "journal").write_text("".join(json.dumps(entry) + "\n" for entry in entries))


def test_kernels_messages_are_counted_on_linux(linux: Player) -> None:
    lines = [(60.0, TIMEOUT), (120.0, RESPONSE), (180.0, TIMEOUT), (240.0, "ipmi_si: IPMI System Interface driver")]
    journal(linux.folder, *lines)
    _played, (told, checked) = ask_all(linux, {}, {"check_mode": True})
    assert {**checked, "window": None} == {**told, "window": None}
    assert (told["system"], told["count"], told["class"], told["changed"]) == ("linux", 2, "low", False)
    assert told["counts"]["incorrect_response"] == 1
    assert [event["kind"] for event in told["events"]] == ["timeout", "incorrect_response", "timeout"]
    # Text of the log comes through as it is.
    assert told["events"][1]["message"] == RESPONSE
    assert "_TRANSPORT=kernel" in (linux.folder / "calls").read_text()
    assert set(told) >= set(yaml.safe_load(constant("ipmidrv_events_info", "RETURN"))) - {"error", "other_errors"}


def test_neighbours_are_counted_on_linux(linux: Player) -> None:
    lines = [(60.0, "tg3 0000:02:00.0 eno1: Link is down"), (70.0, "megaraid_sas 0000:03:00.0: FW in FAULT state!!")]
    journal(linux.folder, *lines, priority=3)
    _played, told = ask(linux, neighbours=True)
    assert {(row["source"], row["kind"]) for row in told["other_errors"]} == {
        ("tg3", "network"),
        ("megaraid_sas", "storage"),
    }


def test_machine_without_a_journal_of_the_kernels_is_told_by_its_buffer(linux: Player) -> None:
    journal(linux.folder)
    played, told = ask(linux)
    if os.access("/dev/kmsg", os.R_OK):
        assert told["system"] == "linux"
        assert "/dev/kmsg tells of this boot" in played.output
    else:
        assert told["error"]["next_step"] == "Run it as root (become)."


def test_option_that_makes_no_sense_is_refused_on_linux(linux: Player) -> None:
    journal(linux.folder, (60.0, TIMEOUT))
    _played, told = ask(linux, since="yesterday")
    assert (told["failed"], told["error"]["kind"]) == (True, "option_error")
    assert "without a time zone it is taken as UTC" in told["msg"]


def test_example_for_linux_runs(linux: Player) -> None:
    journal(linux.folder, (60.0, TIMEOUT))
    example = yaml.safe_load(constant("ipmidrv_events_info", "EXAMPLES"))[0]
    if os.geteuid() != 0:
        del example["become"]
    played = linux.run([{"hosts": "all", "gather_facts": False, "tasks": [example]}])
    assert played.status == 0, played.output
