# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the action plugins share that ask Windows hosts through the modules of ansible.windows."""

from __future__ import annotations

from typing import Any

from ..module_utils._core.errors import DriverError
from .engine_action import EngineAction


class WindowsAction(EngineAction):
    """An action that has a module of the same name for every host but Windows'."""

    _supports_check_mode = True
    _supports_async = False
    _requires_connection = True

    def is_windows(self) -> bool:
        """Whether PowerShell answers on the task's host."""
        return bool(getattr(self._connection._shell, "_IS_WINDOWS", False))

    def run_windows(
        self, module: str, args: dict[str, Any], task_vars: dict[str, Any] | None, check_mode: bool | None = None
    ) -> dict[str, Any]:
        """The result of ansible.windows' ``module`` on the host, a failed one as well. ``check_mode``: in place of the
        task's, for a module that has none. Raises DriverError where ansible.windows is missing, and Ansible's own
        error where the host is not reached."""
        name = f"ansible.windows.{module}"
        if not self._shared_loader_obj.module_loader.find_plugin_with_context(name, ".ps1").resolved:
            raise DriverError(
                "the collection ansible.windows is not installed on the controller, or lacks " + module,
                "Install it: ansible-galaxy collection install ansible.windows",
            )
        asked = self._task.check_mode
        self._task.check_mode = asked if check_mode is None else check_mode
        try:
            result: dict[str, Any] = self._execute_module(name, args, task_vars=task_vars)
        finally:
            self._task.check_mode = asked
        return result

    def run_module(self, task_vars: dict[str, Any] | None) -> dict[str, Any]:
        """The module of the same name on the task's host."""
        result: dict[str, Any] = self._execute_module(
            module_args=self._task.args, task_vars=task_vars, wrap_async=self._task.async_val
        )
        return result
