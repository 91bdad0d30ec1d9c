# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rows of the matrix generation x system x agent, the collection's and the users' own, checked one by one.

What a row holds goes into the arguments of package managers and the paths of files: its names are plain ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import AgentError

TESTED, REPORTED, UNSUPPORTED = STATUSES = ("tested", "reported", "unsupported")
REPOSITORY_TYPES = ("apt", "dnf", "zypper")
RACADM, NONE = CONTROLLERS = ("racadm", "none")
GUIDE = "See the guide to vendors' agents (docs/vendor-agents.md)."

_SLUG = re.compile(r"[a-z0-9_]{1,60}")
_NAME = re.compile(r"\w[\w@.+~: -]{0,99}")
_SYSTEM = re.compile(r"any|[A-Za-z][\w .-]{0,60}_(?:\d{1,4}|any)")
_TEXT = re.compile(r"[^\x00-\x1f\x7f]{1,1000}")
_RULE = re.compile(r"\w[\w.-]{0,90}\.rules")
_URL = re.compile(r"(?:https?|file)://[^\s'\"\\]{1,500}")
_SUITE = re.compile(r"[\w./{}~+-]{1,100}")
VERSION = re.compile(r"\w[\w.+:~-]{0,99}")
_TEXTS = {
    "vendor": _SLUG,
    "agent": _SLUG,
    "title": _TEXT,
    "version": VERSION,
    "status": re.compile("|".join(STATUSES)),
    "source": _TEXT,
    "controller": re.compile("|".join(CONTROLLERS)),
}
_LISTS = {
    "generations": re.compile(r"\w{1,20}"),
    "systems": _SYSTEM,
    "packages": _NAME,
    "services": _NAME,
    "processes": _NAME,
    "udev_rules": _RULE,
}
_REPOSITORY_TEXTS = {"type": re.compile("|".join(REPOSITORY_TYPES)), "url": _URL, "key_url": _URL}
_REPOSITORY_LISTS = {"suites": _SUITE, "components": _SUITE}
_ALWAYS = ("vendor", "generations", "systems", "agent", "status", "source")
# What an agent that is to be installed cannot do without.
_TO_INSTALL = ("title", "packages", "services", "controller")


@dataclass(frozen=True)
class Repository:
    """``url`` and ``suites`` may name {release}, {major} and {architecture} of the system."""

    type: str
    url: str
    key_url: str
    suites: tuple[str, ...] = ()
    components: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """What is installed on such servers with such systems. ``repository``: None where users bring package files;
    ``packages``: the agent's own first; ``processes``: daemons of which exactly one each may run; ``udev_rules``: rules
    of the packages that harm this system; ``controller``: how the BMC is asked what it knows of the agent."""

    vendor: str
    generations: tuple[str, ...]
    systems: tuple[str, ...]
    agent: str
    status: str
    source: str
    title: str = ""
    version: str = ""
    packages: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    processes: tuple[str, ...] = ()
    udev_rules: tuple[str, ...] = ()
    controller: str = NONE
    repository: Repository | None = field(default=None)


def parse_rows(given: Iterable[Any], name: str) -> list[Row]:
    """``name``: whose rows they are, for the messages. Raises AgentError for the first one that cannot be used."""
    return [parse_row(row, f"{name}[{number}]") for number, row in enumerate(given)]


def parse_row(given: Any, place: str) -> Row:
    """A row as data; raises AgentError."""
    known = (*_TEXTS, *_LISTS, "repository")
    row = _checked(given, place, known)
    values: dict[str, Any] = {key: _text(row[key], f"{place}.{key}", _TEXTS[key]) for key in _TEXTS if key in row}
    values.update({key: _list(row[key], f"{place}.{key}", _LISTS[key]) for key in _LISTS if key in row})
    status = values.get("status")
    for key in _ALWAYS if status == UNSUPPORTED else (*_ALWAYS, *_TO_INSTALL):
        if not values.get(key):
            raise _wrong(f"{place} has no {key}", "Add it.")
    if row.get("repository"):
        values["repository"] = _repository(row["repository"], f"{place}.repository")
    return Row(**values)


def _repository(given: Any, place: str) -> Repository:
    told = _checked(given, place, (*_REPOSITORY_TEXTS, *_REPOSITORY_LISTS))
    values: dict[str, Any] = {
        key: _text(told.get(key), f"{place}.{key}", pattern) for key, pattern in _REPOSITORY_TEXTS.items()
    }
    values.update({key: _list(told.get(key, []), f"{place}.{key}", _SUITE) for key in _REPOSITORY_LISTS})
    if values["type"] == "apt" and not (values["suites"] and values["components"]):
        raise _wrong(f"{place} is of the type apt and lacks suites or components", "Add them.")
    return Repository(**values)


def _checked(given: Any, place: str, known: tuple[str, ...]) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise _wrong(f"{place} is no dictionary", "Write it as one.")
    for key in given:
        if key not in known:
            raise _wrong(f"{place} has {str(key)[:60]!r}, which is no part of it", f"Known are {', '.join(known)}.")
    return given


def _text(value: Any, place: str, pattern: re.Pattern[str]) -> str:
    # YAML reads the version 5400 as a number.
    written = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(written, str) or not pattern.fullmatch(written):
        raise _wrong(f"{place}: {str(value)[:60]!r} cannot be used", _wanted(pattern))
    return written


def _list(value: Any, place: str, pattern: re.Pattern[str]) -> tuple[str, ...]:
    if not isinstance(value, (list, tuple)):
        raise _wrong(f"{place} is no list", "Write it as one.")
    return tuple(_text(item, f"{place}[{number}]", pattern) for number, item in enumerate(value))


def _wanted(pattern: re.Pattern[str]) -> str:
    words = pattern.pattern.split("|")
    if len(words) > 1 and all(word.isidentifier() for word in words):
        return f"Give one of {', '.join(words)}."
    return f"It has to match {pattern.pattern}."


def _wrong(message: str, next_step: str) -> AgentError:
    return AgentError(message, f"{next_step} {GUIDE}")
