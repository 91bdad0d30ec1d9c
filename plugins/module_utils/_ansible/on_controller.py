# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a module that is an action plugin, where that is missing."""

from __future__ import annotations

from typing import Any

from ansible.module_utils.basic import AnsibleModule


def refuse(name: str, spec: dict[str, Any]) -> None:
    """Ansible runs the action plugin of this name; the module is reached only where that is not installed."""
    module = AnsibleModule(argument_spec=spec, supports_check_mode=True)
    module.fail_json(
        msg=f"{name} runs on the controller only, as an action plugin; install the whole collection there."
    )
