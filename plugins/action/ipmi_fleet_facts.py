# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ipmi_fleet_facts: one target's share of what a task has registered, in the controller's process."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail

from ..module_utils._ansible.fleet_facts import FLEET_FACTS_SPEC, is_read, share
from ..plugin_utils.engine_action import EngineAction


class ActionModule(EngineAction):
    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validation, options = self.validate_argument_spec(argument_spec=FLEET_FACTS_SPEC)
        known = task_vars or {}
        # As it stands: nothing in it is a template, and a fleet is too much to look through once a host.
        fleet = known.get(options["variable"])
        if not is_read(fleet):
            raise AnsibleActionFail(
                f"variable: {options['variable']!r} is no result of ipmi_fleet_info. Register one with run_once."
            )
        target = options["target"] or known["inventory_hostname"]
        return self.conclude(result, lambda: share(fleet, target, options["part"]))
