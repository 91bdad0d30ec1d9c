# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vendor_agent_report: the fleet's table, by one task in the controller's process."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ..module_utils._ansible.agents import REPORT_SPEC
from ..module_utils._ops.agents_report import failing, row, table, worst_first
from ..plugin_utils.report_action import ReportAction


class ActionModule(ReportAction):
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validation, options = self.validate_argument_spec(argument_spec=REPORT_SPEC)
        planned = self.variables(task_vars, options["hosts"], options["plan_variable"])
        verified = self.variables(task_vars, options["hosts"], options["variable"])
        rows = worst_first([row(host, planned[host], verified[host]) for host in options["hosts"]])
        lines = table(rows)
        self.show(lines, [item.status for item in rows])
        result["summary"] = [asdict(item) for item in rows]
        result["table"] = lines
        result["failing"] = failing(rows, options["fail_on"])
        return result
