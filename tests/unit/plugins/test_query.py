# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""JMESPath queries on facts: what is wrong with them is the user's to mend, and said before a BMC is asked."""

from __future__ import annotations

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible import query
from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.query import compile_query
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import OptionError

FACTS = {
    "ipmi_sensors": [
        {"name": "Fan1", "type": "Fan", "reading": 0.0, "unit": "RPM", "health": "critical"},
        {"name": "Inlet Temp", "type": "Temperature", "reading": 24.0, "unit": "degrees C", "health": "nominal"},
        {"name": "CPU1 Temp", "type": "Temperature", "reading": 47.0, "unit": "degrees C", "health": "nominal"},
        {"name": "PSU", "type": "Power Supply", "reading": None, "unit": None, "health": "nominal"},
    ],
    "ipmi_health": {"status": "critical", "counts": {"critical": 1}},
    "ipmi_bmc": {"guid": None},
}


@pytest.mark.parametrize(
    ("expression", "result"),
    [
        ("ipmi_health.status", "critical"),
        ("ipmi_sensors[?type == 'Fan'].name", ["Fan1"]),
        ("length(ipmi_sensors)", 4),
        ("max_by(ipmi_sensors[?reading != null], &reading).name", "CPU1 Temp"),
        ("ipmi_sensors[?reading == `0.0`].name", ["Fan1"]),
        ("ipmi_sensors[?health != 'nominal'] | [0].name", "Fan1"),
        ("{worst: ipmi_health.status, guid: ipmi_bmc.guid}", {"worst": "critical", "guid": None}),
        ("nothing.of.the.kind", None),
        ("ipmi_sensors[?type == 'None'].name", []),
    ],
)
def test_query_selects_from_the_facts(expression, result):
    assert compile_query(expression)(FACTS) == result


def test_query_leaves_the_facts_alone():
    before = repr(FACTS)
    compile_query("sort_by(ipmi_sensors, &name)")(FACTS)
    assert repr(FACTS) == before


@pytest.mark.parametrize("expression", ["ipmi_sensors[", "a b", "[?x == ]", "foo(", "\x00", "'"])
def test_expression_that_is_none_is_told_at_once(expression):
    with pytest.raises(OptionError) as caught:
        compile_query(expression)
    assert caught.value.message.startswith("query is no JMESPath expression: ")
    assert "\n" not in caught.value.message
    assert caught.value.next_step == "Mend the expression."


@pytest.mark.parametrize(
    "expression",
    ["max_by(ipmi_sensors, &reading)", "length(ipmi_bmc.guid)", "no_such_function(@)", "sum(ipmi_sensors)"],
)
def test_query_that_fails_on_these_facts_is_told(expression):
    search = compile_query(expression)
    with pytest.raises(OptionError) as caught:
        search(FACTS)
    assert caught.value.message.startswith("query fails on these facts: ")
    assert "\n" not in caught.value.message


def test_missing_library_is_told_with_the_python_that_misses_it(monkeypatch):
    monkeypatch.setattr(query, "HAS_JMESPATH", False)
    monkeypatch.setattr(query.sys, "executable", "/usr/bin/python3.11")
    with pytest.raises(OptionError) as caught:
        compile_query("ipmi_health")
    assert "jmespath" in caught.value.message
    assert "/usr/bin/python3.11" in caught.value.message
