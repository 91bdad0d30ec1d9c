# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The stand-in for Windows answers as ansible.windows does, over both connections, and guesses at nothing."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from harness.playing import Player, tell
from harness.windows import (
    MemoryRegistry,
    Misunderstood,
    Registry,
    WindowsHost,
    wine_registry,
    with_ansible_windows,
    with_core,
)
from harness.windows.facts import gather
from harness.windows.wevtutil import arguments_of, wevtutil
from harness.windows.xpath import compile_query

KEY = r"HKLM:\SYSTEM\CurrentControlSet\Control\IPMI"
NAMESPACE = "{http://schemas.microsoft.com/win/2004/08/events/event}"
NOON = datetime(2026, 1, 2, 12, tzinfo=UTC)
QUERY = "*[System[Provider[@Name='IPMIDRV'] and (EventID>=1000 and EventID<=1004)]]"


@pytest.fixture
def player(tmp_path: Path, ansible_env: dict[str, str]) -> Player:
    return Player(tmp_path, with_ansible_windows(ansible_env))


@pytest.fixture(params=["", "core-newest"], ids=["this core", "newest core"])
def on_cores(request: pytest.FixtureRequest, player: Player) -> Player:
    """A player on the core of this environment, and on the newest one."""
    if request.param:
        player.env = with_core(request.param, player.env)
    return player


@pytest.fixture(params=["memory", "wine"])
def registry(request: pytest.FixtureRequest) -> Iterator[Registry]:
    with wine_registry() if request.param == "wine" else nullcontext(MemoryRegistry()) as found:
        found.set(KEY, "BusyWaitPeriod", "REG_DWORD", 60)
        found.set(KEY, "Notes", "REG_SZ", "two  words")
        found.set(rf"{KEY}\Below", "Kept", "REG_MULTI_SZ", ("a", "b c"))
        yield found


def play(
    player: Player, host: WindowsHost, connection: str, *tasks: dict[str, Any], arguments: tuple[str, ...] = ()
) -> Any:
    player.hosts = {host.name: host.variables(connection)}
    return player.run([{"hosts": "all", "gather_facts": False, "tasks": [*tasks]}], *arguments)


def regedit(**arguments: Any) -> dict[str, Any]:
    return {"ansible.windows.win_regedit": {"path": KEY, **arguments}, "register": "edited"}


@pytest.mark.parametrize("connection", ["ssh", "winrm"])
def test_real_modules_reach_the_registry_and_the_event_log_over_both_connections(
    on_cores: Player, connection: str
) -> None:
    with WindowsHost("web1") as host:
        host.events.add("IPMIDRV", 1004, data=[r"\Device\IPMI", "Zeitüberschreitung & <more>"])
        host.registry.set(KEY, "Foreign", "REG_SZ", "stays")
        query = {"argv": ["wevtutil.exe", "qe", "System", f"/q:{QUERY}", "/f:XML", "/e:Events"]}
        played = play(
            on_cores,
            host,
            connection,
            {"ansible.windows.setup": {}, "register": "facts"},
            regedit(name="busywaitperiod", data=4294967295, type="dword"),
            {"ansible.windows.win_reg_stat": {"path": KEY}, "register": "stat"},
            {"ansible.windows.win_command": query, "register": "queried"},
            tell("[facts.ansible_facts.ansible_os_family, edited.changed, stat.properties, queried.stdout]"),
        )
        assert played.status == 0, played.output
        assert [call.module for call in host.calls] == ["setup", "win_regedit", "win_reg_stat", "win_command"]
        assert host.registry.values(KEY) == {
            "Foreign": ("REG_SZ", "stays"),
            "busywaitperiod": ("REG_DWORD", 4294967295),
        }
    family, changed, properties, xml = on_cores.told()
    assert (family, changed) == ("Windows", True)
    assert properties["busywaitperiod"] == {"type": "REG_DWORD", "value": 4294967295, "raw_value": 4294967295}
    (event,) = ET.fromstring(xml)
    assert event.findtext(f"{NAMESPACE}System/{NAMESPACE}EventID") == "1004"
    assert event.findtext(f".//{NAMESPACE}Data[2]") == "Zeitüberschreitung & <more>"


@pytest.mark.parametrize("connection", ["ssh", "winrm"])
def test_host_that_went_away_is_unreachable_and_a_module_that_fails_is_not(on_cores: Player, connection: str) -> None:
    with WindowsHost() as host:
        host.fail("win_regedit", "Access is denied", at=2)
        host.go_away(at=4)
        edit = regedit(name="x", data=1, type="dword")
        told = tell("[edited.msg, ping.unreachable]")
        ping = {"ansible.windows.win_ping": {}, "register": "ping", "ignore_unreachable": True}
        played = play(
            on_cores,
            host,
            connection,
            edit,
            {**edit, "ignore_errors": True},
            {"ansible.windows.win_ping": {}},
            ping,
            told,
        )
        assert played.status == 0, played.output
        assert on_cores.told() == ["Access is denied", True]
        assert [call.module for call in host.calls] == ["win_regedit", "win_regedit", "win_ping"]


@pytest.mark.parametrize("connection", ["ssh", "winrm"])
def test_reboot_runs_to_its_end_and_what_a_reboot_does_is_scripted(on_cores: Player, connection: str) -> None:
    with WindowsHost() as host:
        host.on_reboot(lambda: host.events.add("IPMIDRV", 1002))
        played = play(on_cores, host, connection, {"ansible.windows.win_reboot": {}, "register": "edited"})
        assert played.status == 0, played.output
        assert host.reboots == 1
        assert [event.event_id for event in host.events.of("System")] == [1002]


def test_absent_without_a_name_deletes_the_key_and_with_a_name_the_value(registry: Registry, player: Player) -> None:
    before = registry.dump(KEY)
    with WindowsHost(registry=registry) as host:
        named = regedit(name="BUSYWAITPERIOD", state="absent", delete_key=False)
        assert "changed=1" in play(player, host, "ssh", named, arguments=("--check",)).output
        assert registry.dump(KEY) == before
        assert "changed=1" in play(player, host, "ssh", named, named).output
        assert registry.dump(KEY) == {**before, KEY: {"Notes": ("REG_SZ", "two  words")}}
        assert "changed=1" in play(player, host, "ssh", regedit(state="absent")).output
        assert registry.values(KEY) is None
        assert registry.dump(KEY) == {}


def test_numbers_of_every_size_are_kept_and_a_wrong_type_is_mended(registry: Registry, player: Player) -> None:
    registry.set(KEY, "Mistyped", "REG_SZ", "60")
    numbers = [0, 2147483648, 2147483648, 4294967295, 4294967295, 4294967296]
    with WindowsHost(registry=registry) as host:
        edit = regedit(name="NOTES", data="{{ item }}", type="dword")
        told = tell("edited.results | map(attribute='changed')")
        others = [
            regedit(name="New", data="0x10", type="dword"),
            regedit(name="Mistyped", data=60, type="dword"),
            regedit(data="of the key"),
        ]
        played = play(player, host, "ssh", *others, {**edit, "loop": numbers, "ignore_errors": True}, told)
        assert "data cannot be larger than 0xffffffff when type is dword" in played.output
    assert player.told() == [True, True, False, True, False, False]
    assert registry.dump(KEY) == {
        KEY: {
            "": ("REG_SZ", "of the key"),
            "BusyWaitPeriod": ("REG_DWORD", 60),
            "Mistyped": ("REG_DWORD", 60),
            "New": ("REG_DWORD", 16),
            "Notes": ("REG_DWORD", 4294967295),
        },
        rf"{KEY}\Below": {"Kept": ("REG_MULTI_SZ", ("a", "b c"))},
    }


def test_what_the_stand_in_does_not_know_fails_the_test(player: Player) -> None:
    with pytest.raises(AssertionError, match="win_file"), WindowsHost() as host:
        played = play(
            player, host, "ssh", {"ansible.windows.win_file": {"path": "x", "state": "absent"}, "ignore_errors": True}
        )
        assert played.status == 0, played.output


def test_facts_are_those_that_are_asked_for() -> None:
    facts = WindowsHost().all_facts()
    assert "ansible_product_name" in gather(facts, {})
    least = gather(facts, {"gather_subset": ["!all"]})
    assert "ansible_os_family" in least
    assert "ansible_product_name" not in least
    assert "ansible_product_name" in gather(facts, {"gather_subset": ["!all", "bios"]})


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("*", [1, 2, 3, 4]),
        ("*[System[Provider[@Name='IPMIDRV']]]", [1, 2, 3]),
        ("*[System[Provider[@Name='IPMIDRV'] and (EventID=1002 or EventID=1004)]]", [1, 3]),
        ("*[System[(EventID=1002 or EventID=1003) and Level<=2]]", [2]),
        (QUERY, [1, 2, 3]),
        (
            "*[System[TimeCreated[@SystemTime>='2026-01-02T10:00:00.000Z' and @SystemTime<='2026-01-02T11:00:00Z']]]",
            [2, 3],
        ),
        ("*[System[TimeCreated[timediff(@SystemTime) <= 3600000]]]", [3, 4]),
    ],
)
def test_queries_find_the_events_that_windows_would_find(query: str, found: list[int]) -> None:
    host = WindowsHost(clock=lambda: NOON)
    for event_id, level, hours in ((1004, 2, 3), (1003, 2, 2), (1002, 3, 1)):
        host.events.add("IPMIDRV", event_id, level=level, at=NOON - timedelta(hours=hours))
    host.events.add("disk", 7)
    test = compile_query(query)
    assert [event.record for event in host.events.of("System") if test(event, NOON)] == found


@pytest.mark.parametrize(
    "query",
    [
        "*[System[Provider[@Name='IPMIDRV']]",
        "*[System[EventID='1004']]",
        "*[EventData[Data='x']]",
        "*[System[band(Keywords,1)]]",
        "*[System[TimeCreated[@SystemTime>='yesterday']]]",
        "*[System[Provider[@Name=IPMIDRV]]]",
        "*[System[EventID=1004]] or *",
    ],
)
def test_query_that_is_not_understood_is_no_empty_answer(query: str) -> None:
    with pytest.raises(Misunderstood):
        compile_query(query)


@pytest.mark.parametrize(
    "line",
    [
        r'wevtutil.exe qe System "/q:*[System[EventID=1004]]" /f:XML /e:Events /rd:true /c:2',
        r'C:\Windows\System32\wevtutil.exe qe System /q:"*[System[EventID=1004]]" /f:XML /e:Events /rd:true /c:2',
        r'"wevtutil" query-events System /query:*[System[EventID=1004]] /format:xml /e:Events /rd:true /count:2',
    ],
)
def test_wevtutil_takes_every_quoting_newest_first_and_so_many(line: str) -> None:
    host = WindowsHost(clock=lambda: NOON)
    for minute in range(3):
        host.events.add("IPMIDRV", 1004, at=NOON + timedelta(minutes=minute))
    outcome = wevtutil(arguments_of(line)[1:], host.events, NOON)
    records = ET.fromstring(outcome.stdout).iter(f"{NAMESPACE}EventRecordID")
    assert [record.text for record in records] == ["3", "2"]
    host.events.decimals = 9
    assert "SystemTime='2026-01-02T12:02:00.000000000Z'" in wevtutil(arguments_of(line)[1:], host.events, NOON).stdout
    with pytest.raises(Misunderstood):
        wevtutil(["qe", "System", "/lf:true"], host.events, NOON)


def test_answers_are_canned_damaged_and_slowed_as_a_test_wants(player: Player) -> None:
    with WindowsHost() as host:
        host.damage("wevtutil", lambda text: text[:12])
        host.answer("win_command", "Application", stderr="Access is denied.", rc=5)
        host.answer("win_powershell", "PoolNonpagedBytes", output=[{"bytes": 7}])
        host.delay("win_ping", 1.5)
        tasks = [
            {"ansible.windows.win_command": "wevtutil qe System /e:Events", "register": "cut"},
            {"ansible.windows.win_command": "wevtutil qe Application", "register": "denied", "ignore_errors": True},
            {"ansible.windows.win_powershell": {"script": "Get-X PoolNonpagedBytes"}, "register": "pool"},
            {"ansible.windows.win_service_info": {"name": "iDRAC*"}, "register": "services"},
            {"ansible.windows.win_ping": {}, "timeout": 1, "register": "slow", "ignore_errors": True},
            tell("[cut.stdout, denied.rc, denied.stderr, pool.output, services.services[0].state, slow.failed]"),
        ]
        host.add_service("iDRAC Service Module")
        played = play(player, host, "ssh", *tasks)
        assert played.status == 0, played.output
        assert player.told() == ["<Events>\r\n</", 5, "Access is denied.", [{"bytes": 7}], "started", True]
