# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the summary of what the fleet's task has registered, which a task shows, as JSON in the file BENCH_SUMMARY."""

from __future__ import annotations

import json
import os
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: summary
type: notification
short_description: What the fleet's task says of the fleet
description: For measurements.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "summary"
    CALLBACK_NEEDS_ENABLED = True

    def v2_runner_on_ok(self, result: Any) -> None:
        if "told.summary" in result._result:
            with open(os.environ["BENCH_SUMMARY"], "w", encoding="utf-8") as stream:
                json.dump(result._result["told.summary"], stream)
