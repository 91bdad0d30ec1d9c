# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ipmi_sel_info and its siblings share: a conversation about the event log of one BMC."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass
from typing import Any, Callable

from .._core.errors import IpmiError, OptionError
from .._core.health.overrides import HEALTHS, UserRule, parse_rules
from .._core.sel.clock import read_clock
from .._core.sel.log import Progress
from .._core.sel.selection import EventSelection, parse_event_selection
from .._ops.records import Kept
from .._ops.sel import Surroundings, live_states, look_around, read
from .connection import CONNECTION_SPEC, Client, bmc_name, converse, open_client
from .facts import bmc_facts
from .fleet_facts import HOST_SPEC
from .query import compile_query
from .sdr_cache import SdrCache, cache_for
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
    **HOST_SPEC,
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


@asynccontextmanager
async def conversation(params: Mapping[str, Any], certain: bool = False) -> AsyncIterator[tuple[Client, Surroundings]]:
    """A session with the BMC, and all that its log's entries refer to."""
    rules = parse_rules(params["health_rules"])
    cache = cache_for(params)
    with telling_host(params):
        async with open_client(params) as client:
            yield client, await _look_around(client, rules, cache, certain)


async def _look_around(
    client: Client, rules: tuple[UserRule, ...], cache: SdrCache | None, certain: bool = False
) -> Surroundings:
    return await look_around(client, time.time, rules, Kept(cache, *client.peer) if cache else None, certain)


@dataclass(frozen=True)
class Choice:
    """Which events of a log are wanted, and the query on the result."""

    selection: EventSelection
    query: Callable[[Any], Any] | None

    def choose(self, events: list[Any], result: dict[str, Any], where: str) -> list[str]:
        """Add the events to the result; what the user should be warned of."""
        selection = self.selection
        result["sel"] = selection.choose(events)
        if selection.since and selection.misses_id(events):
            return [f"{where}: no record has the id {selection.since.record_id}, so that since leaves none out"]
        return []

    def finish(self, result: dict[str, Any]) -> None:
        """Add the query's result to the whole one."""
        if self.query:
            result["query_result"] = self.query(result)


@dataclass(frozen=True)
class LogWish:
    """What is to be read of a BMC's log, of whichever BMC: parsed once. ``live``: whether the sensors are asked which
    events still hold."""

    choice: Choice
    live: bool
    rules: tuple[UserRule, ...]
    cache: SdrCache | None


def _choice(params: Mapping[str, Any]) -> Choice:
    query = compile_query(params["query"]) if params["query"] else None
    return Choice(
        parse_event_selection(
            params["since"], params["severity"], params["sensors"], params["directions"], time.time()
        ),
        query,
    )


def log_wish(params: Mapping[str, Any]) -> LogWish:
    """The options that say nothing of the connection; raises OptionError."""
    return LogWish(_choice(params), params["live"], parse_rules(params["health_rules"]), cache_for(params))


def gather_log(params: Mapping[str, Any], progress: Progress | None = None) -> tuple[dict[str, Any], list[str]]:
    """What ipmi_sel_info returns, and what the user should be warned of. Raises an IpmiError."""
    if params["archive"]:
        return _from_archive(params["archive"], _choice(params))
    wish = log_wish(params)
    with telling_host(params):
        return converse(params, _from_bmc(params, wish, progress))


def _from_archive(archive: str, choice: Choice) -> tuple[dict[str, Any], list[str]]:
    result: dict[str, Any] = {"sel_info": None, "sel_clock": None, "bmc": None}
    warnings = choice.choose(list(read_archive(archive)), result, archive)
    choice.finish(result)
    return result, warnings


async def _from_bmc(
    params: Mapping[str, Any], wish: LogWish, progress: Progress | None
) -> tuple[dict[str, Any], list[str]]:
    async with open_client(params) as client:
        return await read_events(wish, client, bmc_name(params), progress)


async def read_clock_of(client: Client) -> dict[str, Any] | None:
    """``sel_clock`` of the BMC behind an open client. Raises an IpmiError."""
    return clock_data(await read_clock(client, time.time))


async def read_events(
    wish: LogWish, client: Client, name: str, progress: Progress | None = None
) -> tuple[dict[str, Any], list[str]]:
    """What ipmi_sel_info returns of the BMC behind an open client, and warnings; ``name`` is the BMC's for people.
    Raises an IpmiError."""
    around = await _look_around(client, wish.rules, wish.cache)
    log, events = await read(client, around, progress)
    result: dict[str, Any] = {}
    warnings = [f"{name}: {warning}" for warning in around.warnings]
    warnings += wish.choice.choose([asdict(event) for event in events], result, name)
    if wish.live:
        chosen = [bytes.fromhex(record["raw"]) for record in result["sel"]]
        for record, state in zip(result["sel"], await live_states(client, around, chosen)):
            record["live_state"] = state
    if log.problem:
        warnings.append(f"{name}: the log cannot be read to its end: {log.problem}")
    result["sel_info"] = info_data(log, around.utc_offset)
    result["sel_clock"] = clock_data(around.clock)
    result["bmc"] = bmc_facts(around.device, around.guid)
    wish.choice.finish(result)
    return result, warnings
