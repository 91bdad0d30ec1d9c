# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes when each host's task began and ended, and what its BMC said: lines of JSON in the file BENCH_DURATIONS."""

from __future__ import annotations

import json
import os
import time
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: durations
type: notification
short_description: How long each host took
description: For measurements.
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "durations"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self) -> None:
        super().__init__()
        self._began: dict[str, float] = {}

    def v2_runner_on_start(self, host: Any, task: Any) -> None:
        self._began[host.name] = time.monotonic()

    def v2_runner_on_ok(self, result: Any) -> None:
        self._write(result, failed=False)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._write(result, failed=True)

    def _write(self, result: Any, failed: bool) -> None:
        ended = time.monotonic()
        host, said = result._host.name, result._result
        facts = said.get("ansible_facts", {})
        line = {
            "host": host,
            "began": self._began[host],
            "ended": ended,
            "complete": facts.get("ipmi_health", {}).get("complete", False),
            "known": len(facts.get("ipmi_sensors", ())),
            "available": sum(sensor["available"] for sensor in facts.get("ipmi_sensors", ())),
            "error": said.get("msg") if failed else None,
        }
        with open(os.environ["BENCH_DURATIONS"], "a", encoding="utf-8") as stream:
            stream.write(json.dumps(line) + "\n")
