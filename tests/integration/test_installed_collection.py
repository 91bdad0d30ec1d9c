# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The artifact as a user has it: built, installed into an empty folder, and run from there."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path

import pytest

from bmcsim import running
from harness.playing import Player

ROOT = Path(__file__).resolve().parents[2]
# What a user needs to find at the top of the collection, and nothing of a developer's.
TOP = {
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CHANGELOG.rst",
    "CONTRIBUTING.md",
    "COPYING",
    "FILES.json",
    "MANIFEST.json",
    "README.md",
    "changelogs",
    "docs",
    "meta",
    "playbooks",
    "plugins",
    "roles",
    "tests",
}


def galaxy(*arguments: str, env: dict[str, str]) -> None:
    done = subprocess.run(
        ["ansible-galaxy", "collection", *arguments], env=env, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def artifact(tmp_path: Path, ansible_env: dict[str, str]) -> Path:
    galaxy("build", str(ROOT), "--output-path", str(tmp_path / "dist"), env=ansible_env)
    (built,) = (tmp_path / "dist").iterdir()
    return built


def test_artifact_holds_what_users_need_and_no_stray_file(artifact: Path) -> None:
    with tarfile.open(artifact) as archive:
        names = [name for name in archive.getnames() if name != "."]
    assert {name.split("/")[0] for name in names} == TOP
    assert {name.split("/")[1] for name in names if name.startswith("tests/")} == {"simulators"}
    assert not [name for name in names if name.endswith((".pyc", ".log", ".tmp", "~"))]


def test_playbook_and_simulator_run_from_an_installed_collection(
    artifact: Path, tmp_path: Path, ansible_env: dict[str, str]
) -> None:
    env = {**ansible_env, "ANSIBLE_COLLECTIONS_PATH": str(tmp_path / "collections")}
    galaxy("install", str(artifact), "-p", str(tmp_path / "collections"), "--offline", env=env)
    installed = tmp_path / "collections" / "ansible_collections" / "baremetal" / "ipmi"
    simulator = ["python", str(installed / "tests/simulators/bmcsim"), "serve", "--model", "rack1u", "--check"]
    checked = subprocess.run(simulator, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert checked.returncode == 0, checked.stderr
    player = Player(tmp_path, env)
    with running({"name": "rack", "model": "rack1u"}) as fleet:
        player.add(fleet["rack"])
        played = player.run("baremetal.ipmi.sensor_facts")
    assert played.status == 0, played.output
    assert (tmp_path / "sensor_facts" / "rack.json").exists()
