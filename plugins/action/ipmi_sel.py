# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ipmi_sel: in the controller's process where the BMC is reached from there; else the archive here and the log, part by
part, by the module; or all of it by the module."""

from __future__ import annotations

from functools import partial
from typing import Any

from ..module_utils._ansible.sel_change import CHANGE_SPEC, TARGET, change_from_here, change_here
from ..module_utils._core.errors import OptionError
from ..plugin_utils.bmc_action import BmcAction


class _ModuleFailed(Exception):
    """The module's own failure, to be handed on as it is."""

    def __init__(self, result: dict[str, Any]) -> None:
        super().__init__()
        self.result = result


class ActionModule(BmcAction):
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        options = self.options(CHANGE_SPEC)
        name = str((task_vars or {}).get("inventory_hostname") or options["host"])
        flags = bool(self._task.check_mode), bool(self._task.diff)
        if self.is_here():
            return self.conclude(result, partial(change_here, options, name, *flags, self.progress("entries")))
        if options["archive_on"] == TARGET:
            result.update(self.run_module(task_vars, _name=name))
            return result
        try:
            return self.conclude(result, partial(self._change_there, options, name, *flags, task_vars))
        except _ModuleFailed as failed:
            result.update(failed.result)
            return result

    def _change_there(
        self, options: dict[str, Any], name: str, check: bool, diff: bool, task_vars: Any
    ) -> tuple[dict[str, Any], list[str]]:
        if self._task.async_val:
            raise OptionError(
                "with async the archive cannot be on the controller, which has gone on by then",
                "Set archive_on to target, or leave async out.",
            )

        def call(part: dict[str, Any]) -> dict[str, Any]:
            told = self.run_module(task_vars, _part=part)
            if told.get("failed"):
                raise _ModuleFailed(told)
            part_told: dict[str, Any] = told["part"]
            return part_told

        return change_from_here(options, name, check, diff, call)
