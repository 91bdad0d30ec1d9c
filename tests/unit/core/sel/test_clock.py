# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clock of a log: what it shows, how far it is off, and setting it."""

from __future__ import annotations

import pytest
from fakes import Answer, Exchange, ScriptedClient, no, ok

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.client import Request, complete
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import (
    CommandError,
    InsufficientPrivilege,
    SelError,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sel.clock import SelClock, read_clock, set_clock
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.sel_clock import run

STORAGE = 0x0A
NOW = 1769860800.0  # 2026-01-31T12:00:00Z


def time_is(seconds: int) -> Exchange:
    return Request(STORAGE, 0x48), ok(*seconds.to_bytes(4, "little"))


def offset_is(minutes: int) -> Exchange:
    return Request(STORAGE, 0x5C), ok(*(minutes & 0xFFFF).to_bytes(2, "little"))


def setting(seconds: int, answer: Answer) -> Exchange:
    return Request(STORAGE, 0x49, seconds.to_bytes(4, "little")), answer


NO_OFFSET = (Request(STORAGE, 0x5C), no(0xC1))


def test_drift_is_measured_from_the_middle_of_the_question() -> None:
    times = iter((NOW, NOW + 2))
    clock = complete(read_clock(ScriptedClient(time_is(int(NOW) + 31), NO_OFFSET), lambda: next(times)))
    assert (clock.drift_s, clock.time, clock.kind) == (30.0, "2026-01-31T12:00:31Z", "set")


@pytest.mark.parametrize(
    ("offset", "minutes"),
    [(60, 60), (-60, -60), (1440, 1440), (-1440, -1440), (0, 0), (0x07FF, None), (1441, None), (-2000, None)],
)
def test_clock_of_local_time_is_no_drift(offset: int, minutes: int | None) -> None:
    shown = int(NOW) + 60 * (minutes or 0)
    clock = complete(read_clock(ScriptedClient(time_is(shown), offset_is(offset)), lambda: NOW))
    assert (clock.utc_offset, clock.drift_s, clock.time) == (minutes, 0.0, "2026-01-31T12:00:00Z")


@pytest.mark.parametrize(("seconds", "kind"), [(0, "pre_init"), (0x20000000, "pre_init"), (0xFFFFFFFF, "unspecified")])
def test_clock_that_was_never_set_has_no_drift(seconds: int, kind: str) -> None:
    clock = SelClock(seconds, None, NOW)
    assert (clock.drift_s, clock.time, clock.kind) == (None, None, kind)


def test_clock_is_set_to_local_time_where_the_bmc_has_an_offset() -> None:
    client = ScriptedClient(setting(int(NOW) - 3600, ok()))
    complete(set_clock(client, -60, lambda: NOW))
    client.assert_played()


@pytest.mark.parametrize(("code", "kind"), [(0xD4, InsufficientPrivilege), (0xD5, CommandError)])
def test_clock_that_may_not_be_set_is_an_error(code: int, kind: type[CommandError]) -> None:
    with pytest.raises(kind, match="Set SEL Time was refused"):
        complete(set_clock(ScriptedClient(setting(int(NOW), no(code))), None, lambda: NOW))


@pytest.mark.parametrize(("drift", "changed"), [(60, False), (-60, False), (61, True), (-61, True)])
def test_clock_within_the_tolerance_is_left_alone(drift: int, changed: bool) -> None:
    script = [time_is(int(NOW) + drift), NO_OFFSET]
    more = [setting(int(NOW), ok()), time_is(int(NOW)), NO_OFFSET] if changed else []
    client = ScriptedClient(*script, *more)
    assert complete(run(client, 60.0, False, lambda: NOW)).changed is changed
    client.assert_played()
    checked = complete(run(ScriptedClient(*script), 60.0, True, lambda: NOW))
    assert (checked.changed, checked.after.drift_s) == (changed, 0.0 if changed else drift)


def test_clock_that_does_not_stay_set_is_an_error() -> None:
    script = [time_is(7), NO_OFFSET, setting(int(NOW), ok()), time_is(9), NO_OFFSET]
    with pytest.raises(SelError, match="accepted the time and shows 9 s since its start"):
        complete(run(ScriptedClient(*script), 60.0, False, lambda: NOW))
