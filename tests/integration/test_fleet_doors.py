# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One task for a fleet, in the controller's process, as a module, on other ansible-cores; and what it never tells."""

from __future__ import annotations

import re
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from bmcsim import running
from harness.fleet import HERE, PATIENCE, once, play, share, tell_each, told
from harness.playing import Player, tell

ROOT = Path(__file__).resolve().parents[2]
AS_MODULE = {"async": 60, "poll": 1}
NOT_INSTALLED = 3  # of venv.sh
PASSWORDS = {"one": "S3cret-of-one", "two": "S3cret\\of'two", "wrong": "S3cret-of-no-one"}


@pytest.fixture(scope="module")
def bmcs() -> Iterator[Any]:
    users = {name: [{"name": "reader", "password": password}] for name, password in PASSWORDS.items()}
    with running(
        [
            {"name": "one", "model": "rack1u", "users": users["one"]},
            {"name": "two", "model": "storage", "users": users["two"]},
            {"name": "wrong", "model": "rack1u", "users": users["one"]},
        ]
    ) as served:
        yield served


def player_for(folder: Path, env: dict[str, str], bmcs: Any) -> Player:
    made = Player(folder, env)
    for name, password in PASSWORDS.items():
        made.add(bmcs[name], bmc_password=password)
    return made


@pytest.fixture
def player(tmp_path: Path, ansible_env: dict[str, str], bmcs: Any) -> Player:
    return player_for(tmp_path, ansible_env, bmcs)


def assert_read(player: Player, *names: str) -> None:
    for name in names:
        assert len(told(player, "one")[name]["ansible_facts"]["ipmi_sensors"]) == 38
        assert len(told(player, "two")[name]["ansible_facts"]["ipmi_sensors"]) == 47
        assert told(player, "wrong")[name]["error"]["kind"] == "wrong_password"


def both_doors() -> list[dict[str, Any]]:
    read = once(collect=["sensors", "sel"], **PATIENCE)
    return [
        read,
        share("sensors", "here"),
        share("sel", "log_here"),
        {**read, **AS_MODULE},
        share("sensors", "as_module"),
        share("sel", "log_as_module"),
        tell_each("here", "as_module", "log_here", "log_as_module"),
    ]


def assert_same(player: Player) -> None:
    assert_read(player, "here", "as_module")
    for host in PASSWORDS:
        said = told(player, host)
        assert said["as_module"] == said["here"] and said["log_as_module"] == said["log_here"], host


@pytest.mark.slow
@pytest.mark.parametrize("core", ["core-2.16", "core-newest"])
def test_other_cores_say_the_same(tmp_path: Path, ansible_env: dict[str, str], bmcs: Any, core: str) -> None:
    command = [str(ROOT / "tests" / "tools" / "venv.sh"), core]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    if done.returncode == NOT_INSTALLED:
        pytest.skip(done.stderr.strip())
    programs = Path(done.stdout.strip()) / "bin"
    ansible_env.update(PATH=f"{programs}:{ansible_env['PATH']}", ANSIBLE_PYTHON_INTERPRETER=str(programs / "python"))
    player = player_for(tmp_path, ansible_env, bmcs)
    played = player.run(play(*both_doors()))
    assert played.status == 0, played.output
    assert_same(player)
    role = player.run("baremetal.ipmi.sensor_facts", "-e", "sensor_facts_mode=fleet")
    assert role.status == 2 and "WARNING]" not in role.output, role.output
    assert "wrong password" in role.output


def test_bastion_asks_for_the_controller(player: Player, tmp_path: Path) -> None:
    """A machine of its own, as far as the collection can tell: nothing of it is asked from the controller's process."""
    remote = {"ansible_connection": "ssh", "ansible_ssh_executable": str(tmp_path / "ssh")}
    bastion = {**remote, "ansible_host": "127.0.0.1", "ansible_pipelining": True}
    (tmp_path / "ssh").write_text('#!/bin/sh\nwhile [ "$1" != 127.0.0.1 ]; do shift; done\nshift\nexec sh -c "$*"\n')
    (tmp_path / "ssh").chmod(0o755)
    player.hosts["bastion"] = bastion
    roles = ("-e", "sensor_facts_mode=fleet", "-e", "sensor_facts_delegate_to=bastion", "--limit", "one,two,wrong")
    played = player.run("baremetal.ipmi.sensor_facts", *roles)
    assert played.status == 2, played.output
    lines = {
        line.split()[0]: line for line in played.output.splitlines() if line.startswith(("one ", "two ", "wrong "))
    }
    assert "ok: [one -> bastion" in played.output
    table = played.output[played.output.index("worst finding") :]
    assert "wrong password" in table and "nominal" in table, lines


@contextmanager
def passwords_in_arguments() -> Iterator[set[str]]:
    """Whose passwords are seen among any process' arguments meanwhile."""
    seen: set[str] = set()
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.05):
            for path in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    arguments = path.read_bytes().decode(errors="replace")
                except OSError:
                    continue
                seen.update(name for name, password in PASSWORDS.items() if password in arguments)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield seen
    finally:
        ended.set()
        watcher.join()


def test_both_doors_say_the_same_and_no_password_in_output_arguments_or_files(player: Player, tmp_path: Path) -> None:
    player.env.update(
        ANSIBLE_LOG_PATH=str(tmp_path / "ansible.log"),
        ANSIBLE_CACHE_PLUGIN="jsonfile",
        ANSIBLE_CACHE_PLUGIN_CONNECTION=str(tmp_path / "facts"),
        ANSIBLE_ASYNC_DIR=str(tmp_path / "async"),
        XDG_CACHE_HOME=str(tmp_path / "cache"),
    )
    for name in PASSWORDS:
        player.hosts[name]["bmc_password"] = "{{ lookup('ansible.builtin.env', 'VAULT_" + name + "') }}"
        player.env[f"VAULT_{name}"] = PASSWORDS[name]
    shown = {"ansible.builtin.debug": {"var": "fleet"}, "run_once": True}
    wrong = {**once(concurrency=0), "ignore_errors": True}
    with passwords_in_arguments() as seen:
        played = player.run(play(*both_doors(), shown, wrong, {**wrong, **AS_MODULE}), "-vvvv")
        by_role = player.run("baremetal.ipmi.sensor_facts", "-e", "sensor_facts_mode=fleet", "-vvvv")
    assert played.status == 0 and "wrong password" in by_role.output, played.output
    assert_same(player)
    assert not seen
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "inventory.yml"]
    for folder in ("facts", "sdr"):
        assert any(path.parent.name == folder for path in files), folder
    for password in PASSWORDS.values():
        assert password not in played.output + by_role.output
        assert repr(password)[1:-1] not in played.output + by_role.output
        assert [str(path) for path in files if password.encode() in path.read_bytes()] == []


@pytest.mark.slow
def test_result_is_registered_and_shown_by_nobody(player: Player) -> None:
    played = player.run(play(once(**PATIENCE), share("sensors", "here"), tell_each("here")), "-v")
    assert played.status == 0, played.output
    task = played.output[played.output.index("TASK [baremetal.ipmi.ipmi_fleet_info]") :].split("TASK")[1]
    assert "censored" in task and "Inlet Temp" not in task
    assert_read(player, "here")


@pytest.mark.slow
def test_read_by_one_task_hands_out_no_more_than_it_has(player: Player) -> None:
    tasks = [
        once(omit=["ipmi_sensors", "ipmi_health", "ipmi_bmc"], **PATIENCE),
        share("sensors", "first"),
        share("sel", "second"),
    ]
    played = player.run(play(*tasks, tell_each("first", "second")))
    assert played.status == 0, played.output
    assert told(player, "one")["first"]["error"]["next_step"].startswith("Put sensors into collect")
    assert told(player, "one")["second"]["error"]["next_step"].startswith("Put sel into collect")
    stranger = {"baremetal.ipmi.ipmi_fleet_facts": {"variable": "inventory_hostname"}, **HERE}
    refused = player.run(play(stranger))
    assert refused.status == 2 and "is no result of ipmi_fleet_info" in refused.output


def test_playbook_and_tasks_of_the_guide_run(player: Player) -> None:
    text = (ROOT / "docs" / "fleet.md").read_text()
    whole, tasks = (
        yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    )
    refused = player.run(whole)
    assert refused.status == 2 and "wrong password for user" in refused.output
    del player.hosts["wrong"], player.hosts["two"]
    player.hosts["one"].update(types_that_count_here=["Fan"])
    played = player.run([*whole, *play(*tasks, tell("ansible_facts.ipmi_sensors | map(attribute='type') | unique"))])
    assert played.status == 0 and player.told() == ["Fan"], played.output
