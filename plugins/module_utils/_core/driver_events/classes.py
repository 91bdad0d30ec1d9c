# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How bad it is: the class of a window's time-outs, by rate and by bursts, without those of a firmware flash."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .records import KINDS, REJECTED_SETTING_ID, TIMEOUT, WINDOWS, DriverEvent, Span

NONE, LOW, ELEVATED, HIGH = "none", "low", "elevated", "high"
FLASH_WINDOW, REJECTED_SETTING = "flash_window", "rejected_setting"

# So many a day are low, more of them elevated.
LOW_PER_DAY = 10.0
# One a minute over ten minutes is high: so many within less than this time, anywhere in the window.
HIGH_EVENTS = 10
HIGH_SPAN_S = 600.0
# A burst is a run of so many, each at most so long after the one before it.
BURST_EVENTS = 10
BURST_GAP_S = 60.0
MAX_BURSTS = 20

_DAY_S = 86400.0
# No rate is told over less: one event that was seen a second ago is not one a second.
_SHORTEST_SPAN_S = 60.0


@dataclass(frozen=True)
class Burst:
    """A run of time-outs."""

    start: float
    end: float
    count: int


@dataclass(frozen=True)
class Assessment:
    """What the events of a window come to.

    All of it but ``in_maintenance`` and ``findings`` is about the events outside of maintenance; all of that but
    ``counts`` is about time-outs alone.
    """

    count: int
    counts: dict[str, int]
    rate_per_day: float
    first: float | None
    last: float | None
    bursts: tuple[Burst, ...]
    severity: str
    findings: tuple[str, ...]
    in_maintenance: int


def assess(
    system: str,
    events: Iterable[DriverEvent],
    span_s: float,
    maintenance: Sequence[Span] = (),
    changed_at: float | None = None,
) -> Assessment:
    """``span_s``: the length of the time that was seen. ``maintenance``: when the BMC's firmware was flashed.
    ``changed_at``: when the driver's settings were changed; one that it rejects after that is a finding."""
    events = list(events)
    outside = [event for event in events if not _within(event, maintenance)]
    timeouts = sorted(event.time for event in outside if event.kind == TIMEOUT[system])
    counts = dict.fromkeys(KINDS[system], 0)
    for event in outside:
        counts[event.kind] += 1
    rate = round(len(timeouts) * _DAY_S / max(span_s, _SHORTEST_SPAN_S), 3)
    return Assessment(
        count=len(timeouts),
        counts=counts,
        rate_per_day=rate,
        first=timeouts[0] if timeouts else None,
        last=timeouts[-1] if timeouts else None,
        bursts=tuple(bursts(timeouts)),
        severity=severity(timeouts, rate),
        findings=tuple(_findings(system, events, maintenance, changed_at)),
        in_maintenance=len(events) - len(outside),
    )


def severity(timeouts: Sequence[float], rate_per_day: float) -> str:
    """The class of time-outs, whose times are sorted."""
    if not timeouts:
        return NONE
    runs = zip(timeouts, timeouts[HIGH_EVENTS - 1 :])
    if any(last - first < HIGH_SPAN_S for first, last in runs):
        return HIGH
    return LOW if rate_per_day <= LOW_PER_DAY else ELEVATED


def bursts(timeouts: Sequence[float]) -> list[Burst]:
    """The bursts among sorted times, newest first, MAX_BURSTS at most."""
    runs: list[list[float]] = []
    for time in timeouts:
        if runs and time - runs[-1][-1] <= BURST_GAP_S:
            runs[-1].append(time)
        else:
            runs.append([time])
    found = [Burst(run[0], run[-1], len(run)) for run in runs if len(run) >= BURST_EVENTS]
    return found[::-1][:MAX_BURSTS]


def _within(event: DriverEvent, spans: Iterable[Span]) -> bool:
    return any(span.holds(event.time) for span in spans)


def _findings(
    system: str, events: Iterable[DriverEvent], maintenance: Sequence[Span], changed_at: float | None
) -> list[str]:
    found = []
    if any(event.kind == TIMEOUT[system] and _within(event, maintenance) for event in events):
        found.append(FLASH_WINDOW)
    if system == WINDOWS and changed_at is not None:
        rejected = (event for event in events if event.kind == REJECTED_SETTING_ID)
        if any(event.time >= changed_at for event in rejected):
            found.append(REJECTED_SETTING)
    return found
