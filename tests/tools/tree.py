# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The source tree for tools that want a real copy of it, under .../ansible_collections/baremetal/ipmi."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
# Where git cannot tell what belongs to the tree (an unpacked archive): what the Makefile, tools and tests make.
_MADE = {"dist", "snapshots", "__pycache__"}


def source_files() -> list[Path]:
    """What git tracks or would track, relative to the root; without git, everything that no tool made."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        names = [Path(name) for name in listed.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        names = []
    if not names:
        for folder, folders, files in os.walk(ROOT):
            folders[:] = [name for name in folders if name not in _MADE and not name.startswith(".")]
            names += [(Path(folder) / name).relative_to(ROOT) for name in files if not name.endswith((".pyc", "~"))]
        names = [name for name in names if name != Path(".git")]
    # A file that was removed and not yet committed is listed all the same.
    return sorted(name for name in names if (ROOT / name).is_file())


def copy_collection(parent: Path) -> Path:
    """Copy the tree to ``parent``/ansible_collections/baremetal/ipmi, in place of what stands there."""
    target = parent / "ansible_collections" / "baremetal" / "ipmi"
    shutil.rmtree(target, ignore_errors=True)
    for name in source_files():
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target / name)
    # ansible-test and antsibull-docs ask git which files there are; the repository around .build ignores them all.
    with contextlib.suppress(OSError):  # without git, they look for themselves
        subprocess.run(["git", "init", "--quiet"], cwd=target, check=True)
    return target


def cache_folder() -> Path:
    """The folder of tests/tools/venv.sh, for what is worth keeping between runs."""
    named = os.environ.get("BAREMETAL_IPMI_CACHE")
    if named:
        return Path(named)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "baremetal-ipmi"


class NoInterpreter(Exception):
    """The Python that an environment wants is not installed; the text names it."""


def environment_python(kind: str) -> Path:
    """Python of the environment ``kind``, built first where it is missing. Raises NoInterpreter or SystemExit."""
    command = [str(ROOT / "tests" / "tools" / "venv.sh"), kind]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == 3:
        raise NoInterpreter(done.stderr.strip())
    sys.stderr.write(done.stderr)
    if done.returncode:
        sys.exit(f"the environment {kind} could not be set up")
    return Path(done.stdout.strip()) / "bin" / "python"
