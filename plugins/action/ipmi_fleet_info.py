# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ipmi_fleet_info in the controller's process, where the BMCs are reached from there; else the module on the task's
host. What the BMCs of a play's hosts are is made out here."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleError

from ..module_utils._ansible.fleet import FLEET_SPEC, VARIABLES, Roster, gather_fleet
from ..module_utils._ansible.fleet_targets import add_untold, listed, target_of, unknown_options, validated
from ..module_utils._core.errors import OptionError
from ..plugin_utils.bmc_action import BmcAction, now_and_then
from ..plugin_utils.host_variables import HostVariables


class ActionModule(BmcAction):
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        roster = None if self._task.args.get("targets") is not None else self._roster(task_vars)
        if not self.on_controller():
            failures: dict[str, dict[str, Any]] = {}
            if roster:
                targets, failures = listed(roster)
                self._task.args = {**self._task.args, "targets": targets}
            result.update(self.run_module(task_vars))
            result = add_untold(result, failures)
        else:
            options = self.options(FLEET_SPEC)
            checked = roster and Roster(roster.names, lambda host: validated(roster.told(host)))
            result = self.conclude(result, lambda: gather_fleet(options, now_and_then(self._tell), checked))
        # Nobody reads the sensors of a fleet on a screen, and Ansible would take longer to get them ready for that than
        # they took to be read. The registered variable has them all the same.
        return {**result, "_ansible_no_log": True} if "fleet" in result else result

    def _roster(self, task_vars: dict[str, Any] | None) -> Roster:
        """Hosts, and what their variables make of each."""
        named = {**VARIABLES, **(self._task.args.get("variables") or {})}
        unknown = unknown_options(named)
        if unknown:
            raise AnsibleActionFail(f"variables: {', '.join(unknown)} is no option of a target.")
        hosts = self._task.args.get("hosts")
        if hosts is None:
            hosts = (task_vars or {})["ansible_play_batch"]
        variables = HostVariables(self._task, self._templar, task_vars)
        for host in hosts:
            variables.must_know(host)

        def told(host: str) -> dict[str, Any]:
            try:
                values = variables.values(host, named)
            except AnsibleError as error:
                raise OptionError(str(error)) from error
            return target_of(host, values, self._task.delegate_to)

        return Roster(list(dict.fromkeys(hosts)), told)

    def _tell(self, done: int, total: int, failed: int) -> None:
        self._display.display(f"{done} of {total} BMCs are read, {failed} of them in vain")
