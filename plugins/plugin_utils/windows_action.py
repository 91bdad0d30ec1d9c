# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the action plugins share that ask Windows hosts through the modules of ansible.windows."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from ..module_utils._ansible.windows import RunWindows
from ..module_utils._core.errors import DriverError
from .engine_action import EngineAction

NO_ASYNC = {
    "failed": True,
    "msg": "async is not supported on a Windows host, which is asked by one module after another. Leave it out there.",
}


class WindowsAction(EngineAction):
    """An action that has a module of the same name for every host but Windows'."""

    _supports_check_mode = True
    _supports_async = True
    _requires_connection = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        if getattr(self._connection._shell, "_IS_WINDOWS", False):
            # With async a job's number would be taken for what the host told.
            return {**result, **NO_ASYNC} if self._task.async_val else self.on_windows(result, task_vars)
        return {**result, **self.run_module(task_vars)}

    @abstractmethod
    def on_windows(self, result: dict[str, Any], task_vars: dict[str, Any] | None) -> dict[str, Any]:
        """The task's result on a host where PowerShell answers."""

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

    def reader(self, task_vars: dict[str, Any] | None) -> RunWindows:
        """Runs modules on the host that only read, in check mode, too: win_command has none."""
        return lambda module, args: self.run_windows(module, args, task_vars, check_mode=False)
