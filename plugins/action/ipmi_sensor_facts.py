# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ipmi_sensor_facts in the controller's process, where the BMC is reached from there; else the module on the task's
host."""

from __future__ import annotations

import time
from typing import Any

from ansible.plugins.action import ActionBase

from ..module_utils._ansible.connection import options_from
from ..module_utils._ansible.failure import failure
from ..module_utils._ansible.sensors import ARGUMENT_SPEC, can_run_here, gather
from ..module_utils._core.errors import IpmiError

_PROGRESS_INTERVAL_S = 10.0


class ActionModule(ActionBase):
    _supports_check_mode = True
    _supports_async = True
    _requires_connection = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        if self._connection.transport != "local" or self._task.async_val or not can_run_here():
            result.update(self._execute_module(task_vars=task_vars, wrap_async=self._task.async_val))
            return result
        self._task.args = {**options_from(self._environment()), **self._task.args}
        _validation, options = self.validate_argument_spec(argument_spec=ARGUMENT_SPEC)
        try:
            facts, warnings = gather(options, self._progress())
        except IpmiError as error:
            result.update(failure(error), failed=True)
            return result
        for warning in warnings:
            self._display.warning(warning)
        result.update(changed=False, ansible_facts=facts)
        return result

    def _environment(self) -> dict[str, str]:
        """What the task's keyword ``environment`` sets, for the options that fall back to the environment."""
        told: dict[str, str] = {}
        for part in self._task.environment or []:
            templated = self._templar.template(part)
            told.update(templated if isinstance(templated, dict) else {})
        return told

    def _progress(self) -> Any:
        """Tell at -v, every ten seconds, how far a slow BMC has come."""
        last = time.monotonic()
        host = self._task.args.get("host")

        def tell(done: int, total: int) -> None:
            nonlocal last
            if time.monotonic() - last >= _PROGRESS_INTERVAL_S:
                last = time.monotonic()
                self._display.v(f"{host}: {done} of {total} sensors read")

        return tell
