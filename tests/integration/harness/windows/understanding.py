# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the stand-in does not know must not pass for an answer of Windows."""

from __future__ import annotations


class Misunderstood(Exception):
    """Something that this stand-in does not know, told by the text. It fails the test, whatever Ansible makes of it."""
