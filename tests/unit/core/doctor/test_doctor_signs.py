# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signs out of evidence: generations of servers, agents, memory, and whatever a hostile host may send."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.doctor.agents import (
    AGENTS,
    HPE_AGENT,
    SERVICE_MODULE,
    plain_name,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.doctor.evidence import signs_of
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.doctor.signs import SIGNS, UNKNOWN, sign

KEYS = ("events", "system", "bmc", "log", "services", "timeouts", "memory", "racadm", "better_after_reseat")
GIB = 1024**3


def value(name: str, before: Any = None, **evidence: Any) -> Any:
    return signs_of(evidence, before)[name].value


def bmc(**identity: Any) -> dict[str, Any]:
    return {"ansible_facts": {"ipmi_bmc": identity, "ipmi_health": {"status": "nominal"}, "ipmi_sensors": []}}


@pytest.mark.parametrize(
    ("model", "firmware", "is_idrac_2"),
    [
        ("PowerEdge R610", "2.92", False),  # iDRAC6
        ("PowerEdge M610", "3.85", False),
        ("PowerEdge R905", "2.50", False),  # no iDRAC at all
        ("PowerEdge M620", "1.57", False),  # iDRAC7 before 2.0
        ("PowerEdge M620", "2.30", True),
        ("PowerEdge M620", None, UNKNOWN),
        ("PowerEdge R720xd", "2.65", True),
        ("PowerEdge C6220 II", "2.65", True),
        ("PowerEdge R630", None, True),  # iDRAC8 began above 2.0
        ("PowerEdge FC430", None, True),
        ("PowerEdge R6415", None, True),
        ("PowerEdge MX740c", None, True),
        ("PowerEdge XR11", None, True),
        ("PowerEdge R7625", "6.10", True),
        ("PowerEdge 2950", "2.50", UNKNOWN),
        ("", "1.57", False),
        ("", "2.30", UNKNOWN),  # an iDRAC6, or a later one
        ("", "4.40", True),
        ("", None, UNKNOWN),
        ("", "none", UNKNOWN),
    ],
)
def test_generation_of_an_idrac(model, firmware, is_idrac_2):
    system = {"vendor": "Dell Inc.", "model": model}
    assert value("idrac", system=system, bmc=bmc(firmware_version=firmware)) == is_idrac_2


def test_no_other_vendor_has_an_idrac_or_waits_for_its_module():
    evidence = {"system": {"vendor": "HPE", "model": "ProLiant DL380 Gen10"}, "services": []}
    assert (value("idrac", **evidence), value("service_module", **evidence)) == (False, "not_needed")
    assert value("hpe_agent", **evidence) == "missing"


@pytest.mark.parametrize(
    ("vendor", "manufacturer", "told"),
    [
        ("Dell Inc.", None, "dell"), ("HP", None, "hpe"), ("Hewlett-Packard", None, "hpe"), ("LENOVO", None, "lenovo"),
        ("Super Micro Computer", None, "supermicro"), ("Supermicro", None, "supermicro"), ("IBM", None, "ibm"),
        ("", 674, "dell"), ("", 20301, "ibm"), ("", 9, "other"), ("", None, UNKNOWN), ("FUJITSU", None, "other"),
    ],
)  # fmt: skip
def test_vendor_is_told_by_the_system_or_by_the_bmc(vendor, manufacturer, told):
    assert value("vendor", system={"vendor": vendor}, bmc=bmc(manufacturer_id=manufacturer)) == told


@pytest.mark.parametrize(
    ("system", "told"),
    [
        ({"model": "PowerEdge M820"}, True),
        ({"model": "PowerEdge R820", "form_factor": "Rack Mount Chassis"}, False),
        ({"model": "PowerEdge R820", "chassis": "c1"}, True),
        ({"form_factor": "Multi-system"}, True),
        ({"model": "ProLiant BL460c Gen9"}, True),
        ({}, UNKNOWN),
    ],
)
def test_blade(system, told):
    assert value("blade", system=system) == told


@pytest.mark.parametrize("service", ["dcismeng", "dcismeng.service", "iDRAC Service Module", " DCISMENG "])
def test_service_module_goes_by_several_names(service):
    assert value("service_module", services=["sshd.service", service]) == "running"


def test_service_that_cannot_be_read_may_be_the_one_that_is_looked_for():
    dell = {"vendor": "Dell Inc.", "model": "PowerEdge R740"}
    assert value("service_module", services=["sshd"], system=dell) == "missing"
    signs = signs_of({"services": ["sshd", 7, None], "system": dell})
    assert signs["service_module"].value == UNKNOWN
    assert signs["service_module"].sentence == "services: 2 of 3 cannot be read"
    assert value("service_module", services=["sshd"] * 6000, system=dell) == UNKNOWN


def test_agents_of_several_services_count_once():
    assert value("pollers", services=["dsm_sa_datamgrd.service", "dataeng.service", "DSM SA Data Manager"]) == 1
    assert value("possible_pollers", services=["collectd.service", "telegraf", "ipmievd"]) == 3
    assert value("pollers", services=["collectd.service", "telegraf", "check-mk-agent@1.service"]) == 0


def test_names_in_the_tables_are_plain_and_belong_to_one_agent():
    services = [service for agent in AGENTS for service in agent.services]
    assert len(services) == len(set(services))
    assert [name for name in (*services, *SERVICE_MODULE, *HPE_AGENT) if plain_name(name) != name] == []


@pytest.mark.parametrize(
    ("now", "read_at", "leaks"),
    [
        (3 * GIB, "2026-01-31T12:00:00Z", True),
        (2.4 * GIB, "2026-01-31T12:00:00Z", False),  # less than a quarter more
        (1.9 * GIB, "2026-01-31T12:00:00Z", False),
        (3 * GIB, "2026-01-30T12:30:00Z", UNKNOWN),  # too soon
        (3 * GIB, "2026-01-29T12:00:00Z", UNKNOWN),  # a clock that went back
        (3 * GIB, "noon", UNKNOWN),
    ],
)
def test_memory_that_grows(now, read_at, leaks):
    before = {"memory": {"non_paged_pool_bytes": 2 * GIB, "read_at": "2026-01-30T12:00:00Z"}}
    assert value("memory_leak", before, memory={"non_paged_pool_bytes": int(now), "read_at": read_at}) == leaks


def test_a_quarter_of_little_memory_is_no_leak():
    before = {"memory": {"non_paged_pool_bytes": GIB // 5, "read_at": "2026-01-30T12:00:00Z"}}
    memory = {"non_paged_pool_bytes": GIB // 3, "read_at": "2026-01-31T12:00:00Z"}
    assert value("memory_leak", before, memory=memory) is False


@pytest.mark.parametrize(
    ("now", "then", "told"),
    [
        (0.0, 40.0, "gone"), (10.0, 40.0, "fewer"), (40.0, 40.0, "same"),
        (90.0, 40.0, "more"), (5.0, 0.0, "more"), (0.0, 0.0, "same"),
    ],
)  # fmt: skip
def test_rate_against_the_last_run(now, then, told):
    events = {"class": "none" if not now else "elevated", "rate_per_day": now, "count": int(now)}
    assert value("since_before", {"rate_per_day": then}, events=events) == told


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("unreachable", "silent"), ("no_reply", "falters"), ("session_lost", "falters"),
        ("login_unfinished", "falters"), ("deadline_exceeded", "falters"), ("wrong_password", "refuses"),
        ("insufficient_privilege", "refuses"),
        ("unknown_host", UNKNOWN), ("occupied", UNKNOWN), ("option_error", UNKNOWN), ("no_bmc", UNKNOWN),
    ],
)  # fmt: skip
def test_what_a_failure_says_of_the_bmc(kind, told):
    # A play that is to go on writes failed_when: false, and the result says no more than this.
    assert value("bmc_answers", bmc={"msg": "no", "error": {"kind": kind}, "ansible_facts": {}}) == told
    assert value("bmc_answers", bmc={"failed": True, "msg": "no", "error": {"kind": kind}}) == told


@pytest.mark.parametrize(
    ("verdict", "told"),
    [
        ("ok", "healthy"), ("degraded", "stuck"), ("failed", "failed"), ("timeout", "failed"), ("healthy", "healthy"),
        ("stuck", "stuck"), ("broken_tool", UNKNOWN), ("unreachable", UNKNOWN), ("unparsable", UNKNOWN),
        (None, UNKNOWN),
    ],
)  # fmt: skip
def test_verdict_of_racadm(verdict, told):
    assert value("racadm", racadm={"verdict": verdict, "reason": "x"}) == told


def test_racadm_that_complains_beside_a_complete_answer_says_nothing_of_the_idrac():
    assert value("racadm", racadm={"verdict": "degraded", "missing": []}) == UNKNOWN
    assert value("racadm", racadm={"verdict": "degraded", "missing": ["Service Tag"]}) == "stuck"


def test_event_log_that_was_read_shows_that_the_bmc_answers():
    assert value("bmc_answers", log={"sel_info": {"entries": 1}}) == "well"


def test_sensors_behind_the_bridge_do_not_speak_against_the_bmc():
    behind = {"available": False, "owner": 0x2C, "unavailable_reason": "not read: no answer to 4 tries"}
    told = {"ansible_facts": {"ipmi_health": {"status": "unknown"}, "ipmi_sensors": [behind]}}
    assert value("bmc_answers", bmc=told) == "well"
    told["ansible_facts"]["ipmi_sensors"] = [{**behind, "owner": 0x20}]
    assert value("bmc_answers", bmc=told) == "in_part"


def test_registry_value_of_a_wrong_type_counts_for_none():
    before = {"busy_wait_period": "REG_SZ: 60", "slave_address_detection_method": 1}
    signs = signs_of({"timeouts": {"before": before}})
    assert signs["driver_values"].value == "default"
    assert "busy_wait_period REG_SZ: 60" in signs["driver_values"].sentence


def test_value_that_is_not_in_the_table_is_a_mistake():
    for name, wrong in (("timeouts", "many"), ("pollers", True), ("pollers", "2")):
        with pytest.raises(ValueError, match=name):
            sign(name, wrong)


def test_text_of_hosts_is_shown_on_one_bounded_line():
    hostile = "\x1b[31m{{ lookup('pipe', 'id') }}\r\n\x00\u202e" + "x" * 5_000_000
    evidence = {
        "system": {"vendor": hostile, "model": hostile, "chassis": hostile},
        "events": {
            "class": "low",
            "last": hostile,
            "count": 10**400,
            "rate_per_day": float("inf"),
            "counts": {"1003": -1},
            "other_errors": [{"source": hostile, "kind": "storage", "count": 3}, 7, {"kind": hostile}],
        },
        "bmc": {"failed": True, "msg": hostile, "error": {"kind": "unreachable", "message": hostile}},
        "log": {"failed": True, "msg": hostile},
        "racadm": {"verdict": hostile},
    }
    for told in signs_of(evidence).values():
        assert told.sentence.isprintable()
        assert len(told.sentence) < 400


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from([
            *("class", "count", "counts", "rate_per_day", "window", "hours", "findings", "other_errors", "kind"),
            *("ansible_facts", "ipmi_health", "ipmi_bmc", "ipmi_sensors", "status", "error", "sel_info", "sel_clock"),
            *("used_percent", "drift_s", "non_paged_pool_bytes", "read_at", "verdict", "model", "runtime", "before"),
        ]),
        inner, max_size=4,
    ), max_leaves=12,
)  # fmt: skip


@given(
    st.dictionaries(st.sampled_from(KEYS), _VALUES),
    st.dictionaries(st.sampled_from(["memory", "rate_per_day"]), _VALUES),
)
def test_no_evidence_whatever_its_shape_breaks_the_doctor(evidence, before):
    found = signs_of(evidence, before)
    assert set(found) == set(SIGNS) - {"model_peers", "chassis_peers"}


@pytest.mark.parametrize("evidence", [None, "text", 7, [], {"events": "text"}, {"services": {"a": 1}}])
def test_evidence_of_another_shape_is_none(evidence):
    assert {told.value for told in signs_of(evidence, evidence).values()} == {UNKNOWN}
