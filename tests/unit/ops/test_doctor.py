# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The doctor for a fleet: order, table, whom to fail, what the next run compares with; each host is looked at once."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.doctor.rules import VERDICTS, parse_rules
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops import doctor
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.doctor import examine, failing, kept, table

NOON = "2026-01-31T12:00:00Z"


def events(found: str, rate: float) -> dict[str, Any]:
    return {"class": found, "rate_per_day": rate, "count": int(rate), "system": "windows"}


def server(found: str, rate: float = 0.0, **evidence: Any) -> dict[str, Any]:
    return {"events": events(found, rate), "system": {"vendor": "Supermicro"}, **evidence}


SILENT = {"failed": True, "msg": "x", "error": {"kind": "unreachable", "message": "no BMC answers"}}
WELL = {"ansible_facts": {"ipmi_health": {"status": "nominal"}, "ipmi_bmc": {"firmware_version": "2.30"}}}
AS_INSTALLED = {"before": {"busy_wait_period": None}}
FLEET: dict[str, Any] = {
    "good": server("none", bmc=WELL),
    "never": None,
    "slow": server("elevated", 40.0, bmc=WELL, timeouts=AS_INSTALLED),
    "slower": server(
        "high", 1440.0, bmc=WELL, timeouts=AS_INSTALLED, system={"vendor": "Dell Inc.", "model": "PowerEdge R710"}
    ),
    "dead": server("elevated", 12.5, bmc=SILENT),
}


def test_worst_comes_first_and_of_one_verdict_the_host_with_the_most_time_outs():
    found = examine(FLEET, {}, {})
    assert [item.host for item in found] == ["dead", "slower", "slow", "never", "good"]
    assert [item.status for item in found] == ["critical", "warning", "warning", "unknown", "nominal"]


def test_every_verdict_has_a_status_and_the_worst_comes_first():
    statuses = [doctor._STATUS[verdict] for verdict in VERDICTS]
    assert statuses == ["critical", "warning", "warning", "warning", "unknown", "nominal"]


def test_table_has_a_line_for_each_host_under_a_heading():
    lines = table(examine(FLEET, {}, {}))
    assert lines[0].split() == ["host", "verdict", "1004/day", "model", "firmware", "reason"]
    assert lines[1].split()[:5] == ["dead", "controller_sick", "12.5", "-", "-"]
    assert lines[2].split()[:6] == ["slower", "raise_timeouts", "1440", "PowerEdge", "R710", "2.30"]
    assert lines[4].split()[:5] == ["never", "look_further", "-", "-", "-"]
    assert lines[5].split()[:3] == ["good", "healthy", "0"]


@pytest.mark.parametrize(
    ("verdicts", "hosts"),
    [([], []), (["controller_sick"], ["dead"]), (["raise_timeouts", "look_further"], ["slower", "slow", "never"])],
)
def test_hosts_with_these_verdicts_fail_and_it_is_said_why(verdicts, hosts):
    bad = failing(examine(FLEET, {}, {}), verdicts)
    assert list(bad) == hosts
    assert all(told.split(":")[0] in verdicts for told in bad.values())


def test_own_rules_of_one_host_are_its_own():
    mine = parse_rules([{"name": "spare", "when": {}, "verdict": "healthy", "because": "It is a spare."}])
    found = {item.host: item.decision for item in examine(FLEET, {}, {"dead": mine})}
    assert (found["dead"].rule, found["dead"].because) == ("spare", "It is a spare.")
    assert [rule.name for rule in found["dead"].also] == ["silent_on_both_sides", "bmc_silent"]
    assert found["slow"].rule == "driver_impatient"


def test_text_of_a_host_stays_in_its_cell():
    hostile = {"model": "R\x1b[31m\n740" + "x" * 500}
    (line,) = table(examine({"a": {"system": hostile}}, {}, {}))[1:]
    assert line.isprintable()
    assert len(line) < 400


def test_run_after_run_compares_with_what_was_kept():
    first = kept(FLEET["slow"], None, 40.0, "2026-01-30T12:00:00Z")
    rate = {"rate_per_day": 40.0, "rate_read_at": "2026-01-30T12:00:00Z"}
    assert first == {**rate, "memory": None, "driver_values": "default", "raised_since": None}
    (found,) = examine({"slow": FLEET["good"]}, {"slow": first}, {})
    assert found.decision.rule == "cured"


def test_rate_that_was_not_read_stays_what_it_was():
    before = {"rate_per_day": 40.0, "rate_read_at": "2026-01-30T12:00:00Z"}
    before.update(driver_values="raised", raised_since="2026-01-29T12:00:00Z")
    assert kept({}, before, None, NOON) == {**before, "memory": None}


def test_values_that_were_raised_lately_are_so_for_a_whole_window():
    raised = {"timeouts": {"before": {"busy_wait_period": 60}}}
    window = {"window": {"hours": 24, "end": NOON}}
    slow = {**FLEET["slow"], **raised, "events": {**events("elevated", 40.0), **window}}
    first = kept(FLEET["slow"], None, 40.0, "2026-01-30T11:00:00Z")
    second = kept(slow, first, 40.0, "2026-01-30T11:30:00Z")
    assert second["raised_since"] == "2026-01-30T11:30:00Z"
    later = {**second, "raised_since": "2026-01-30T13:00:00Z"}
    told = {
        run: examine({"slow": slow}, {"slow": before}, {})[0].decision.rule
        for run, before in {"first": None, "then": first, "lately": later, "long ago": second}.items()
    }
    assert told == {
        "first": "raised_in_vain",
        "then": "raised_lately",
        "lately": "raised_lately",
        "long ago": "raised_in_vain",
    }
    assert kept(slow, second, 40.0, NOON)["raised_since"] == second["raised_since"]
    assert kept(FLEET["slow"], second, 40.0, NOON)["raised_since"] is None


@pytest.mark.parametrize(
    ("was", "now", "stays"),
    [
        (None, (300, NOON), "now"),
        ((200, "2026-01-31T11:00:00Z"), (300, NOON), "was"),  # hourly runs compare with a reading of a day
        ((200, "2026-01-30T12:00:00Z"), (300, NOON), "now"),
        ((200, "2026-01-31T11:00:00Z"), (100, NOON), "now"),  # a restart in between
        ((200, "2026-01-31T11:00:00Z"), None, "was"),
        ((200, "2026-01-31T11:00:00Z"), (300, "noon"), "was"),
        ((-1, "yesterday"), (300, NOON), "now"),
        (("much", "yesterday"), None, None),
    ],
)
def test_reading_of_the_memory_is_kept_for_a_day(was, now, stays):
    readings = {
        name: told and {"non_paged_pool_bytes": told[0], "read_at": told[1]}
        for name, told in (("was", was), ("now", now))
    }
    found = kept({"memory": readings["now"]}, {"memory": readings["was"]}, 0.0, NOON)["memory"]
    assert found == (readings[stays] if stays else None)


@pytest.mark.parametrize("before", [None, "text", 7, {"rate_per_day": "many", "memory": [1]}, {"memory": {"a": 1}}])
def test_damaged_file_of_the_last_run_is_none(before):
    (found,) = examine({"good": FLEET["good"]}, {"good": before}, {})
    assert found.decision.rule == "quiet"
    assert kept(FLEET["good"], before, 0.0, NOON)["memory"] is None


def test_each_host_of_a_large_fleet_is_looked_at_once(monkeypatch):
    looked: list[int] = []
    signs_of = doctor.signs_of
    monkeypatch.setattr(doctor, "signs_of", lambda *told: (looked.append(1), signs_of(*told))[1])
    fleet = {
        f"blade{number}": server(
            "elevated" if number % 2 else "none",
            40.0,
            bmc=WELL,
            system={"model": "PowerEdge M620", "chassis": f"c{number // 16}"},
        )
        for number in range(5000)
    }
    found = examine(fleet, {}, {})
    assert (len(found), len(looked)) == (5000, 5000)
    (first,) = [item for item in found if item.host == "blade1"]
    assert first.decision.signs["model_peers"].sentence.startswith("peers: 2492 of 4984 others")
    assert first.decision.signs["chassis_peers"].sentence.startswith("peers: 7 of 15 others in chassis c0")
