# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The most travelled path on the oldest and the newest ansible-core; `make test-all` runs whole suites on them."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from bmcsim import running
from harness.playing import Player, tell

ROOT = Path(__file__).resolve().parents[2]
NOT_INSTALLED = 3  # of venv.sh: the Python that the environment wants
BUILD_DEADLINE_S = 280
LOGIN = {name: "{{ bmc_" + name + " }}" for name in ("host", "port", "username", "password")}
READ = {"baremetal.ipmi.ipmi_sensor_facts": LOGIN, "delegate_to": "localhost"}


@pytest.fixture(scope="module", params=["core-2.16", "core-newest"])
def programs(request: pytest.FixtureRequest) -> Path:
    """Folder of the programs of an environment with another ansible-core, built where it is missing."""
    command = [str(ROOT / "tests" / "tools" / "venv.sh"), request.param]
    done = subprocess.run(command, capture_output=True, text=True, timeout=BUILD_DEADLINE_S, check=False)
    if done.returncode == NOT_INSTALLED:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip()) / "bin"


@pytest.fixture
def player(programs: Path, tmp_path: Path, ansible_env: dict[str, str]) -> Player:
    path = os.pathsep.join([str(programs), ansible_env["PATH"]])
    python = str(programs / "python")
    return Player(tmp_path, {**ansible_env, "PATH": path, "ANSIBLE_PYTHON_INTERPRETER": python})


def test_playbook_and_both_doors_run_without_a_warning(player: Player) -> None:
    with running({"name": "rack", "model": "rack1u"}) as fleet:
        player.add(fleet["rack"])
        by_playbook = player.run("baremetal.ipmi.sensor_facts")
        by_action = {**READ, "register": "action_told"}
        by_module = {**READ, "async": 60, "poll": 1, "register": "module_told"}
        told = tell("[action_told, module_told] | map(attribute='ansible_facts.ipmi_health.counts')")
        by_tasks = player.run([{"hosts": "all", "gather_facts": False, "tasks": [by_action, by_module, told]}])
    for played in (by_playbook, by_tasks):
        assert played.status == 0, played.output
        assert "WARNING]" not in played.output, played.output
    action, module = player.told()
    assert action == module
    assert action["nominal"] > 20
