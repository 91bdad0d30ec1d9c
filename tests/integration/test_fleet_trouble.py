# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BMCs that are dead or spit garbage, and processes that are killed: the others are read, and the next run is right."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from bmcsim import running
from harness.fleet import once, play
from harness.playing import Player, tell
from harness.relay import Change, Relay

COUNT, DEAD = 40, 10
SMALL = {
    "name": "small",
    "sensors": [{"name": f"Temp {number}", "type": "temperature", "reading": 20 + number} for number in range(6)],
}
PATIENCE = {"request_timeout_s": 0.5, "retries": 3}
NAMES = [f"bmc{number:02d}" for number in range(COUNT)]
NOBODY = "127.99.99.99"


@pytest.fixture(scope="module")
def bmcs() -> Iterator[Any]:
    with running([{"name": name, "model": SMALL, "limits": {"sessions": 64}} for name in NAMES]) as served:
        yield served


@pytest.fixture
def player(tmp_path: Path, ansible_env: dict[str, str], bmcs: Any) -> Player:
    made = Player(tmp_path, {**ansible_env, "XDG_CACHE_HOME": str(tmp_path / "cache")})
    for name in NAMES:
        made.add(bmcs[name])
    return made


def fleet_play(**options: Any) -> list[dict[str, Any]]:
    clock = "{'began': began, 'ended': now(utc=true).timestamp(), 'fleet': fleet}"
    began = {"ansible.builtin.set_fact": {"began": "{{ now(utc=true).timestamp() }}"}, "run_once": True}
    return play(began, once(**{**PATIENCE, **options}), {**tell(clock), "run_once": True})


def read(player: Player, **options: Any) -> tuple[dict[str, Any], float]:
    """The result of one task for all, and how long it took."""
    played = player.run(fleet_play(**options))
    assert played.status == 0, played.output
    result = player.told()
    return result["fleet"], result["ended"] - float(result["began"])


def files(player: Player) -> list[Path]:
    return sorted((player.folder / "cache").rglob("*.json"))


def assert_whole(result: dict[str, Any], names: list[str]) -> None:
    assert sorted(result["fleet"]) == sorted(names), result["failed_targets"]
    for told in result["fleet"].values():
        assert [sensor["reading"] for sensor in told["ipmi_sensors"]] == [20.0 + number for number in range(6)]


@pytest.mark.slow
def test_dead_bmcs_delay_the_others_by_nothing_but_their_own_deadline(bmcs: Any, player: Player) -> None:
    _all, alone = read(player, concurrency=2)
    for name in NAMES[:DEAD]:
        player.hosts[name]["bmc_host"] = NOBODY
    result, together = read(player, concurrency=2, retries=7)
    assert_whole(result, NAMES[DEAD:])
    assert sorted(result["failed_targets"]) == NAMES[:DEAD]
    assert {error["kind"] for error in result["errors"].values()} == {"unreachable"}
    assert result["summary"] == {
        "targets": COUNT,
        "read": COUNT - DEAD,
        "unread": DEAD,
        "incomplete": 0,
        "statuses": {"critical": 0, "warning": 0, "unknown": 0, "nominal": COUNT - DEAD},
    }
    # Two places for ten dead ones of four seconds each: where they kept their places they would take twenty.
    assert together < alone * 2 + 0.5 * 8 + 5


def test_bmcs_that_flood_garble_and_replay_harm_themselves_alone(bmcs: Any, player: Player) -> None:
    rng = random.Random(1)
    noise = [rng.randbytes(rng.randrange(1, 90)) for _packet in range(100)]
    seen: list[bytes] = []

    def replay(packet: bytes) -> list[bytes]:
        seen.append(packet)
        return [*seen[-4:-1], packet]

    changes: dict[str, Change] = {
        "floods": lambda packet: [*noise, packet],
        "garbles": lambda packet: [bytes(byte ^ 0x5A for byte in packet)],
        "cuts": lambda packet: [packet[: len(packet) // 2]],
        "replays": replay,
        "foreign": lambda packet: [packet, noise[0]],
    }
    for name in NAMES[8:]:
        del player.hosts[name]
    with ExitStack() as relays:
        for number, (name, change) in enumerate(changes.items()):
            bmc = bmcs[NAMES[number]]
            relay = relays.enter_context(Relay(bmc.address, bmc.port, change))
            player.hosts[name] = {**player.hosts[NAMES[7]], "bmc_host": relay.address, "bmc_port": relay.port}
        result, _took = read(player, timeout_s=20)
    unread = sorted(result["failed_targets"])
    assert {"garbles", "cuts"} <= set(unread) <= {"garbles", "cuts", "floods"}
    assert_whole(result, [name for name in player.hosts if name not in unread])
    assert "defect" not in {error["kind"] for error in result["errors"].values()}


def children(pid: int) -> list[int]:
    """All processes below this one."""
    below = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid and fields[0] != "Z":
            below += [int(path.parent.name), *children(int(path.parent.name))]
    return below


def is_there(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def until(true: Callable[[], bool], deadline_s: float = 30.0) -> None:
    end = time.monotonic() + deadline_s
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def slow(bmcs: Any) -> Iterator[None]:
    for name in NAMES:
        bmcs[name].faults.change(delay_ms=40)
        bmcs[name].requests.clear()
    yield
    for name in NAMES:
        bmcs[name].faults.clear()


def start(player: Player, **options: Any) -> subprocess.Popen[bytes]:
    player.run(play({"ansible.builtin.debug": {"msg": "writes the inventory"}, "run_once": True}))
    (player.folder / "playbook.yml").write_text(json.dumps(fleet_play(**options)))
    command = ["ansible-playbook", "-i", "inventory.yml", "playbook.yml"]
    log = (player.folder / "log").open("wb")
    return subprocess.Popen(
        command, cwd=player.folder, env=player.env, stdin=subprocess.DEVNULL, stdout=log, stderr=log
    )


def in_the_midst(bmcs: Any) -> Callable[[], bool]:
    return lambda: sum(len(bmcs[name].requests) > 12 for name in NAMES) > COUNT // 4


def assert_next_run_is_right(bmcs: Any, player: Player) -> None:
    for path in files(player):
        json.loads(path.read_text())
    for name in NAMES:
        bmcs[name].faults.clear()
    result, _took = read(player)
    assert_whole(result, NAMES)
    assert len(files(player)) == COUNT
    assert not list((player.folder / "cache").rglob("*.tmp*"))


@pytest.mark.usefixtures("slow")
def test_run_that_is_killed_leaves_no_process_and_no_torn_file(bmcs: Any, player: Player) -> None:
    running_play = start(player, processes=2)
    until(in_the_midst(bmcs))
    below = children(running_play.pid)
    assert below
    running_play.kill()
    running_play.wait(10)
    # Nobody tells them: they end when their BMCs are read, or by these BMCs' deadlines.
    until(lambda: not any(is_there(pid) for pid in below))
    assert_next_run_is_right(bmcs, player)


@pytest.mark.usefixtures("slow")
@pytest.mark.slow
def test_worker_that_is_killed_costs_the_bmcs_that_it_had_left(bmcs: Any, player: Player) -> None:
    running_play = start(player, processes=2)
    until(in_the_midst(bmcs))
    # Below ansible-playbook is the task's process, and below that are the two that read.
    readers = [pid for child in children(running_play.pid) for pid in children(child) if not children(pid)]
    os.kill(readers[0], signal.SIGKILL)
    assert running_play.wait(60) == 0, (player.folder / "log").read_text()
    result = player.told()["fleet"]
    assert result["errors"] and {error["kind"] for error in result["errors"].values()} == {"process_died"}
    assert len(result["fleet"]) >= COUNT // 2
    assert_whole(result, [name for name in NAMES if name not in result["errors"]])
    assert_next_run_is_right(bmcs, player)


@pytest.mark.slow
def test_result_is_as_small_as_what_was_asked_for(bmcs: Any, player: Player) -> None:
    whole = len(json.dumps(read(player)[0]))
    few = len(json.dumps(read(player, sensors=["Temp 1"])[0]))
    verdicts = len(json.dumps(read(player, omit=["ipmi_sensors", "ipmi_bmc"])[0]))
    log = read(player, collect=["sensors", "sel"], omit=["ipmi_sensors"], log={"severity": ["critical"]})[0]
    assert few < whole / 2 and verdicts < whole / 4
    assert all(told["sel"] == [] and "ipmi_sensors" not in told for told in log["fleet"].values())
