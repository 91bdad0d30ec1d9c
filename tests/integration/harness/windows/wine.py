# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A registry of Wine's, through its program ``reg``: semantics of keys and values that are not ours.

Wine needs no display for that. Each registry has a folder of its own (WINEPREFIX); a call takes some 0.2 s.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .registry import Data, Registry, Value, checked_path, checked_value
from .understanding import Misunderstood

_DEADLINE_S = 60
_HIVES = {
    "HKCC": "HKEY_CURRENT_CONFIG",
    "HKCR": "HKEY_CLASSES_ROOT",
    "HKCU": "HKEY_CURRENT_USER",
    "HKLM": "HKEY_LOCAL_MACHINE",
    "HKU": "HKEY_USERS",
}
# What ``reg`` of Wine 8 both sets and shows.
_KINDS = ("REG_DWORD", "REG_SZ", "REG_EXPAND_SZ", "REG_MULTI_SZ", "REG_BINARY")
_VALUE = re.compile(r" {4}(?P<name>.*?) {4}(?P<kind>REG_[A-Z_]+) {4}(?P<data>.*)")
_DEFAULT = "(Default)"
_PROGRAMS = "/usr/lib/*/wine/x86_64-windows"


@contextmanager
def wine_registry() -> Iterator[WineRegistry]:
    """A registry of its own for the length of a ``with`` block; the test is skipped where Wine is not installed."""
    if shutil.which("wine") is None:
        pytest.skip("wine is not installed")
    with tempfile.TemporaryDirectory(prefix="wine-") as name:
        folder = Path(name)
        _prepare(folder)
        registry = WineRegistry(folder)
        try:
            yield registry
        finally:
            registry.stop()


def _prepare(folder: Path) -> None:
    """Spare Wine the making of a whole Windows (5 s, 700 MB): its own programs are all that ``reg`` needs. Where they
    are elsewhere, Wine makes one."""
    programs = [path for found in sorted(Path("/").glob(_PROGRAMS.lstrip("/"))) for path in found.iterdir()]
    if not programs:
        return
    system = folder / "drive_c" / "windows" / "system32"
    system.mkdir(parents=True)
    for path in programs:
        (system / path.name).symlink_to(path)
    (folder / ".update-timestamp").write_text("disable\n")


class WineRegistry(Registry):
    """The registry of the WINEPREFIX ``folder``. It holds the types DWORD, SZ, EXPAND_SZ, MULTI_SZ and BINARY."""

    def __init__(self, folder: Path) -> None:
        self._env = {
            **{name: value for name, value in os.environ.items() if name != "DISPLAY"},
            "LC_ALL": "C.UTF-8",
            "WINEPREFIX": str(folder),
            # Its sockets' folder, which Wine leaves behind.
            "TMPDIR": str(folder),
            "WINEDEBUG": "-all",
            # Neither .NET nor a browser is to be installed into the new folder.
            "WINEDLLOVERRIDES": "mscoree,mshtml=",
        }

    def create(self, path: str) -> None:
        if self.values(path) is None:
            self._must("add", _native(path), "/f")
            # Wine's reg gives a key that it makes without a value an empty default value; win_regedit does not.
            self._reg("delete", _native(path), "/ve", "/f")

    def set(self, path: str, name: str, kind: str, data: Data) -> None:
        value = checked_value(kind, data)
        self._must("add", _native(path), *_named(name), "/t", kind, "/d", _as_text(value), "/f")

    def values(self, path: str) -> dict[str, Value] | None:
        lines = self._query(path)
        return None if lines is None else dict(_values(lines))

    def subkeys(self, path: str) -> list[str]:
        start = len(_shown(path)) + 1
        return sorted(line[start:] for line in self._query(path) or [] if line.startswith("HKEY_") and line[start:])

    def delete_value(self, path: str, name: str) -> None:
        if self._reg("delete", _native(path), *_named(name), "/f").returncode:
            raise KeyError(name)

    def delete_key(self, path: str) -> None:
        if self._reg("delete", _native(path), "/f").returncode:
            raise KeyError(path)

    def dump(self, path: str) -> dict[str, dict[str, Value]]:
        lines = self._query(path, "/s")
        if lines is None:
            return {}
        found: dict[str, dict[str, Value]] = {path: {}}
        key = path
        for line in lines:
            if line.startswith("HKEY_"):
                key = path + line[len(_shown(path)) :]
                found.setdefault(key, {})
            else:
                found[key].update(_values([line]))
        return found

    def stop(self) -> None:
        """End Wine's processes of this folder."""
        for argument in ("-k", "-w"):
            command = ["wineserver", argument]
            subprocess.run(command, env=self._env, capture_output=True, timeout=_DEADLINE_S, check=False)

    def _query(self, path: str, *how: str) -> list[str] | None:
        """The lines of a key, its name among them, and of those below; None where there is no such key."""
        done = self._reg("query", _native(path), *how)
        return None if done.returncode else done.stdout.splitlines()

    def _reg(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        # Not a pipe: Wine's own processes, which stay a while, would hold it open.
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace", newline="") as told:
            done = subprocess.run(
                ["wine", "reg", *arguments],
                env=self._env,
                stdin=subprocess.DEVNULL,
                stdout=told,
                stderr=subprocess.STDOUT,
                timeout=_DEADLINE_S,
                check=False,
            )
            told.seek(0)
            return subprocess.CompletedProcess(done.args, done.returncode, told.read())

    def _must(self, *arguments: str) -> None:
        done = self._reg(*arguments)
        if done.returncode:
            raise Misunderstood(f"wine reg {' '.join(arguments)}: {done.stdout.strip()}")


def _native(path: str) -> str:
    return checked_path(path).replace(":", "", 1)


def _shown(path: str) -> str:
    """The key's name as ``reg query`` shows it."""
    hive, _colon, rest = checked_path(path).partition(":")
    return _HIVES[hive.upper()] + rest


def _named(name: str) -> list[str]:
    return ["/v", name] if name else ["/ve"]


def _values(lines: list[str]) -> Iterator[tuple[str, Value]]:
    for found in filter(None, map(_VALUE.fullmatch, lines)):
        name = found["name"]
        yield "" if name == _DEFAULT else name, (found["kind"], _as_data(found["kind"], found["data"]))


def _as_data(kind: str, text: str) -> Data:
    if kind == "REG_DWORD":
        return int(text, 16)
    if kind == "REG_MULTI_SZ":
        return tuple(text.split(r"\0")) if text else ()
    if kind == "REG_BINARY":
        return bytes.fromhex(text)
    return text


def _as_text(value: Value) -> str:
    kind, data = value
    if kind not in _KINDS:
        raise Misunderstood(f"a value of type {kind} in Wine's registry")
    if isinstance(data, int):
        return f"0x{data:x}"
    if isinstance(data, tuple):
        return r"\0".join(data)
    return data.hex() if isinstance(data, bytes) else data
