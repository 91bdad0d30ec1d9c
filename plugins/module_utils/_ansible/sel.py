# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ipmi_sel_info and its siblings share: a conversation about the event log of one BMC."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

from .._core.errors import IpmiError, OptionError
from .._core.health.overrides import HEALTHS, parse_rules
from .._core.sel.log import Progress
from .._core.sel.selection import EventSelection, parse_event_selection
from .._ops.records import Kept
from .._ops.sel import Surroundings, live_states, look_around, read
from .connection import CONNECTION_SPEC, Client, bmc_name, open_client
from .facts import bmc_facts
from .query import compile_query
from .sdr_cache import cache_for
from .sel_files import read_archive
from .sel_records import clock_data, info_data
from .sensors import CACHE_SPEC, RULES_SPEC

INFO_SPEC: dict[str, dict[str, Any]] = {
    **CONNECTION_SPEC,
    "since": {"type": "str"},
    "severity": {"type": "list", "elements": "str", "choices": list(HEALTHS), "default": []},
    "sensors": {"type": "list", "elements": "str", "default": []},
    "directions": {"type": "list", "elements": "str", "choices": ["asserted", "deasserted"], "default": []},
    "query": {"type": "str"},
    "archive": {"type": "path"},
    "live": {"type": "bool", "default": False},
    **RULES_SPEC,
    **CACHE_SPEC,
}


@contextmanager
def telling_host(params: Mapping[str, Any]) -> Iterator[None]:
    """Have every error say which BMC it is about, also where not the transport raises it."""
    try:
        yield
    except OptionError:
        raise
    except IpmiError as error:
        error.host = error.host or bmc_name(params)
        raise


@contextmanager
def conversation(params: Mapping[str, Any], certain: bool = False) -> Iterator[tuple[Client, Surroundings]]:
    """A session with the BMC, and all that its log's entries refer to."""
    rules = parse_rules(params["health_rules"])
    cache = cache_for(params)
    with telling_host(params), open_client(params) as client:
        kept = Kept(cache, *client.peer) if cache else None
        yield client, look_around(client, time.time, rules, kept, certain)


def gather_log(params: Mapping[str, Any], progress: Progress | None = None) -> tuple[dict[str, Any], list[str]]:
    """What ipmi_sel_info returns, and what the user should be warned of. Raises an IpmiError."""
    query = compile_query(params["query"]) if params["query"] else None
    selection = parse_event_selection(
        params["since"], params["severity"], params["sensors"], params["directions"], time.time()
    )
    if params["archive"]:
        events: list[Any] = list(read_archive(params["archive"]))
        result: dict[str, Any] = {"sel_info": None, "sel_clock": None, "bmc": None}
        warnings = _choose(selection, events, result, params["archive"])
    else:
        result, warnings = _from_bmc(params, selection, progress)
    if query:
        result["query_result"] = query(result)
    return result, warnings


def _choose(selection: EventSelection, events: list[Any], result: dict[str, Any], where: str) -> list[str]:
    result["sel"] = selection.choose(events)
    if selection.since and selection.misses_id(events):
        return [f"{where}: no record has the id {selection.since.record_id}, so that since leaves none out"]
    return []


def _from_bmc(
    params: Mapping[str, Any], selection: EventSelection, progress: Progress | None
) -> tuple[dict[str, Any], list[str]]:
    name = bmc_name(params)
    with conversation(params) as (client, around):
        log, events = read(client, around, progress)
        records = [asdict(event) for event in events]
        result: dict[str, Any] = {}
        warnings = [f"{name}: {warning}" for warning in around.warnings]
        warnings += _choose(selection, records, result, name)
        if params["live"]:
            chosen = [bytes.fromhex(record["raw"]) for record in result["sel"]]
            for record, state in zip(result["sel"], live_states(client, around, chosen)):
                record["live_state"] = state
    if log.problem:
        warnings.append(f"{name}: the log cannot be read to its end: {log.problem}")
    result["sel_info"] = info_data(log, around.utc_offset)
    result["sel_clock"] = clock_data(around.clock)
    result["bmc"] = bmc_facts(around.device, around.guid)
    return result, warnings
