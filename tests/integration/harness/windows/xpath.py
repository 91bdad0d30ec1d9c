# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The part of the event log's XPath that is known here: tests on provider, id, level and time of an event.

Anything else is Misunderstood, also what Windows itself would understand. Times are compared as times, as Windows does.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from .events import Event
from .understanding import Misunderstood

# Whether an event passes at a time ("now").
Test = Callable[[Event, datetime], bool]
_TOKEN = re.compile(
    r"\s*(timediff\(@SystemTime\)|@?[A-Za-z]\w*|'[^']*'|\"[^\"]*\"|\d+|<=|>=|!=|[=<>()\[\]*])", re.ASCII
)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_NUMBERS: dict[str, Callable[[Event], int]] = {
    "EventID": lambda event: event.event_id,
    "Level": lambda event: event.level,
    "EventRecordID": lambda event: event.record,
}


def compile_query(query: str) -> Test:
    """The test that ``*``, or ``*[System[...]]``, is of an event; Misunderstood."""
    return _Parser(query).query()


def _passes_always(_event: Event, _now: datetime) -> bool:
    return True


def _either(one: Test, other: Test) -> Test:
    return lambda event, now: one(event, now) or other(event, now)


def _both(one: Test, other: Test) -> Test:
    return lambda event, now: one(event, now) and other(event, now)


class _Parser:
    """By recursive descent; each method reads what it is named for and stops behind it."""

    def __init__(self, query: str) -> None:
        self._query = query
        self._tokens: list[str] = []
        position = 0
        while query[position:].strip():
            found = _TOKEN.match(query, position)
            if found is None:
                raise self._misunderstood(query[position:].strip())
            self._tokens.append(found[1])
            position = found.end()

    def _misunderstood(self, at: str) -> Misunderstood:
        return Misunderstood(f"XPath {self._query!r}, from {at[:40]!r} on")

    def _next(self, *wanted: str) -> str:
        """The next token, which is one of ``wanted`` if any are given."""
        if not self._tokens:
            raise self._misunderstood("its end")
        token = self._tokens.pop(0)
        if wanted and token not in wanted:
            raise self._misunderstood(" ".join([token, *self._tokens]))
        return token

    def _is_next(self, token: str) -> bool:
        return bool(self._tokens) and self._tokens[0] == token

    def query(self) -> Test:
        self._next("*", "Event")
        test = self._bracketed(self._system) if self._tokens else _passes_always
        if self._tokens:
            raise self._misunderstood(" ".join(self._tokens))
        return test

    def _bracketed(self, one: Callable[[], Test]) -> Test:
        self._next("[")
        test = self._any_of(one)
        self._next("]")
        return test

    def _any_of(self, one: Callable[[], Test]) -> Test:
        test = self._all_of(one)
        while self._is_next("or"):
            self._next()
            test = _either(test, self._all_of(one))
        return test

    def _all_of(self, one: Callable[[], Test]) -> Test:
        test = self._grouped(one)
        while self._is_next("and"):
            self._next()
            test = _both(test, self._grouped(one))
        return test

    def _grouped(self, one: Callable[[], Test]) -> Test:
        if not self._is_next("("):
            return one()
        self._next()
        test = self._any_of(one)
        self._next(")")
        return test

    def _system(self) -> Test:
        self._next("System")
        return self._bracketed(self._element)

    def _element(self) -> Test:
        name = self._next("Provider", "TimeCreated", *_NUMBERS)
        if name == "Provider":
            return self._bracketed(self._provider)
        if name == "TimeCreated":
            return self._bracketed(self._time)
        value, compare, number = _NUMBERS[name], _COMPARE[self._next(*_COMPARE)], self._number()
        return lambda event, _now: compare(value(event), number)

    def _provider(self) -> Test:
        self._next("@Name")
        compare, name = _COMPARE[self._next("=", "!=")], self._text()
        return lambda event, _now: compare(event.provider, name)

    def _time(self) -> Test:
        what, compare = self._next("@SystemTime", "timediff(@SystemTime)"), _COMPARE[self._next(*_COMPARE)]
        if what == "@SystemTime":
            time = self._when()
            return lambda event, _now: compare(event.time, time)
        age_ms = self._number()
        return lambda event, now: compare((now - event.time).total_seconds() * 1000, age_ms)

    def _number(self) -> int:
        token = self._next()
        if not token.isdigit():
            raise self._misunderstood(token)
        return int(token)

    def _text(self) -> str:
        token = self._next()
        if token[0] not in "'\"":
            raise self._misunderstood(token)
        return token[1:-1]

    def _when(self) -> datetime:
        text = self._text()
        try:
            if not text.endswith("Z"):
                raise ValueError
            return datetime.fromisoformat(text)
        except ValueError:
            raise self._misunderstood(text) from None
