# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Measure what reading all sensors costs, beside other clients, and write docs/bench.md (`make bench`).

Two parts: one BMC and some, read host by host (this file); a fleet (the package fleet).
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shlex
import signal
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import loss
import playing
import report
from clients import Client, Site, clients
from fleet import plot, runs
from fleet import report as fleet_report
from measure import Usage
from server import Server
from server_model import READABLE_SENSORS

Run = tuple[Usage, float, int]  # what it cost, packets a BMC, BMCs that were read


def _numbers(text: str) -> list[int]:
    return [int(part) for part in text.split(",") if part]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--hosts", type=_numbers, default=[1, 200], help="how many BMCs host by host, '' for none (default: 1,200)"
    )
    parser.add_argument("--delay", type=_numbers, default=[0, 20], help="ms a request to them (default: 0,20)")
    parser.add_argument("--forks", type=int, default=40, help="so many of them at a time (default: %(default)s)")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each client (default: %(default)s)")
    parser.add_argument(
        "--patience", type=float, default=6, help="a run that takes longer than so many seconds is not repeated"
    )
    parser.add_argument("--only", default="", help="clients whose name this regular expression is found in")
    parser.add_argument("--loss-reads", type=int, default=100, help="reads with loss, 0 for none (default: 100)")
    parser.add_argument(
        "--bmcs", type=_numbers, default=[10, 100, 1000], help="how many BMCs as a fleet (default: 10,100,1000)"
    )
    parser.add_argument("--fleet-delay", type=_numbers, default=[5, 20], help="ms a command (default: 0, and 5,20)")
    parser.add_argument("--fleet-loss", type=_numbers, default=[2, 5, 20], help="%% lost each way (default: 2,5,20)")
    parser.add_argument("--plot", type=Path, help="the fleet's plot to draw; needs matplotlib")
    parser.add_argument("--output", type=Path, help="the page to write (default: standard output)")
    return parser.parse_args()


def _run_once(server: Server, site: Site, client: Client, delay_ms: int) -> Run:
    server.start_counting(delay_ms)
    usage = client.measure(site)
    counted = server.counted()[: len(site.hosts)]
    read = sum(bmc["readings"] >= READABLE_SENSORS for bmc in counted)
    packets = sum(bmc["packets"] for bmc in counted) / len(counted)
    say = f"{len(site.hosts):4} BMCs {delay_ms:3} ms  {client.name} ({client.cache}): status {usage.status},"
    say += f" {usage.cpu_s * 1000 / len(counted):.1f} ms CPU a BMC, {usage.wall_s:.2f} s, {packets:g} requests"
    print(say, file=sys.stderr, flush=True)
    if usage.status and client.installed:
        print((site.folder / "output").read_text(errors="replace")[-1500:], file=sys.stderr)
    return usage, packets, read


def _row(client: Client, bmcs: int, delay_ms: int, runs: list[Run]) -> report.Row:
    return report.Row(
        client=client.name,
        cache=client.cache,
        bmcs=bmcs,
        delay_ms=delay_ms,
        requests=statistics.median(packets for _usage, packets, _read in runs),
        cpu_ms=statistics.median(usage.cpu_s for usage, _packets, _read in runs) * 1000 / bmcs,
        wall_s=statistics.median(usage.wall_s for usage, _packets, _read in runs),
        memory_mb=statistics.median(usage.memory_mb for usage, _packets, _read in runs),
        read=min(read for _usage, _packets, read in runs),
        runs=len(runs),
    )


def _compare(server: Server, site: Site, delay_ms: int, options: argparse.Namespace) -> list[report.Row]:
    """All clients in turn, and again, save those that take too long."""
    many, again = len(site.hosts) > 1, delay_ms != options.delay[0]
    chosen = _chosen(options, site.work)
    if again:
        chosen = [client for client in chosen if client.reads and (client.delayed or not many)]
    runs: dict[Client, list[Run]] = defaultdict(list)
    for _round in range(options.repeat):
        for client in chosen:
            judged = client.judged and not again
            if judged or not runs[client] or runs[client][0][0].wall_s < options.patience:
                runs[client].append(_run_once(server, site, client, delay_ms))
    return [_row(client, len(site.hosts), delay_ms, runs[client]) for client in chosen]


def _chosen(options: argparse.Namespace, work: Path) -> list[Client]:
    """The clients that are installed and wanted."""
    return [client for client in clients(work) if client.installed and re.search(options.only, client.name)]


def _measure(
    options: argparse.Namespace, work: Path, env: Mapping[str, str]
) -> tuple[list[report.Row], list[loss.Outcome]]:
    rows: list[report.Row] = []
    if not options.hosts and not options.loss_reads:
        return rows, []
    with Server(max(*options.hosts, options.loss_reads, 1)) as server:
        for number, bmcs in enumerate(options.hosts):
            site = Site(work, env, server.hosts[:bmcs], server.port, options.forks)
            site.lay_out()
            if not number and options.repeat > 1:
                for client in _chosen(options, work):  # compiles every Python file, for all that follows
                    client.measure(site)
            for delay_ms in options.delay:
                rows += _compare(server, site, delay_ms, options)
        losses = loss.run(server, work, env, options.loss_reads) if options.loss_reads else []
    return rows, losses


def _measure_fleet(options: argparse.Namespace, work: Path, env: Mapping[str, str]) -> list[report.Part]:
    if not options.bmcs:
        return []
    delays = [runs.Condition(delay_ms=delay) for delay in options.fleet_delay]
    losses = [runs.Condition(lost=percent / 100) for percent in options.fleet_loss]
    plan = runs.Plan(
        bmcs=sorted(options.bmcs),
        disturbed_bmcs=[n for n in runs.DISTURBED_BMCS if n <= max(options.bmcs)] or [max(options.bmcs)],
        conditions=[runs.Condition(), *delays, *losses],
        repeat=options.repeat,
        only=options.only,
    )
    work.mkdir()
    found = runs.measure(work, env, plan)
    plotted = ""
    if options.plot:
        plot.draw(found.rows, options.plot)
        plotted = os.path.relpath(options.plot, options.output.parent if options.output else Path())
    sections = fleet_report.sections(found, plan, plotted)
    return [report.Part(sections, fleet_report.judge(found, plan), fleet_report.method(found))]


def _processor_time() -> tuple[float, float, float]:
    """Seconds since the machine started: all, those in which a processor was busy, and those that were this bench's."""
    user, nice, system, idle, waiting, *others = map(int, Path("/proc/stat").read_text().split(maxsplit=9)[1:9])
    busy = user + nice + system + sum(others)
    own = sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    tick = os.sysconf("SC_CLK_TCK")
    return (busy + idle + waiting) / tick, busy / tick, own


def _share_of_others(before: tuple[float, ...], after: tuple[float, ...]) -> float:
    """How much of the machine everything else took, 0 to 1: it makes all figures larger."""
    total, busy, own = (end - start for start, end in zip(before, after, strict=True))
    return max(busy - own, 0.0) / total


def main() -> int:
    options = _options()
    # What is being measured then ends, too.
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    began, before = time.monotonic(), _processor_time()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        env = playing.prepare(Path(folder))
        rows, losses = _measure(options, Path(folder), env)
        parts = _measure_fleet(options, Path(folder) / "fleet", env)
    missing = sorted({client.program for client in clients(Path(folder)) if not client.installed})
    command = shlex.join(["python", "tests/bench/bench.py", *sys.argv[1:]])
    run = report.Circumstances(command, missing, options.forks, _share_of_others(before, _processor_time()))
    text = report.page(rows, losses, run, parts)
    if options.output:
        options.output.write_text(text, encoding="utf-8")
    else:
        print(text, end="")
    print(f"done in {time.monotonic() - began:.0f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
