# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Exceptions: until when they hold, what they fit, and mistakes that are named."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import OptionError
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.hardware_health.checks import Check, Finding
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.hardware_health.exceptions import (
    apply,
    parse_exceptions,
)

FINDING = Finding("sensors", "critical", "Fan 1", "Fan 1 stands still", "Replace it.")
NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


def hides(exception: dict[str, Any], now: datetime = NOON, host: str = "web01", finding: Finding = FINDING) -> bool:
    check, _expired = apply(Check(finding.check, "told", (finding,)), host, parse_exceptions([exception]), now)
    return bool(check.hidden)


@pytest.mark.parametrize("until", ["2026-01-31", date(2026, 1, 31)])
def test_day_counts_to_its_end_in_utc(until):
    exception = {"host": "web01", "check": "sensors", "until": until}
    midnight = datetime(2026, 2, 1, tzinfo=UTC)
    assert hides(exception, midnight - timedelta(seconds=1))
    assert not hides(exception, midnight)


@pytest.mark.parametrize("until", ["2026-01-31T13:00:00+01:00", datetime(2026, 1, 31, 12), "2026-01-31T12:00:00Z"])
def test_time_counts_to_the_second(until):
    exception = {"host": "web01", "check": "sensors", "until": until}
    assert hides(exception, NOON - timedelta(seconds=1))
    assert not hides(exception, NOON)


@pytest.mark.parametrize(
    ("exception", "fits"),
    [
        ({"host": "web01", "check": "sensors"}, True),
        ({"host": "web*", "sensor": "Fan ?"}, True),
        ({"host": "web0[1-3]", "check": "sensors", "sensor": "Fan 1"}, True),
        ({"host": "WEB01", "check": "sensors"}, False),
        ({"host": "web", "check": "sensors"}, False),
        ({"host": "web01", "check": "clock"}, False),
        ({"host": "web01", "check": "clock", "sensor": "Fan 1"}, False),
        ({"host": "web01", "check": "sensors", "sensor": "fan 1"}, False),
    ],
)
def test_host_check_and_sensor_have_to_fit(exception, fits):
    assert hides({**exception, "until": "2026-06-30"}) == fits


def test_pattern_for_sensors_hides_nothing_that_is_said_of_a_whole_check():
    unread = Finding("sensors", "unknown", "", "no BMC answers", "Check the cable.")
    assert not hides({"host": "*", "sensor": "*", "until": "2026-06-30"}, finding=unread)
    assert hides({"host": "*", "check": "sensors", "until": "2026-06-30"}, finding=unread)


def test_one_that_holds_goes_before_one_that_is_over():
    given = [{"host": "web01", "check": "sensors", "until": until} for until in ("2025-12-31", "2026-06-30")]
    check, expired = apply(Check("sensors", "told", (FINDING,)), "web01", parse_exceptions(given), NOON)
    assert (check.findings, [hidden.until for hidden in check.hidden], expired) == ((), ["2026-06-30"], set())


WELL = {"host": "web01", "check": "sensors", "until": "2026-06-30"}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("text", "exceptions: it is no list"),
        ([WELL, "text"], "exceptions[2]: it is no dictionary"),
        ([{**WELL, "host": ""}], "exceptions[1] (host ): host is missing"),
        ([{"check": "sensors", "until": "2026-06-30"}], "exceptions[1]: host is missing"),
        ([{**WELL, "until": None}], "exceptions[1] (host web01): until is missing"),
        ([{**WELL, "until": "soon"}], "until 'soon' is no date"),
        ([{**WELL, "until": "2026-02-30"}], "until '2026-02-30' is no date"),
        ([{**WELL, "until": "9999-12-31"}], "until '9999-12-31' is no date"),
        ([{**WELL, "until": 20260630}], "until '20260630' is no date"),
        ([{**WELL, "check": "sensor"}], "'sensor' is no check. Use one of reachability, sensors,"),
        ([{**WELL, "check": "evidence"}], "'evidence' is no check"),
        ([{"host": "web01", "until": "2026-06-30"}], "it would hide everything of the host"),
        ([{**WELL, "sensors": "Fan 1"}], "'sensors' is no key of an exception. Use host, check, sensor, until, reason"),
        ([{**WELL, "sensor": ["Fan 1"]}], "sensor is no text"),
    ],
)
def test_mistake_is_refused_by_name(given, told):
    with pytest.raises(OptionError) as caught:
        parse_exceptions(given)
    assert told in caught.value.sentence()
