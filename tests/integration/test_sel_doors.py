# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ipmi_sel, ipmi_sel_info and ipmi_sel_clock in playbooks: in the controller's process, and as modules on a target."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bmcsim import running
from harness.playing import Player, tell
from harness.sel import EVENT, Host, gather, source

CLOSE = 0x3C
HERE: dict[str, Any] = {"delegate_to": "localhost"}
# A connection that is not Ansible's local one, so that the task is the module's.
THERE: dict[str, Any] = {"vars": {"ansible_connection": "elsewhere", "ansible_python_interpreter": sys.executable}}
AS_ASYNC = {"async": 60, "poll": 1}
LOGIN = {name: "{{ bmc_" + name + " }}" for name in ("host", "port", "username", "password")}
QUICK = {"request_timeout_s": 0.5, "retries": 2}
PASSWORD = "S3cret-of-Sel"


@pytest.fixture
def player(tmp_path: Path, ansible_env: dict[str, str], repo_root: Path) -> Player:
    ansible_env["ANSIBLE_CONNECTION_PLUGINS"] = str(repo_root / "tests" / "bench" / "plugins" / "connection")
    return Player(tmp_path, ansible_env)


@pytest.fixture
def host(tmp_path: Path) -> Iterator[Host]:
    """A BMC and its archive, by the inventory name ``host``."""
    with running(source("host", log_clear=True, restart_ids=True, erase_polls=1)) as fleet:
        yield Host(fleet["host"], tmp_path / "archive")


def sel(door: dict[str, Any], register: str, state: str = "cleared", **options: Any) -> dict[str, Any]:
    asked = {**LOGIN, **QUICK, "state": state, "archive_path": "{{ playbook_dir }}/archive", **options}
    return {"baremetal.ipmi.ipmi_sel": asked, "register": register, "ignore_errors": True, **door}


def info(door: dict[str, Any], register: str, **options: Any) -> dict[str, Any]:
    return {"baremetal.ipmi.ipmi_sel_info": {**LOGIN, **QUICK, **options}, "register": register, **door}


def clock(door: dict[str, Any], register: str, **more: Any) -> dict[str, Any]:
    return {"baremetal.ipmi.ipmi_sel_clock": {**LOGIN, **QUICK}, "register": register, **door, **more}


def play(player: Player, *tasks: dict[str, Any], arguments: tuple[str, ...] = ()) -> tuple[dict[str, Any], str]:
    """What the tasks registered, by name, and the output."""
    names = ", ".join(f"'{task['register']}': {task['register']}" for task in tasks)
    every = [*tasks, tell("{" + names + "}")]
    played = player.run([{"hosts": "all", "gather_facts": False, "tasks": every}], *arguments)
    assert played.status == 0, played.output
    assert "Traceback" not in played.output
    return player.told(), played.output


@pytest.mark.parametrize("door", [HERE, THERE], ids=["action", "module"])
def test_each_door_archives_and_clears(player: Player, host: Host, door: dict[str, Any]) -> None:
    player.add(host.bmc)
    host.bmc.set_clock(100)
    told, output = play(
        player,
        clock(door, "clock_checked", check_mode=True, diff=True),
        clock(door, "clock_set"),
        clock(door, "clock_again"),
        sel(door, "archived", "archived"),
        {**sel(door, "checked"), "check_mode": True, "diff": True},
        sel(door, "cleared", archive_format="ipmitool"),
        sel(door, "second"),
        info(door, "log"),
        info(door, "archive", archive="{{ playbook_dir }}/archive/host.jsonl", host=""),
    )
    numbers = {name: [told[name].get(key) for key in ("changed", "archived", "erased")] for name in told}
    assert numbers["archived"] == [True, 3, 0]
    assert numbers["second"] == [False, 0, 0]
    assert numbers["checked"] == numbers["cleared"] == [True, 0, 3]
    assert output.count("-    2  2026-01-11T22:41:00Z  critical  Fan1A: lower critical going low asserted") == 1
    assert (told["cleared"]["attempts"], told["cleared"]["archive_file"]) == (1, str(host.path))
    assert [record["sensor_type"] for record in told["log"]["sel"]] == ["Event Logging Disabled"]
    assert [line["raw"] for line in told["archive"]["sel"]] == host.raw()
    assert (host.folder / "host.sel").read_bytes().hex() == "".join(host.raw())
    host.judge(settled=True)

    clocks = [told[name] for name in ("clock_checked", "clock_set", "clock_again")]
    assert [result["changed"] for result in clocks] == [True, True, False]
    assert [result["before"]["time_kind"] for result in clocks] == ["pre_init", "pre_init", "set"]
    assert [result["after"]["time_kind"] for result in clocks] == ["set"] * 3
    assert clocks[0]["drift_s"] is None
    assert abs(clocks[2]["drift_s"]) <= 2
    assert '+    "time_kind": "set"' in output
    assert len(host.bmc.ledger().clocks) == 2  # the test's, and the one


def test_event_between_the_modules_parts_is_archived(player: Player, host: Host) -> None:
    """The log is read, archived on the controller, and erased in sessions of their own."""
    player.add(host.bmc)
    ended = iter(range(3))

    def arrive(when: str, request: Any) -> None:
        if when == "after" and request.cmd == CLOSE and next(ended, None) is not None:
            host.bmc.event(**EVENT)

    host.bmc.on_request(arrive)
    told, _output = play(player, sel(THERE, "told"))
    # Three parts were in vain; only the BMC's own word that the log was cleared is left.
    assert [told["told"][key] for key in ("archived", "erased", "attempts")] == [6, 6, 4]
    host.judge(settled=True)
    assert len(host.bmc.sel_records()) == 1


def test_archive_is_on_the_machine_that_was_named(player: Player, host: Host, tmp_path: Path) -> None:
    player.add(host.bmc)
    for folder in ("controller", "target"):
        (tmp_path / folder).mkdir()
    player.env["HOME"] = str(tmp_path / "controller")
    there = {**THERE, "environment": {"HOME": str(tmp_path / "target")}}
    tasks = [
        sel(there, where, "archived", archive_path="~/archive", archive_on=where) for where in ("controller", "target")
    ]
    told, _output = play(player, *tasks)
    for where, result in told.items():
        host.folder = tmp_path / where / "archive"
        assert result["archive_file"] == str(host.path)
        assert len(host.raw()) == result["archived"] == 3
        host.judge()


def test_async_needs_the_archive_on_the_target(player: Player, host: Host) -> None:
    player.add(host.bmc)
    told, _output = play(
        player,
        sel({**THERE, **AS_ASYNC}, "refused"),
        sel({**THERE, **AS_ASYNC}, "done", archive_on="target"),
        info({**THERE, **AS_ASYNC}, "log"),
    )
    assert told["refused"]["error"]["kind"] == "option_error"
    assert "archive_on" in told["refused"]["msg"]
    assert [told["done"][key] for key in ("archived", "erased")] == [3, 3]
    assert len(told["log"]["sel"]) == 1
    host.judge(settled=True)


@pytest.mark.parametrize("door", [HERE, THERE], ids=["action", "module"])
def test_failures_have_kinds(player: Player, host: Host, door: dict[str, Any]) -> None:
    player.add(host.bmc)
    reader = {"username": "reader", "password": "Sim-Reader-1"}
    (host.folder.parent / "file").touch()
    told, _output = play(
        player,
        sel(door, "wrong_password", password="wr0ng"),
        sel(door, "privilege_refused", **reader),
        sel(door, "insufficient_privilege", **reader, privilege="user"),
        sel(door, "archive_error", archive_path="{{ playbook_dir }}/file"),
        sel(door, "option_error", "archived", records=[1]),
    )
    assert {name: result["error"]["kind"] for name, result in told.items()} == {name: name for name in told}
    assert all(result["failed"] and result["msg"] for result in told.values())
    assert len(host.bmc.sel_records()) == 3


def test_password_is_in_no_output_and_in_no_file(player: Player, host: Host, tmp_path: Path) -> None:
    users = [{"name": "admin", "password": PASSWORD, "privilege": "administrator"}]
    with running({**source("host"), "users": users}) as fleet:
        player.add(fleet["host"], bmc_password="{{ lookup('ansible.builtin.env', 'A_VAULT') }}")
        player.env.update(A_VAULT=PASSWORD, HOME=str(tmp_path), ANSIBLE_LOG_PATH=str(tmp_path / "ansible.log"))
        doors = {"here": HERE, "there": THERE}
        tasks = [sel(door, f"{name}_sel", archive_format="ipmitool") for name, door in doors.items()]
        tasks += [info(door, f"{name}_info", live=True) for name, door in doors.items()]
        tasks += [clock(door, f"{name}_clock") for name, door in doors.items()]
        tasks += [sel({**THERE, **AS_ASYNC}, "later", archive_on="target")]
        _told, output = play(player, *tasks, arguments=("-vvvv", "--diff"))
    assert PASSWORD not in output
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert [str(path) for path in files if PASSWORD.encode() in path.read_bytes()] == []


def test_5000_entries_take_hardly_more_requests_than_entries(tmp_path: Path) -> None:
    with running(source(capacity=6000)) as fleet:
        bmc = fleet["a"]
        options = {"sdr_cache_dir": str(tmp_path), "sdr_cache": True}
        assert len(gather(bmc, **options)["sel"]) == 3
        for number in range(4997):
            bmc.add_sel(bytes(7) + b"\x20\x00\x04\x01\x01\x01\x01" + number.to_bytes(2, "little"))
        bmc.requests.clear()
        assert len(gather(bmc, **options)["sel"]) == 5000
        assert len(bmc.requests) <= 5000 + 12
