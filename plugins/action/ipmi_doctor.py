# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ipmi_doctor: the verdict on each host of a fleet, by one task in the controller's process."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from ansible.errors import AnsibleActionFail

from ..module_utils._ansible.doctor import DOCTOR_SPEC, host_data, read_before, rules_of, save
from ..module_utils._ansible.snapshots import absolute, stamp
from ..module_utils._core.errors import OptionError
from ..module_utils._ops.doctor import examine, failing, table
from ..plugin_utils.report_action import ReportAction


class ActionModule(ReportAction):
    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validation, options = self.validate_argument_spec(argument_spec=DOCTOR_SPEC)
        hosts, folder = options["hosts"], absolute(options["directory"])
        evidence = self.variables(task_vars, hosts, options["variable"])
        own = self.variables(task_vars, hosts, options["rules_variable"]) if options["rules_variable"] else {}
        try:
            rules = rules_of(hosts, options["rules"], own)
            before, warnings = read_before(folder, hosts)
            found = examine(evidence, before, rules)
            lines = table(found)
            self.show(lines, [item.status for item in found])
            if folder and not self._task.check_mode:
                save(folder, found, evidence, before, stamp(datetime.now(timezone.utc)))
                result["directory"] = folder
        except OptionError as error:
            raise AnsibleActionFail(error.sentence()) from error
        except OSError as error:
            raise AnsibleActionFail(
                f"the files of the last run cannot be used in {folder} on the controller: {error.strerror}. "
                "Name another directory, or none."
            ) from error
        if warnings:
            result["warnings"] = warnings
        result["hosts"] = {item.host: host_data(item) for item in found}
        result["table"] = lines
        result["failing"] = failing(found, options["fail_on"])
        return result
