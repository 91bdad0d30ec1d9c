# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""collectd_ipmi: the module on the task's host, with the program for notifications, which is packed here."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase

from ..module_utils._ansible.collectd_handler import build_handler
from ..module_utils._ansible.collectd_notifications import packed


class ActionModule(ActionBase):
    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        args = dict(self._task.args)
        if args.get("notifications") is not None:
            args["_handler"] = packed(build_handler())
        result.update(
            self._execute_module(
                "baremetal.ipmi.collectd_ipmi", args, task_vars=task_vars, wrap_async=self._task.async_val
            )
        )
        return result
