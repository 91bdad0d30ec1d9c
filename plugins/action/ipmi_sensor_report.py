# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ipmi_sensor_report: the fleet's table and its snapshots, by one task in the controller's process."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from ansible.errors import AnsibleActionFail

from ..module_utils._ansible.report import ARGUMENT_SPEC
from ..module_utils._ansible.snapshots import absolute, snapshot, stamp, write_snapshot
from ..module_utils._ops.fleet import worst_first
from ..module_utils._ops.report import row, table
from ..plugin_utils.report_action import ReportAction


class ActionModule(ReportAction):
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validation, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        results = self.variables(task_vars, options["hosts"], options["variable"])
        rows = worst_first([row(host, told) for host, told in results.items()])
        self.show(table(rows), [item.status for item in rows])
        if options["snapshot_dir"] and not self._task.check_mode:
            result["snapshot_dir"] = self._save(options["snapshot_dir"], results)
        result["failing"] = self.failing(rows, options)
        result["summary"] = [
            {"host": item.host, "status": item.status, "counts": item.counts, "remark": item.remark} for item in rows
        ]
        return result

    def _save(self, folder: str, results: Mapping[str, Any]) -> str:
        folder, read_at = absolute(folder), stamp(datetime.now(timezone.utc))
        try:
            for host, told in results.items():
                write_snapshot(folder, host, snapshot(host, told, read_at))
            return folder
        except OSError as error:
            raise AnsibleActionFail(
                f"the snapshots cannot be written to {folder} on the controller: {error.strerror}. "
                "Name another folder, or none."
            ) from error
