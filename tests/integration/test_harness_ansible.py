# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible, as the tests run it, sees this tree as the collection and nothing of the user's."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path


def test_ansible_knows_the_tree_as_the_collection(ansible_env: dict[str, str], repo_root: Path) -> None:
    command = ["ansible-galaxy", "collection", "list", "--format", "json"]
    done = subprocess.run(command, env=ansible_env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    folders = [folder for folder, collections in found.items() if "baremetal.ipmi" in collections]
    assert [Path(folder) for folder in folders] == [repo_root / ".build" / "ansible_collections"]


def test_no_setting_of_the_users_reaches_ansible(ansible_env: dict[str, str], tmp_path: Path, repo_root: Path) -> None:
    (tmp_path / ".ansible.cfg").write_text("[defaults]\nforks = 77\n")
    (tmp_path / "ansible.cfg").write_text("[defaults]\nforks = 78\n")
    command = ["ansible-config", "dump", "--only-changed", "--format", "json"]
    env = {**ansible_env, "HOME": str(tmp_path)}
    done = subprocess.run(command, env=env, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    changed = {setting["name"] for setting in json.loads(done.stdout) if "name" in setting}
    assert "DEFAULT_FORKS" not in changed
    assert not [name for name in os.environ if name.startswith("IPMI_")]
