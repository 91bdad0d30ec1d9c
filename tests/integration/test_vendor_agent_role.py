# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Role vendor_agent on a node, with stand-ins for packages, repository and racadm (harness.agents)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.agents import CUT, MISSING, amsd, dcism, dcism_osc, second_daemon
from harness.agents.role import DELL, HPE, NEW, OLD, RULES, Machine, Role, changed, machine_for_role
from harness.node import FIRST_USE_S

pytestmark = [pytest.mark.timeout(FIRST_USE_S), pytest.mark.needs_command("gpg", "dpkg-deb")]


@pytest.fixture(scope="module")
def bookworm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    with machine_for_role("bookworm", tmp_path_factory.mktemp("bookworm")) as machine:
        yield machine


@pytest.fixture(scope="module")
def trixie(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    with machine_for_role("trixie", tmp_path_factory.mktemp("trixie")) as machine:
        yield machine


@pytest.fixture
def machine(bookworm: Machine) -> Machine:
    bookworm.begin()
    return bookworm


@pytest.fixture
def role(tmp_path: Path, ansible_env: dict[str, str]) -> Role:
    return Role(tmp_path, ansible_env)


def test_check_changes_nothing_a_run_installs_and_proves_and_a_second_changes_nothing(
    machine: Machine, role: Role
) -> None:
    before = machine.state()
    checked = role.must(machine, "--check", "--diff")
    assert changed(checked) > 0
    assert machine.state() == before
    assert machine.repository.asked == []
    assert changed(role.must(machine)) > 0
    assert machine.version() == OLD
    assert (role.verified["verdict"], role.plan["agent"]) == ("ok", "idrac_service_module")
    assert machine.node.must("systemctl is-enabled dcismeng").strip() == "enabled"
    assert changed(role.must(machine)) == 0


def test_latest_upgrades_a_pin_goes_back_and_removal_leaves_nothing(machine: Machine, role: Role) -> None:
    before = machine.state()
    machine.install()
    machine.repository.offer(dcism(OLD), dcism(NEW), dcism_osc())
    role.must(machine)
    assert machine.version() == OLD
    role.must(machine, state="latest")
    assert machine.version() == NEW
    role.must(machine, version=OLD)
    assert (machine.version(), role.verified["verdict"]) == (OLD, "ok")
    assert changed(role.must(machine, version=OLD)) == 0
    role.must(machine, state="absent")
    assert machine.state() == before
    assert changed(role.must(machine, state="absent")) == 0


@pytest.mark.parametrize(
    ("kind", "part"),
    [(CUT, "dcism_"), *(pytest.param(MISSING, part, marks=pytest.mark.slow) for part in ("dcism_", "Packages"))],
)
def test_failed_download_leaves_nothing_half_installed_and_the_next_run_completes(
    machine: Machine, role: Role, kind: str, part: str
) -> None:
    before = machine.state()
    with machine.repository.fault(kind, part):
        assert "iDRAC Service Module was not installed" in role.fails(machine)
    # The part that came may stay: it is whole, and nothing of it runs.
    assert {line for line in machine.state() - before if "dcism-osc" not in line} == set()
    role.must(machine)
    assert (machine.version(), role.verified["verdict"]) == (OLD, "ok")


def test_wrong_key_is_refused_though_apt_knows_the_packages_and_leaves_apt_as_it_was(
    machine: Machine, role: Role
) -> None:
    before = machine.state()
    machine.know_packages("bullseye")
    output = role.fails(machine, repository_key=str(machine.repository.wrong_key))
    assert role.plan["repository"]["suites"] == ["bullseye"]
    assert "iDRAC Service Module was not installed" in output
    assert machine.state() == before
    told = machine.node.must("apt-get update 2>&1")
    assert not re.search(r"^[WE]:", told, re.MULTILINE), told


def test_daemon_that_dies_after_ten_seconds_is_failed(machine: Machine, role: Role) -> None:
    machine.repository.offer(dcism(OLD, dies_after_s=10), dcism_osc())
    output = role.fails(machine, settle_s=15)
    assert role.verified["verdict"] == "failed"
    assert "dcismeng" in output


def test_blind_controller_is_failed_and_one_that_cannot_be_asked_is_unverified(machine: Machine, role: Role) -> None:
    machine.install()
    machine.racadm.be_blind()
    role.fails(machine)
    assert machine.node.must("systemctl is-active dcismeng").strip() == "active"
    assert role.verified["verdict"] == "failed"
    machine.racadm.be_dead()
    role.fails(machine, fail_on=["unverified"])
    assert role.verified["verdict"] == "unverified"


@pytest.mark.slow
def test_closed_pass_through_is_told_and_opened_only_when_asked(machine: Machine, role: Role) -> None:
    machine.install()
    machine.racadm.see(pass_through=False)
    role.play(machine)
    assert role.verified["verdict"] != "ok"
    assert not [call for call in machine.racadm.calls if call.startswith("set")]
    role.must(machine, pass_through="enable")
    assert role.verified["changed"] is True
    assert [call for call in machine.racadm.calls if call.startswith("set")] != []


@pytest.mark.slow
def test_second_daemon_is_failed(machine: Machine, role: Role) -> None:
    machine.install()
    with second_daemon(machine.node):
        output = role.fails(machine)
    assert role.verified["verdict"] == "failed"
    assert "dsm_ism_srvmgrd" in output


def test_system_without_a_row_is_refused_by_name_and_a_row_of_ones_own_makes_it_work(
    machine: Machine, role: Role
) -> None:
    facts = {**DELL, "distribution_major_version": "99"}
    output = role.fails(machine, facts=facts)
    assert all(word in output for word in ("dell", "14G", "Debian_99", "vendor_agent_rows"))
    row = {
        "vendor": "dell",
        "generations": ["14G"],
        "systems": ["Debian_99"],
        "agent": "idrac_service_module",
        "title": "iDRAC Service Module",
        "version": "5400",
        "status": "reported",
        "source": "tried here",
        "packages": ["dcism"],
        "services": ["dcismeng.service"],
        "processes": ["dsm_ism_srvmgrd"],
        "repository": {
            "type": "apt",
            "url": "http://127.0.0.1:9",
            "suites": ["any"],
            "components": ["main"],
            "key_url": "http://127.0.0.1:9/key.asc",
        },
        "controller": "racadm",
    }
    role.must(machine, facts=facts, rows=[row])
    assert (machine.version(), role.verified["verdict"]) == (OLD, "ok")


@pytest.mark.slow
def test_hpe_agent_of_two_services_is_started_and_removed(machine: Machine, role: Role) -> None:
    machine.repository.offer(amsd(OLD))
    before = machine.state()
    role.must(machine, facts=HPE)
    # There is no way to ask its controller, and that does not fail by default.
    assert (role.plan["agent"], role.verified["verdict"]) == ("amsd", "unverified")
    assert machine.node.must("systemctl is-active amsd smad").split() == ["active", "active"]
    assert changed(role.must(machine, facts=HPE)) == 0
    role.must(machine, facts=HPE, state="absent")
    assert machine.state() == before


@pytest.mark.slow
def test_rule_of_dcism_never_reaches_udev_on_trixie(trixie: Machine, role: Role) -> None:
    trixie.begin()
    before = trixie.state()
    role.must(trixie)
    assert trixie.version() == OLD
    assert "dcismeng" not in trixie.node.must(RULES)
    assert changed(role.must(trixie)) == 0
    # A newer package may have its rule elsewhere.
    trixie.repository.offer(dcism(NEW, rules="/usr/lib/udev/rules.d/95-iSM-usbnic.rules"), dcism_osc())
    role.must(trixie, state="latest")
    assert trixie.version() == NEW
    assert "dcismeng" not in trixie.node.must(RULES)
    role.must(trixie, state="absent")
    assert trixie.state() == before


@pytest.mark.slow
def test_rule_of_a_dcism_that_was_there_before_is_taken_from_udev_on_trixie(trixie: Machine, role: Role) -> None:
    trixie.begin()
    trixie.install()
    role.must(trixie, "--check", "--diff")
    assert "dcismeng" in trixie.node.must(RULES)
    role.must(trixie)
    assert "dcismeng" not in trixie.node.must(RULES)


@pytest.mark.slow
def test_wrong_key_is_refused_on_trixie(trixie: Machine, role: Role) -> None:
    trixie.begin()
    before = trixie.state()
    role.fails(trixie, repository_key=str(trixie.repository.wrong_key))
    # The guard against the rule may stay: it is there before the packages.
    assert {line for line in trixie.state() - before if "95-iSM-usbnic.rules" not in line} == set()
