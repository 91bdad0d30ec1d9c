# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading of YAML with errors that name file, place and key."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from . import tables

_REQUIRED = object()


class ModelError(Exception):
    """A model or fleet file that cannot be used; the text names file, place and key."""


def load_yaml(path: Path) -> Any:
    """Return the content of a YAML file; ModelError when it cannot be read or parsed."""
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(f"{path}: cannot be read: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise ModelError(f"{path}: not valid YAML: {' '.join(str(error).split())}") from error


class Node:
    """One mapping of the file; every key has to be taken before `done`."""

    def __init__(self, data: Any, file: str, where: str = "") -> None:
        self.file, self.where = file, where
        if data is None:
            data = {}
        if not isinstance(data, Mapping):
            raise self.error(f"must be a mapping, not {type(data).__name__}")
        self._data = dict(data)
        self._left = set(self._data)
        self._known: set[str] = set()

    def error(self, message: str, key: str | None = None) -> ModelError:
        place = ".".join(part for part in (self.where, key) if part)
        return ModelError(f"{self.file}: {place}: {message}" if place else f"{self.file}: {message}")

    def has(self, key: str) -> bool:
        return self._data.get(key) is not None

    def keys(self) -> list[Any]:
        return list(self._data)

    def any(self, key: str, default: Any = _REQUIRED) -> Any:
        self._known.add(key)
        self._left.discard(key)
        value = self._data.get(key)
        if value is None:
            if default is _REQUIRED:
                raise self.error("is missing", key)
            return default
        return value

    def integer(self, key: str, default: Any = _REQUIRED, low: int = 0, high: int = 255) -> Any:
        value = self.any(key, default)
        if value is default:
            return value
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.error(f"must be a whole number, not {value!r}", key)
        if not low <= value <= high:
            raise self.error(f"must be {low:#x} to {high:#x} ({low} to {high}), not {value}", key)
        return value

    def number(self, key: str, default: Any = _REQUIRED) -> Any:
        value = self.any(key, default)
        if value is default:
            return value
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.error(f"must be a number, not {value!r}", key)
        return float(value)

    def text(self, key: str, default: Any = _REQUIRED) -> Any:
        value = self.any(key, default)
        if value is default:
            return value
        if not isinstance(value, str):
            raise self.error(f"must be a string (put it in quotes), not {value!r}", key)
        return value

    def flag(self, key: str, default: bool = False) -> Any:
        value = self.any(key, default)
        if not isinstance(value, bool):
            raise self.error(f"must be true or false, not {value!r}", key)
        return value

    def sequence(self, key: str) -> list[Any]:
        value = self.any(key, [])
        if not isinstance(value, list):
            raise self.error("must be a list", key)
        return value

    def ints(self, key: str, default: Any = _REQUIRED, high: int = 255) -> Any:
        value = self.any(key, default)
        if value is default:
            return value
        if not isinstance(value, list) or any(
            isinstance(v, bool) or not isinstance(v, int) or not 0 <= v <= high for v in value
        ):
            raise self.error(f"must be a list of whole numbers from 0 to {high}", key)
        return value

    def hex(self, key: str, default: Any = _REQUIRED) -> Any:
        value = self.any(key, default)
        if value is default:
            return value
        try:
            return bytes.fromhex(str(value).replace("0x", "").replace(",", " "))
        except ValueError:
            raise self.error(f"must be hexadecimal bytes in quotes, not {value!r}", key) from None

    def code(self, key: str, table: Mapping[str, int], default: Any = _REQUIRED, high: int = 255) -> Any:
        """Return a number given as such or by a name of `table`."""
        value = self.any(key, default)
        if value is default:
            return value
        if isinstance(value, str):
            found = table.get(tables.key(value))
            if found is None:
                close = difflib.get_close_matches(tables.key(value), table, n=3)
                hint = f" (did you mean {' or '.join(close)}?)" if close else ""
                raise self.error(f"unknown name {value!r}{hint}; a number is accepted too", key)
            return found
        return self.integer(key, low=0, high=high)

    def choice(self, key: str, choices: tuple[str, ...], default: Any = _REQUIRED) -> Any:
        value = self.any(key, default)
        if value is not default and value not in choices:
            raise self.error(f"must be one of {', '.join(choices)}, not {value!r}", key)
        return value

    def node(self, key: str) -> Node:
        return Node(self.any(key, {}), self.file, f"{self.where}.{key}" if self.where else key)

    def nodes(self, key: str, label: str = "name") -> list[Node]:
        prefix = f"{self.where}.{key}" if self.where else key
        result = []
        for index, item in enumerate(self.sequence(key)):
            name = f" {item[label]!r}" if isinstance(item, Mapping) and label in item else ""
            result.append(Node(item, self.file, f"{prefix}[{index}]{name}"))
        return result

    def done(self) -> None:
        """Raise ModelError for a key that nothing asked for."""
        for key in sorted(map(str, self._left)):
            close = difflib.get_close_matches(key, self._known, n=2)
            hint = f"did you mean {' or '.join(close)}?" if close else f"known keys: {', '.join(sorted(self._known))}"
            raise self.error(f"unknown key ({hint})", key)
