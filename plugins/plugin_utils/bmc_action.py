# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the action plugins that talk to a BMC share: when they do so in the controller's process, and with what."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

from ..module_utils._ansible.connection import options_from
from ..module_utils._ansible.sensors import can_run_here
from .engine_action import EngineAction

PROGRESS_INTERVAL_S = 10.0


class BmcAction(EngineAction):
    """An action that has a module of the same name for every host but the controller."""

    _supports_check_mode = True
    _supports_async = True
    _requires_connection = True

    def is_here(self) -> bool:
        """Whether the BMC is reached by LAN from the controller's process. The BMC of the machine itself is the
        module's: become holds for that alone."""
        if self._connection.transport != "local" or self._task.async_val or not can_run_here():
            return False
        named = {**os.environ, **self._environment()}.get("IPMI_HOST")
        return (self._task.args.get("host") or named) is not None

    def options(self, spec: dict[str, Any]) -> dict[str, Any]:
        """The task's options, validated, with those that its environment sets."""
        self._task.args = {**options_from(self._environment()), **self._task.args}
        _validation, options = self.validate_argument_spec(argument_spec=spec)
        return dict(options)

    def progress(self, what: str) -> Callable[[int, int], None]:
        """Tell at -v, every ten seconds, how far the reading of a slow BMC has come."""
        last = time.monotonic()
        host = self._task.args.get("host")

        def tell(done: int, total: int) -> None:
            nonlocal last
            if time.monotonic() - last >= PROGRESS_INTERVAL_S:
                last = time.monotonic()
                self._display.v(f"{host}: {done} of {total} {what} read")

        return tell

    def _environment(self) -> dict[str, str]:
        """What the task's keyword ``environment`` sets, for the options that fall back to the environment."""
        told: dict[str, str] = {}
        for part in self._task.environment or []:
            templated = self._templar.template(part)
            told.update(templated if isinstance(templated, dict) else {})
        return told
