# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A module whose options are in no log."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule


class QuietModule(AnsibleModule):
    """For options with passwords inside of lists: Ansible writes a module's options to the system's log in Python's
    notation, and masks passwords there by their plain text. One with a backslash or a quote would be in the log."""

    def _log_invocation(self) -> None:
        """Write nothing."""
