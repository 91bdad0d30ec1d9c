# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The layer rules of the collection, read from the imports and names of plugins/.

Downward only: doors (modules, action) -> _ansible -> _ops and _transport -> _core.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

COLLECTION = ("ansible_collections", "baremetal", "ipmi")
MODULE_UTILS = ("plugins", "module_utils")
STDLIB = sys.stdlib_module_names

NETWORK = frozenset({"asyncio", "http", "select", "selectors", "socket", "socketserver", "ssl", "urllib"})
# What lets a pure engine know where, when and on what it runs.
IMPURE = NETWORK | {
    *("concurrent", "fcntl", "getpass", "importlib", "multiprocessing", "os", "pathlib", "platform", "random"),
    *("secrets", "shutil", "signal", "subprocess", "tempfile", "threading", "time"),
}
CLOCK_METHODS = frozenset({"now", "utcnow", "today"})
IMPURE_CALLS = frozenset({"__import__", "eval", "exec", "input", "open", "print"})
# Names by which code shows that it knows of Ansible's module and plugin objects.
ANSIBLE_NAMES = frozenset(
    {"ActionBase", "AnsibleActionFail", "AnsibleError", "AnsibleModule", "exit_json", "fail_json", "task_vars"}
)


@dataclass(frozen=True)
class Layer:
    """What one folder of plugins/ may import."""

    inside: frozenset[str]  # layers of the collection
    third_party: frozenset[str] = frozenset()
    banned: frozenset[str] = frozenset()  # of the standard library
    knows_ansible: bool = False
    is_pure: bool = False


# A door holds no protocol and no decision: of the engine it may know the errors alone.
DOOR = Layer(
    frozenset({"_ansible", "_ops", "_transport", "_core.errors"}),
    third_party=frozenset({"ansible"}),
    banned=NETWORK,
    knows_ansible=True,
)
LAYERS = {
    "_core": Layer(frozenset({"_core"}), banned=IMPURE, is_pure=True),
    "_transport": Layer(frozenset({"_core", "_transport"}), third_party=frozenset({"pyghmi", "cryptography"})),
    "_ops": Layer(frozenset({"_core", "_ops"}), banned=NETWORK),
    "_ansible": Layer(
        frozenset({"_core", "_transport", "_ops", "_ansible"}),
        third_party=frozenset({"ansible", "jmespath"}),
        knows_ansible=True,
    ),
    "modules": DOOR,
    **dict.fromkeys(("action", "plugin_utils"), replace(DOOR, inside=DOOR.inside | {"plugin_utils"})),
    "filter": Layer(frozenset({"_core", "_ansible"}), frozenset({"ansible"}), NETWORK, True),
    "doc_fragments": Layer(frozenset(), banned=IMPURE),
}


def layer_of(parts: tuple[str, ...]) -> str | None:
    """Layer of a path below the collection's root, or null where it lies in none."""
    if parts[:2] == MODULE_UTILS and len(parts) > 2:
        return parts[2] if parts[2] in LAYERS else None
    if parts[:1] == ("plugins",) and len(parts) > 1:
        return parts[1] if parts[1] in LAYERS else None
    return None


def imported(tree: ast.AST, package: tuple[str, ...]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Every import of a file as (line, path); inside of the collection the path starts with "plugins"."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, _inside(tuple(alias.name.split(".")))
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            base += tuple(node.module.split(".")) if node.module else ()
            for alias in node.names:
                yield node.lineno, _inside((*base, alias.name))


def _inside(path: tuple[str, ...]) -> tuple[str, ...]:
    return path[3:] if path[:3] == COLLECTION else path


def _import_problem(path: tuple[str, ...], name: str, layer: Layer) -> str | None:
    top = path[0] if path else "plugins"
    if top == "plugins":
        target = layer_of(path)
        if target in layer.inside or f"{target}.{'.'.join(path[3:4])}" in layer.inside:
            return None
        return f"{name} may not import {'.'.join(path) or 'from above the collection'}"
    if top in layer.banned:
        return f"{name} may not import {top}"
    if top in layer.third_party or top in STDLIB:
        return None
    return f"{name} may not import {top}"


def _purity_problems(tree: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Attribute) and node.func.attr in CLOCK_METHODS:
            yield node.lineno, f"_core may not ask a clock (.{node.func.attr}())"
        elif isinstance(node.func, ast.Name) and node.func.id in IMPURE_CALLS:
            yield node.lineno, f"_core may not call {node.func.id}()"


def _ansible_problems(tree: ast.AST, name: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        used = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else None
        used = node.arg if isinstance(node, ast.arg) else used
        if used in ANSIBLE_NAMES:
            yield node.lineno, f"{name} may not know of Ansible's {used}"


def _file_problems(path: Path, root: Path) -> Iterator[tuple[int, str]]:
    relative = path.relative_to(root)
    name = layer_of(relative.parts)
    if name is None:
        yield 1, "lies in no layer"
        return
    layer = LAYERS[name]
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for line, target in imported(tree, relative.parent.parts):
        problem = None if target == ("__future__", "annotations") else _import_problem(target, name, layer)
        if problem:
            yield line, problem
    if layer.is_pure:
        yield from _purity_problems(tree)
    if not layer.knows_ansible:
        yield from _ansible_problems(tree, name)


def violations(root: Path) -> list[str]:
    """Every break of the layer rules below `root`/plugins, as "path:line: what"."""
    found = []
    for path in sorted((root / "plugins").rglob("*.py")):
        found += [f"{path.relative_to(root)}:{line}: {what}" for line, what in _file_problems(path, root)]
    return found
