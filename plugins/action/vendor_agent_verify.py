# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""vendor_agent_verify: Windows hosts through ansible.windows; the module on any other host."""

from __future__ import annotations

from typing import Any

from ..module_utils._ansible.agents import VERIFY_SPEC, verify
from ..module_utils._ansible.agents_windows import WindowsAgentHost
from ..plugin_utils.windows_action import WindowsAction


class ActionModule(WindowsAction):
    def on_windows(self, result: dict[str, Any], task_vars: dict[str, Any] | None) -> dict[str, Any]:
        _validation, options = self.validate_argument_spec(argument_spec=VERIFY_SPEC)
        # What changes something is not even asked for in check mode.
        host = WindowsAgentHost(self.reader(task_vars), options["racadm"])
        return self.conclude(result, lambda: (verify(options, host, bool(self._task.check_mode)), ()))
