# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian machines with systemd as PID 1, for tests of roles: README.md."""

from .container import ContainerError
from .running import FIRST_USE_S, RELEASES, Node, NoNode, image_or_skip, node

__all__ = ["FIRST_USE_S", "RELEASES", "ContainerError", "NoNode", "Node", "image_or_skip", "node"]
