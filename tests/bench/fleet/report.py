# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The fleet's part of the page: tables, what must hold, how it was measured."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from clients import NO_CACHE, WARM
from loss import Outcome
from server_model import READABLE_SENSORS

from fleet import clients
from fleet.runs import Condition, Found, Plan, Row

PLAIN, SLOW, LIGHT_LOSS, HEAVY_LOSS = Condition(), Condition(delay_ms=20), Condition(lost=0.05), Condition(lost=0.2)
MAX_CPU_MS, MAX_WALL_FACTOR, MAX_GROWTH, MAX_MEMORY_MB = 8, 2, 0.2, 600
JUDGED_BMCS, FEWER_BMCS, MANY_BMCS = 1000, 100, 5000
COMPLETE_AT_HEAVY_LOSS = 0.95
# `timeout_s` of the task, and how long after it a conversation may be seen to end on a busy machine.
DEADLINE_S, SLACK_S = 180, 2


def _number(value: float) -> str:
    return f"{value:.1f}" if value < 10 else f"{value:,.0f}"


def _cache(of: Row) -> str:
    return "-" if of.cache == NO_CACHE else of.cache


def _reads(row: Row) -> bool:
    return row.client != clients.NOTHING


def growth(found: Found, plan: Plan) -> list[str]:
    """One line for each client, one column for each number of BMCs and figure; nothing slow, nothing lost."""
    sizes = plan.bmcs
    figures = ("CPU ms a BMC", "wall s", "memory MB")
    heads = [f"{figure}, {count:,}" for figure in figures for count in sizes]
    lines = [
        f"| client | cache | requests a BMC | {' | '.join(heads)} | complete |",
        f"|---|---|{'--:|' * (len(heads) + 2)}",
    ]
    by_client: dict[tuple[str, str], dict[int, Row]] = defaultdict(dict)
    for row in found.rows:
        if row.condition == PLAIN:
            by_client[row.client, row.cache][row.bmcs] = row
    for rows in by_client.values():
        last = rows[max(rows)]
        cells = [last.client, _cache(last), _number(last.requests) if _reads(last) else "-"]
        for figure in ("cpu_ms", "wall_s", "memory_mb"):
            cells += [_number(getattr(rows[count], figure)) if count in rows else "" for count in sizes]
        cells.append(f"{last.complete:,} of {last.bmcs:,}" if _reads(last) else "-")
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def disturbed(found: Found) -> list[str]:
    """One line for each run where BMCs are slow or packets get lost."""
    lines = [
        "| client | cache | requests a BMC | CPU ms a BMC | wall s | memory MB | complete | failed |",
        "|---|---|--:|--:|--:|--:|--:|--:|",
    ]
    group: tuple[Condition, int] | None = None
    for row in found.rows:
        if row.condition == PLAIN:
            continue
        if group != (row.condition, row.bmcs):
            group = row.condition, row.bmcs
            lines.append(f"| **{row.bmcs:,} BMCs, {row.condition}** | | | | | | | |")
        wall = f"ended at {_number(row.wall_s)}" if row.ended else _number(row.wall_s)
        cells = [row.client, _cache(row), _number(row.requests), _number(row.cpu_ms), wall, _number(row.memory_mb)]
        cells += [f"{row.complete:,}", f"{row.bmcs - row.complete:,}"]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def left_out(found: Found, plan: Plan) -> list[str]:
    """What was not run, since it would have taken too long."""
    if not found.left_out:
        return []
    lines = [
        f"Left out: runs that would take longer than {plan.longest_s:g} s, or {plan.longest_disturbed_s:g} s where BMCs"
        " are slow or packets get lost, by what they took for fewer BMCs.",
        "",
    ]
    by_client: dict[str, list[str]] = defaultdict(list)
    for run in found.left_out:
        name = run.client if run.cache in (WARM, NO_CACHE) else f"{run.client} ({run.cache})"
        by_client[name].append(f"{run.bmcs:,} at {run.condition} (some {_number(run.expected_s)} s)")
    return [*lines, *(f"- {client}: {'; '.join(runs)}" for client, runs in by_client.items()), ""]


def judge(found: Found, plan: Plan) -> list[Outcome]:
    """What must hold of the figures; nothing of those that were not measured."""
    return [
        outcome
        for outcome in (
            _cost(found),
            _against_freeipmi(found),
            _against_freeipmi_when_slow(found),
            *_growth(found, plan),
            _light_loss(found),
            _heavy_loss(found),
        )
        if outcome is not None
    ] + found.trials


def _cost(found: Found) -> Outcome | None:
    ours = found.row(clients.FLEET, WARM, JUDGED_BMCS, PLAIN)
    if ours is None:
        return None
    floor = found.row(clients.NOTHING, NO_CACHE, JUDGED_BMCS, PLAIN)
    of_it = f", of which Ansible takes {floor.cpu_ms:.1f} ms for a task that does nothing" if floor else ""
    return Outcome(
        f"{JUDGED_BMCS:,} BMCs, warm: the fleet's task takes at most {MAX_CPU_MS} ms CPU a BMC, Ansible included",
        f"{ours.cpu_ms:.1f} ms{of_it}",
        ours.cpu_ms <= MAX_CPU_MS and ours.complete == ours.bmcs,
    )


def _both(found: Found, condition: Condition) -> tuple[Row, Row] | None:
    ours = found.row(clients.FLEET, WARM, JUDGED_BMCS, condition)
    theirs = found.row(clients.FREEIPMI, WARM, JUDGED_BMCS, condition)
    return (ours, theirs) if ours and theirs else None


def _against_freeipmi(found: Found) -> Outcome | None:
    both = _both(found, PLAIN)
    return both and Outcome(
        f"{JUDGED_BMCS:,} BMCs, warm: at most {MAX_WALL_FACTOR} times the wall time of ipmi-sensors with a fan-out of"
        f" {clients.AT_A_TIME}",
        f"{both[0].wall_s:.1f} s, {both[0].wall_s / both[1].wall_s:.2f} times {both[1].wall_s:.1f} s",
        both[0].wall_s <= both[1].wall_s * MAX_WALL_FACTOR,
    )


def _against_freeipmi_when_slow(found: Found) -> Outcome | None:
    both = _both(found, SLOW)
    return both and Outcome(
        f"the same at {SLOW}: at least twice as fast",
        f"{both[0].wall_s:.1f} s, {both[1].wall_s / both[0].wall_s:.1f} times as fast as {both[1].wall_s:.1f} s",
        both[0].wall_s * 2 <= both[1].wall_s,
    )


def _growth(found: Found, plan: Plan) -> Iterable[Outcome]:
    fewer = found.row(clients.FLEET, WARM, FEWER_BMCS, PLAIN)
    for bmcs in (JUDGED_BMCS, MANY_BMCS):
        more = found.row(clients.FLEET, WARM, bmcs, PLAIN)
        if fewer is None or more is None:
            continue
        memory = f", in less than {MAX_MEMORY_MB} MB" if bmcs == MANY_BMCS else ""
        yield Outcome(
            f"a BMC costs less than {MAX_GROWTH:.0%} more among {bmcs:,} than among {FEWER_BMCS}{memory}",
            f"CPU {more.cpu_ms:.1f} ms after {fewer.cpu_ms:.1f} ms; without what the first {FEWER_BMCS} cost,"
            f" {(more.cpu_ms * bmcs - fewer.cpu_ms * FEWER_BMCS) / (bmcs - FEWER_BMCS):.1f} ms; {more.memory_mb:.0f} MB"
            f" after {fewer.memory_mb:.0f} MB",
            more.cpu_ms < fewer.cpu_ms * (1 + MAX_GROWTH) and (bmcs != MANY_BMCS or more.memory_mb < MAX_MEMORY_MB),
        )


def _light_loss(found: Found) -> Outcome | None:
    row = found.row(clients.FLEET, WARM, JUDGED_BMCS, LIGHT_LOSS)
    return row and Outcome(
        f"{LIGHT_LOSS}: all {JUDGED_BMCS:,} complete",
        f"{row.complete:,} complete in {row.wall_s:.1f} s, the longest conversation took {row.longest_s:.1f} s",
        row.complete == row.bmcs,
    )


def _heavy_loss(found: Found) -> Outcome | None:
    row = found.row(clients.FLEET, WARM, JUDGED_BMCS, HEAVY_LOSS)
    return row and Outcome(
        f"{HEAVY_LOSS}: each complete, or failed by its deadline; {COMPLETE_AT_HEAVY_LOSS:.0%} complete",
        f"{row.complete:,} of {row.bmcs:,} complete in {row.wall_s:.1f} s, the longest conversation took"
        f" {row.longest_s:.1f} s",
        row.complete >= row.bmcs * COMPLETE_AT_HEAVY_LOSS and row.longest_s <= DEADLINE_S + SLACK_S,
    )


def sections(found: Found, plan: Plan, plot: str) -> list[str]:
    """``plot``: the file of the plot, seen from the page; empty for none."""
    cold = "Cold is a read that finds no records of the BMCs, warm one that finds those that an earlier read has kept."
    return [
        f"## A fleet: {', '.join(f'{count:,}' for count in plan.bmcs)} BMCs",
        "",
        *([f"![Seconds for a fleet and CPU time a BMC, by the number of BMCs]({plot})", ""] if plot else []),
        f"Nothing is slow, nothing gets lost. {cold}",
        "",
        *growth(found, plan),
        "",
        *(_on_disturbed(found, plan) if plan.conditions != [PLAIN] else []),
        *left_out(found, plan),
    ]


def _on_disturbed(found: Found, plan: Plan) -> list[str]:
    return [
        "### Slow BMCs, lossy networks",
        "",
        f"Warm wherever a client keeps records. A run on {plan.disturbed_bmcs[0]} BMCs with losses is ended after"
        f" {plan.deadline_s:g} s; the time of its unfinished processes is not known.",
        "",
        *disturbed(found),
        "",
    ]


def method(found: Found) -> str:
    return _METHOD.format(at_a_time=clients.AT_A_TIME, sensors=READABLE_SENSORS, server_us=found.server_us)


_METHOD = """\
- The fleet is served by one process, too, but by one that keeps what bmcsim answers (tests/bench/fleet/quick.py). It
  took {server_us:.0f} microseconds of a processor for each packet in this run, most of them the system's; bmcsim takes
  three times as much. A thousand processes of ipmi_sim take no less, tell no time at which their records changed (so
  that no read of ours could be warm), have no cipher suite 17, and would need a relay for delays and losses, which are
  the server's own here. A BMC answers one request after the other.
- {at_a_time} BMCs at a time for every client but ipmi_fleet_info, which has its own default. pyghmi reads in threads of
  one process, which share its records: it takes BMCs with equal firmware and times of change for BMCs with equal
  records. The fleet's task is run once in a play on all hosts and makes out their variables, or gets a list of
  targets in a play on the controller alone; a second task shows the summary of what it has registered.
- Complete are BMCs that told a client the readings of all {sensors} sensors, without those whose read the fleet's task
  itself calls incomplete; the others failed. Figures are medians of three runs where a run is short or judged, and
  those of one run elsewhere.
"""
