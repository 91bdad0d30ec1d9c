# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The registry of the stand-in: keys by their path as PowerShell writes it (``HKLM:\\SYSTEM\\...``).

Names are found without regard to case and keep the case in which they were made. A value is its type and its data: an
unsigned number for REG_DWORD and REG_QWORD, text for REG_SZ and REG_EXPAND_SZ, a tuple of texts for REG_MULTI_SZ, bytes
for REG_BINARY and REG_NONE. The value without a name, which regedit shows as (Default), has the name ``""``.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass, field

Data = int | str | tuple[str, ...] | bytes
Value = tuple[str, Data]
NUMBERS = {"REG_DWORD": 32, "REG_QWORD": 64}
_TYPES: dict[str, type] = {
    "REG_SZ": str,
    "REG_EXPAND_SZ": str,
    "REG_MULTI_SZ": tuple,
    "REG_BINARY": bytes,
    "REG_NONE": bytes,
    **dict.fromkeys(NUMBERS, int),
}
_PATH = re.compile(r"HK(CC|CR|CU|LM|U):\\[^\\]", re.IGNORECASE)


def checked_path(path: str) -> str:
    """The path without a backslash at its end; ValueError if it is none."""
    if not _PATH.match(path):
        raise ValueError(f"{path!r} is no path of a key such as HKLM:\\SYSTEM\\Setup")
    return path.rstrip("\\")


def checked_value(kind: str, data: Data) -> Value:
    """The value; ValueError where no registry could hold it."""
    wanted = _TYPES.get(kind)
    if wanted is None or not isinstance(data, wanted) or isinstance(data, bool):
        raise ValueError(f"{data!r} is no data of type {kind!r}")
    if isinstance(data, int) and not 0 <= data < 1 << NUMBERS[kind]:
        raise ValueError(f"{data} is out of the range of {kind}")
    return kind, data


class Registry(ABC):
    """What the modules of the stand-in, and tests, do with a registry."""

    @abstractmethod
    def create(self, path: str) -> None:
        """Make the key, and those above it, where they are missing."""

    @abstractmethod
    def set(self, path: str, name: str, kind: str, data: Data) -> None:
        """Set a value, whatever it was before; the key is made where it is missing."""

    @abstractmethod
    def values(self, path: str) -> dict[str, Value] | None:
        """The values of a key by name; None where there is no such key."""

    @abstractmethod
    def subkeys(self, path: str) -> list[str]:
        """Names of the keys right below a key, sorted."""

    @abstractmethod
    def delete_value(self, path: str, name: str) -> None:
        """Delete a value; KeyError where there is none."""

    @abstractmethod
    def delete_key(self, path: str) -> None:
        """Delete a key with everything below it; KeyError where there is none."""

    def dump(self, path: str) -> dict[str, dict[str, Value]]:
        """Every key from ``path`` on, with its values: what a test compares before and after."""
        values = self.values(path)
        if values is None:
            return {}
        found = {path: values}
        for name in self.subkeys(path):
            found.update(self.dump(f"{path}\\{name}"))
        return found

    def value(self, path: str, name: str) -> Value | None:
        """A value by its name in any case; None where there is none."""
        wanted = name.casefold()
        values = self.values(path) or {}
        return next((value for known, value in values.items() if known.casefold() == wanted), None)


@dataclass
class _Key:
    path: str
    # By the folded name: the name as it was given, and the value.
    values: dict[str, tuple[str, Value]] = field(default_factory=dict)


class MemoryRegistry(Registry):
    """A registry in this process."""

    def __init__(self) -> None:
        self._keys: dict[str, _Key] = {}

    def create(self, path: str) -> None:
        parts = checked_path(path).split("\\")
        for depth in range(2, len(parts) + 1):
            above = "\\".join(parts[:depth])
            self._keys.setdefault(above.casefold(), _Key(above))

    def set(self, path: str, name: str, kind: str, data: Data) -> None:
        value = checked_value(kind, data)
        self.create(path)
        values = self._keys[checked_path(path).casefold()].values
        known, _old = values.get(name.casefold(), (name, value))
        values[name.casefold()] = (known, value)

    def values(self, path: str) -> dict[str, Value] | None:
        key = self._keys.get(checked_path(path).casefold())
        return None if key is None else dict(key.values.values())

    def subkeys(self, path: str) -> list[str]:
        start = checked_path(path).casefold() + "\\"
        below = (key.path[len(start) :] for folded, key in self._keys.items() if folded.startswith(start))
        return sorted(name for name in below if "\\" not in name)

    def delete_value(self, path: str, name: str) -> None:
        del self._keys[checked_path(path).casefold()].values[name.casefold()]

    def delete_key(self, path: str) -> None:
        start = checked_path(path).casefold()
        del self._keys[start]
        for folded in [folded for folded in self._keys if folded.startswith(start + "\\")]:
            del self._keys[folded]
