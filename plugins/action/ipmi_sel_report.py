# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ipmi_sel_report: the fleet's events and hosts, and what is to be cleared, by one task in the controller's process."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail

from ..module_utils._ansible.sel_report import ARGUMENT_SPEC, event_data, host_data, plan_data, wish
from ..module_utils._core.errors import OptionError
from ..module_utils._ops.fleet import worst_first
from ..module_utils._ops.sel_plan import plan
from ..module_utils._ops.sel_report import event_table, groups, host_table, row
from ..plugin_utils.report_action import ReportAction


class ActionModule(ReportAction):
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validation, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        results = self.variables(task_vars, options["hosts"], options["variable"])
        rows = worst_first([row(host, told) for host, told in results.items()])
        events = groups(results, options["severity"])
        if events:
            # What is over is told in the colour of what is well.
            statuses = ["nominal" if group.state == "recovered" else group.severity for group in events]
            self.show(event_table(events), statuses)
            self._display.display("")
        self.show(host_table(rows), [item.status for item in rows])
        result["summary"] = [host_data(item) for item in rows]
        result["events"] = [event_data(group) for group in events]
        result["needs_attention"] = [item.host for item in rows if item.status != "nominal"]
        result["failing"] = self.failing(rows, options)
        result.update(self._plan(options, task_vars))
        return result

    def _plan(self, options: dict[str, Any], task_vars: dict[str, Any] | None) -> dict[str, Any]:
        everyone = options["clear_hosts"] or options["hosts"]
        hosts = dict.fromkeys([*options["hosts"], *everyone])
        results = self.variables(task_vars, hosts, options["variable"])
        told = self.variables(task_vars, hosts, options["clear_variable"])
        try:
            wishes = {host: wish(host, value) for host, value in told.items()}
        except OptionError as error:
            raise AnsibleActionFail(error.sentence()) from error
        return plan_data(plan(options["hosts"], everyone, results, wishes, options["confirm_hosts"]))
