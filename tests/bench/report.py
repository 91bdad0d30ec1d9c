# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The page that the comparison writes: one table, what must hold, how it was measured."""

from __future__ import annotations

import datetime
import os
import platform
import re
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import clients
import server_model
from loss import Outcome

ACTION_MAX_MS, COMMAND_FACTOR = 60, 5
OVERHEAD_REQUESTS = 12
JUDGED_BMCS = 200


@dataclass(frozen=True)
class Row:
    """Medians of ``runs`` runs of one client; None where it is not installed. ``requests``, ``cpu_ms`` are for one
    BMC, ``read`` is how many BMCs were asked for every reading, in the worst run."""

    client: str
    cache: str
    bmcs: int
    delay_ms: int
    requests: float
    cpu_ms: float
    wall_s: float
    memory_mb: float
    read: int
    runs: int


_HEAD = """\
| client | cache | requests a BMC | CPU ms a BMC | wall s | peak memory MB | BMCs read | runs |
|---|---|--:|--:|--:|--:|--:|--:|"""


def _line(row: Row, reads: bool) -> str:
    requests = f"{row.requests:.0f}" if row.requests == round(row.requests) else f"{row.requests:.1f}"
    cells = [
        row.client,
        row.cache if row.cache != clients.NO_CACHE else "-",
        requests if reads else "-",
        f"{row.cpu_ms:.1f}" if row.cpu_ms < 10 else f"{row.cpu_ms:.0f}",
        f"{row.wall_s:.2f}",
        f"{row.memory_mb:.0f}",
        f"{row.read} of {row.bmcs}" if reads else "-",
        str(row.runs),
    ]
    return f"| {' | '.join(cells)} |"


def table(rows: Iterable[Row]) -> list[str]:
    lines, group = [_HEAD], None
    for row in rows:
        if group != (row.bmcs, row.delay_ms):
            group = row.bmcs, row.delay_ms
            many = "1 BMC" if row.bmcs == 1 else f"{row.bmcs} BMCs"
            lines.append(f"| **{many}, {row.delay_ms} ms a request** | | | | | | | |")
        lines.append(_line(row, row.client != clients.NOTHING))
    return lines


def judge(rows: list[Row]) -> list[Outcome]:
    """What must hold of the figures."""
    outcomes = []
    for name, thresholds in ((clients.ACTION_SDR, 0), (clients.ACTION_BMC, server_model.THRESHOLD_SENSORS)):
        allowed = server_model.READABLE_SENSORS + OVERHEAD_REQUESTS + thresholds
        found = [row.requests for row in rows if row.client == name and row.cache == clients.WARM]
        if not found:
            continue
        what = f"{name}: {allowed} requests with a warm cache"
        outcomes.append(Outcome(what, f"{max(found):g} at the most", max(found) <= allowed))
    quick = {(r.client, r.cache): r.cpu_ms for r in rows if (r.bmcs, r.delay_ms) == (JUDGED_BMCS, 0)}
    ours, floor = quick.get((clients.ACTION_SDR, clients.WARM)), quick.get((clients.NOTHING, clients.NO_CACHE))
    if ours is None or floor is None:
        return outcomes
    what = f"{JUDGED_BMCS} BMCs, warm, {clients.ACTION_SDR}: at most {ACTION_MAX_MS} ms CPU a host, Ansible included"
    outcomes.append(
        Outcome(what, f"{ours:.1f} ms (an action that does nothing: {floor:.1f} ms)", ours <= ACTION_MAX_MS)
    )
    command = quick.get((clients.COMMAND, clients.NO_CACHE))
    if command is not None:
        what = f"`{clients.COMMAND}` costs at least {COMMAND_FACTOR} times as much"
        factor = command / ours
        outcomes.append(Outcome(what, f"{command:.0f} ms, {factor:.1f} times as much", factor >= COMMAND_FACTOR))
    return outcomes


def _machine() -> str:
    model = re.search(r"^model name\s*: (.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = re.search(r"^MemTotal: +(\d+)", Path("/proc/meminfo").read_text(), re.MULTILINE)
    gigabytes = f", {int(memory[1]) / 2**20:.0f} GB" if memory else ""
    return (
        f"{os.cpu_count()} processors ({model[1] if model else platform.machine()}){gigabytes},"
        f" {platform.system()} {platform.release().split('-')[0]}"
    )


def _versions() -> str:
    found = [f"Python {platform.python_version()}"]
    found += [f"{package} {version(package)}" for package in ("ansible-core", "pyghmi")]
    for name, command in (("ipmitool", ["ipmitool", "-V"]), ("FreeIPMI", ["ipmi-sensors", "--version"])):
        try:
            said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        except OSError:
            continue
        number = re.search(r"\d+\.\d+\.\d+", said)
        found.append(f"{name} {number[0]}" if number else name)
    return ", ".join(found)


@dataclass(frozen=True)
class Circumstances:
    """``missing``: programs that are not installed. ``others``: the share of the machine that was not this run's."""

    command: str
    missing: list[str]
    forks: int
    others: float


@dataclass(frozen=True)
class Part:
    """What another part of the bench adds to the page. ``method``: paragraphs on how it was measured."""

    sections: list[str]
    outcomes: list[Outcome]
    method: str


def page(rows: list[Row], losses: list[Outcome], run: Circumstances, parts: Sequence[Part] = ()) -> str:
    when = datetime.datetime.now(datetime.UTC)
    outcomes = judge(rows) + losses + [outcome for part in parts for outcome in part.outcomes]
    absent = [f"- not installed, and left out: {', '.join(run.missing)}"] if run.missing else []
    lines = [
        "# What a read costs",
        "",
        "Written by `make bench`; all of it from one run.",
        "",
        f"- date: {when:%Y-%m-%d %H:%M} UTC",
        f"- machine: {_machine()}; other programs took {run.others:.0%} of it meanwhile",
        f"- versions: {_versions()}",
        f"- command: `{run.command}`",
        *absent,
        "",
        *(["## Side by side", "", *table(rows), ""] if rows else []),
        *(line for part in parts for line in part.sections),
        "## What must hold",
        "",
        "| | measured | |",
        "|---|---|---|",
        *(f"| {outcome.what} | {outcome.found} | {'yes' if outcome.holds else '**no**'} |" for outcome in outcomes),
        "",
        "## How it was measured",
        "",
        _METHOD.format(
            sensors=server_model.READABLE_SENSORS, thresholds=server_model.THRESHOLD_SENSORS, forks=run.forks
        ).rstrip(),
        *(part.method.rstrip() for part in parts),
    ]
    return "\n".join(lines) + "\n"


_METHOD = """\
- The BMCs that are read side by side are served by one process of tests/simulators/bmcsim, which counts the requests
  and is not counted itself. Each BMC has {sensors} readable sensors, {thresholds} of them with thresholds, hands out a
  whole record at a time, and says when its records were last changed.
- A request is a packet to the BMC. Those of the log-in and those that were sent again are among them.
- CPU is user and system time of all processes that the client started. Wall is from the start of the program to its
  end, with {forks} BMCs at a time. The simulator uses the same processors at the same time, so that it holds back the
  clients that need the least of them. pyghmi sleeps where an answer is there before it has begun to wait, which a
  loopback interface makes happen more often than a network does. Memory is the peak of all processes of a client
  together, shared pages counted once.
- Every figure of the first table is the median of so many runs as the last column says; the clients take turns. A run
  that takes long is not repeated, save for the two that a figure above depends on. Python's compiled files are there
  before the first run.
- Ansible reads from an inventory file, with `gather_facts: false` and one task, `delegate_to: localhost`, and its
  defaults for the rest. The module runs on a connection that is not `local` and costs nothing more: no SSH is in the
  figures.
- What is read differs: `ipmitool sensor` and `thresholds: bmc` ask each sensor for its thresholds. ipmi-sensors and
  pyghmi read no thresholds from the BMC. ipmi-sensors believes its cache without looking at a single record, and
  reads many BMCs in one process; ipmitool runs under xargs, pyghmi as one script a BMC. ipmitool and ipmi-sensors use
  cipher suite 3, the others 17.
- Between these BMCs and the clients packets are lost by a relay, in both directions, at random.
"""
