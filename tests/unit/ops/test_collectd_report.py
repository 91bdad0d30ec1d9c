# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host's line in the report on collectd: what was done, what is adrift, and why there is nothing to tell."""

from __future__ import annotations

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.collectd_report import row, table

READ = {"name": "a", "host": "a", "sensors": 21}
TOLD = {"version": "5.12.0", "drift": [], "instances": [READ, {**READ, "sensors": 9}], "left_out": []}


def test_host_that_is_as_it_should_be():
    found = row("db01", TOLD, False)
    assert (found.status, found.version, found.instances, found.sensors, found.drift, found.remark) == (
        *("nominal", "5.12.0"),
        *(2, 30, 0, ""),
    )


@pytest.mark.parametrize(
    ("checking", "status", "words"), [(False, "nominal", "was mended"), (True, "warning", "is not")]
)
def test_drift_is_mended_by_a_run_and_told_by_a_check(checking, status, words):
    found = row("db01", {**TOLD, "drift": ["the service does not run"]}, checking)
    assert (found.status, found.drift) == (status, 1)
    assert found.remark.startswith(words) and found.remark.endswith("the service does not run")


def test_instance_without_values_is_told_by_a_check():
    found = row("db01", {**TOLD, "instances": [READ, {**READ, "name": "b", "sensors": 0}]}, True)
    assert (found.status, found.sensors, found.remark) == ("warning", 21, "b: no values")


def test_check_of_a_service_that_is_down_knows_no_number_of_sensors_and_a_host_without_bmc_is_told():
    found = row("db01", {**TOLD, "instances": [{**READ, "sensors": None}], "left_out": ["main"]}, True)
    assert (found.sensors, found.remark) == (None, "main: no BMC, left out")


def test_failure_is_critical_and_a_host_that_was_not_come_to_is_unknown():
    failed = row(
        "db01",
        {"failed": True, "msg": "x", "error": {"message": "no new values of a", "kind": "collectd_error"}},
        False,
    )
    assert (failed.status, failed.remark) == ("critical", "no new values of a")
    assert row("db02", None, False).status == "unknown"
    assert row("db03", {"skipped": True}, False).status == "unknown"


def test_table_has_a_line_for_each_host_under_a_heading():
    lines = table([row("db01", TOLD, False), row("db02", None, False)])
    assert lines[0].split() == ["host", "version", "instances", "sensors", "drift", "remark"]
    assert lines[1].split() == ["db01", "5.12.0", "2", "30", "0"]
    assert lines[2].split()[:5] == ["db02", "-", "-", "-", "-"]
