# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of many hosts in one task, each as a task on its host would have it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleActionFail, AnsibleError


class HostVariables:
    """``hostvars`` knows neither the play's variables nor a role's defaults; a task on the host does. There is no
    public way to them, so that this asks who makes up the variables of tasks."""

    def __init__(self, task: Any, templar: Any, task_vars: Mapping[str, Any] | None) -> None:
        self._task, self._templar = task, templar
        self._hostvars = (task_vars or {})["hostvars"]
        self._manager, self._inventory = self._hostvars._variable_manager, self._hostvars._inventory

    def must_know(self, host: str) -> None:
        """Raises AnsibleActionFail for a host that there is not."""
        if self._inventory.get_host(host) is None:
            raise AnsibleActionFail(f"hosts: {host!r} is not in the inventory.")

    def values(self, host: str, names: Mapping[str, str]) -> dict[str, Any]:
        """By each key the value of the variable that it names; keys whose variable the host has not are left out.
        Raises AnsibleError for a variable that cannot be made out."""
        variables = self._manager.get_vars(
            play=self._task.get_play(),
            host=self._inventory.get_host(host),
            task=self._task,
            include_hostvars=False,
            # As if the play had this host alone: lists of all would be made for each, and grow with the square.
            _hosts=[host],
            _hosts_all=[host],
        )
        variables["hostvars"] = self._hostvars
        templar = self._templar.copy_with_new_env(available_variables=variables)
        told = {}
        for key, name in names.items():
            if name in variables:
                try:
                    told[key] = templar.template(variables[name])
                except Exception as error:  # filters raise whatever they like
                    raise AnsibleError(f"{name} of {host}: {error}") from error
        return told
