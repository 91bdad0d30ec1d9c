# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the action plugins share that report on a fleet, by one task in the controller's process."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..module_utils._ops.fleet import HostRow, failing

_COLOURS = {"critical": "red", "warning": "yellow", "unknown": "purple", "nominal": "green"}


class ReportAction(ActionBase):
    """An action that reads what the tasks of many hosts have registered."""

    _supports_check_mode = True
    _requires_connection = False

    def variables(self, task_vars: dict[str, Any] | None, hosts: Iterable[str], name: str) -> dict[str, Any]:
        """A variable of each of these hosts as it stands, None where a host has none. Nothing in it is a template."""
        hostvars = (task_vars or {})["hostvars"]
        found = {}
        for host in hosts:
            if host not in hostvars:
                raise AnsibleActionFail(f"hosts: {host!r} is not in the inventory.")
            found[host] = hostvars.raw_get(host).get(name)
        return found

    def failing(self, rows: Sequence[HostRow], options: dict[str, Any]) -> dict[str, str]:
        """The hosts that end the play, and why."""
        bad = failing(rows, options["fail_on"], options["unreachable"] == "warn")
        return {item.host: f"{item.status}: {item.remark}" for item in bad}

    def show(self, lines: Sequence[str], statuses: Iterable[str]) -> None:
        """A table, each line under its heading in the colour of its status."""
        heading, *rest = lines
        self._display.display(heading)
        for line, status in zip(rest, statuses):
            self._display.display(line, color=_COLOURS[status])
