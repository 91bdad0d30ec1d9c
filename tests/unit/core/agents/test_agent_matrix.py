# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The matrix of role vendor_agent: every row can be used and is chosen, and what no row fits is refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.agents.choice import Plan, Wish, choose, plan_data
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.agents.rows import UNSUPPORTED, Row, parse_rows
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.agents.server import ANY, server_of
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import AgentError

ROOT = Path(__file__).resolve().parents[4]
MATRIX = ROOT / "roles" / "vendor_agent" / "vars" / "matrix.yml"
GUIDE = ROOT / "docs" / "vendor-agents.md"
GIVEN = yaml.safe_load(MATRIX.read_text())["__vendor_agent_matrix"]
ROWS = parse_rows(GIVEN, "matrix")
VENDORS = {"dell": "Dell Inc.", "hpe": "HPE"}
RELEASES = {"Debian_12": "bookworm", "Ubuntu_20": "focal", "Ubuntu_22": "jammy", "Ubuntu_24": "noble"}


def model_of(generation: str) -> str:
    """A model of a generation."""
    if generation.endswith("G"):
        return f"PowerEdge R{7 if generation != '9G' else 2}{generation[-2]}{0 if generation != '9G' else 50}"
    return f"ProLiant DL380 {generation}"


def facts_of(vendor: str, generation: str, system: str) -> dict[str, Any]:
    """Facts of a server as a row names it."""
    name, _underscore, major = ("Debian_12" if system == ANY else system).rpartition("_")
    return {
        "system_vendor": VENDORS[vendor],
        "product_name": model_of(generation),
        "os_family": "Windows" if name == "Windows" else name,
        "distribution": {"RedHat": "Rocky", "Windows": "Microsoft Windows Server 2022 Standard"}.get(name, name),
        "distribution_major_version": major,
        "distribution_release": RELEASES.get(system, "NA"),
        "architecture": "x86_64",
    }


def plan(
    facts: dict[str, Any],
    bmc: dict[str, Any] | None = None,
    rows: Any = (),
    fru: dict[str, Any] | None = None,
    **wish: str,
) -> Plan:
    return choose(server_of(facts, bmc or {}, fru or {}), [*parse_rows(rows, "extra_rows"), *ROWS], Wish(**wish))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.agent}-{row.generations[0]}-{row.systems[0]}")
def test_every_row_is_chosen_for_each_of_its_servers_unless_an_earlier_one_is(row: Row) -> None:
    chosen = []
    for generation in row.generations:
        for system in row.systems:
            if row.status == UNSUPPORTED:
                with pytest.raises(AgentError, match=f"not supported on dell {generation}"):
                    plan(facts_of(row.vendor, generation, system))
                return
            chosen.append(plan(facts_of(row.vendor, generation, system)).row)
    assert all(found is not None and found.status != UNSUPPORTED for found in chosen)
    assert row.source in {found.source for found in chosen if found}


def test_nothing_claims_to_be_tested_and_everything_names_its_source() -> None:
    assert {row.status for row in ROWS} == {"reported", UNSUPPORTED}
    assert all(len(row.source) > 20 for row in ROWS)


def test_14g_stops_at_5_4_on_every_system() -> None:
    mine = [row for row in ROWS if "14G" in row.generations]
    assert len(mine) > 5
    assert all(row.version and int(row.version) <= 5400 for row in mine)


def test_rule_of_udev_is_named_on_debian_13_alone() -> None:
    for row in ROWS:
        assert bool(row.udev_rules) == ("Debian_13" in row.systems)


def test_address_takes_what_the_row_leaves_open_from_the_facts() -> None:
    red_hat = plan(facts_of("dell", "15G", "RedHat_9")).row
    assert red_hat and red_hat.repository
    assert red_hat.repository.url == "https://linux.dell.com/repo/hardware/dsu/os_dependent/RHEL9_64"
    bookworm = plan(facts_of("hpe", "Gen11", "Debian_12")).row
    assert bookworm and bookworm.repository
    assert bookworm.repository.suites == ("bookworm/current",)


@pytest.mark.parametrize("release", ["NA", "..", "x/../../y", "a b", "{{ 1 }}"])
def test_address_is_not_made_of_what_a_host_may_not_say(release: str) -> None:
    with pytest.raises(AgentError, match="wants {release}"):
        plan({**facts_of("hpe", "Gen10", "Debian_12"), "distribution_release": release})


def test_combination_without_a_row_is_refused_by_name_with_the_row_to_add() -> None:
    with pytest.raises(AgentError) as refused:
        plan(facts_of("dell", "14G", "Debian_10"))
    assert refused.value.message == "no row of the matrix fits dell 14G (PowerEdge R740) on Debian_10"
    beginning = refused.value.next_step
    assert "{vendor: dell, generations: [14G], systems: [Debian_10], agent: idrac_service_module, ...}" in beginning
    assert "docs/vendor-agents.md" in beginning


def test_row_of_the_guide_helps_where_the_matrix_has_none() -> None:
    text = GUIDE.read_text().split("```yaml\n")[1].split("```")[0]
    rows = yaml.safe_load(text)["vendor_agent_rows"]
    facts = {**_debian(), "system_vendor": "FUJITSU", "product_name": "PRIMERGY RX2540 M5"}
    assert plan(facts).row is None
    chosen = plan(facts, rows=rows).row
    assert chosen and chosen.agent == rows[0]["agent"]
    with_row = plan(facts_of("dell", "14G", "Debian_10"), rows=rows).row
    assert with_row and with_row.systems == ("Debian_10",)


def test_own_row_goes_before_and_can_overrule_unsupported() -> None:
    own = {**GIVEN[1], "generations": ["11G"], "systems": ["RedHat_8"], "source": "we have tried it"}
    assert plan(facts_of("dell", "11G", "RedHat_8"), rows=[own]).row == parse_rows([own], "x")[0]


@pytest.mark.parametrize("name", ["LENOVO", "Supermicro", "QEMU"])
def test_vendor_without_a_row_has_no_agent_and_says_so(name: str) -> None:
    told = plan_data(plan({**_debian(), "system_vendor": name, "product_name": "R740"}))
    assert told["agent"] is None and told["repository"] is None and told["packages"] == []
    assert told["reason"] == f"no agent for servers of {name.lower()} is known: add a row if there is one"


def test_server_that_nobody_knows_has_no_agent_and_is_told_how_to_get_one() -> None:
    found = plan({**_debian(), "system_vendor": "To Be Filled By O.E.M."})
    assert found.row is None and "name the agent" in found.reason


def test_vendor_is_the_bmc_s_where_the_firmware_s_tables_are_empty() -> None:
    facts = {**facts_of("dell", "15G", "Ubuntu_24"), "system_vendor": "NA"}
    assert plan(facts, {"manufacturer_id": 674, "manufacturer_name": "Dell Inc."}).server.vendor == "dell"
    assert plan(facts, {"manufacturer_name": "Hewlett Packard Enterprise"}, agent="amsd").server.vendor == "hpe"
    # A seller's name on the maker's hardware.
    seller = plan({**facts, "system_vendor": "Acme Appliances"}, {"manufacturer_id": 674})
    assert seller.row and seller.row.version == "6100"


FRU = {
    "product": {"manufacturer": "DELL", "name": "PowerEdge R640", "serial_number": "1DJDLN2", "custom": []},
    "board": {"manufacturer": "Other", "name": "Board"},
}


@pytest.mark.parametrize("nothing", ["", "NA", "To Be Filled By O.E.M."])
def test_fru_inventory_tells_vendor_and_model_where_the_firmware_s_tables_are_empty(nothing: str) -> None:
    facts = {**facts_of("dell", "14G", "Ubuntu_24"), "system_vendor": nothing, "product_name": nothing}
    found = plan(facts, {"manufacturer_id": 47196, "manufacturer_name": "HPE"}, agent="amsd", fru=FRU).server
    assert (found.vendor, found.model) == ("hpe", "PowerEdge R640")  # a known BMC goes before
    assert plan(facts, {"manufacturer_id": 11129, "manufacturer_name": "Raritan"}, fru=FRU).server.generation == "14G"
    blank = {"manufacturer": None, "name": None}
    assert plan(facts, fru={**FRU, "product": blank}).server.vendor == "other"
    assert plan(facts, fru={"product": blank, "board": FRU["product"]}).server.generation == "14G"
    for odd in ({"product": "x", "board": [1]}, {"product": {"manufacturer": 7, "name": nothing}}):
        assert (plan(facts, fru=odd).server.vendor, plan(facts, fru=odd).server.model) == (None, "")


def test_firmware_s_tables_go_before_the_fru_inventory() -> None:
    found = plan(facts_of("hpe", "Gen10", "Debian_12"), fru=FRU).server
    assert (found.vendor, found.generation) == ("hpe", "Gen10")
    seller = {**facts_of("dell", "14G", "Ubuntu_24"), "system_vendor": "Acme Appliances"}
    assert plan(seller, fru=FRU).server.vendor == "dell"
    assert plan({**seller, "product_name": "Box"}, fru={"product": {"manufacturer": "Wiwynn"}}).server.vendor == (
        "acme_appliances"
    )


def test_generation_that_nobody_tells_is_refused_unless_the_agent_is_named() -> None:
    facts = {**facts_of("dell", "14G", "Ubuntu_24"), "product_name": "NA"}
    with pytest.raises(AgentError) as refused:
        plan(facts)
    assert "dell of unknown generation on Ubuntu_24" in refused.value.message
    assert "Set product_name" in refused.value.next_step
    # The older release goes on more servers.
    named = plan(facts, agent="idrac_service_module").row
    assert named and named.version == "5400"


def test_agent_that_is_named_still_keeps_to_the_generation() -> None:
    facts = facts_of("dell", "17G", "Ubuntu_22")
    with pytest.raises(AgentError, match="no row of the matrix fits dell 17G"):
        plan(facts, agent="idrac_service_module")
    with pytest.raises(AgentError, match="no row has the agent nagios"):
        plan(facts, agent="nagios")


def test_mirror_and_pin_go_in_place_of_the_row_s() -> None:
    told = plan_data(
        plan(
            facts_of("dell", "14G", "Ubuntu_24"),
            repository_url="http://mirror.example/ism/{release}",
            version="5.4.0.0-3646.ubuntu24",
        )
    )
    assert told["version"] == "5.4.0.0-3646.ubuntu24"
    assert isinstance(told["repository"], dict)
    assert told["repository"]["url"] == "http://mirror.example/ism/noble"
    assert told["repository"]["suites"] == ["noble"]


@pytest.mark.parametrize(
    "wish",
    [{"version": "1 --force"}, {"version": "-y"}, {"repository_url": "ftp://x"}, {"repository_url": "http://a b"}],
)
def test_what_goes_into_a_command_is_checked(wish: dict[str, str]) -> None:
    with pytest.raises(AgentError):
        plan(facts_of("dell", "14G", "Ubuntu_24"), **wish)


def _debian() -> dict[str, str]:
    return facts_of("dell", "14G", "Debian_12") | {"system_vendor": "", "product_name": ""}
