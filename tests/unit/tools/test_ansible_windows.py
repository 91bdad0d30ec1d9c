# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Of the package ansible nothing but ansible.windows is taken, and a package without it is no empty collection."""

from __future__ import annotations

import importlib.util
import zipfile
from pathlib import Path
from types import ModuleType

import pytest


@pytest.fixture
def tool(repo_root: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    folder = repo_root / "tests" / "tools"
    monkeypatch.syspath_prepend(str(folder))
    spec = importlib.util.spec_from_file_location("ansible_windows_tool", folder / "ansible_windows.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def wheel(folder: Path, *names: str) -> Path:
    path = folder / "ansible-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "text")
    return path


def test_the_one_collection_is_taken(tool: ModuleType, tmp_path: Path) -> None:
    module = "ansible_collections/ansible/windows/plugins/modules/win_ping.ps1"
    tool.extract(wheel(tmp_path, module, "ansible_collections/ansible/posix/README.md"), tmp_path / "into")
    found = [
        path.relative_to(tmp_path / "into").as_posix() for path in (tmp_path / "into").rglob("*") if path.is_file()
    ]
    assert found == [module]


def test_package_without_it_is_refused(tool: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(tool.BuildError, match=r"ansible-1-py3-none-any\.whl does not hold"):
        tool.extract(wheel(tmp_path, "ansible_collections/ansible/posix/README.md"), tmp_path)
