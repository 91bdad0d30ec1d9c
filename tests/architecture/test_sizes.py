# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files and functions stay short, each file says its licence, and these checks can fail."""

from __future__ import annotations

from pathlib import Path

import sizes

# Files that are data rather than code, with what the data is.
TABLES = {
    "plugins/module_utils/_core/sdr/states.py": "the state texts of every generic and sensor-specific type",
}
HEADER = (
    "# Copyright: (c) 2026, baremetal.ipmi contributors",
    "# GNU General Public License v3.0",
    "# SPDX-License-Identifier: GPL-3.0-or-later",
)


def without_header(root: Path) -> list[str]:
    """Python files (empty ones aside) that lack one of the header's lines among their first."""
    lacking = []
    for path in sizes.python_files(root):
        lines = path.read_text(encoding="utf-8").splitlines()[:6]
        if lines and not all(any(line.startswith(wanted) for line in lines) for wanted in HEADER):
            lacking.append(path.relative_to(root).as_posix())
    return lacking


def write(root: Path, file: str, text: str) -> None:
    (root / file).parent.mkdir(parents=True, exist_ok=True)
    (root / file).write_text(text)


def test_files_and_functions_are_short(repo_root: Path) -> None:
    assert sizes.violations(repo_root, TABLES) == []


def test_every_table_that_is_excepted_still_needs_it(repo_root: Path) -> None:
    needless = [file for file in TABLES if sizes.file_lines(repo_root / file) < sizes.MAX_FILE_LINES]
    assert needless == []


def test_every_file_says_its_licence(repo_root: Path) -> None:
    assert without_header(repo_root) == []


def test_long_file_is_found_unless_it_is_a_table(tmp_path: Path) -> None:
    write(tmp_path, "plugins/module_utils/_core/long.py", "x = 1\n" * 300)
    assert len(sizes.violations(tmp_path, {})) == 1
    assert sizes.violations(tmp_path, {"plugins/module_utils/_core/long.py": "a table"}) == []


def test_long_function_is_found_without_its_docstring(tmp_path: Path) -> None:
    docstring = '    """Short.\n' + "    more\n" * 60 + '    """\n'
    write(tmp_path, "plugins/module_utils/_core/short.py", "def f():\n" + docstring + "    x = 1\n" * 38)
    assert sizes.violations(tmp_path, {}) == []
    write(tmp_path, "plugins/module_utils/_core/long.py", "def f():\n" + "    x = 1\n" * 39)
    assert sizes.violations(tmp_path, {}) == ["plugins/module_utils/_core/long.py:1: f has 40 lines, not under 40"]


def test_door_is_measured_after_its_documentation(tmp_path: Path) -> None:
    documentation = "DOCUMENTATION = r'''\n" + "---\n" * 400 + "'''\n"
    write(tmp_path, "plugins/modules/thin.py", documentation + "# why\n\n" + "x = 1\n" * 60)
    assert sizes.violations(tmp_path, {}) == []
    write(tmp_path, "plugins/modules/fat.py", documentation + "x = 1\n" * 61)
    assert sizes.violations(tmp_path, {}) == ["plugins/modules/fat.py: 61 lines of code in a door, more than 60"]


def test_missing_header_is_found(tmp_path: Path) -> None:
    write(tmp_path, "plugins/modules/good.py", "#!/usr/bin/python\n" + "\n".join(HEADER) + "\nx = 1\n")
    write(tmp_path, "plugins/modules/bad.py", "x = 1\n")
    write(tmp_path, "tests/empty/__init__.py", "")
    assert without_header(tmp_path) == ["plugins/modules/bad.py"]
