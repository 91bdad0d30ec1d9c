# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The key of Windows' IPMI driver, through the modules win_reg_stat and win_regedit of ansible.windows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._core.errors import DriverError
from .._core.timeouts.windows import KEY, RegistryValue
from .windows import RunWindows


class WindowsRegistry:
    """A Registry; ``run`` runs a module of ansible.windows and returns its result."""

    def __init__(self, run: RunWindows) -> None:
        self._run = run

    def read(self) -> dict[str, RegistryValue]:
        told = self._ask("win_reg_stat", {"path": KEY})
        properties = told.get("properties") or {}
        return {
            # A value without data is told as none at all.
            name: RegistryValue(str(entry.get("type")), entry.get("raw_value"))
            for name, entry in properties.items()
            if isinstance(entry, Mapping)
        }

    def write(self, name: str, number: int) -> None:
        self._ask("win_regedit", {"path": KEY, "name": name, "data": number, "type": "dword", "state": "present"})

    def remove(self, name: str) -> None:
        # Without a name, or with an empty one, win_regedit removes the whole key unless it is told not to.
        self._ask("win_regedit", {"path": KEY, "name": name, "state": "absent", "delete_key": False})

    def _ask(self, module: str, args: dict[str, Any]) -> Mapping[str, Any]:
        told = self._run(module, args)
        if told.get("failed") or told.get("unreachable"):
            said = str(told.get("msg") or "it failed without a word").strip().rstrip(".")
            raise DriverError(
                f"{module} says: {said}", "Run it as an administrator of the host, and look at the message."
            )
        return told
