# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vendor_agent_plan: which agent a server wants, in the controller's process."""

from __future__ import annotations

from typing import Any

from ..module_utils._ansible.agents import PLAN_SPEC, plan
from ..plugin_utils.engine_action import EngineAction


class ActionModule(EngineAction):
    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validation, options = self.validate_argument_spec(argument_spec=PLAN_SPEC)
        return self.conclude(result, lambda: (plan(options), ()))
