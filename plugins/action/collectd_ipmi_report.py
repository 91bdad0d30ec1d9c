# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""collectd_ipmi_report: the fleet's table, by one task in the controller's process."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ..module_utils._ansible.collectd_spec import REPORT_SPEC
from ..module_utils._ops.collectd_report import row, table
from ..plugin_utils.report_action import ReportAction

_WORST_FIRST = ("critical", "unknown", "warning", "nominal")


class ActionModule(ReportAction):
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validation, options = self.validate_argument_spec(argument_spec=REPORT_SPEC)
        results = self.variables(task_vars, options["hosts"], options["variable"])
        rows = [row(host, told, bool(self._task.check_mode)) for host, told in results.items()]
        rows.sort(key=lambda item: (_WORST_FIRST.index(item.status), item.host))
        self.show(table(rows), [item.status for item in rows])
        result["summary"] = [asdict(item) for item in rows]
        return result
