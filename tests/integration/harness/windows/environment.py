# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Environments for Ansible's programs: with ansible.windows, and of another ansible-core."""

from __future__ import annotations

import functools
import os
import subprocess
from pathlib import Path

import pytest

from harness.images import TOOLS, NoImage, ask_for_image

_NOT_INSTALLED = 3  # of venv.sh: the Python that the environment wants
_BUILD_DEADLINE_S = 280


def with_ansible_windows(env: dict[str, str]) -> dict[str, str]:
    """The environment with ansible.windows among the collections; the test is skipped where it cannot be had."""
    try:
        folder = ask_for_image("ansible_windows.py")
    except NoImage as why:
        pytest.skip(str(why))
    return {**env, "ANSIBLE_COLLECTIONS_PATH": os.pathsep.join([env["ANSIBLE_COLLECTIONS_PATH"], str(folder)])}


def with_core(kind: str, env: dict[str, str]) -> dict[str, str]:
    """The environment with the programs of an environment of venv.sh ("core-newest") before all others; the test is
    skipped where the Python that it wants is not installed."""
    programs, why = _programs(kind)
    if programs is None:
        pytest.skip(why)
    path = os.pathsep.join([str(programs), env["PATH"]])
    return {**env, "PATH": path, "ANSIBLE_PYTHON_INTERPRETER": str(programs / "python")}


@functools.cache
def _programs(kind: str) -> tuple[Path | None, str]:
    command = [str(TOOLS / "venv.sh"), kind]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_BUILD_DEADLINE_S, check=False)
    if done.returncode == _NOT_INSTALLED:
        return None, done.stderr.strip()
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip()) / "bin", ""
