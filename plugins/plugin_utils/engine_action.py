# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all action plugins share that run an operation of the engine in the controller's process."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ansible.plugins.action import ActionBase

from ..module_utils._ansible.failure import failure
from ..module_utils._core.errors import IpmiError


class EngineAction(ActionBase):
    """An action that has a module of the same name, and one end: what its work returns, or the error that it ends
    with."""

    def run_module(self, task_vars: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
        """The module of the same name on the task's host."""
        result: dict[str, Any] = self._execute_module(
            module_args={**self._task.args, **more}, task_vars=task_vars, wrap_async=self._task.async_val
        )
        return result

    def conclude(
        self, result: dict[str, Any], work: Callable[[], tuple[dict[str, Any], Iterable[str]]]
    ) -> dict[str, Any]:
        """The task's result, by what the work returns and warns of, or by the IpmiError that it ends with."""
        try:
            told, warnings = work()
        except IpmiError as error:
            result.update(failure(error), failed=True)
            return result
        for warning in warnings:
            self._display.warning(warning)
        result.update(told)
        return result
