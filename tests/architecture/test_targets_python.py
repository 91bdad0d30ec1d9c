# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs on targets stays within Python 3.9: by its syntax, and in a real Python 3.9 where there is one."""

from __future__ import annotations

import ast
import os
import subprocess
from pathlib import Path

import pytest

TARGETS_FOLDERS = ("plugins/module_utils", "plugins/modules")
OLDEST = (3, 9)
# Keyword arguments of the standard library that came later and that no syntax check sees.
LATER_ARGUMENTS = {"zip": {"strict"}, "dataclass": {"slots", "kw_only", "weakref_slot"}}


def problems(root: Path) -> list[str]:
    """Files for targets that Python 3.9 could not compile or run."""
    found = []
    for path in sorted(path for folder in TARGETS_FOLDERS for path in (root / folder).rglob("*.py")):
        name = path.relative_to(root).as_posix()
        try:
            tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=OLDEST)
        except SyntaxError as error:
            found.append(f"{name}:{error.lineno}: {error.msg}")
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                later = LATER_ARGUMENTS.get(node.func.id, set()) & {keyword.arg for keyword in node.keywords}
                found += [f"{name}:{node.lineno}: {node.func.id}({argument}=)" for argument in sorted(later, key=str)]
    return found


def python39() -> str | None:
    """A Python 3.9 that runs: its usual name, or pyenv's."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    for candidate in ("python3.9", *map(str, sorted(pyenv.glob("3.9.*/bin/python")))):
        try:
            done = subprocess.run(
                [candidate, "-c", "import sys; print(sys.version_info[:2])"], capture_output=True, check=False
            )
        except OSError:
            continue
        if done.stdout.strip() == b"(3, 9)":
            return candidate
    return None


def test_targets_code_is_python39(repo_root: Path) -> None:
    assert problems(repo_root) == []


@pytest.mark.parametrize(
    "source",
    [
        "match 1:\n    case _: pass",
        "try:\n    pass\nexcept* OSError:\n    pass",
        "list(zip([1], [2], strict=True))",
        "from dataclasses import dataclass\n@dataclass(frozen=True, slots=True)\nclass A: pass",
    ],
)
def test_later_python_is_found(tmp_path: Path, source: str) -> None:
    path = tmp_path / "plugins" / "module_utils" / "_core" / "new.py"
    path.parent.mkdir(parents=True)
    path.write_text(source)
    assert len(problems(tmp_path)) == 1


def test_engine_and_operations_load_in_python39(repo_root: Path) -> None:
    python = python39()
    if python is None:
        pytest.skip("no Python 3.9 is installed")
    utils = repo_root / "plugins" / "module_utils"
    files = [path for layer in ("_core", "_ops") for path in sorted((utils / layer).rglob("*.py"))]
    names = [".".join(path.relative_to(repo_root).with_suffix("").parts) for path in files]
    program = f"import importlib\nfor name in {names!r}:\n    importlib.import_module(name)\n"
    command = [python, "-B", "-c", program]
    done = subprocess.run(command, cwd=repo_root, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
