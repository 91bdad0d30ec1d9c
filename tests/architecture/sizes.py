# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long files and functions are, where documentation does not count."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 40
MAX_DOOR_LINES = 60
DOCUMENTATION = frozenset({"DOCUMENTATION", "EXAMPLES", "RETURN"})
FOLDERS = ("plugins", "tests")
DOORS = ("plugins/modules", "plugins/action")


def python_files(root: Path) -> list[Path]:
    """Every Python file that is the project's own."""
    return sorted(path for folder in FOLDERS for path in (root / folder).rglob("*.py"))


def _is_documentation(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assign):
        return any(isinstance(target, ast.Name) and target.id in DOCUMENTATION for target in node.targets)
    return False


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _span(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def file_lines(path: Path) -> int:
    """Lines of a file without Ansible's documentation."""
    text = path.read_text(encoding="utf-8")
    return len(text.splitlines()) - sum(_span(node) for node in ast.parse(text).body if _is_documentation(node))


def code_lines(path: Path) -> int:
    """Lines that hold code: no documentation, docstring, comment or blank line."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    tree = ast.parse(text)
    skipped: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and (_is_documentation(node) or _is_docstring(node)):
            skipped.update(range(node.lineno, node.lineno + _span(node)))
    numbered = enumerate(lines, start=1)
    return sum(1 for number, line in numbered if number not in skipped and line.strip() and line.strip()[0] != "#")


def functions(path: Path) -> Iterator[tuple[str, int, int]]:
    """Every function as (name, line, lines without its docstring)."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            docstring = _span(node.body[0]) if _is_docstring(node.body[0]) else 0
            yield node.name, node.lineno, _span(node) - docstring


def violations(root: Path, tables: dict[str, str]) -> list[str]:
    """Files and functions that are too long; `tables` names the files that are data, each with its reason."""
    found = []
    for path in python_files(root):
        relative = path.relative_to(root).as_posix()
        if relative not in tables and (count := file_lines(path)) >= MAX_FILE_LINES:
            found.append(f"{relative}: {count} lines, not under {MAX_FILE_LINES}")
        if relative.startswith(DOORS) and (count := code_lines(path)) > MAX_DOOR_LINES:
            found.append(f"{relative}: {count} lines of code in a door, more than {MAX_DOOR_LINES}")
        for name, line, count in functions(path):
            if count >= MAX_FUNCTION_LINES:
                found.append(f"{relative}:{line}: {name} has {count} lines, not under {MAX_FUNCTION_LINES}")
    return found
