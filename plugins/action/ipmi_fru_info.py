# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ipmi_fru_info in the controller's process, where the BMC is reached from there; else the module."""

from __future__ import annotations

from typing import Any

from ..module_utils._ansible.fru import FRU_SPEC, gather_fru
from ..plugin_utils.bmc_action import BmcAction


class ActionModule(BmcAction):
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        if not self.is_here():
            result.update(self.run_module(task_vars))
            return result
        return self.conclude(result, self._gather)

    def _gather(self) -> tuple[dict[str, Any], list[str]]:
        told, warnings = gather_fru(self.options(FRU_SPEC))
        return {**told, "changed": False}, warnings
