# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ipmi_fleet_info in the controller's process, where the BMCs are reached from there; else the module on the task's
host. What the BMCs of a play's hosts are is made out here."""

from __future__ import annotations

import time
from typing import Any

from ..module_utils._ansible.fleet import FLEET_SPEC, VARIABLES, gather_fleet
from ..module_utils._ansible.sensors import can_run_here
from ..plugin_utils.bmc_action import PROGRESS_INTERVAL_S, BmcAction
from ..plugin_utils.host_variables import HostVariables


class ActionModule(BmcAction):
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        if self._task.args.get("targets") is None:
            self._task.args = {**self._task.args, "targets": self._targets(task_vars)}
        if self._connection.transport != "local" or self._task.async_val or not can_run_here():
            return {**result, **self.run_module(task_vars)}
        options = self.options(FLEET_SPEC)
        return self.conclude(result, lambda: gather_fleet(options, self._progress()))

    def _targets(self, task_vars: dict[str, Any] | None) -> list[dict[str, Any]]:
        """One for each host, by its variables. Of a host without a BMC the reading tells that it has none."""
        hosts = self._task.args.get("hosts")
        if hosts is None:
            hosts = (task_vars or {})["ansible_play_hosts"]
        named = {**VARIABLES, **(self._task.args.get("variables") or {})}
        variables = HostVariables(self._task, self._templar, task_vars)
        return [{"name": host, "host": "", **variables.values(host, named)} for host in hosts]

    def _progress(self) -> Any:
        """Tell every ten seconds how far it has come."""
        last = time.monotonic()

        def tell(done: int, total: int, failed: int) -> None:
            nonlocal last
            if time.monotonic() - last >= PROGRESS_INTERVAL_S:
                last = time.monotonic()
                self._display.display(f"{done} of {total} BMCs are read, {failed} of them in vain")

        return tell
