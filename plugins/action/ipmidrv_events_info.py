# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ipmidrv_events_info: the System log of Windows hosts through ansible.windows; the module on any other host."""

from __future__ import annotations

import time
from typing import Any

from ..module_utils._ansible.driver_events import EVENTS_SPEC, windows_events
from ..plugin_utils.windows_action import WindowsAction


class ActionModule(WindowsAction):
    def on_windows(self, result: dict[str, Any], task_vars: dict[str, Any] | None) -> dict[str, Any]:
        _validation, options = self.validate_argument_spec(argument_spec=EVENTS_SPEC)
        return self.conclude(result, lambda: windows_events(options, self.reader(task_vars), time.time()))
