# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""win_reg_stat and win_regedit of ansible.windows 3.3.0 on a :class:`Registry`, after their sources."""

from __future__ import annotations

import re
from typing import Any

from .options import ModuleFailed, Options
from .payload import Request
from .reg_data import as_data, diff_value, differs
from .registry import Data, Registry, Value

_KEY = re.compile(r"HK(CC|CR|CU|LM|U):\\", re.IGNORECASE)
# What variables stand for in REG_EXPAND_SZ.
_VARIABLES = {"systemroot": r"C:\Windows", "programfiles": r"C:\Program Files"}
_TYPES = {
    "none": "REG_NONE",
    "binary": "REG_BINARY",
    "dword": "REG_DWORD",
    "expandstring": "REG_EXPAND_SZ",
    "multistring": "REG_MULTI_SZ",
    "string": "REG_SZ",
    "qword": "REG_QWORD",
}
STAT_OPTIONS = Options(
    {"path": None, "name": None},
    aliases={"key": "path", "entry": "name", "value": "name"},
    required=("path",),
)
EDIT_OPTIONS = Options(
    {
        "path": None,
        "name": None,
        "data": None,
        "type": "string",
        "state": "present",
        "delete_key": True,
        "hive": None,
    },
    aliases={"key": "path", "entry": "name", "value": "name", "datatype": "type"},
    choices={"type": tuple(_TYPES), "state": ("present", "absent")},
    required=("path",),
)


def reg_stat(registry: Registry, request: Request) -> dict[str, Any]:
    """The result of win_reg_stat: of a value if it is named, else of the key."""
    asked = STAT_OPTIONS.read(request)
    path, name = asked["path"], asked["name"]
    if not _KEY.match(path):
        raise ModuleFailed(f"path: {path} is not a valid registry path, see module documentation for examples.")
    values = registry.values(path)
    if values is None:
        return {"changed": False, "exists": False}
    if name is not None:
        value = registry.value(path, name)
        return {"changed": False, "exists": value is not None, **(_stat(value) if value else {})}
    return {
        "changed": False,
        "exists": True,
        "properties": {known: _stat(value) for known, value in values.items()},
        "sub_keys": registry.subkeys(path),
    }


def _stat(value: Value) -> dict[str, Any]:
    kind, data = value
    shown: Any = data
    raw: Any = data
    if isinstance(data, bytes):
        shown, raw = list(data), [f"0x{byte:02x}" for byte in data]
    elif kind == "REG_EXPAND_SZ":
        shown = re.sub("%([^%]+)%", lambda found: _VARIABLES.get(found[1].casefold(), found[0]), str(data))
    return {"type": kind, "value": shown, "raw_value": raw}


class Edit:
    """One run of win_regedit."""

    def __init__(self, registry: Registry, request: Request) -> None:
        self._registry = registry
        self._request = request
        self._warnings: list[str] = []
        self.changed = self.data_changed = self.data_type_changed = False
        self.diff: dict[str, Any] = {"before": "", "after": ""}

    def result(self) -> dict[str, Any]:
        """The module's result; ModuleFailed."""
        self._asked = EDIT_OPTIONS.read(self._request)
        self._path, self._name = self._asked["path"], self._asked["name"]
        kind = self._asked["type"]
        if self._name is None and kind != "string":
            self._warnings.append(
                "the data type when name is not specified can only be 'string', the type has automatically been"
                " converted"
            )
            kind = "string"
        if not _KEY.match(self._path):
            raise ModuleFailed(
                f"path: {self._path} is not a valid powershell path, see module documentation for examples."
            )
        data = as_data(_TYPES[kind], self._asked["data"], named=bool(self._name))
        if self._asked["state"] == "present":
            self._present(_TYPES[kind], data)
        else:
            self._absent()
        return self._told()

    def _told(self) -> dict[str, Any]:
        told = {
            "changed": self.changed,
            "data_changed": self.data_changed,
            "data_type_changed": self.data_type_changed,
            "invocation": {"module_args": self._asked},
        }
        if self._warnings:
            told["warnings"] = self._warnings
        if self._request.diff:
            told["diff"] = self.diff
        return told

    def _absent(self) -> None:
        """Without a name, and unless delete_key is false, this deletes the key with all that it holds."""
        if self._registry.values(self._path) is None:
            return
        name = self._name or ""
        if self._asked["delete_key"] and not name:
            if not self._request.check_mode:
                self._registry.delete_key(self._path)
            self.changed = True
            self.diff = {"before": {self._path: {}}, "after": {}}
            return
        value = self._registry.value(self._path, name)
        if value is None:
            return
        if not self._request.check_mode:
            self._registry.delete_value(self._path, name)
        self.changed = True
        self.diff = {"before": {self._path: {name: diff_value(value)}}, "after": {self._path: {}}}

    def _present(self, kind: str, data: Data | None) -> None:
        before: dict[str, Any] = {}
        after: dict[str, Any] = {}
        self.diff = {"before": {self._path: before}, "after": {self._path: after}}
        if self._registry.values(self._path) is None:
            self.changed = True
            self.diff["before"] = {}
            if self._request.check_mode:
                return
            self._registry.create(self._path)
        if data is None:
            return
        name = self._name or ""
        known, wanted = self._registry.value(self._path, name), (kind, data)
        if known is not None:
            self.data_type_changed = known[0] != kind
            self.data_changed = differs(known, wanted)
            before[name] = diff_value(known)
            after[name] = diff_value(wanted)
        else:
            after[name] = diff_value(wanted)
        if known is None or self.data_type_changed or self.data_changed:
            self.changed = True
            if not self._request.check_mode:
                self._registry.set(self._path, name, kind, data)
