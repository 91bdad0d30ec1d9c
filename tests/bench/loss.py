# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of reads when packets get lost, and of the others when one BMC is silent. Part of bench.py's report."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import playing
from measure import measure
from server import Server
from server_model import READABLE_SENSORS

HERE = Path(__file__).resolve().parent
HEAVY_LOSS = {"timeout_s": 20.0, "request_timeout_s": 0.5}
# How long after its deadline a read may be seen to end, on a machine that does much else at the same time.
SLACK_S = 2.0


@dataclass(frozen=True)
class Read:
    """One host's task as ansible-playbook saw it. ``since_start_s``: its end, from the begin of the first one;
    ``known`` and ``available``: how many sensors the facts tell of, and of how many the reading."""

    host: str
    took_s: float
    since_start_s: float
    complete: bool
    known: int
    available: int
    error: str | None


@dataclass(frozen=True)
class Outcome:
    """A line of the report: what was done, what it came to, whether it is as it must be."""

    what: str
    found: str
    holds: bool


@contextmanager
def lossy(server: Server, count: int, loss: float) -> Iterator[list[int]]:
    """Ports on 127.0.0.1 at which ``count`` BMCs are reached, with loss in both directions."""
    targets = [(host, server.port) for host in server.hosts[:count]]
    command = [sys.executable, str(HERE / "relay.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin and process.stdout
        process.stdin.write(json.dumps({"loss": loss, "targets": targets}) + "\n")
        process.stdin.flush()
        yield json.loads(process.stdout.readline())


class Reads:
    """Reads many BMCs in one play, each in a fork of its own, with the SDR cache of this run."""

    def __init__(self, work: Path, env: Mapping[str, str]) -> None:
        self._work, self._env = work, env
        self._count = 0

    def run(self, hosts: list[str], ports: list[int], **options: Any) -> list[Read]:
        self._count += 1
        folder = self._work / f"loss{self._count}"
        folder.mkdir()
        playing.write_inventory(folder / "inventory.yml", hosts, ports)
        task = playing.sensor_facts(thresholds="sdr", sdr_cache_dir=str(self._work / "loss-sdr"), **options)
        playing.write_play(folder / "play.yml", playing.here(task))
        durations = folder / "durations"
        env = {**self._env, "ANSIBLE_CALLBACKS_ENABLED": "durations", "BENCH_DURATIONS": str(durations)}
        measure(playing.ansible_playbook(folder / "inventory.yml", folder / "play.yml", len(hosts)), env, folder)
        if not durations.exists():
            raise RuntimeError((folder / "output").read_text(errors="replace")[-2000:])
        lines = [json.loads(line) for line in durations.read_text().splitlines()]
        start = min(line["began"] for line in lines)
        return [
            Read(
                line["host"],
                line["ended"] - line["began"],
                line["ended"] - start,
                line["complete"] and line["available"] == READABLE_SENSORS,
                line["known"],
                line["available"],
                line["error"],
            )
            for line in lines
        ]


def _light_loss(server: Server, reads: Reads, count: int) -> Outcome:
    with lossy(server, count, 0.02) as ports:
        found = reads.run(["127.0.0.1"] * count, ports)
    complete = sum(read.complete for read in found)
    took = statistics.median(read.took_s for read in found)
    return Outcome(
        f"{count} reads, 2 % of the packets lost each way: 99 of 100 complete",
        f"{complete} complete (median {took:.1f} s, longest {max(read.took_s for read in found):.1f} s)",
        len(found) == count and complete * 100 >= count * 99,
    )


def _heavy_loss(server: Server, reads: Reads, count: int) -> Outcome:
    with lossy(server, count, 0.20) as ports:
        found = reads.run(["127.0.0.1"] * count, ports, **HEAVY_LOSS)
    complete = sum(read.complete for read in found)
    failed = sum(read.error is not None for read in found)
    part = [read.available for read in found if read.error is None and not read.complete]
    half_read = f" (median {statistics.median(part):g} of {READABLE_SENSORS} sensors)" if part else ""
    longest = max(read.took_s for read in found)
    deadline_s = HEAVY_LOSS["timeout_s"]
    return Outcome(
        f"{count} reads, 20 % lost each way: each ends by its deadline, with what it has (`timeout_s: {deadline_s:g}`,"
        f" `request_timeout_s: {HEAVY_LOSS['request_timeout_s']:g}`)",
        f"{complete} complete, {len(part)} in part{half_read}, {failed} with an error that says why; longest"
        f" {longest:.1f} s",
        len(found) == count
        and longest <= deadline_s + SLACK_S
        and all(read.complete or read.error or read.known for read in found),
    )


def _silent_one(server: Server, reads: Reads, count: int) -> Outcome:
    hosts, ports = server.hosts[:count], [server.port] * count
    server.start_counting(0)
    reads.run(hosts, ports)  # fills the cache, so that the two runs that are compared are alike
    without = reads.run(hosts, ports)
    server.start_counting(0, silent=[0])
    with_silent = reads.run(hosts, ports)
    server.start_counting(0)
    silent_name = f"{hosts[0]}-{ports[0]}"
    usual, others = ([read for read in found if read.host != silent_name] for found in (without, with_silent))
    silent = next(read for read in with_silent if read.host == silent_name)
    last, last_usual = (max(read.since_start_s for read in found) for found in (others, usual))
    median, usual_median = (statistics.median(read.took_s for read in found) for found in (others, usual))
    return Outcome(
        f"1 silent BMC among {count}: none of the others is delayed",
        f"the others took {median:.2f} s (median; {usual_median:.2f} s without a silent one), the last was done after"
        f" {last:.1f} s ({last_usual:.1f} s); the silent one was given up after {silent.took_s:.1f} s",
        all(read.complete for read in others) and last < max(silent.took_s / 2, last_usual * 1.5),
    )


def run(server: Server, work: Path, env: Mapping[str, str], count: int) -> list[Outcome]:
    """The three trials, with ``count`` reads for the first and half as many for the others."""
    server.start_counting(0)
    reads = Reads(work, env)
    half = max(count // 2, 2)
    return [_light_loss(server, reads, count), _heavy_loss(server, reads, half), _silent_one(server, reads, half)]
