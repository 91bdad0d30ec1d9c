# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""racadm_facts with a stand-in for racadm: what it sends, what it shows, and that nothing of a bad racadm stays."""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible import racadm_runner
from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.racadm import RACADM_SPEC, racadm_facts
from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.racadm_runner import ProgramRunner
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.racadm.verdict import Verdict
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.racadm import Command
from harness.documentation import constant
from harness.playing import Player, tell
from harness.racadm import Racadm, is_alive

SAMPLES = Path(__file__).resolve().parents[1] / "unit" / "core" / "racadm" / "samples"
WELL = (SAMPLES / "idrac9_r740.txt").read_bytes()
PASSWORD = "s3cret ü'\"$x"
LOGIN = {"host": "idrac1", "username": "monitor", "password": PASSWORD, "validate_certs": False}
USERS = {"monitor": PASSWORD}


@pytest.fixture
def racadm(tmp_path: Path) -> Racadm:
    made = Racadm(tmp_path / "racadm", users=USERS)
    made.answer("getsysinfo", WELL)
    return made


def ask(racadm: Racadm, **options: Any) -> dict[str, Any]:
    executable = racadm.ssh if options.get("transport") == "ssh" else racadm.path
    validated = ArgumentSpecValidator(RACADM_SPEC).validate({"executable": str(executable), "timeout_s": 20, **options})
    assert not validated.error_messages
    found = racadm_facts(validated.validated_parameters, ProgramRunner())["racadm"]
    json.dumps(found)
    return found


def assert_nothing_is_left(racadm: Racadm) -> None:
    assert racadm.processes
    deadline = time.monotonic() + 2  # who is killed takes a moment to end
    while (left := [pid for pid in racadm.processes if is_alive(pid)]) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not left


@pytest.mark.parametrize("name", sorted(path.stem for path in SAMPLES.glob("*.txt")))
def test_every_sample_comes_through_the_pipe(racadm: Racadm, name: str) -> None:
    expected = yaml.safe_load((SAMPLES.parent / "cases.yml").read_text())[name]
    racadm.answer("getsysinfo", (SAMPLES / f"{name}.txt").read_bytes())
    found = ask(racadm)
    assert (found["verdict"], found["generation"]) == (expected["verdict"], expected["generation"])
    assert {section: len(fields) for section, fields in found["sections"].items()} == expected["counts"]
    assert [call["subcommand"] for call in racadm.calls] == [["getsysinfo"]]


@pytest.mark.parametrize("asks", ["tty", "stdin"])
def test_password_is_typed_and_shown_nowhere(tmp_path: Path, asks: str) -> None:
    racadm = Racadm(tmp_path / "racadm", users=USERS, asks=asks)
    racadm.answer("getsysinfo", WELL)
    found = ask(racadm, **LOGIN)
    assert (found["verdict"], found["transport"]) == ("ok", "remote"), found
    (call,) = racadm.calls
    assert call["arguments"] == ["-r", "idrac1", "-i", "--nocertwarn", "getsysinfo"]
    assert PASSWORD not in json.dumps([call, found], ensure_ascii=False)
    assert found["sections"]["RAC Information"]["Firmware Version"] == "3.00.00.00"


def test_wrong_password_is_unreachable_and_is_typed_once(tmp_path: Path) -> None:
    racadm = Racadm(tmp_path / "racadm", users={"monitor": "other"}, asks_again=2)
    found = ask(racadm, **LOGIN)
    assert (found["verdict"], found["exit_status"]) == ("unreachable", None)
    assert "a second time" in found["reason"]
    assert found["duration_s"] < 10
    assert_nothing_is_left(racadm)


def test_wrong_password_in_racadms_words(tmp_path: Path) -> None:
    found = ask(Racadm(tmp_path / "racadm"), **LOGIN)
    assert (found["verdict"], "invalid username or password" in found["reason"]) == ("unreachable", True)


def test_certificate_that_is_not_trusted_gets_no_password(racadm: Racadm) -> None:
    found = ask(racadm, **{**LOGIN, "validate_certs": True})
    assert found["verdict"] == "unreachable"
    assert "validate_certs" in found["next_step"]


def test_trusted_certificate_does(tmp_path: Path) -> None:
    racadm = Racadm(tmp_path / "racadm", users=USERS, trusted=True)
    racadm.answer("getsysinfo", WELL)
    assert ask(racadm, **{**LOGIN, "validate_certs": True})["verdict"] == "ok"


def test_over_ssh_racadm_runs_on_the_idrac(racadm: Racadm) -> None:
    racadm.answer("getsysinfo", (SAMPLES / "idrac6_r710_ssh.txt").read_bytes())
    found = ask(racadm, transport="ssh", host="idrac1", username="monitor")
    assert (found["verdict"], found["generation"]) == ("ok", "iDRAC6")
    assert racadm.calls[0]["arguments"][-4:] == ["--", "idrac1", "racadm", "getsysinfo"]


@pytest.mark.parametrize(
    ("behaviour", "verdict"),
    [
        ({"hang": True}, "timeout"),
        ({"output": WELL, "hang": True}, "timeout"),
        ({"output": WELL, "hang": True, "children": 2, "strays": 2}, "timeout"),
        ({"flood": True}, "unparsable"),
        ({"output": b"\xff" * 70000, "flood": True}, "unparsable"),
        ({"output": "Host Name = München\n".encode("latin-1")}, "unparsable"),
        ({}, "unparsable"),
        ({"output": WELL.replace(b"WIN-NIO9S113L98", b"M\xfcnchen")}, "ok"),
        ({"output": WELL, "stderr": "RAC1168: will be deprecated\n"}, "ok"),
        ({"output": WELL, "children": 1, "strays": 1}, "ok"),
        ({"output": WELL, "status": 3}, "degraded"),
        ({"stderr": "ERROR: Unable to perform the requested operation"}, "failed"),
    ],
)
@pytest.mark.parametrize("options", [{}, LOGIN], ids=["local", "remote"])
def test_bad_racadm_ends_in_time_and_leaves_nothing(
    racadm: Racadm, behaviour: dict[str, Any], verdict: str, options: dict[str, Any]
) -> None:
    racadm.answer("getsysinfo", **{"output": b"", **behaviour})
    limit = 2.0 if verdict == "timeout" else 20.0
    before = racadm_runner._children()
    found = ask(racadm, timeout_s=limit, **options)
    assert found["verdict"] == verdict, found
    assert found["duration_s"] < limit + 2.5
    assert_nothing_is_left(racadm)
    assert racadm_runner._children() == before
    if behaviour.get("output") == WELL:
        assert found["sections"]["System Information"]["Service Tag"] == "C9J69R2"


def test_children_in_the_programs_group_need_no_subreaper(racadm: Racadm, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(racadm_runner, "_libc", lambda: None)
    racadm.answer("getsysinfo", WELL, children=2, hang=True)
    assert ask(racadm, timeout_s=1.5)["verdict"] == "timeout"
    assert_nothing_is_left(racadm)


@pytest.mark.parametrize("asks", ["tty", "stdin"])
def test_what_is_typed_does_not_come_back(tmp_path: Path, asks: str) -> None:
    racadm = Racadm(tmp_path / "racadm", users=USERS, asks=asks)
    ended = ProgramRunner().run(Command((str(racadm.path), "-r", "idrac1", "-i"), "monitor", PASSWORD), 20)
    assert b"Password: " in ended.output and ended.status == 1
    assert PASSWORD.encode() not in ended.output


def test_open_files_do_not_grow(racadm: Racadm) -> None:
    ask(racadm)
    before = len(os.listdir("/proc/self/fd"))
    ask(racadm)
    ask(racadm, **LOGIN)
    ask(racadm, executable="/bin/nothing")
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize("content", [None, "no program", "#!/bin/nothing\n"])
@pytest.mark.parametrize("options", [{}, LOGIN], ids=["local", "remote"])
def test_racadm_that_does_not_run_is_a_broken_tool(
    tmp_path: Path, racadm: Racadm, content: str | None, options: dict[str, Any]
) -> None:
    path = tmp_path / "program"
    if content:
        path.write_bytes(b"\x7fELF" if content == "no program" else content.encode())
        path.chmod(0o755)
    found = ask(racadm, executable=str(path), **options)
    assert (found["verdict"], bool(found["next_step"])) == ("broken_tool", True)


def test_password_is_in_no_process_while_racadm_runs(racadm: Racadm) -> None:
    racadm.answer("getsysinfo", WELL, delay_s=1.5)
    seen: list[bytes] = []
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.1):
            for folder in Path("/proc").glob("[0-9]*"):
                for name in ("cmdline", "environ"):
                    try:
                        seen.append((folder / name).read_bytes())
                    except OSError:
                        continue

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        assert ask(racadm, **LOGIN)["verdict"] == "ok"
    finally:
        done.set()
        watcher.join()
    assert any(b"--nocertwarn" in text for text in seen)
    assert not any(PASSWORD.encode() in text for text in seen)


def play(tmp_path: Path, env: dict[str, str], options: dict[str, Any], *arguments: str) -> tuple[Any, str, int]:
    player = Player(tmp_path, env, {"server": {"ansible_connection": "local"}})
    tasks = [{"baremetal.ipmi.racadm_facts": options}, tell("ansible_facts.racadm")]
    played = player.run([{"hosts": "all", "gather_facts": False, "tasks": tasks}], *arguments)
    return player.told() if played.status == 0 else None, played.output, played.status


@pytest.mark.parametrize("check", [(), ("--check",)], ids=["run", "check"])
def test_playbook_gets_the_fact_and_shows_no_password(
    tmp_path: Path, racadm: Racadm, ansible_env: dict[str, str], check: tuple[str, ...]
) -> None:
    options = {**LOGIN, "executable": str(racadm.path)}
    found, shown, status = play(tmp_path, ansible_env, options, "-vvv", *check)
    assert (status, found["verdict"]) == (0, "ok"), shown
    documented = yaml.safe_load(constant("racadm_facts", "RETURN"))["ansible_facts"]["contains"]["racadm"]["contains"]
    assert list(found) == list(documented)
    assert PASSWORD not in shown and PASSWORD not in json.dumps(racadm.calls, ensure_ascii=False)


def test_any_verdict_is_a_task_that_succeeds(tmp_path: Path, racadm: Racadm, ansible_env: dict[str, str]) -> None:
    racadm.answer("getsysinfo", b"Host Name = {{ 1 + 1 }}\nERROR: Unable to perform requested operation\n", status=1)
    found, shown, status = play(tmp_path, ansible_env, {"executable": str(racadm.path)})
    assert (status, found["verdict"], found["exit_status"]) == (0, "failed", 1), shown
    assert found["sections"]["No section"]["Host Name"] == "{{ 1 + 1 }}"


def test_wrong_options_fail_with_the_next_step(tmp_path: Path, ansible_env: dict[str, str]) -> None:
    _found, shown, status = play(tmp_path, ansible_env, {**LOGIN, "transport": "ssh"})
    assert status == 2
    assert "password is given, and is not used over SSH" in shown and "sshpkauth" in shown
    assert PASSWORD not in shown


def test_examples_run(tmp_path: Path, racadm: Racadm, ansible_env: dict[str, str]) -> None:
    env = {**ansible_env, "PATH": f"{racadm.path.parent}{os.pathsep}{ansible_env['PATH']}"}
    known = {"bmc_host": "idrac1", "bmc_username": "monitor", "bmc_password": PASSWORD}
    player = Player(tmp_path, env, {"server": {"ansible_connection": "local", "ansible_become": False, **known}})
    tasks = yaml.safe_load(constant("racadm_facts", "EXAMPLES"))
    played = player.run([{"hosts": "all", "gather_facts": False, "tasks": [*tasks, tell("ansible_facts.racadm")]}])
    assert (played.status, player.told()["verdict"]) == (0, "ok"), played.output
    assert [call["program"] for call in racadm.calls] == ["racadm", "racadm", "ssh"]
    assert "3.00.00.00" in played.output and "C9J69R2" in played.output


def test_documented_verdicts_are_all_that_there_are() -> None:
    documented = yaml.safe_load(constant("racadm_facts", "RETURN"))["ansible_facts"]["contains"]["racadm"]["contains"]
    told = {text.split("(")[1].split(")")[0] for text in documented["verdict"]["description"]}
    assert told == {"ok", "degraded", "failed", "broken_tool", "unreachable", "timeout", "unparsable"}
    fields = Verdict.__dataclass_fields__
    assert set(fields) < set(documented)
