# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which client reads how many BMCs under which conditions, and what it comes to."""

from __future__ import annotations

import re
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from clients import Client, Site
from measure import Usage

from fleet import clients, trials
from fleet.server import Counted, FleetServer

# As many as are read at a time, so that every client has all of them before it; and a fleet.
DISTURBED_BMCS = (clients.AT_A_TIME, 1000)


@dataclass(frozen=True)
class Condition:
    """What a BMC and the network do: ``delay_ms`` before a reply, and the share of packets ``lost`` each way."""

    delay_ms: int = 0
    lost: float = 0.0

    @property
    def plain(self) -> bool:
        return not self.delay_ms and not self.lost

    def __str__(self) -> str:
        return f"{self.lost:.0%} lost each way" if self.lost else f"{self.delay_ms} ms a command"


@dataclass(frozen=True)
class Row:
    """Medians of ``runs`` runs of one client. ``requests`` and ``cpu_ms`` are for one BMC; ``complete``: BMCs that were
    read to the last sensor, in the worst run; ``longest_s``: the longest conversation with one of them; ``ended``:
    whether a run took too long and was ended."""

    client: str
    cache: str
    bmcs: int
    condition: Condition
    requests: float
    cpu_ms: float
    wall_s: float
    memory_mb: float
    complete: int
    longest_s: float
    runs: int
    ended: bool


@dataclass(frozen=True)
class LeftOut:
    """A run that would have taken too long."""

    client: str
    cache: str
    bmcs: int
    condition: Condition
    expected_s: float


@dataclass(frozen=True)
class Plan:
    """``bmcs``: how many, in rising order, where nothing is slow or lost; ``disturbed_bmcs``: where something is.

    ``longest_s`` and ``longest_disturbed_s``: what a run may be expected to take; ``deadline_s``: when one that is slow
    for what is lost is ended. ``patience_s``: a run that took longer is not repeated.
    """

    bmcs: list[int]
    disturbed_bmcs: list[int]
    conditions: list[Condition]
    repeat: int
    only: str = ""
    patience_s: float = 6
    longest_s: float = 75
    longest_disturbed_s: float = 30
    deadline_s: float = 60

    def longest(self, condition: Condition) -> float:
        return self.longest_s if condition.plain else self.longest_disturbed_s

    def sizes(self, condition: Condition) -> list[int]:
        return self.bmcs if condition.plain else self.disturbed_bmcs


@dataclass
class Found:
    rows: list[Row] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    trials: list[trials.Outcome] = field(default_factory=list)
    server_us: float = 0.0

    def row(self, client: str, cache: str, bmcs: int, condition: Condition) -> Row | None:
        key = (client, cache, bmcs, condition)
        return next((row for row in self.rows if (row.client, row.cache, row.bmcs, row.condition) == key), None)


@dataclass(frozen=True)
class _Run:
    usage: Usage
    counted: Counted
    complete: int
    deadline_s: float


def _run_once(server: FleetServer, site: Site, client: Client, condition: Condition) -> _Run:
    server.conditions(condition.delay_ms, condition.lost)
    usage, told = clients.told_by(client.measure, site)
    counted = server.told()
    # What a client says of itself counts, and so does what the BMCs have told.
    complete = min(counted.complete, told["read"] - told["incomplete"]) if told else counted.complete
    say = f"{len(site.hosts):5} BMCs, {condition}: {client.name} ({client.cache}): status {usage.status}, "
    say += f"{usage.cpu_s * 1000 / len(site.hosts):.1f} ms CPU a BMC, {usage.wall_s:.2f} s, {complete} complete"
    print(say, file=sys.stderr, flush=True)
    if usage.status and not complete:
        print((site.folder / "output").read_text(errors="replace")[-1500:], file=sys.stderr)
    return _Run(usage, counted, complete, site.deadline_s)


def _row(client: Client, bmcs: int, condition: Condition, runs: list[_Run]) -> Row:
    return Row(
        client=client.name,
        cache=client.cache,
        bmcs=bmcs,
        condition=condition,
        requests=statistics.median(run.counted.packets for run in runs) / bmcs,
        cpu_ms=statistics.median(run.usage.cpu_s for run in runs) * 1000 / bmcs,
        wall_s=statistics.median(run.usage.wall_s for run in runs),
        memory_mb=statistics.median(run.usage.memory_mb for run in runs),
        complete=min(run.complete for run in runs),
        longest_s=max(run.counted.longest_s for run in runs),
        runs=len(runs),
        ended=any(run.usage.wall_s >= run.deadline_s for run in runs),
    )


class _Measuring:
    def __init__(self, server: FleetServer, plan: Plan) -> None:
        self._server, self._plan = server, plan
        self.found = Found()

    def all(self, site: Site, condition: Condition) -> None:
        """All clients in turn, and again, save those that take long or would."""
        bmcs, runs = len(site.hosts), defaultdict[Client, list[_Run]](list)
        chosen = [client for client in self._chosen(condition) if not self._too_long(client, bmcs, condition)]
        for number in range(self._plan.repeat):
            for client in chosen:
                again = client.judged and not condition.lost
                if not number or again or runs[client][0].usage.wall_s < self._plan.patience_s:
                    runs[client].append(_run_once(self._server, site, client, condition))
        self.found.rows += [_row(client, bmcs, condition, runs[client]) for client in chosen]

    def _chosen(self, condition: Condition) -> Iterator[Client]:
        for client in clients.all_clients():
            if (client.delayed or condition.plain) and client.installed and re.search(self._plan.only, client.name):
                yield client

    def _too_long(self, client: Client, bmcs: int, condition: Condition) -> bool:
        """Whether it would take too long, by what it took for fewer BMCs; where it is noted that it was left out."""
        expected = expected_s(bmcs, self._known(client, condition) or self._known(client, Condition()))
        judged = client.name == clients.FLEET or (client.judged and not condition.lost)
        if judged or expected <= self._plan.longest(condition):
            return False
        self.found.left_out.append(LeftOut(client.name, client.cache, bmcs, condition, expected))
        return True

    def _known(self, client: Client, condition: Condition) -> dict[int, float]:
        """Seconds that the client took, or would have taken, by the number of BMCs."""
        key, found = (client.name, client.cache, condition), self.found
        expected = {of.bmcs: of.expected_s for of in found.left_out if (of.client, of.cache, of.condition) == key}
        return expected | {of.bmcs: of.wall_s for of in found.rows if (of.client, of.cache, of.condition) == key}


def expected_s(bmcs: int, known: Mapping[int, float]) -> float:
    """What a run would take, by what runs on fewer BMCs took: along a line through the two largest of them, or in
    proportion to a single one. 0 where nothing is known."""
    sizes = sorted(size for size in known if size < bmcs)
    if len(sizes) < 2:
        return known[sizes[0]] * bmcs / sizes[0] if sizes else 0.0
    few, more = sizes[-2:]
    return known[more] + max(known[more] - known[few], 0.0) / (more - few) * (bmcs - more)


def measure(work: Path, env: Mapping[str, str], plan: Plan) -> Found:
    """Everything of the plan, in the folder ``work``, which is there and empty."""
    with FleetServer(max(*plan.bmcs, *plan.disturbed_bmcs)) as server:
        measuring = _Measuring(server, plan)

        def site(bmcs: int, **more: float) -> Site:
            found = Site(work, env, server.hosts[:bmcs], server.port, clients.AT_A_TIME, **more)
            if not found.folder.exists():
                found.lay_out()
            return found

        for condition in plan.conditions:
            for bmcs in plan.sizes(condition):
                limits = {"deadline_s": plan.deadline_s} if condition.lost and bmcs == plan.disturbed_bmcs[0] else {}
                measuring.all(site(bmcs, **limits), condition)
        found = measuring.found
        if any(row.client == clients.FLEET for row in found.rows):
            found.trials.append(trials.dead_addresses(server, site(plan.disturbed_bmcs[-1])))
        found.server_us = server.cost_a_packet_us()
    return found
