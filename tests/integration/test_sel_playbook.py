# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role and the playbook sel: the fleet's report, archives, and which logs are cleared, judged by the ledgers."""

from __future__ import annotations

import itertools
import json
import re
import stat
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bmcsim import running
from harness.playing import Played, Player

PLAYBOOK = "baremetal.ipmi.sel"
ROLE_BY_ONE = [{"hosts": "all", "gather_facts": False, "serial": 1, "roles": [{"role": "baremetal.ipmi.sel"}]}]
QUICK = {"sel_request_timeout_s": 0.4, "sel_retries": 1}
FAN_FAILED = [
    {"time": "2026-01-11T22:40:00Z", "sensor": "Fan2A", "offset": 0, "reading": 840, "threshold": 840},
    {"time": "2026-01-11T22:40:03Z", "sensor": "Fan2A", "offset": 2, "reading": 360, "threshold": 480},
]
MARKS_CLEARS = {"log_clear": True}
NEARLY_FULL = {"capacity": 6, "log_clear": True}


@pytest.fixture
def fleet() -> Iterator[Any]:
    with running(
        [
            {"name": "good", "model": "rack1u", "sel_options": MARKS_CLEARS},
            {"name": "fan", "model": "rack1u", "overrides": {"Fan2A": {"reading": 360}}, "sel": FAN_FAILED},
            {"name": "full", "model": "rack1u", "sel_options": NEARLY_FULL},
            {"name": "silent", "model": "rack1u", "faults": {"silent": True}},
        ]
    ) as served:
        yield served


@pytest.fixture
def player(tmp_path: Path, ansible_env: dict[str, str]) -> Player:
    return Player(tmp_path, ansible_env)


def add(player: Player, fleet: Any, *names: str, **variables: Any) -> None:
    for name in names:
        player.add(fleet[name], **QUICK, **variables)


def table(output: str, last_column: str) -> list[list[str]]:
    """The words of each line below the heading that ends so."""
    after = output[output.index(last_column) :].splitlines()[1:]
    return [line.split() for line in itertools.takewhile(lambda line: re.match(r"\w", line) and "[" not in line, after)]


def recap(played: Played, name: str) -> dict[str, int]:
    """What the last lines count for each host: ``changed`` or ``failed``."""
    lines = [line for line in played.output.splitlines() if "unreachable=" in line]
    return {line.split()[0]: int(re.search(rf"{name}=(\d+)", line)[1]) for line in lines}  # type: ignore[index]


def archived(player: Player, host: str) -> Counter[str]:
    path = player.folder / "sel" / f"{host}.jsonl"
    lines = path.read_text().splitlines() if path.exists() else []
    return Counter(json.loads(line)["raw"] for line in lines)


def assert_erased_nothing(fleet: Any) -> None:
    for bmc in fleet.values():
        assert not bmc.ledger().clears and not bmc.ledger().erased, bmc.name


def assert_cleared_without_loss(fleet: Any, player: Player, *names: str) -> None:
    """Of these hosts, and no others, the log was cleared, and every event is archived or still there."""
    for bmc in fleet.values():
        view = bmc.ledger()
        assert bool(view.clears) == (bmc.name in names), bmc.name
        if bmc.name in names:
            found = archived(player, bmc.name)
            assert not view.lost(found, bmc.sel_records()) and not view.twice(found), bmc.name


def test_fleet_is_reported_worst_first_and_archived(fleet: Any, player: Player) -> None:
    add(player, fleet, "good", "fan", "full", "silent")
    played = player.run(PLAYBOOK, "-vv")
    assert played.status == 2, played.output
    events = table(played.output, "event                            hosts")
    assert [line[:3] for line in events] == [
        ["critical", "active", "1"],
        ["warning", "active", "1"],
        ["critical", "recovered", "3"],
        ["critical", "recovered", "3"],
    ]
    assert events[0][3:] == ["2026-01-11T22:40:03Z", "Fan2A", "lower", "critical", "going", "low", "fan"]
    hosts = {line[0]: line for line in table(played.output, "worst event")}
    assert list(hosts) == ["fan", "silent", "full", "good"]
    assert hosts["fan"][1:10] == ["critical", "1", "1", "0", "2", "3", "7", "1.4%", "no"]
    assert hosts["full"][1:10] == ["nominal", "0", "0", "0", "2", "3", "5", "83.3%", "no"]
    assert "no BMC answers" in " ".join(hosts["silent"])
    assert recap(played, "failed") == {"fan": 1, "silent": 1, "full": 0, "good": 0}
    for name in ("good", "fan", "full"):
        assert archived(player, name) == fleet[name].ledger().remaining_raw()
        assert stat.S_IMODE((player.folder / "sel" / f"{name}.jsonl").stat().st_mode) == 0o600
    assert not archived(player, "silent")
    assert_erased_nothing(fleet)
    assert fleet["good"].password not in played.output


def test_second_run_changes_nothing(fleet: Any, player: Player) -> None:
    add(player, fleet, "good", "full")
    assert set(recap(player.run(PLAYBOOK), "changed").values()) == {1}
    assert set(recap(player.run(PLAYBOOK), "changed").values()) == {0}


def test_only_logs_over_the_limit_are_cleared(fleet: Any, player: Player) -> None:
    add(player, fleet, "good", "fan", "full", "silent", sel_clear="over_percent", sel_archive_format="ipmitool")
    played = player.run(PLAYBOOK)
    assert played.status == 2, played.output
    assert_cleared_without_loss(fleet, player, "full")
    assert archived(player, "good") == fleet["good"].ledger().remaining_raw()
    assert (player.folder / "sel" / "full.sel").stat().st_size == 5 * 16
    # The entry that says that the log was cleared is nothing to clear, and nothing to archive by itself.
    assert len(fleet["full"].sel_records()) == 1
    again = player.run(PLAYBOOK)
    assert set(recap(again, "changed").values()) == {0}, again.output


def test_log_whose_limit_is_higher_stays(fleet: Any, player: Player) -> None:
    add(player, fleet, "full", sel_clear="over_percent", sel_clear_over_percent=90)
    assert player.run(PLAYBOOK).status == 0
    assert_erased_nothing(fleet)


@pytest.mark.parametrize("plays", [PLAYBOOK, ROLE_BY_ONE], ids=["playbook", "role"])
def test_more_logs_than_confirmed_are_not_cleared_by_batches_either(fleet: Any, player: Player, plays: Any) -> None:
    add(player, fleet, "good", "fan", "full", sel_clear="always", sel_confirm_hosts=2)
    played = player.run(plays, "-e", "sel_serial=1")
    assert played.status == 2, played.output
    assert "Set sel_confirm_hosts to 3 to go on." in played.output
    assert_erased_nothing(fleet)


@pytest.mark.parametrize("plays", [PLAYBOOK, ROLE_BY_ONE], ids=["playbook", "role"])
def test_all_logs_are_cleared_when_confirmed_and_a_second_run_changes_nothing(
    fleet: Any, player: Player, plays: Any
) -> None:
    add(player, fleet, "good", "fan", "full", sel_clear="always", sel_confirm_hosts=3, sel_fail_on="never")
    played = player.run(plays, "-e", "sel_serial=2", "-e", "sel_archive_path=sel")
    assert played.status == 0, played.output
    assert_cleared_without_loss(fleet, player, "good", "fan", "full")
    again = player.run(plays, "-e", "sel_serial=2", "-e", "sel_archive_path=sel")
    assert again.status == 0, again.output
    assert set(recap(again, "changed").values()) == {0}, again.output


def test_each_host_has_its_own_say_in_what_is_cleared(fleet: Any, player: Player) -> None:
    add(player, fleet, "good", sel_clear="always")
    add(player, fleet, "full", sel_clear="never")
    add(player, fleet, "fan", sel_clear="over_percent", sel_clear_over_percent="1.0", sel_confirm_hosts=2)
    played = player.run(PLAYBOOK, "-e", "sel_fail_on=never", "-e", "sel_confirm_hosts=2")
    assert played.status == 0, played.output
    assert_cleared_without_loss(fleet, player, "good", "fan")


def test_check_mode_tells_what_would_be_erased_and_changes_nothing(fleet: Any, player: Player) -> None:
    add(player, fleet, "good", "full", sel_clear="over_percent", sel_set_clock=True)
    fleet["good"].set_clock(1_700_000_000)
    played = player.run(PLAYBOOK, "--check", "--diff")
    assert played.status == 0, played.output
    assert recap(played, "changed") == {"good": 2, "full": 1}
    assert len(re.findall(r"^-.*PSU2 Status", played.output, re.MULTILINE)) == 2
    assert_erased_nothing(fleet)
    assert [clock["by"] for clock in fleet["good"].ledger().clocks] == ["test"]
    assert not list((player.folder / "sel").glob("*.jsonl"))


def test_clock_that_is_wrong_is_set_once(player: Player) -> None:
    with running({"name": "late", "model": "rack1u", "sel_options": {"clock": "pre_init"}}) as fleet:
        add(player, fleet, "late", sel_set_clock=True)
        played = player.run(PLAYBOOK)
        assert "not set" in played.output
        assert recap(played, "changed") == {"late": 2}
        assert recap(player.run(PLAYBOOK), "changed") == {"late": 0}
        assert len(fleet["late"].ledger().clocks) == 1


def test_user_that_may_not_clear_fails_alone(fleet: Any, player: Player) -> None:
    users = [{"name": "reader", "password": "Read-0nly", "privilege": "user"}]
    with running({"name": "guarded", "model": "rack1u", "users": users}) as guarded:
        add(player, fleet, "good", sel_clear="always", sel_confirm_hosts=2)
        add(player, guarded, "guarded", sel_clear="always")
        played = player.run(PLAYBOOK)
        assert played.status == 2
        assert recap(played, "failed") == {"good": 0, "guarded": 1}
        assert "privilege" in played.output
        assert_erased_nothing(guarded)
    assert_cleared_without_loss(fleet, player, "good")


def test_host_without_bmc_host_fails_alone(fleet: Any, player: Player) -> None:
    add(player, fleet, "good")
    player.hosts["switch"] = {"sel_clear": "always"}
    played = player.run(PLAYBOOK)
    assert recap(played, "failed") == {"good": 0, "switch": 1}
    assert "bmc_host" in played.output
    assert archived(player, "good") == fleet["good"].ledger().remaining_raw()


def test_misspelt_wish_ends_the_play_before_anything_is_done(fleet: Any, player: Player) -> None:
    add(player, fleet, "good", sel_clear="always")
    add(player, fleet, "full", sel_clear="allways")
    played = player.run(PLAYBOOK)
    assert played.status == 2
    assert "what is to be cleared of full cannot be understood" in played.output
    assert_erased_nothing(fleet)
    assert not (player.folder / "sel").exists()


@pytest.mark.parametrize(
    ("host", "settings", "status"),
    [
        ("good", {"sel_fail_on": "warning"}, 0),
        ("good", {"sel_live": False, "sel_fail_on": "warning"}, 0),
        ("fan", {"sel_fail_on": "never"}, 0),
        ("fan", {"sel_since": "2026-01-11T22:40:04Z"}, 0),
        ("fan", {"sel_live": False}, 2),
        ("silent", {"sel_unreachable": "warn"}, 0),
        ("silent", {}, 2),
    ],
)
def test_when_a_host_fails(fleet: Any, player: Player, host: str, settings: dict[str, Any], status: int) -> None:
    add(player, fleet, host, **settings, sel_archive=False)
    played = player.run(PLAYBOOK)
    assert played.status == status, played.output
    assert not (player.folder / "sel").exists()
