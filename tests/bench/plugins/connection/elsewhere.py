# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The local connection under another name, so that a task is carried out by its module."""

from __future__ import annotations

from ansible.plugins.connection.local import Connection as LocalConnection

DOCUMENTATION = """
name: elsewhere
short_description: The local connection, as if it were a remote one
description: For measurements of what a module costs without what SSH costs.
author: baremetal.ipmi contributors (@baremetal-ipmi)
options:
  become_success_timeout:
    description: As of the local connection.
    type: int
    default: 10
  become_strip_preamble:
    description: As of the local connection.
    type: bool
    default: true
extends_documentation_fragment: connection_pipelining
"""


class Connection(LocalConnection):
    transport = "elsewhere"
