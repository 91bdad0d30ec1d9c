# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which event logs of a fleet are to be cleared, and whether that has to be confirmed first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from .._core.sel.clear import is_cleared

NEVER, OVER_PERCENT, ALWAYS = "never", "over_percent", "always"
CLEAR = (NEVER, OVER_PERCENT, ALWAYS)
_NAMED = 5


@dataclass(frozen=True)
class Wish:
    """What is to be cleared of one host: nothing, a log that is used over so many percent, or every log."""

    clear: str = NEVER
    over_percent: float = 75.0


@dataclass(frozen=True)
class ClearPlan:
    """``clearing``: host -> why its log is to be cleared. ``archiving``: hosts whose logs stay and can be archived; one
    that is cleared already is not among them, since the entry that says so would make it a change for ever after.
    ``count``: how many logs of the whole play are to be cleared, those that may be among them counted, too.
    ``refusal``: why nothing may be erased before more hosts are confirmed, None where it may."""

    clearing: dict[str, str]
    archiving: tuple[str, ...]
    count: int
    refusal: str | None


def reason(result: Mapping[str, Any] | None, wish: Wish) -> str | None:
    """Why a host's log is to be cleared, by the result of its ipmi_sel_info task; None where it stays, or nobody knows
    what is in it."""
    told = _as_read(result)
    if told is None or wish.clear == NEVER or _is_cleared(told):
        return None
    info = told["sel_info"]
    used = info["used_percent"]
    if wish.clear == ALWAYS:
        return f"{info['entries']} entries"
    if used is None:
        return "events were lost, since the log is full" if info["overflow"] else None
    # No log is used over 100 percent.
    return f"{used:.1f} percent used" if used > wish.over_percent or used >= 100 else None


def _as_read(result: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The result of a task that has read a BMC's log."""
    return result if isinstance(result, Mapping) and result.get("sel_info") else None


def _is_cleared(told: Mapping[str, Any]) -> bool:
    """Whether there is nothing to erase. A lone entry that is not among the records, by its age, may be anything."""
    entries = tuple(bytes.fromhex(record["raw"]) for record in told["sel"])
    return len(entries) == told["sel_info"]["entries"] and is_cleared(entries)


def _is_to_be_archived(result: Mapping[str, Any] | None, wish: Wish) -> bool:
    """Whether the log of a host that is not cleared is archived."""
    told = _as_read(result)
    return told is not None and (wish.clear == NEVER or not _is_cleared(told))


def plan(
    hosts: Collection[str],
    everyone: Collection[str],
    results: Mapping[str, Mapping[str, Any] | None],
    wishes: Mapping[str, Wish],
    confirmed: int,
) -> ClearPlan:
    """The plan for ``hosts``, where ``everyone`` is who may come to it in the whole play.

    With ``serial``, hosts of later batches have no result yet: each of them may have to be cleared, and counts.
    """
    reasons = {host: reason(results.get(host), wishes.get(host, Wish())) for host in {*hosts, *everyone}}
    clearing = {host: reasons[host] or "" for host in hosts if reasons[host]}
    kept = [host for host in hosts if host not in clearing]
    archiving = tuple(host for host in kept if _is_to_be_archived(results.get(host), wishes.get(host, Wish())))
    sure = [host for host, why in reasons.items() if why]
    unread = [host for host in everyone if results.get(host) is None]
    count = len(sure) + len(unread)
    if not clearing or count <= confirmed:
        return ClearPlan(clearing, archiving, count, None)
    named = ", ".join(sorted(sure)[:_NAMED])
    more = f" and {len(sure) - _NAMED} more" if len(sure) > _NAMED else ""
    text = f"{_logs(len(sure))} would be cleared ({named}{more})"
    if unread:
        text += f", and {_logs(len(unread))} of the play, not read yet, may be"
    return ClearPlan(clearing, archiving, count, f"{text}; {confirmed} may be without more ado. Nothing was erased.")


def _logs(number: int) -> str:
    return "1 event log" if number == 1 else f"{number} event logs"
