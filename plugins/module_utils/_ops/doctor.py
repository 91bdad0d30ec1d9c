# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The doctor for a fleet: every host's signs, its peers among the others, one verdict each, worst first."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._core.doctor.decide import Decision, decide
from .._core.doctor.default_rules import DEFAULT_RULES
from .._core.doctor.driver_signs import driver_values_sign
from .._core.doctor.evidence import signs_of
from .._core.doctor.peers import Peers, Place, place_of
from .._core.doctor.rules import (
    COMPETING_AGENTS,
    CONTROLLER_SICK,
    HEALTHY,
    INSTALL_VENDOR_AGENT,
    LOOK_FURTHER,
    RAISE_TIMEOUTS,
    VERDICTS,
    Rule,
)
from .._core.doctor.signs import UNKNOWN
from .._core.health.rate import CRITICAL, NOMINAL, WARNING
from .._core.health.rate import UNKNOWN as NOT_KNOWN
from .._core.plain import asked, brief, mapping, number, time
from .fleet import aligned, one_line

_STATUS = {
    CONTROLLER_SICK: CRITICAL,
    **dict.fromkeys((INSTALL_VENDOR_AGENT, COMPETING_AGENTS, RAISE_TIMEOUTS), WARNING),
    LOOK_FURTHER: NOT_KNOWN,
    HEALTHY: NOMINAL,
}
_COLUMNS = ("host", "verdict", "1004/day", "model", "firmware", "reason")
# A reading of the memory is compared with for a day, so that hourly runs see what grows slowly.
_KEEP_MEMORY_HOURS = 24.0


@dataclass(frozen=True)
class Diagnosis:
    """One host. ``rate``: time-outs a day, None where nobody knows."""

    host: str
    decision: Decision
    rate: float | None
    place: Place

    @property
    def status(self) -> str:
        """The verdict in the reports' four words, and so in their colours."""
        return _STATUS[self.decision.verdict]


def examine(
    evidence: Mapping[str, Any], before: Mapping[str, Any], rules: Mapping[str, Sequence[Rule]]
) -> list[Diagnosis]:
    """Every host of ``evidence``, worst first. ``before``: what :func:`kept` gave for it at the last run; ``rules``:
    its own, which come before the built-in ones. A host may be missing in both."""
    known = {host: (place_of(told), signs_of(told, before.get(host))) for host, told in evidence.items()}
    peers = Peers(known)
    found = []
    for host, (place, signs) in known.items():
        every = {**signs, **{sign.name: sign for sign in peers.signs(place, signs)}}
        decision = decide(every, (*rules.get(host, ()), *DEFAULT_RULES))
        found.append(Diagnosis(host, decision, _rate(evidence[host], decision), place))
    return sorted(found, key=_rank)


def _rate(evidence: Any, decision: Decision) -> float | None:
    if decision.signs["timeouts"].value == UNKNOWN:
        return None
    return number(asked(mapping(evidence), "events", "class").told.get("rate_per_day"))


def _rank(item: Diagnosis) -> tuple[int, float, str]:
    return (VERDICTS.index(item.decision.verdict), -(item.rate or 0.0), item.host)


def table(found: Sequence[Diagnosis]) -> list[str]:
    """The hosts as lines of equal columns under a heading."""
    return aligned([_COLUMNS, *(_cells(item) for item in found)], left=(0, 1, 3, 4))


def _cells(item: Diagnosis) -> tuple[str, ...]:
    rate = "-" if item.rate is None else brief(item.rate)
    place = (item.place.model or "-", item.place.firmware or "-")
    return (item.host, item.decision.verdict, rate, *place, one_line(item.decision.because))


def failing(found: Sequence[Diagnosis], fail_on: Collection[str]) -> dict[str, str]:
    """The hosts with one of these verdicts, and why."""
    bad = [item for item in found if item.decision.verdict in fail_on]
    return {item.host: f"{item.decision.verdict}: {item.decision.because}" for item in bad}


def kept(evidence: Any, before: Any, rate: float | None, read_at: str) -> dict[str, Any]:
    """What the next run of a host compares with: the rate with its time, a reading of the memory, the driver's values.

    What was not read this time stays as it was. A reading stays for a day, unless the memory has shrunk since, by a
    restart for one.
    """
    was, now = mapping(before), mapping(mapping(evidence).get("memory"))
    found: dict[str, Any] = {"rate_per_day": rate, "rate_read_at": read_at}
    if rate is None:
        found = {name: was.get(name) for name in found}
    found["memory"] = _memory(mapping(was.get("memory")), now)
    found.update(_driver_values(was, driver_values_sign(mapping(evidence), was).value, read_at))
    return found


def _driver_values(was: Mapping[str, Any], value: Any, read_at: str) -> dict[str, Any]:
    """``raised_since``: the run that saw it first, None where the first run of all saw it."""
    then = was.get("driver_values")
    if value == UNKNOWN:
        return {"driver_values": then, "raised_since": was.get("raised_since")}
    if value not in ("raised", "raised_lately"):
        return {"driver_values": value, "raised_since": None}
    since = was.get("raised_since") if then == "raised" else read_at if then else None
    return {"driver_values": "raised", "raised_since": since}


def _memory(was: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any] | None:
    sizes = [number(told.get("non_paged_pool_bytes")) for told in (was, now)]
    times = [time(told.get("read_at")) for told in (was, now)]
    old = {"non_paged_pool_bytes": sizes[0], "read_at": was.get("read_at")}
    new = {"non_paged_pool_bytes": sizes[1], "read_at": now.get("read_at")}
    if sizes[1] is None or times[1] is None:
        return old if sizes[0] is not None and times[0] else None
    if sizes[0] is None or times[0] is None or sizes[1] < sizes[0]:
        return new
    return old if (times[1] - times[0]).total_seconds() < _KEEP_MEMORY_HOURS * 3600 else new
