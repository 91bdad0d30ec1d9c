# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers as rows name them, and rows that cannot be used."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.agents.rows import parse_row, parse_rows
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.agents.server import server_of
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import AgentError

ROW: dict[str, Any] = {
    "vendor": "acme",
    "generations": ["any"],
    "systems": ["Debian_12"],
    "agent": "acme_agent",
    "title": "Acme's agent",
    "version": 12,
    "status": "reported",
    "source": "our notes",
    "packages": ["acme-agent"],
    "services": ["acme agent@1.service"],
    "processes": ["acmed"],
    "udev_rules": ["70-acme.rules"],
    "repository": {
        "type": "apt",
        "url": "https://a.example/x",
        "suites": ["{release}/current"],
        "components": ["main"],
        "key_url": "https://a.example/k",
    },
    "controller": "none",
}


@pytest.mark.parametrize(
    ("vendor", "model", "generation"),
    [
        ("Dell Inc.", "PowerEdge R740", "14G"),
        ("Dell Inc.", "PowerEdge R740xd2", "14G"),
        ("Dell Inc.", "PowerEdge MX750c", "15G"),
        ("Dell Inc.", "PowerEdge R7625", "16G"),
        ("Dell Inc.", "PowerEdge XE9680", "16G"),
        ("Dell Inc.", "PowerEdge R7725", "17G"),
        ("Dell Inc.", "PowerEdge XR11", "15G"),
        ("Dell Inc.", "PowerEdge M620", "12G"),
        ("Dell Inc.", "PowerEdge R610", "11G"),
        ("Dell Inc.", "PowerEdge R900", "10G"),
        ("Dell Inc.", "PowerEdge C4140", "14G"),
        ("Dell Inc.", "PowerEdge C6420", "14G"),
        ("Dell Inc.", "Precision 7920 Rack", None),
        ("HPE", "ProLiant DL360 Gen10 Plus", "Gen10"),
        ("HP", "ProLiant DL380 Gen9", "Gen9"),
        ("HP", "ProLiant DL380p Gen8", "Gen8"),
        ("HP", "ProLiant DL380 G7", "G7"),
        ("Hewlett Packard Enterprise", "Synergy 480 Gen11", "Gen11"),
        ("Lenovo", "ThinkSystem SR650", None),
        # A model that looks like a PowerEdge's is none under another name.
        ("Supermicro", "R740", None),
    ],
)
def test_generation_is_told_by_the_model(vendor: str, model: str, generation: str | None) -> None:
    assert server_of({"system_vendor": vendor, "product_name": model}, {}, {}).generation == generation


@pytest.mark.parametrize(
    ("distribution", "major", "system"),
    [
        ("Debian", "13", "Debian_13"),
        ("Ubuntu", "24", "Ubuntu_24"),
        *((name, "9", "RedHat_9") for name in ("RedHat", "Rocky", "AlmaLinux", "CentOS", "OracleLinux")),
        ("SLES", "15", "SLES_15"),
        ("Fedora", "43", "Fedora_43"),
        ("Debian", 12, "Debian_12"),
        ("", "", "unknown_unknown"),
    ],
)
def test_system_is_named_as_in_rows(distribution: str, major: Any, system: str) -> None:
    assert server_of({"distribution": distribution, "distribution_major_version": major}, {}, {}).system == system


def test_every_windows_is_one() -> None:
    facts = {
        "os_family": "Windows",
        "distribution": "Microsoft Windows Server 2019",
        "distribution_major_version": "10",
    }
    assert server_of(facts, {}, {}).system == "Windows_any"


@pytest.mark.parametrize("hostile", [None, 7, ["x"], "\x1b[31m" * 3, "x" * 10_000, "{{ lookup('pipe', 'id') }}"])
def test_hostile_facts_are_bounded(hostile: Any) -> None:
    server = server_of(dict.fromkeys(("system_vendor", "product_name", "distribution", "os_family"), hostile), {}, {})
    assert len(f"{server.vendor}{server.model}{server.system}") < 300
    assert f"{server.vendor}{server.model}{server.system}".isprintable()


def test_row_is_taken_with_a_version_that_is_a_number() -> None:
    assert parse_row(ROW, "x").version == "12"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"vendor": ""}, r"rows\[0\]\.vendor: '' cannot be used"),
        ({"systems": ["Debian"]}, r"systems\[0\]: 'Debian'"),
        ({"systems": "Debian_12"}, "systems is no list"),
        ({"generations": []}, "has no generations"),
        ({"status": "fine"}, "status: 'fine'"),
        ({"source": None}, "source: 'None'"),
        ({"packages": ["-y"]}, r"packages\[0\]: '-y'"),
        ({"packages": []}, "has no packages"),
        ({"services": ["a;b"]}, r"services\[0\]"),
        ({"processes": ["../sh"]}, r"processes\[0\]"),
        ({"udev_rules": ["../x.rules"]}, r"udev_rules\[0\]"),
        ({"udev_rules": ["x.conf"]}, r"udev_rules\[0\]"),
        ({"version": True}, "version: 'True'"),
        ({"controller": "ipmi"}, "controller: 'ipmi'"),
        ({"packges": []}, "has 'packges', which is no part of it"),
        ({"repository": {**ROW["repository"], "type": "pip"}}, r"repository\.type: 'pip'"),
        ({"repository": {**ROW["repository"], "suites": []}}, "lacks suites or components"),
        ({"repository": {**ROW["repository"], "url": "https://a b"}}, r"repository\.url"),
        ({"repository": {**ROW["repository"], "key_url": None}}, r"repository\.key_url"),
        ({"repository": "https://a.example"}, "repository is no dictionary"),
    ],
)
def test_row_that_cannot_be_used_is_refused_by_place(change: dict[str, Any], message: str) -> None:
    with pytest.raises(AgentError, match=message) as refused:
        parse_rows([{**ROW, **change}], "rows")
    assert "docs/vendor-agents.md" in refused.value.next_step


def test_choices_are_named() -> None:
    with pytest.raises(AgentError) as refused:
        parse_row({**ROW, "status": "fine"}, "x")
    assert "one of tested, reported, unsupported" in refused.value.next_step


def test_unsupported_row_needs_nothing_to_install() -> None:
    short = {key: ROW[key] for key in ("vendor", "generations", "systems", "agent", "source")}
    assert parse_row({**short, "status": "unsupported"}, "x").packages == ()
    with pytest.raises(AgentError, match="has no title"):
        parse_row({**short, "status": "reported"}, "x")


@pytest.mark.parametrize("row", [None, "x", ["a"], {1: 2}])
def test_what_is_no_row_is_refused(row: Any) -> None:
    with pytest.raises(AgentError):
        parse_rows([row], "rows")
