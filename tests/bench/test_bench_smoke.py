# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`make bench` in small: every row is there and its counts are right. How fast anything is, no test says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

BENCH = Path(__file__).with_name("bench.py")
READABLE, THRESHOLD, OVERHEAD = 30, 20, 12
CELLS = ("client", "cache", "requests", "cpu_ms", "wall_s", "memory_mb", "read", "runs")
EXPECTED = {
    ("ansible.builtin.debug (does nothing)", "-"),
    ("ipmi_sensor_facts, thresholds: sdr", "cold"),
    ("ipmi_sensor_facts, thresholds: sdr", "warm"),
    ("ipmi_sensor_facts, thresholds: bmc", "cold"),
    ("ipmi_sensor_facts, thresholds: bmc", "warm"),
    ("ipmi_sensor_facts as a module, thresholds: sdr", "warm"),
    ("ansible.builtin.command: ipmitool -C 3 sensor", "-"),
    ("ipmitool -C 3 sensor", "-"),
    ("ipmi-sensors", "cold"),
    ("ipmi-sensors", "warm"),
    ("pyghmi, get_sensor_data()", "-"),
}
Rows = dict[tuple[str, str], dict[str, str]]


def bench(page: Path, *arguments: str) -> str:
    command = [sys.executable, str(BENCH), "--forks", "2", "--repeat", "1", "--output", str(page), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr
    return page.read_text()


def rows_of(page: str) -> Rows:
    table = page.partition("## Side by side")[2].partition("##")[0]
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines() if "|" in line]
    body = [dict(zip(CELLS, cells, strict=True)) for cells in lines[2:] if cells[-1]]
    return {(row["client"], row["cache"]): row for row in body}


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Rows:
    page = tmp_path_factory.mktemp("bench") / "bench.md"
    return rows_of(bench(page, "--hosts", "2", "--bmcs", "", "--delay", "0", "--loss-reads", "0"))


pytestmark = pytest.mark.needs_command("ipmitool", "ipmi-sensors", "xargs")


def test_table_has_every_client_and_cache(rows: Rows) -> None:
    assert set(rows) == EXPECTED


def test_every_client_reads_every_sensor_of_every_bmc(rows: Rows) -> None:
    reading = {name: row["read"] for name, row in rows.items() if row["requests"] != "-"}
    assert len(reading) == len(EXPECTED) - 1
    assert set(reading.values()) == {"2 of 2"}


def test_requests_with_a_warm_cache_are_those_that_are_promised(rows: Rows) -> None:
    def requests(thresholds: str) -> float:
        return float(rows[f"ipmi_sensor_facts, thresholds: {thresholds}", "warm"]["requests"])

    assert READABLE < requests("sdr") <= READABLE + OVERHEAD
    assert requests("bmc") == requests("sdr") + THRESHOLD


@pytest.mark.parametrize("client", ["ipmi_sensor_facts, thresholds: sdr", "ipmi-sensors"])
def test_cold_cache_costs_requests(rows: Rows, client: str) -> None:
    assert float(rows[client, "cold"]["requests"]) > float(rows[client, "warm"]["requests"])


@pytest.mark.parametrize("figure", ["cpu_ms", "wall_s", "memory_mb"])
def test_every_figure_was_measured(rows: Rows, figure: str) -> None:
    assert all(float(row[figure]) > 0 for row in rows.values())


@pytest.mark.slow
def test_loss_is_part_of_the_page(tmp_path: Path) -> None:
    page = bench(tmp_path / "bench.md", "--hosts", "1", "--bmcs", "", "--delay", "0", "--loss-reads", "4")
    verdicts = [line for line in page.partition("## What must hold")[2].splitlines() if line.startswith("| ")][1:]
    assert len(verdicts) == 5
    assert "1 silent BMC among 2" in verdicts[-1]
