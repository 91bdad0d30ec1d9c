# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ipmi_sel_info in the controller's process, where the BMC, or an archive, is reached from there; else the module."""

from __future__ import annotations

from typing import Any

from ..module_utils._ansible.fleet_facts import SEL
from ..module_utils._ansible.sel import INFO_SPEC, gather_log
from ..plugin_utils.bmc_action import BmcAction


class ActionModule(BmcAction):
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        share = self.share(SEL, task_vars)
        if share is not None:
            return {**result, **share}
        self.take_variables(INFO_SPEC, task_vars)
        if not self.is_here() and (self._task.async_val or not self._task.args.get("archive")):
            result.update(self.run_module(task_vars))
            return result
        return self.conclude(result, self._gather)

    def _gather(self) -> tuple[dict[str, Any], list[str]]:
        told, warnings = gather_log(self.options(INFO_SPEC), self.progress("entries"))
        return {**told, "changed": False}, warnings
