# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Arguments of modules as Ansible.Basic checks them (lib/ansible/module_utils/csharp/Ansible.Basic.cs)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .payload import Request


class ModuleFailed(Exception):
    """The module ends with ``failed``; the text is its message, ``result`` what it tells besides."""

    def __init__(self, message: str, **result: Any) -> None:
        super().__init__(message)
        self.result = result


@dataclass(frozen=True)
class Options:
    """``defaults`` names every option. ``aliases``: other name -> option. ``choices``: option -> what it may be."""

    defaults: Mapping[str, Any]
    aliases: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()

    def read(self, request: Request) -> dict[str, Any]:
        """Every option's value; ModuleFailed with the module's own words."""
        unknown = sorted(set(request.arguments) - set(self.defaults) - set(self.aliases))
        if unknown:
            known = ", ".join(sorted({*self.defaults, *self.aliases}))
            message = f"Unsupported parameters for ({request.module}) module: {', '.join(unknown)}."
            raise ModuleFailed(f"{message} Supported parameters include: {known}")
        given = {self.aliases.get(name, name): value for name, value in request.arguments.items() if value is not None}
        missing = [name for name in self.required if name not in given]
        if missing:
            raise ModuleFailed(f"missing required arguments: {', '.join(missing)}")
        self._check_one_of(given)
        for name, allowed in self.choices.items():
            if name in given and given[name] not in allowed:
                choices = ", ".join(allowed)
                raise ModuleFailed(f"value of {name} must be one of: {choices}. Got no match for: {given[name]}")
        return {**self.defaults, **given}

    def _check_one_of(self, given: Mapping[str, Any]) -> None:
        named = [name for name in self.one_of if name in given]
        if len(named) > 1:
            raise ModuleFailed(f"parameters are mutually exclusive: {', '.join(self.one_of)}")
        if self.one_of and not named:
            raise ModuleFailed(f"one of the following is required: {', '.join(self.one_of)}")
