# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One task for a play's hosts: each host's own variables count, and what is wrong with one of them stays its own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from bmcsim import running
from harness.fleet import FLEET, HERE, PATIENCE, once, play
from harness.playing import Played, Player, tell

PLAYBOOK = "baremetal.ipmi.sensor_facts"
FLEET_MODE = ("-e", "sensor_facts_mode=fleet")
SECRETS = {"one": "Pw-of-one", "two": "Pw-of-two", "three": "Pw-of-three"}


@pytest.fixture(scope="module")
def bmcs() -> Iterator[Any]:
    with running(
        [
            {"name": name, "model": "rack1u", "users": [{"name": f"user-{name}", "password": password}]}
            for name, password in SECRETS.items()
        ]
    ) as served:
        yield served


@pytest.fixture
def player(tmp_path: Path, ansible_env: dict[str, str], bmcs: Any) -> Player:
    made = Player(tmp_path, ansible_env)
    for name in SECRETS:
        made.add(bmcs[name])
    return made


def asked(bmcs: Any) -> dict[str, int]:
    """Requests to each BMC since the last call."""
    counts = {name: len(bmcs[name].requests) for name in SECRETS}
    for name in SECRETS:
        bmcs[name].requests.clear()
    return counts


def fleet_role(before: Sequence[dict[str, Any]] = (), entry: str = "main", **keywords: Any) -> list[dict[str, Any]]:
    """A play with the role, in one task for all hosts; ``told`` knows what each of them has got."""
    role = {"name": "baremetal.ipmi.sensor_facts", "tasks_from": entry, "rolespec_validate": False}
    applied = {"ansible.builtin.import_role": role, "vars": {"sensor_facts_mode": "fleet"}, **keywords}
    result = {"ansible.builtin.set_fact": {"result": "{{ __sensor_facts_result }}"}}
    every = {host: "{{ hostvars['" + host + "'].result | default(none) }}" for host in SECRETS}
    return play(*before, applied, result, {**tell("every"), "vars": {"every": every}, "run_once": True})


def told(player: Player) -> dict[str, Any]:
    """Of each host how many sensors were read, or the kind of the error, or its message."""
    found: dict[str, Any] = {}
    for host, result in player.told().items():
        facts = (result or {}).get("ansible_facts", {})
        kind = ((result or {}).get("error") or {}).get("kind")
        found[host] = len(facts["ipmi_sensors"]) if facts else kind or (result or {}).get("msg")
    return found


def test_each_host_is_asked_with_its_own_variables(bmcs: Any, player: Player) -> None:
    player.hosts["one"]["sensor_facts_types"] = ["Fan"]
    player.hosts["two"].update(
        sensor_facts_sensors=["/^Fan1/"], sensor_facts_health_rules=[{"sensor": "Fan1A", "health": "warning"}]
    )
    # Out of another host's variables, and with none but those of the role's environment.
    player.hosts["two"]["bmc_password"] = "{{ hostvars['three'].password_of_two }}"
    player.hosts["three"].update(password_of_two=SECRETS["two"], sensor_facts_query="length(ipmi_sensors)")
    del player.hosts["three"]["bmc_password"]
    player.env["IPMI_PASSWORD"] = SECRETS["three"]
    played = player.run(fleet_role())
    assert played.status == 0, played.output
    one, two, three = (player.told()[name]["ansible_facts"] for name in SECRETS)
    assert {sensor["type"] for sensor in one["ipmi_sensors"]} == {"Fan"}
    assert one["ipmi_health"]["status"] == "nominal"
    assert {sensor["name"] for sensor in two["ipmi_sensors"]} == {"Fan1A", "Fan1B"}
    assert two["ipmi_health"]["status"] == "warning"
    assert three["ipmi_query_result"] == len(three["ipmi_sensors"]) > 30


@pytest.mark.parametrize("missing", ["bmc_password", pytest.param("bmc_username", marks=pytest.mark.slow)])
def test_first_host_lends_its_log_in_to_nobody(bmcs: Any, player: Player, missing: str) -> None:
    # Were the first host's value good for the second BMC, the second host would be read.
    users = [{"name": "user-one", "password": SECRETS["one"]}]
    with running({"name": "same", "model": "rack1u", "users": users}) as same:
        player.hosts["two"].update(
            bmc_host=same["same"].address,
            bmc_port=same["same"].port,
            bmc_username="user-one",
            bmc_password=SECRETS["one"],
        )
        del player.hosts["two"][missing]
        played = player.run(fleet_role())
    assert played.status == 0, played.output
    found = told(player)
    assert found["one"] == found["three"] == 38
    assert found["two"] in ("wrong_password", "unknown_user"), found


def test_each_process_makes_out_the_variables_of_its_own_hosts(bmcs: Any, player: Player) -> None:
    for number in range(16):
        player.hosts[f"like{number}"] = dict(player.hosts[("one", "two", "three")[number % 3]])
    player.hosts["bad"] = {**player.hosts["one"], "bmc_port": "{{ no_such_variable }}"}
    played = player.run(play(once(processes=2, **PATIENCE), {**tell("fleet"), "run_once": True}))
    assert played.status == 0, played.output
    result = player.told()
    assert set(result["fleet"]) == set(player.hosts) - {"bad"}
    assert list(result["failed_targets"]) == ["bad"] and "no_such_variable" in result["failed_targets"]["bad"]
    assert result["errors"]["bad"]["kind"] == "option_error"
    assert result["summary"]["targets"] == len(player.hosts)


WRONG = [
    ("bmc_port", "six", "port"),
    ("bmc_password", "x" * 21, "20 at the most"),
    ("sensor_facts_bmc_password", "{{ no_such_variable }}", "no_such_variable"),
    ("sensor_facts_thresholds", "all", "thresholds"),
    ("sensor_facts_types", ["Fann"], "'Fann' is no sensor type"),
    ("sensor_facts_health_rules", [{"sensor": "Fan1A"}], "health"),
    ("sensor_facts_query", "a[", "JMESPath"),
    ("sensor_facts_delegate_to", "bastion7", "bastion7"),
    ("bmc_host", "", "bmc_host"),
]


@pytest.mark.parametrize("mode", ["fleet", pytest.param("host", marks=pytest.mark.slow)])
def test_what_is_wrong_with_one_hosts_variables_is_that_hosts_failure(bmcs: Any, player: Player, mode: str) -> None:
    for number, (variable, value, _words) in enumerate(WRONG):
        player.hosts[f"bad{number}"] = {**player.hosts["two"], variable: value}
    del player.hosts["two"]
    asked(bmcs)
    played = player.run(PLAYBOOK, "-e", f"sensor_facts_mode={mode}")
    assert played.status == 2, played.output
    assert not asked(bmcs)["two"]
    for name in ("one", "three"):
        assert re.search(rf"^{name} +nominal", played.output, re.MULTILINE), played.output
    for number, (_variable, _value, words) in enumerate(WRONG):
        (line,) = re.findall(rf"^bad{number} +unknown.*", played.output, re.MULTILINE)
        snapshot = (player.folder / "sensor_facts" / f"bad{number}.json").read_text()
        assert words in line + snapshot, line


@pytest.mark.slow
def test_mode_may_differ_from_host_to_host_and_nothing_else_does(bmcs: Any, player: Player) -> None:
    del player.hosts["two"]["sensor_facts_request_timeout_s"]
    for modes in ({"one": "fleet", "two": "host"}, {"one": "host", "two": "fleet"}):
        for name, mode in modes.items():
            player.hosts[name]["sensor_facts_mode"] = mode
        asked(bmcs)
        played = player.run(PLAYBOOK)
        assert played.status == 0, played.output
        counts = asked(bmcs)
        # Each was read once.
        assert len({counts[name] // 10 for name in SECRETS}) == 1, counts


def lines(played: Played) -> set[str]:
    after = played.output[played.output.index("worst finding") :].splitlines()[1:]
    return {line.split()[0] for line in after if line.split()[1:2] in (["nominal"], ["unknown"])}


@pytest.mark.slow
def test_limit_batches_and_hosts_that_failed_before(bmcs: Any, player: Player) -> None:
    player.run(PLAYBOOK, *FLEET_MODE)  # so that no run after it reads the sensor data records
    asked(bmcs)
    limited = player.run(PLAYBOOK, *FLEET_MODE, "--limit", "two,three")
    assert limited.status == 0 and lines(limited) == {"two", "three"}, limited.output
    once_for_all = asked(bmcs)
    assert not once_for_all["one"]

    batches = player.run(PLAYBOOK, *FLEET_MODE, "-e", "sensor_facts_serial=2")
    assert batches.status == 0 and lines(batches) == set(SECRETS), batches.output
    counts = asked(bmcs)
    # The batches to come were not read with the first one.
    assert max(counts[name] for name in ("two", "three")) < 1.5 * once_for_all["two"], (counts, once_for_all)

    broken = {"ansible.builtin.fail": {"msg": "broken"}, "when": "inventory_hostname == 'one'"}
    failed = player.run(fleet_role([broken]))
    assert failed.status == 2 and told(player)["two"] == told(player)["three"] == 38, failed.output
    assert "was not asked: the host failed before" in failed.output
    assert not asked(bmcs)["one"]


@pytest.mark.slow
def test_hosts_for_which_the_role_is_not_meant_are_left_alone(bmcs: Any, player: Player) -> None:
    for unwanted in SECRETS:
        for name in SECRETS:
            player.hosts[name]["wanted"] = name != unwanted
        played = player.run(fleet_role(entry="read", when="wanted"))
        assert played.status == 0, played.output
        found = told(player)
        assert [name for name in SECRETS if found[name] == 38] == [name for name in SECRETS if name != unwanted]


@pytest.mark.slow
def test_check_mode_and_an_empty_group(bmcs: Any, player: Player) -> None:
    checked = player.run(PLAYBOOK, *FLEET_MODE, "--check")
    assert checked.status == 0 and lines(checked) == set(SECRETS), checked.output
    empty = player.run(PLAYBOOK, *FLEET_MODE, "-e", "sensor_facts_hosts=nobody")
    by_host = player.run(PLAYBOOK, "-e", "sensor_facts_hosts=nobody")
    assert empty.status == by_host.status


def test_bastion_that_cannot_be_reached_is_every_hosts_failure(bmcs: Any, player: Player) -> None:
    player.hosts["bastion"] = {"ansible_host": "127.99.99.99", "ansible_port": 1, "ansible_connection": "ssh"}
    arguments = ("-e", "sensor_facts_delegate_to=bastion", "--limit", "one,two,three")
    by_fleet, by_host = player.run(PLAYBOOK, *FLEET_MODE, *arguments), player.run(PLAYBOOK, *arguments)
    assert by_fleet.status == by_host.status == 2, by_fleet.output
    assert lines(by_fleet) == lines(by_host) == set(SECRETS), by_fleet.output


@pytest.mark.slow
def test_hosts_and_variables_that_there_are_not_are_refused(bmcs: Any, player: Player) -> None:
    strange = {"no_such_option": "bmc_host"}
    for options, words in (
        ({"hosts": ["four"]}, "'four' is not in the inventory"),
        ({"variables": strange}, "no_such_option"),
    ):
        played = player.run(play({FLEET: options, **HERE, "run_once": True}))
        assert played.status == 2 and words in played.output


@pytest.mark.parametrize("nobody", [{"targets": []}, {"hosts": []}])
def test_fleet_of_nobody_is_read_at_once(bmcs: Any, player: Player, nobody: dict[str, Any]) -> None:
    played = player.run(play(once(**nobody), {**tell("fleet"), "run_once": True}))
    assert played.status == 0, played.output
    assert player.told()["fleet"] == {} and player.told()["summary"]["targets"] == 0


@pytest.mark.slow
def test_targets_need_no_inventory_and_options_count_for_all_of_them(bmcs: Any, player: Player) -> None:
    targets = [
        {"name": "first", "host": bmcs["one"].address, "port": bmcs["one"].port, "types": ["Fan"]},
        {"name": "second", "host": bmcs["one"].address, "port": bmcs["one"].port, "username": "nobody"},
        {"name": "third"},
    ]
    read = once(targets=targets, username="user-one", password=SECRETS["one"], omit=["ipmi_sensors"], **PATIENCE)
    played = player.run(play(read, {**tell("fleet"), "run_once": True}))
    assert played.status == 0, played.output
    result = player.told()
    assert set(result["fleet"]) == {"first"} and set(result["failed_targets"]) == {"second", "third"}
    assert set(result["fleet"]["first"]) == {"ipmi_health", "ipmi_bmc"}
    assert result["errors"]["third"]["kind"] == "option_error"
    assert result["summary"] == {
        "targets": 3,
        "read": 1,
        "unread": 2,
        "incomplete": 0,
        "statuses": {"critical": 0, "warning": 0, "unknown": 0, "nominal": 1},
    }
