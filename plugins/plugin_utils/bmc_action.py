# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the action plugins that talk to a BMC share: when they do so in the controller's process, and with what."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleError

from ..module_utils._ansible.connection import options_from
from ..module_utils._ansible.fleet_facts import HOST_SPEC, is_read, share
from ..module_utils._ansible.fleet_targets import has_value
from ..module_utils._ansible.sensors import can_run_here
from .engine_action import EngineAction

_PROGRESS_INTERVAL_S = 10.0


def now_and_then(tell: Callable[..., None]) -> Callable[..., None]:
    """Tells every ten seconds, whatever it is called with then."""
    last = time.monotonic()

    def told(*numbers: int) -> None:
        nonlocal last
        if time.monotonic() - last >= _PROGRESS_INTERVAL_S:
            last = time.monotonic()
            tell(*numbers)

    return told


class BmcAction(EngineAction):
    """An action that has a module of the same name for every host but the controller."""

    _supports_check_mode = True
    _supports_async = True
    _requires_connection = True

    def on_controller(self) -> bool:
        """Whether the task runs on the controller, and what it needs is in this process."""
        return self._connection.transport == "local" and not self._task.async_val and can_run_here()

    def is_here(self) -> bool:
        """Whether the BMC is reached by LAN from the controller's process. The BMC of the machine itself is the
        module's: become holds for that alone."""
        if not self.on_controller():
            return False
        named = {**os.environ, **self._environment()}.get("IPMI_HOST")
        return (self._task.args.get("host") or named) is not None

    def share(self, part: str, task_vars: dict[str, Any] | None) -> dict[str, Any] | None:
        """The host's share of what ipmi_fleet_info has registered in the variable that the option ``fleet`` names; None
        where nothing has been read: then the BMC is asked."""
        known = task_vars or {}
        fleet = known.get(self._task.args.get("fleet"))
        if not is_read(fleet):
            return None
        return self.conclude({}, lambda: share(fleet, known["inventory_hostname"], part))

    def take_variables(self, spec: dict[str, Any], task_vars: dict[str, Any] | None) -> None:
        """Make options of the variables that the option ``variables`` names. Ansible makes out a task's options before
        it knows whether they are wanted, and that takes as long as a BMC does to answer."""
        args = {name: value for name, value in self._task.args.items() if name not in HOST_SPEC}
        known = task_vars or {}
        for option, name in (self._task.args.get("variables") or {}).items():
            if option not in spec or option in HOST_SPEC:
                raise AnsibleActionFail(f"variables: {option} is no option that could be set so.")
            if name not in known:
                continue
            try:
                value = self._templar.template(known[name])
            except AnsibleError as error:
                raise AnsibleActionFail(f"{name}: {error}") from error
            if has_value(value, spec[option]):
                args.setdefault(option, value)
        self._task.args = args

    def options(self, spec: dict[str, Any]) -> dict[str, Any]:
        """The task's options, validated, with those that its environment sets."""
        told = {name: value for name, value in options_from(self._environment()).items() if name in spec}
        self._task.args = {**told, **self._task.args}
        _validation, options = self.validate_argument_spec(argument_spec=spec)
        return dict(options)

    def progress(self, what: str) -> Callable[..., None]:
        """Tell at -v, now and then, how far the reading of a slow BMC has come."""
        host = self._task.args.get("host")
        return now_and_then(lambda done, total: self._display.v(f"{host}: {done} of {total} {what} read"))

    def _environment(self) -> dict[str, str]:
        """What the task's keyword ``environment`` sets, for the options that fall back to the environment."""
        told: dict[str, str] = {}
        for part in self._task.environment or []:
            templated = self._templar.template(part)
            told.update(templated if isinstance(templated, dict) else {})
        return told
