# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ipmi_timeouts: the registry of Windows hosts through ansible.windows; the module on any other host."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleConnectionFailure

from ..module_utils._ansible.timeouts import TIMEOUTS_SPEC, set_registry
from ..module_utils._ansible.windows_registry import WindowsRegistry
from ..module_utils._core.errors import DriverError
from ..plugin_utils.windows_action import WindowsAction


class ActionModule(WindowsAction):
    def on_windows(self, result: dict[str, Any], task_vars: dict[str, Any] | None) -> dict[str, Any]:
        reached = False

        def ask(module: str, args: dict[str, Any]) -> dict[str, Any]:
            nonlocal reached
            try:
                told = self.run_windows(module, args, task_vars)
            except AnsibleConnectionFailure as gone:
                # A host that was never reached is unreachable; of one that went away later there is more to tell.
                if not reached:
                    raise
                raise DriverError(f"the host went away: {gone}", "Run it again when the host is back.") from gone
            reached = True
            return told

        _validation, options = self.validate_argument_spec(argument_spec=TIMEOUTS_SPEC)
        check, diff = self._task.check_mode, self._task.diff
        return self.conclude(result, lambda: set_registry(options, check, diff, WindowsRegistry(ask)))
