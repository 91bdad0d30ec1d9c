# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A server with a BMC of its own, for tests: README.md."""

from .machine import MachineError
from .running import FIRST_USE_S, Guest, NoGuest, guest, image_or_skip
from .ssh import SshError

__all__ = ["FIRST_USE_S", "Guest", "MachineError", "NoGuest", "SshError", "guest", "image_or_skip"]
