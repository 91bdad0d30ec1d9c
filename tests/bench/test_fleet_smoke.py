# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fleet's part of `make bench` in small: its server answers as bmcsim does, every row is there, and what must hold
is judged. How fast anything is, no test says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from fleet import clients, plot, report
from fleet.runs import Condition, Found, Plan, Row, expected_s
from fleet.server import FleetServer
from server import Server
from server_model import PASSWORD, USER

BENCH = Path(__file__).parent
ROOT = BENCH.parent.parent

PLAIN = Condition()
PLAN = Plan(bmcs=[100, 1000], disturbed_bmcs=[64, 1000], conditions=[PLAIN], repeat=1)


def ipmitool(server: Server, suite: int, *command: str) -> subprocess.CompletedProcess[str]:
    session = ["-H", server.hosts[0], "-p", str(server.port), "-U", USER, "-P", PASSWORD, "-L", "USER", "-N", "1"]
    line = ["ipmitool", "-I", "lanplus", "-C", str(suite), *session, "-R", "1", *command]
    return subprocess.run(line, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.needs_command("ipmitool")
@pytest.mark.parametrize("suite", [3, 17])
def test_quick_bmcs_tell_what_bmcsim_tells(suite: int) -> None:
    with Server(1) as slow, FleetServer(2) as quick:
        slow.start_counting(0)
        quick.conditions()
        for command in (("sensor",), ("mc", "guid"), ("sdr", "list"), ("sensor",)):
            expected = ipmitool(slow, suite, *command)
            assert expected.returncode == 0 and expected.stdout, expected.stderr
            assert ipmitool(quick, suite, *command).stdout == expected.stdout
        assert quick.told().packets == sum(bmc["packets"] for bmc in slow.counted())
        assert quick.told().complete == 1


@pytest.mark.needs_command("ipmitool")
def test_silent_bmcs_and_those_behind_a_dead_line_are_not_complete() -> None:
    with FleetServer(1) as server:
        for dead in ({"silent": 1}, {"loss": 1.0}):
            server.conditions(**dead)
            assert ipmitool(server, 3, "sensor").returncode != 0
            assert server.told().packets and not server.told().complete


@pytest.mark.needs_command("ipmitool")
def test_a_slow_bmc_takes_its_time_for_each_request() -> None:
    with FleetServer(1) as server:
        server.conditions(delay_ms=30)
        assert ipmitool(server, 3, "mc", "guid").returncode == 0
        told = server.told()
        assert told.longest_s >= (told.packets - 1) * 0.03


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("bench") / "bench.md"
    small = [
        "--hosts",
        "",
        "--loss-reads",
        "0",
        "--bmcs",
        "3",
        "--fleet-delay",
        "1",
        "--fleet-loss",
        "",
        "--repeat",
        "1",
    ]
    command = [sys.executable, str(BENCH / "bench.py"), *small, "--output", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr
    return file.read_text()


def rows_of(page: str, title: str) -> dict[tuple[str, str], list[str]]:
    table = page.partition(title)[2].partition("#")[0]
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if "|" in line]
    return {(cells[0], cells[1]): cells[2:] for cells in lines[2:] if cells[-1]}


@pytest.mark.needs_command("ipmitool", "ipmi-sensors", "xargs")
def test_every_client_reads_every_sensor_of_the_fleet(page: str) -> None:
    rows = rows_of(page, "## A fleet")
    names = {"none": "-"}
    assert set(rows) == {(client.name, names.get(client.cache, client.cache)) for client in clients.all_clients()}
    assert {key: row[-1] for key, row in rows.items() if row[-1] != "3 of 3"} == {(clients.NOTHING, "-"): "-"}
    assert 30 < float(rows[clients.FLEET, "warm"][0]) <= 42 < float(rows[clients.FLEET, "cold"][0])


@pytest.mark.needs_command("ipmitool", "ipmi-sensors", "xargs")
def test_what_the_fleet_task_says_of_itself_counts(page: str) -> None:
    assert "3 read, 0 given up" in page.partition("## What must hold")[2]


@pytest.mark.needs_command("ipmitool", "ipmi-sensors", "xargs")
def test_slow_bmcs_are_read_by_every_client_that_is_measured_with_them(page: str) -> None:
    rows = rows_of(page, "### Slow BMCs")
    assert len(rows) == sum(client.delayed for client in clients.all_clients())
    assert {tuple(row[-2:]) for row in rows.values()} == {("3", "0")}


def row(
    client: str, bmcs: int, condition: Condition = PLAIN, cpu_ms: float = 5, wall_s: float = 5, failed: int = 0
) -> Row:
    return Row(client, "warm", bmcs, condition, 40, cpu_ms, wall_s, 90, bmcs - failed, 9, 1, False)


def good() -> list[Row]:
    return [
        row(clients.FLEET, 100, cpu_ms=20),
        row(clients.FLEET, 1000),
        row(clients.FREEIPMI, 1000),
        row(clients.FLEET, 1000, report.SLOW),
        row(clients.FREEIPMI, 1000, report.SLOW, wall_s=10),
        row(clients.FLEET, 1000, report.LIGHT_LOSS),
        row(clients.FLEET, 1000, report.HEAVY_LOSS, failed=50),
    ]


def test_what_must_hold_is_judged() -> None:
    outcomes = report.judge(Found(good()), PLAN)
    assert len(outcomes) == 6
    assert all(outcome.holds for outcome in outcomes)


@pytest.mark.parametrize(
    ("place", "bad", "verdict"),
    [
        (1, row(clients.FLEET, 1000, cpu_ms=8.1), 0),
        (1, row(clients.FLEET, 1000, failed=1), 0),
        (2, row(clients.FREEIPMI, 1000, wall_s=2.4), 1),
        (3, row(clients.FLEET, 1000, report.SLOW, wall_s=5.1), 2),
        (0, row(clients.FLEET, 100, cpu_ms=4), 3),
        (5, row(clients.FLEET, 1000, report.LIGHT_LOSS, failed=1), 4),
        (6, row(clients.FLEET, 1000, report.HEAVY_LOSS, failed=51), 5),
    ],
)
def test_what_does_not_hold_is_told(place: int, bad: Row, verdict: int) -> None:
    rows = good()
    rows[place] = bad
    outcomes = report.judge(Found(rows), PLAN)
    assert [number for number, outcome in enumerate(outcomes) if not outcome.holds] == [verdict]


def test_what_takes_long_is_known_from_fewer_bmcs() -> None:
    assert expected_s(1000, {}) == 0
    assert expected_s(1000, {100: 8.0}) == 80
    # What Ansible takes to start is no part of what a BMC takes.
    assert expected_s(1000, {10: 1.0, 100: 10.0, 5000: 1.0}) == pytest.approx(100)


def test_names_of_lines_stand_apart_and_near_their_ends() -> None:
    assert plot.apart([0.1, 0.5, 0.5, 0.9], 0.1) == pytest.approx([0.1, 0.45, 0.55, 0.9])
    assert plot.apart([0.4, 0.42, 0.55], 0.1) == pytest.approx([0.356667, 0.456667, 0.556667], abs=1e-5)


@pytest.mark.slow
def test_the_plot_names_every_line(tmp_path: Path) -> None:
    python = subprocess.run([ROOT / "tests/tools/venv.sh", "bench"], capture_output=True, text=True, check=True)
    script = (
        "import sys; from pathlib import Path; from fleet import clients, plot; from fleet.runs import Row, Condition\n"
        "rows = [Row(name, 'warm', n, Condition(), 40, 9, n / 10, 50, n, 1, 1, False)"
        " for name in (clients.FLEET, clients.FREEIPMI) for n in (10, 100)]\n"
        "plot.draw(rows, Path(sys.argv[1]))"
    )
    file = tmp_path / "plot.svg"
    command = [Path(python.stdout.strip()) / "bin" / "python", "-c", script, file]
    subprocess.run(command, cwd=BENCH, timeout=120, check=True)
    drawn = file.read_text()
    assert drawn.count(f">{clients.FLEET}<") == drawn.count(f">{clients.FREEIPMI}<") == 2
