# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ipmi_fleet_info behind both of its doors: a list of targets, and what each of them says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Callable

from .._core.client import complete
from .._core.errors import IpmiError, OptionError
from .._core.health.rate import WORST_FIRST
from .._transport.crowd import Conversation, converse_with_all
from .._transport.lan import LanClient
from .._transport.native import Ipmi15, NativeClient
from .._transport.options import LanOptions, check_options
from .._transport.wire import Stalled
from .connection import CONNECTION_SPEC, NATIVE, lan_options
from .failure import failure
from .fleet_facts import SEL, SENSORS
from .fleet_processes import Tell, in_processes, open_conversations
from .sel import INFO_SPEC, LogWish, log_wish, read_clock_of, read_events
from .sensors import ARGUMENT_SPEC as SENSORS_SPEC
from .sensors import SensorsWish, read_sensors, sensors_wish

CLOCK = "clock"
_READING = ("sensors", "ignore_selected", "types", "thresholds", "query", "health_rules")
_LOG = ("since", "severity", "sensors", "directions", "live")
_CACHE = ("sdr_cache", "sdr_cache_dir")
_KEYS = ("ipmi_sensors", "ipmi_health", "ipmi_bmc", "sel", "sel_info", "sel_clock")
# What a host's variables are called that set the options of its target.
VARIABLES = {name: f"bmc_{name}" for name in ("host", "port", "username", "password", "kg", "privilege")}


def _without_defaults(spec: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: {key: value for key, value in told.items() if key not in ("default", "fallback", "required")}
        for name, told in spec.items()
    }


_OF_A_TARGET = {name: SENSORS_SPEC[name] for name in (*CONNECTION_SPEC, *_READING, *_CACHE)}
# Rules without a default: those for sensors count for the log, too, unless it has its own.
_OF_THE_LOG = {**{name: INFO_SPEC[name] for name in _LOG}, "health_rules": {"type": "list", "elements": "dict"}}
TARGET_SPEC: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    **_without_defaults(_OF_A_TARGET),
    "log": {"type": "dict", "options": _without_defaults(_OF_THE_LOG)},
}

FLEET_SPEC: dict[str, dict[str, Any]] = {
    **{name: told for name, told in _OF_A_TARGET.items() if name != "host"},
    "targets": {"type": "list", "elements": "dict", "options": TARGET_SPEC},
    "hosts": {"type": "list", "elements": "str"},
    "variables": {"type": "dict", "default": {}},
    "collect": {"type": "list", "elements": "str", "choices": [SENSORS, SEL, CLOCK], "default": [SENSORS]},
    "log": {"type": "dict", "options": _OF_THE_LOG, "apply_defaults": True},
    "omit": {"type": "list", "elements": "str", "choices": list(_KEYS), "default": []},
    "concurrency": {"type": "int", "default": 256},
    "processes": {"type": "int", "default": 0},
}

Progress = Callable[[int, int, int], None]  # done, of so many, and how many of them failed


@dataclass(frozen=True)
class Roster:
    """The targets' names. ``told`` gives the options of one, or raises OptionError."""

    names: Sequence[str]
    told: Callable[[str], Mapping[str, Any]]


@dataclass(frozen=True)
class Target:
    """One BMC, and what is wanted of it. ``log`` and ``sensors`` are shared by all targets that want the same."""

    options: LanOptions
    transport: str
    sensors: SensorsWish | None
    log: LogWish | None
    clock: bool
    omit: tuple[str, ...]


def gather_fleet(
    params: Mapping[str, Any], progress: Progress | None = None, roster: Roster | None = None
) -> tuple[dict[str, Any], list[str]]:
    """What ipmi_fleet_info returns, of its option ``targets`` where there is no ``roster``. Raises OptionError for what
    counts for all targets; what is the matter with one of them is told of that one."""
    if params["concurrency"] < 1 or params["processes"] < 0:
        raise OptionError("concurrency is below 1, or processes below 0", "Give how many BMCs are asked at a time.")
    wishes, roster = _Wishes(params), roster or _given(params["targets"] or [])
    outcomes: dict[str, dict[str, Any]] = {name: {} for name in roster.names}
    failed = done = 0

    def take(place: int, outcome: dict[str, Any]) -> None:
        nonlocal failed, done
        outcomes[roster.names[place]] = outcome
        failed, done = failed + ("failure" in outcome), done + 1
        if progress:
            progress(done, len(outcomes), failed)

    def work(places: list[int], tell: Tell) -> None:
        targets = _targets(wishes, roster, places, tell)
        at_a_time = max(params["concurrency"] * len(places) // max(len(outcomes), 1), 1)
        asyncio.run(converse_with_all(_conversations(targets, tell), at_a_time, open_conversations()))

    in_processes(len(outcomes), params["processes"], work, take)
    return _result(outcomes), []


def _given(targets: Iterable[Mapping[str, Any]]) -> Roster:
    by_name: dict[str, Mapping[str, Any]] = {}
    for told in targets:
        if by_name.setdefault(told["name"], told) is not told:
            raise OptionError(f"two targets are called {told['name']!r}", "Give each target a name of its own.")
    return Roster(list(by_name), by_name.__getitem__)


def _result(outcomes: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    read = {name: told for name, told in outcomes.items() if "told" in told}
    failures = {name: told["failure"] for name, told in outcomes.items() if "failure" in told}
    statuses = [told["health"]["status"] for told in read.values() if told["health"]]
    return {
        "fleet": {name: told["told"] for name, told in read.items()},
        "failed_targets": {name: told["msg"] for name, told in failures.items()},
        "errors": {name: told["error"] for name, told in failures.items()},
        "target_warnings": {name: told["warnings"] for name, told in read.items() if told["warnings"]},
        "summary": {
            "targets": len(outcomes),
            "read": len(outcomes) - len(failures),
            "unread": len(failures),
            "incomplete": sum(bool(told["health"]) and not told["health"]["complete"] for told in read.values()),
            "statuses": {status: statuses.count(status) for status in WORST_FIRST},
        },
    }


class _Wishes:
    """Targets out of the task's options, each expression parsed once for all that have it."""

    def __init__(self, params: Mapping[str, Any]) -> None:
        self._params = params
        self._collect = params["collect"]
        self._sensors: dict[str, SensorsWish] = {}
        self._logs: dict[str, LogWish] = {}
        self._own({})  # what is wrong with the options of all is no target's failure

    def target(self, told: Mapping[str, Any]) -> Target:
        own = {name: value for name, value in told.items() if value is not None}
        options = lan_options({**self._params, "host": None, **own})
        check_options(options)
        sensors, log = self._own(own)
        transport = own.get("transport", self._params["transport"])
        return Target(options, transport, sensors, log, CLOCK in self._collect, tuple(self._params["omit"]))

    def _own(self, own: Mapping[str, Any]) -> tuple[SensorsWish | None, LogWish | None]:
        reading = {name: own.get(name, self._params[name]) for name in (*_READING, *_CACHE)}
        sensors = log = None
        if SENSORS in self._collect:
            key = json.dumps(reading, sort_keys=True, default=str)
            sensors = self._sensors.get(key) or self._sensors.setdefault(key, sensors_wish(reading))
        if SEL in self._collect:
            told = {**self._params["log"], **{k: v for k, v in own.get("log", {}).items() if v is not None}}
            of_log = {name: value for name, value in told.items() if value is not None}
            wanted = {**reading, "since": None, **of_log, "query": None}
            key = json.dumps(wanted, sort_keys=True, default=str)
            log = self._logs.get(key) or self._logs.setdefault(key, log_wish(wanted))
        return sensors, log


def _targets(wishes: _Wishes, roster: Roster, places: list[int], tell: Tell) -> dict[int, Target]:
    """These of the targets, all before the first is asked: to make them out may take long. What keeps one from being a
    target is told."""
    targets = {}
    for place in places:
        try:
            targets[place] = wishes.target(roster.told(roster.names[place]))
        except IpmiError as error:
            tell(place, {"failure": failure(error)})
    return targets


def _conversations(targets: Mapping[int, Target], tell: Tell) -> Iterator[Conversation]:
    def conversation(place: int, target: Target) -> Conversation:
        async def talk(stalled: Stalled) -> None:
            tell(place, await _outcome(target, stalled))

        return talk

    return (conversation(place, target) for place, target in targets.items())


async def _outcome(target: Target, stalled: Stalled) -> dict[str, Any]:
    """``told`` and ``warnings`` of a BMC, or its ``failure``: nothing that it says or does harms another one."""
    try:
        try:
            if target.transport == NATIVE:
                async with NativeClient(target.options, stalled) as client:
                    return await _read(target, client)
        except Ipmi15:
            pass
        # A client that blocks: in a thread, so that it holds up none of the others.
        return await asyncio.get_running_loop().run_in_executor(None, _read_blocking, target)
    except IpmiError as error:
        error.host = error.host or target.options.name
        return {"failure": failure(error)}
    except Exception as error:
        kind = type(error).__name__
        text = f"{target.options.name}: {kind}: {error}. This is a defect of the collection: report it."
        details = {"kind": "defect", "message": f"{kind}: {error}", "host": target.options.name, "next_step": ""}
        return {"failure": {"msg": text, "error": details}}


def _read_blocking(target: Target) -> dict[str, Any]:
    async def read() -> dict[str, Any]:
        async with LanClient(target.options) as client:
            return await _read(target, client)

    return complete(read())


async def _read(target: Target, client: Any) -> dict[str, Any]:
    """One part after the other: a BMC without an event log has sensors all the same."""
    told: dict[str, Any] = {}
    warnings: list[str] = []
    outcome: dict[str, Any] = {}
    for part, read in _parts(target, client):
        try:
            facts, said = await read
        except IpmiError as error:
            error.host = error.host or target.options.name
            problem = failure(error)
            outcome.setdefault("failure", {**problem, "error": {**problem["error"], "part": part}})
            continue
        told = {**facts, **told}
        warnings += [text for text in said if text not in warnings]
    if not told:
        return outcome
    health = told.get("ipmi_health")
    outcome["told"] = {key: value for key, value in told.items() if key not in target.omit}
    outcome["warnings"] = warnings
    outcome["health"] = {"status": health["status"], "complete": health["complete"]} if health else None
    return outcome


def _parts(target: Target, client: Any) -> Iterator[tuple[str, Awaitable[tuple[dict[str, Any], list[str]]]]]:
    name = target.options.name
    if target.sensors:
        yield SENSORS, read_sensors(target.sensors, client, name)
    if target.log:
        yield SEL, _log(target.log, client, name)
    elif target.clock:
        yield CLOCK, _clock(client)


async def _log(wish: LogWish, client: Any, name: str) -> tuple[dict[str, Any], list[str]]:
    events, said = await read_events(wish, client, name)
    return {"ipmi_bmc": events.pop("bmc"), **events}, said


async def _clock(client: Any) -> tuple[dict[str, Any], list[str]]:
    return {"sel_clock": await read_clock_of(client)}, []
