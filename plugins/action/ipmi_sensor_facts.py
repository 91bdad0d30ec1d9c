# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ipmi_sensor_facts in the controller's process, where the BMC is reached from there; else the module on the task's
host."""

from __future__ import annotations

from typing import Any

from ..module_utils._ansible.fleet_facts import SENSORS
from ..module_utils._ansible.sensors import ARGUMENT_SPEC, gather
from ..plugin_utils.bmc_action import BmcAction


class ActionModule(BmcAction):
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        share = self.share(SENSORS, task_vars)
        if share is not None:
            return {**result, **share}
        self.take_variables(ARGUMENT_SPEC, task_vars)
        if not self.is_here():
            result.update(self.run_module(task_vars))
            return result
        return self.conclude(result, self._gather)

    def _gather(self) -> tuple[dict[str, Any], list[str]]:
        facts, warnings = gather(self.options(ARGUMENT_SPEC), self.progress("sensors"))
        return {"changed": False, "ansible_facts": facts}, warnings
