# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ipmi_sensor_facts as an action in the controller's process and as a module: the same facts, the same failures."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bmcsim import running
from harness.playing import Player, tell

MODULE = "baremetal.ipmi.ipmi_sensor_facts"
LOGIN = {
    "host": "{{ bmc_host }}",
    "port": "{{ bmc_port }}",
    "username": "{{ bmc_username }}",
    "password": "{{ bmc_password }}",
    "request_timeout_s": 0.5,
    "retries": 1,
}
AS_MODULE = {"async": 60, "poll": 1}
HOSTILE = "{{ 7 * 6 }}"
PASSWORD = "S3cret-of-Sim"


@pytest.fixture(scope="module")
def fleet() -> Iterator[Any]:
    users = [{"name": "reader", "password": PASSWORD, "privilege": "user"}]
    hostile = {
        "name": "hostile",
        "sensors": [
            {"name": HOSTILE, "type": "temperature", "reading": 30},
            {"name": "{% raw %}", "type": "fan", "reading": 60},
            {"name": "\x1b[31mred\x1b[0m", "type": "voltage", "reading": 5},
        ],
    }
    with running(
        [
            {"name": "rack", "model": "rack1u", "users": users},
            {"name": "hostile", "model": hostile, "users": users},
            {"name": "silent", "model": "rack1u", "users": users, "faults": {"silent": True}},
        ]
    ) as served:
        yield served


@pytest.fixture
def player(tmp_path: Path, ansible_env: dict[str, str]) -> Player:
    return Player(tmp_path, ansible_env)


def play(*tasks: dict[str, Any], **keywords: Any) -> list[dict[str, Any]]:
    return [{"hosts": "all", "gather_facts": False, "tasks": list(tasks), **keywords}]


def gather(**options: Any) -> dict[str, Any]:
    return {MODULE: {**LOGIN, **options}, "delegate_to": "localhost"}


def stable(facts: dict[str, Any]) -> dict[str, Any]:
    return {
        name: facts[name] for name in ("ipmi_sensors", "ipmi_health", "ipmi_bmc", "ipmi_query_result") if name in facts
    }


def test_both_doors_return_the_same_facts(fleet: Any, player: Player) -> None:
    query = "length(ipmi_sensors)"
    player.add(fleet["rack"])
    first = {**gather(query=query), "register": "first"}
    second = {**gather(query=query), **AS_MODULE, "register": "second"}
    played = player.run(play(first, second, tell("[first, second]")))
    assert played.status == 0, played.output
    first_told, second_told = player.told()
    assert stable(first_told["ansible_facts"]) == stable(second_told["ansible_facts"])
    assert set(first_told["ansible_facts"]) == {"ipmi_sensors", "ipmi_health", "ipmi_bmc", "ipmi_query_result"}
    assert first_told["ansible_facts"]["ipmi_query_result"] == len(first_told["ansible_facts"]["ipmi_sensors"]) > 20
    assert not first_told["changed"]
    assert not second_told["changed"]


@pytest.mark.parametrize("door", [{}, AS_MODULE])
def test_failure_tells_host_reason_and_next_step(fleet: Any, player: Player, door: dict[str, Any]) -> None:
    player.add(fleet["rack"], bmc_password="wr0ng-0ne")
    read = {**gather(), **door, "register": "read", "ignore_errors": True}
    played = player.run(play(read, tell("read")))
    told = player.told()
    assert told["failed"]
    assert told["error"]["kind"] == "wrong_password"
    assert fleet["rack"].address in told["msg"]
    assert "Check the password" in told["msg"]
    assert "Traceback" not in played.output
    assert "wr0ng-0ne" not in played.output


def test_facts_land_on_the_inventory_host(fleet: Any, player: Player) -> None:
    player.add(fleet["rack"])
    played = player.run(play(gather(types=["Fan"]), tell("ansible_facts.ipmi_health.counts")))
    assert played.status == 0, played.output
    assert player.told()["nominal"] > 0


def test_options_come_from_module_defaults_and_the_environment(fleet: Any, player: Player) -> None:
    rack = fleet["rack"]
    player.env.update(IPMI_HOST=rack.address, IPMI_USERNAME=rack.user, IPMI_PASSWORD=rack.password)
    player.hosts["server"] = {}
    defaults = {"group/baremetal.ipmi.bmc": {"port": rack.port, "request_timeout_s": 0.5}}
    read = {MODULE: {"types": ["Fan"]}, "delegate_to": "localhost"}
    played = player.run(play(read, tell("ansible_facts.ipmi_health.status"), module_defaults=defaults))
    assert played.status == 0, played.output
    assert player.told() == "nominal"


def test_check_mode_reads_as_well(fleet: Any, player: Player) -> None:
    player.add(fleet["rack"])
    played = player.run(play(gather(types=["Fan"]), tell("ansible_facts.ipmi_health.counts")), "--check")
    assert played.status == 0, played.output
    assert player.told()["nominal"] > 0


def test_what_a_bmc_says_is_never_a_template_nor_a_terminal_command(fleet: Any, player: Player) -> None:
    player.add(fleet["hostile"])
    names = tell("ansible_facts.ipmi_sensors | map(attribute='name') | list")
    shown = {"ansible.builtin.debug": {"msg": "{{ ansible_facts.ipmi_sensors | map(attribute='name') | list }}"}}
    played = player.run(play(gather(), names, shown))
    assert played.status == 0, played.output
    assert HOSTILE in player.told()
    assert "{% raw %}" in player.told()
    assert HOSTILE in played.output
    assert "\x1b" not in played.output
    assert "\x1b" not in "".join(player.told())


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"types": ["Fann"]}, "'Fann' is no sensor type"),
        ({"sensors": ["/(/"]}, "no regular expression"),
        ({"query": "a["}, "no JMESPath expression"),
        ({"thresholds": "all"}, "value of thresholds must be one of"),
        ({"kg": "0xabc"}, "pairs of hex digits"),
        ({"host": ""}, "host is missing"),
        ({"password": "x" * 21}, "20 at the most"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_name(
    fleet: Any, player: Player, options: dict[str, Any], reason: str
) -> None:
    player.add(fleet["rack"])
    played = player.run(play({**gather(**options), "register": "read", "ignore_errors": True}, tell("read")))
    assert reason in player.told()["msg"]
    assert "Traceback" not in played.output


def test_deadline_ends_a_silent_bmc_from_outside(fleet: Any, player: Player) -> None:
    player.add(fleet["silent"])
    read = {**gather(timeout_s=3, retries=100), "register": "read", "ignore_errors": True}
    clock = "now(utc=true).timestamp()"  # in the play: Ansible's own start is not what is measured
    player.run(play(tell(clock, "before"), tell(clock, "began"), read, tell(clock, "ended"), tell("read.error.kind")))
    before, began, ended = (player.told(name) for name in ("before", "began", "ended"))
    # A task of Ansible's takes as long as the machine is busy: as long as the one before.
    assert ended - began < 3 * 3 + 3 * (began - before)
    assert player.told() == "deadline_exceeded"


def processes_with(secret: bytes) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            arguments = path.read_bytes()
        except OSError:
            continue
        if secret in arguments:
            found.append(arguments.decode(errors="replace"))
    return found


@pytest.mark.parametrize("good", [True, False])
def test_password_is_in_no_output_no_argument_and_no_file(
    fleet: Any, player: Player, good: bool, tmp_path: Path
) -> None:
    bmc, seen, ended = fleet["rack"], [], threading.Event()
    player.add(bmc, bmc_password="{{ lookup('ansible.builtin.env', 'A_VAULT') }}")
    player.env.update(A_VAULT=PASSWORD if good else PASSWORD[::-1], ANSIBLE_LOG_PATH=str(tmp_path / "ansible.log"))
    player.env["HOME"] = str(tmp_path)  # results of async tasks are kept below it
    secret = player.env["A_VAULT"]

    def watch() -> None:
        while not ended.wait(0.05):
            seen.extend(processes_with(secret.encode()))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        tasks = (gather(), {**gather(), **AS_MODULE})
        played = player.run(play(*({**task, "ignore_errors": True} for task in tasks)), "-vvvv")
    finally:
        ended.set()
        watcher.join()
    assert secret not in played.output
    assert not seen
    # The controller's files, Ansible's own home and log among them, once the run has ended.
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert files
    assert [str(path) for path in files if secret.encode() in path.read_bytes()] == []
