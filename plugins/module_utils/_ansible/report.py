# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of ipmi_sensor_report."""

from __future__ import annotations

from typing import Any

from .._ops.fleet import FAIL_ON

ARGUMENT_SPEC: dict[str, dict[str, Any]] = {
    "hosts": {"type": "list", "elements": "str", "required": True},
    "variable": {"type": "str", "required": True},
    "snapshot_dir": {"type": "str", "default": ""},
    "fail_on": {"type": "str", "choices": list(FAIL_ON), "default": "never"},
    "unreachable": {"type": "str", "choices": ["fail", "warn"], "default": "fail"},
}
