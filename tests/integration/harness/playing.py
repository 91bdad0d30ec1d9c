# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Playbooks run as a user runs them, in a folder of their own."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

DEADLINE_S = 120


@dataclass(frozen=True)
class Played:
    """How a run of ansible-playbook ended."""

    status: int
    output: str


@dataclass
class Player:
    """Writes inventory and playbook into ``folder`` and runs ansible-playbook there, in ``env``."""

    folder: Path
    env: dict[str, str]
    hosts: dict[str, dict[str, Any]] = field(default_factory=dict)
    deadline_s: float = DEADLINE_S

    def add(self, bmc: Any, **variables: Any) -> None:
        """An inventory host for a simulated BMC, under the BMC's name."""
        quick = {"sensor_facts_request_timeout_s": 0.4, "sensor_facts_retries": 1}
        how = {
            "bmc_host": bmc.address,
            "bmc_port": bmc.port,
            "bmc_username": bmc.user,
            "bmc_password": bmc.password,
        }
        self.hosts[bmc.name] = {**quick, **how, **variables}

    def run(self, playbook: str | list[dict[str, Any]], *arguments: str) -> Played:
        """``playbook``: a collection's playbook by name, or plays as data (JSON is YAML)."""
        (self.folder / "inventory.json").write_text(json.dumps({"servers": {"hosts": self.hosts}}))
        (self.folder / "inventory.json").rename(self.folder / "inventory.yml")
        if not isinstance(playbook, str):
            (self.folder / "playbook.yml").write_text(json.dumps(playbook))
            playbook = "playbook.yml"
        done = subprocess.run(
            ["ansible-playbook", "-i", "inventory.yml", playbook, *arguments],
            cwd=self.folder,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=self.deadline_s,
            check=False,
        )
        # On whichever ansible-core the suite runs: nothing of ours may be on its way out there.
        assert "[DEPRECATION WARNING]" not in done.stdout, done.stdout
        return Played(done.returncode, done.stdout)

    def result(self, module: str, options: dict[str, Any], *arguments: str) -> tuple[Played, Any]:
        """Run one task on all hosts, whether it fails or not; how the run ended, and the task's result."""
        task = {f"baremetal.ipmi.{module}": options, "register": "told", "ignore_errors": True}
        played = self.run([{"hosts": "all", "gather_facts": False, "tasks": [task, tell("told")]}], *arguments)
        assert played.status == 0, played.output
        return played, self.told()

    def told(self, name: str = "told.json") -> Any:
        """What a play wrote with :func:`tell`."""
        return json.loads((self.folder / name).read_text())


def tell(expression: str, name: str = "told.json") -> dict[str, Any]:
    """A task that writes an expression's value as JSON for :meth:`Player.told`."""
    return {
        "ansible.builtin.copy": {"content": "{{ " + expression + " | to_json }}", "dest": name, "mode": "0600"},
        "delegate_to": "localhost",
        "check_mode": False,
    }
