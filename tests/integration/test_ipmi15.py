# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""BMCs without RMCP+: log-in, reads and errors in IPMI 1.5, against the simulator and against ipmi_sim."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core import errors
from bmcsim import running
from harness.ipmi_sim import IpmiSim
from harness.reading import read
from harness.relay import Relay, downgraded

# By the native transport such a BMC is found out, and then asked by the other one.
pytestmark = pytest.mark.usefixtures("each_transport")

USERS = [
    {"name": "reader", "password": "Read-0nly", "privilege": "user"},
    {"name": "sixteen-byte-usr", "password": "sixteen-byte-pwd", "privilege": "administrator"},
]


def old(**lan: Any) -> dict[str, Any]:
    return {"name": "old", "model": "rack1u", "users": USERS, "lan": {"versions": ["1.5"], **lan}}


@pytest.fixture
def modern_facts() -> dict[str, Any]:
    with running({"name": "modern", "model": "rack1u", "users": USERS}) as fleet:
        return read(fleet["modern"])


@pytest.mark.parametrize("lan", [{}, {"extended_code": 0xCC}, {"per_message": False}])
def test_bmc_without_rmcp_plus_is_read_like_any_other(modern_facts: dict[str, Any], lan: dict[str, Any]) -> None:
    with running(old(**lan)) as fleet:
        facts = read(fleet["old"])
    assert facts["ipmi_sensors"] == modern_facts["ipmi_sensors"]
    assert facts["ipmi_health"] == modern_facts["ipmi_health"]


def test_longest_user_and_password_log_in(modern_facts: dict[str, Any]) -> None:
    with running(old()) as fleet:
        facts = read(fleet["old"], username="sixteen-byte-usr", password="sixteen-byte-pwd")
    assert facts["ipmi_sensors"] == modern_facts["ipmi_sensors"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"password": "wrong"}, errors.WrongPassword),
        ({"username": "nobody"}, errors.UnknownUser),
        ({"password": "x" * 17}, errors.PasswordTooLong),
        ({"privilege": "administrator"}, errors.PrivilegeRefused),
    ],
)
def test_refusals_are_told_as_what_they_are(changes: dict[str, Any], error: type[Exception]) -> None:
    with running(old()) as fleet, pytest.raises(error):
        read(fleet["old"], **changes)


def test_lost_packets_cost_time_only() -> None:
    with running(old()) as fleet:
        fleet["old"].faults.change(drop=5, seed=1)
        facts = read(fleet["old"], request_timeout_s=0.1, retries=6)
    assert facts["ipmi_health"]["complete"]


@pytest.mark.needs_command("ipmi_sim")
def test_ipmi_sim_reads_the_same_in_both_versions(serve: Callable[..., IpmiSim], repo_root: Path) -> None:
    sim = serve(repo_root / "tests" / "simulators" / "models" / "satellite.emu")
    login = {"username": sim.username, "password": sim.password}
    with Relay(sim.host, sim.port, lambda packet: [packet]) as plain, Relay(sim.host, sim.port, downgraded) as old_one:
        new, old_facts = read(plain, **login), read(old_one, **login)
    assert len(new["ipmi_sensors"]) > 5
    assert old_facts["ipmi_sensors"] == new["ipmi_sensors"]
