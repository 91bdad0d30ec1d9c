# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables of many hosts in one task, each as a task on its host would have it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleError, AnsibleUndefinedVariable


class HostVariables:
    """``hostvars`` knows neither the play's variables nor a role's defaults; a task on the host does. There is no
    public way to them, so that this asks who makes up the variables of tasks."""

    def __init__(self, task: Any, templar: Any, task_vars: Mapping[str, Any] | None) -> None:
        self._task, self._templar = task, templar
        hostvars = (task_vars or {})["hostvars"]
        self._manager, self._inventory = hostvars._variable_manager, hostvars._inventory

    def values(self, host: str, names: Mapping[str, str]) -> dict[str, Any]:
        """By each key the value of the variable that it names; keys whose variable the host has not are left out.
        Raises AnsibleError for a host that there is not, and for a variable that cannot be made out."""
        found = self._inventory.get_host(host)
        if found is None:
            raise AnsibleError(f"hosts: {host!r} is not in the inventory.")
        variables = self._manager.get_vars(
            play=self._task.get_play(), host=found, task=self._task, include_hostvars=False
        )
        templar = self._templar.copy_with_new_env(available_variables=variables)
        told = {}
        for key, name in names.items():
            if name in variables:
                try:
                    told[key] = templar.template(variables[name])
                except AnsibleUndefinedVariable as error:
                    raise AnsibleError(f"{name} of {host}: {error}") from error
        return told
