# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The `faults` of a fleet or model file as immutable data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .reader import Node

_MANY = 2**31


@dataclass(frozen=True)
class Match:
    """Which requests are meant; what is not given fits any."""

    netfn: int | None = None
    cmd: int | None = None
    data: bytes = b""  # the first bytes of the request's data
    sensor: str = ""

    def fits(self, netfn: int, cmd: int, data: bytes, sensor: str) -> bool:
        return (
            self.netfn in (None, netfn)
            and self.cmd in (None, cmd)
            and data.startswith(self.data)
            and self.sensor in ("", sensor)
        )


@dataclass(frozen=True, eq=False)
class Rule:
    """A request that is answered otherwise; `after` requests are spared, then `times` are hit."""

    match: Match
    completion_code: int = 0
    no_reply: bool = False  # neither carried out nor answered
    lose_reply: bool = False  # carried out, the answer gets lost
    delay_ms: float = 0.0
    after: int = 0
    times: int | None = None


@dataclass(frozen=True, eq=False)
class Trigger:
    """Something that happens at the `nth` request that fits; `actions` are carried out in the order of the file."""

    match: Match
    nth: int
    times: int | None
    before: bool
    actions: tuple[tuple[str, Any], ...]


@dataclass(frozen=True)
class Refuse:
    """What the log-in refuses: True is the usual status, a number another one."""

    password: bool | int = False
    user: bool | int = False
    users: frozenset[str] = frozenset()
    privilege: bool | int = False
    session: bool | int = False
    times: int | None = None


@dataclass(frozen=True)
class FaultPlan:
    """Everything that a BMC does wrong."""

    delay_ms: float = 0.0
    jitter_ms: float = 0.0
    drop: float = 0.0
    drop_in: float = 0.0
    drop_out: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    reorder_ms: float = 100.0
    seed: int = 0
    silent: bool = False
    silent_after: int | None = None
    silent_after_requests: int | None = None
    silent_for_s: float | None = None
    ipmi15_only: bool = False
    max_sdr_read: int | None = None
    lose_reservation_after: int | None = None
    lose_reservation_times: int | None = None
    session_limit: int | None = None
    keep_sel_reservation: bool = False
    refuse: Refuse = Refuse()
    commands: tuple[Rule, ...] = ()
    no_reply: tuple[Rule, ...] = ()
    sensors: tuple[Rule, ...] = ()
    triggers: tuple[Trigger, ...] = ()


_ACTIONS = ("silent_s", "reboot", "event", "events", "sensor", "clear", "clock", "sdr", "faults", "lose_reservation")


def parse_faults(node: Node) -> FaultPlan:
    """Return the plan of a `faults` mapping."""
    plan = FaultPlan(
        delay_ms=node.number("delay_ms", 0.0),
        jitter_ms=node.number("jitter_ms", 0.0),
        drop=_percentage(node, "drop"),
        drop_in=_percentage(node, "drop_in"),
        drop_out=_percentage(node, "drop_out"),
        duplicate=_percentage(node, "duplicate"),
        reorder=_percentage(node, "reorder"),
        reorder_ms=node.number("reorder_ms", 100.0),
        seed=node.integer("seed", 0, high=_MANY),
        silent=node.flag("silent"),
        silent_after=node.integer("silent_after", None, high=_MANY),
        silent_after_requests=node.integer("silent_after_requests", None, high=_MANY),
        silent_for_s=node.number("silent_for_s", None),
        ipmi15_only=node.flag("ipmi15_only"),
        max_sdr_read=node.integer("max_sdr_read", None, 1),
        lose_reservation_after=node.integer("lose_reservation_after", None, high=_MANY),
        lose_reservation_times=node.integer("lose_reservation_times", None, high=_MANY),
        session_limit=node.integer("session_limit", None, high=1000),
        keep_sel_reservation=node.flag("keep_sel_reservation"),
        refuse=_refuse(node.node("refuse")),
        commands=tuple(_rule(part, _command(part)) for part in node.nodes("commands", "cmd")),
        sensors=tuple(_rule(part, _sensor(part)) for part in node.nodes("sensors")),
        triggers=tuple(_trigger(part) for part in node.nodes("triggers", "cmd")),
    )
    node.done()
    return plan


def parse_changes(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return fields of the plan from keys as in a file, or the plain forms of `commands` and `no_reply`.

    `commands` can also map (netfn, cmd) to a completion code, and `no_reply` be a set of (netfn, cmd).
    """
    special: dict[str, Any] = {}
    plain = dict(changes)
    if isinstance(plain.get("commands"), Mapping):
        codes = plain.pop("commands")
        special["commands"] = tuple(Rule(Match(*where), completion_code=code) for where, code in codes.items())
    if "no_reply" in plain:
        special["no_reply"] = tuple(Rule(Match(*where), no_reply=True) for where in plain.pop("no_reply") or ())
    for key in ("commands", "sensors", "triggers"):
        if key in plain:
            plain[key] = list(plain[key] or ())
    plan = parse_faults(Node(plain, "faults"))
    return {**{key: getattr(plan, key) for key in plain}, **special}


def _percentage(node: Node, key: str) -> float:
    value = float(node.number(key, 0.0))
    if not 0 <= value <= 100:
        raise node.error("is a percentage from 0 to 100", key)
    return value


def _command(part: Node) -> Match:
    return Match(part.integer("netfn", high=0x3E), part.integer("cmd"), part.hex("data", b""))


def _sensor(part: Node) -> Match:
    return Match(0x04, part.integer("cmd", 0x2D), b"", part.text("name"))


def _rule(part: Node, match: Match) -> Rule:
    rule = Rule(
        match,
        part.integer("completion_code", 0),
        part.flag("no_reply"),
        part.flag("lose_reply"),
        part.number("delay_ms", 0.0),
        part.integer("after", 0, high=_MANY),
        part.integer("times", None, high=_MANY),
    )
    part.done()
    if not (rule.completion_code or rule.no_reply or rule.lose_reply or rule.delay_ms):
        raise part.error("says neither completion_code nor no_reply, lose_reply or delay_ms")
    return rule


def _trigger(part: Node) -> Trigger:
    match = Match(
        part.integer("netfn", None, high=0x3E),
        part.integer("cmd", None),
        part.hex("data", b""),
        part.text("sensor_name", ""),
    )
    nth, when = part.integer("nth", 1, 1, _MANY), part.choice("when", ("before", "after"), "before")
    times = part.integer("times", 1, high=_MANY)
    given = {key: part.any(key, None) for key in _ACTIONS}
    actions = tuple((key, given[key]) for key in map(str, part.keys()) if given.get(key) not in (None, False))
    part.done()
    if not actions:
        raise part.error(f"does nothing: give one of {', '.join(_ACTIONS)}")
    return Trigger(match, nth, times or None, when == "before", actions)


def _refuse(part: Node) -> Refuse:
    users = part.any("user", False)
    values: dict[str, Any] = {}
    for key in ("password", "user", "privilege", "session"):
        value = part.any(key, False)
        if key == "user" and isinstance(value, list):
            value = True
        if not isinstance(value, bool):
            value = part.integer(key, low=1)
        values[key] = value
    names = frozenset(map(str, users)) if isinstance(users, list) else frozenset()
    refuse = Refuse(**values, users=names, times=part.integer("times", None, high=_MANY))
    part.done()
    return refuse
