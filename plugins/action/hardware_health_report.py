# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""hardware_health_report: the verdict on each host of a fleet, by one task in the controller's process."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from ansible.errors import AnsibleActionFail

from ..module_utils._ansible.hardware_health import (
    HEALTH_SPEC,
    host_data,
    read_baseline,
    wish,
    write_baseline,
)
from ..module_utils._ansible.hardware_health_outputs import write_outputs
from ..module_utils._ansible.snapshots import absolute
from ..module_utils._core.errors import OptionError
from ..module_utils._ops.hardware_health import STATUS, examine, failing, forgotten, table
from ..plugin_utils.report_action import ReportAction


class ActionModule(ReportAction):
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validation, options = self.validate_argument_spec(argument_spec=HEALTH_SPEC)
        hosts, folder, now = options["hosts"], absolute(options["baseline_dir"]), datetime.now(timezone.utc)
        evidence = self.variables(task_vars, hosts, options["variable"])
        try:
            wanted = wish(options, now)
            found = examine(evidence, read_baseline(folder, hosts), wanted)
            lines = table(found)
            self.show(lines, [STATUS[item.verdict] for item in found])
            if not self._task.check_mode:
                write_baseline(folder, found, now)
                result["files"] = write_outputs(options, found, now)
        except OptionError as error:
            raise AnsibleActionFail(error.sentence()) from error
        except OSError as error:
            raise AnsibleActionFail(
                f"{error.filename or folder} on the controller cannot be used: {error.strerror}. Name another place."
            ) from error
        warnings = forgotten(found, wanted)
        if warnings:
            result["warnings"] = warnings
        result["changed"] = any(item.baseline is not None for item in found)
        result["hosts"] = {item.host: host_data(item) for item in found}
        result["table"] = lines
        result["failing"] = failing(found, options["fail_on"])
        return result
