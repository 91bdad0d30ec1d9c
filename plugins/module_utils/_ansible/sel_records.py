# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The event log as plain data: for playbooks, for archives, and from one machine to another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from .._core.sel.clock import SelClock
from .._core.sel.log import Log, SelInfo
from .._core.sel.times import timestamp
from .._ops.sel import Surroundings


def record_data(around: Surroundings, entry: bytes) -> dict[str, Any]:
    """One entry of 16 bytes as a record."""
    return asdict(around.event(entry))


def info_data(log: Log, utc_offset: int | None) -> dict[str, Any]:
    """``sel_info``: times in UTC, null where the BMC does not tell or its clock was not set."""
    info = log.info
    return {
        "version": info.version,
        "entries": info.entries,
        "free_bytes": info.free_bytes,
        "used_percent": info.used_percent,
        "last_add": timestamp(info.added, utc_offset)[0],
        "last_add_kind": timestamp(info.added, utc_offset)[1],
        "last_erase": timestamp(info.erased, utc_offset)[0],
        "last_erase_kind": timestamp(info.erased, utc_offset)[1],
        "overflow": info.overflow,
        "operations": list(info.operations),
        "problem": log.problem,
    }


def clock_data(clock: SelClock | None) -> dict[str, Any] | None:
    """``sel_clock``."""
    if clock is None:
        return None
    return {
        "time": clock.time,
        "time_kind": clock.kind,
        "timecode": clock.timecode,
        "drift_s": clock.drift_s,
        "utc_offset_minutes": clock.utc_offset,
    }


def log_data(log: Log, records: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """A log for another machine, which need not understand its entries."""
    return {"info": asdict(log.info), "problem": log.problem, "records": list(records)}


def log_from(data: Mapping[str, Any]) -> Log:
    """The log that another machine sent."""
    info = {**data["info"], "operations": tuple(data["info"]["operations"])}
    entries = tuple(bytes.fromhex(record["raw"]) for record in data["records"])
    return Log(SelInfo(**info), entries, data["problem"])


def record_line(record: Mapping[str, Any]) -> str:
    """A record for people, in one line."""
    when = record["timestamp"] or _odd_time(record)
    name = record["sensor_name"] or record["sensor_type"] or "-"
    what = f"{record['event']} ({record['event_detail']})" if record["event_detail"] else record["event"]
    direction = f" {record['direction']}" if record["direction"] else ""
    return f"{record['record_id']:5}  {when:20}  {record['severity']:8}  {name}: {what}{direction}"


def _odd_time(record: Mapping[str, Any]) -> str:
    return f"start + {record['timecode']} s" if record["timestamp_kind"] == "pre_init" else "no time"
