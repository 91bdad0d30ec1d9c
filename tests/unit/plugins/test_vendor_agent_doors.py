# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The doors of the vendors' agents: the Linux host as systemd and /proc tell of it, the actions, and their errors."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from ansible.plugins.action import ActionBase

from ansible_collections.baremetal.ipmi.plugins.action import vendor_agent_plan, vendor_agent_report
from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.agents_machine import AgentMachine
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.agents.checks import Service
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import AgentError
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.racadm.verdict import EXITED, NOT_STARTED, Ended
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.racadm import PLACES, Command
from ansible_collections.baremetal.ipmi.plugins.modules import vendor_agent_plan as module_plan

ROOT = Path(__file__).resolve().parents[3]
MATRIX = yaml.safe_load((ROOT / "roles" / "vendor_agent" / "vars" / "matrix.yml").read_text())["__vendor_agent_matrix"]


class FakeRunner:
    """Has one program, and notes what is run."""

    def __init__(self, there: str | None) -> None:
        self.there, self.ran, self.looked = there, [], ()

    def find(self, names: Sequence[str]) -> str | None:
        self.looked = tuple(names)
        return self.there

    def run(self, command: Command, timeout_s: float) -> Ended:
        self.ran.append((command.arguments, timeout_s))
        return Ended(EXITED, b"x", 0)


def machine(tmp_path: Path, *processes: str, racadm: str | None = None, there: str | None = "/r") -> AgentMachine:
    """A machine with these lines of /proc/*/stat."""
    for line in processes:
        folder = tmp_path / "proc" / line.split()[0]
        folder.mkdir(parents=True)
        (folder / "stat").write_text(line)
    (tmp_path / "proc" / "sys").mkdir(parents=True)
    return AgentMachine(FakeRunner(there), racadm, 60.0, str(tmp_path / "proc"))  # type: ignore[arg-type]


@pytest.fixture
def systemctl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Gives systemctl what it prints."""

    def says(text: str, status: int = 0) -> None:
        program = tmp_path / "bin" / "systemctl"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\ncat << 'END'\n{text}\nEND\nexit {status}\n")
        program.chmod(0o755)

    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    return says


def test_daemons_are_counted_without_children_and_the_dead(tmp_path: Path) -> None:
    found = machine(
        tmp_path,
        "1 (systemd) S 0 1 1",
        "812 (dsm_ism_srvmgrd) S 1 812 812",
        "813 (dsm_ism_srvmgrd) S 812 812 812",  # its child
        "814 (dsm_ism_srvmgrd) Z 1 812 812",  # has ended
        "900 (amsd) S 1 900 900",
        "901 (amsd) S 1 901 901",
        "902 (a) S (b) S 1 902 902",
        "903",  # ended meanwhile
    ).daemons(["dsm_ism_srvmgrd", "amsd", "a) S (b", "a-name-of-more-than-15-chars"])
    assert found == {
        "dsm_ism_srvmgrd": (812,),
        "amsd": (900, 901),
        "a) S (b": (902,),
        "a-name-of-more-than-15-chars": (),
    }


def test_names_are_compared_as_far_as_the_kernel_keeps_them(tmp_path: Path) -> None:
    assert machine(tmp_path, "7 (averylongdaemon) S 1 7 7").daemons(["averylongdaemonname"])["averylongdaemonname"] == (
        7,
    )


@pytest.mark.parametrize(
    ("told", "service"),
    [
        (
            """
            LoadState=loaded
            ActiveState=active
            SubState=running
            MainPID=812
            NRestarts=2""",
            Service(True, "active", 812, 2),
        ),
        (
            """
            LoadState=loaded
            ActiveState=activating
            SubState=auto-restart
            MainPID=0""",
            Service(True, "activating auto-restart", 0, 0),
        ),
        (
            """
            LoadState=not-found
            ActiveState=inactive
            SubState=dead
            MainPID=0
            NRestarts=[not set]""",
            Service(False, "inactive dead"),
        ),
    ],
)
def test_unit_is_as_systemd_tells(tmp_path: Path, systemctl: Any, told: str, service: Service) -> None:
    systemctl(textwrap.dedent(told).strip())
    assert machine(tmp_path).services(["dcismeng.service"]) == {"dcismeng.service": service}


def test_host_without_systemd_is_an_error(tmp_path: Path, systemctl: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    systemctl("System has not been booted with systemd", status=1)
    with pytest.raises(AgentError, match="systemctl show failed"):
        machine(tmp_path).services(["x.service"])
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(AgentError, match="systemctl cannot be asked"):
        AgentMachine(FakeRunner(None), None, 1.0).services(["x.service"])  # type: ignore[arg-type]


def test_racadm_is_run_with_its_time_from_where_it_is(tmp_path: Path) -> None:
    found = machine(tmp_path)
    assert found.racadm(("get", "x")).how == EXITED
    runner: Any = found._runner
    assert (runner.looked, runner.ran) == (PLACES, [(("/r", "get", "x"), 60.0)])


def test_racadm_that_is_not_there_is_a_result(tmp_path: Path) -> None:
    ended = machine(tmp_path, racadm="/x/racadm", there=None).racadm(("getsysinfo",))
    assert (ended.how, ended.problem) == (NOT_STARTED, "/x/racadm is not there, or no program")


def act(action_module: Any, monkeypatch: pytest.MonkeyPatch, task_vars: Any = None, **args: Any) -> dict[str, Any]:
    action = action_module.ActionModule.__new__(action_module.ActionModule)
    action._task = SimpleNamespace(args=args, check_mode=False, async_val=0, action="x")
    shown: list[str] = []
    action._display = SimpleNamespace(display=lambda line, color=None: shown.append(line))
    monkeypatch.setattr(ActionBase, "run", lambda *_args: {})
    return {**action.run(task_vars=task_vars), "shown": shown}


def test_plan_is_told_as_plain_data(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = {
        "system_vendor": "Dell Inc.",
        "product_name": "PowerEdge R760",
        "os_family": "RedHat",
        "distribution": "AlmaLinux",
        "distribution_major_version": "9",
    }
    told = act(vendor_agent_plan, monkeypatch, facts=facts, rows=MATRIX)
    assert told["plan"]["repository"] == {
        "type": "dnf",
        "url": "https://linux.dell.com/repo/hardware/dsu/os_dependent/RHEL9_64",
        "suites": [],
        "components": [],
        "key_url": "https://linux.dell.com/repo/hardware/dsu/public.key",
    }
    assert told["changed"] is False


def test_example_of_the_documentation_chooses(monkeypatch: pytest.MonkeyPatch) -> None:
    task = yaml.safe_load(module_plan.EXAMPLES)[0]["baremetal.ipmi.vendor_agent_plan"]
    told = act(vendor_agent_plan, monkeypatch, **task)["plan"]
    sample = yaml.safe_load(module_plan.RETURN)["plan"]["contains"]
    shown = {key: told[key] for key in sample if key != "repository"}
    assert shown == {key: entry["sample"] for key, entry in sample.items() if key != "repository"}
    assert set(told) == set(sample) and set(told["repository"]) == set(sample["repository"]["contains"])


def test_refusal_has_its_own_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    facts = {"system_vendor": "Dell Inc.", "product_name": "PowerEdge R740", "distribution": "Arch"}
    told = act(vendor_agent_plan, monkeypatch, facts=facts, rows=MATRIX)
    assert (told["failed"], told["error"]["kind"]) == (True, "agent_error")
    assert "Add a row for it" in told["msg"]


class HostVars(dict[str, Any]):
    def raw_get(self, host: str) -> Any:
        return self[host]


def test_report_shows_all_hosts_and_names_those_that_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = {"plan": {"vendor": "dell", "generation": "14G", "agent": "ism", "version": ""}}
    hostvars = HostVars(
        {
            "good": {"p": plan, "v": {"verdict": "ok", "checks": []}},
            "bad": {"p": plan, "v": {"verdict": "failed", "checks": [{"state": "failed", "detail": "it died"}]}},
            "never": {},
        }
    )
    told = act(
        vendor_agent_report,
        monkeypatch,
        {"hostvars": hostvars},
        hosts=list(hostvars),
        plan_variable="p",
        variable="v",
        fail_on=["failed", "unknown"],
    )
    assert [one["host"] for one in told["summary"]] == ["bad", "never", "good"]
    assert told["failing"] == {"bad": "failed: it died", "never": "unknown: not come to yet, or failed before"}
    assert told["shown"] == told["table"] and len(told["shown"]) == 4
