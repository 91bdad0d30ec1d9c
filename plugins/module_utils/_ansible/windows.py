# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Windows hosts are asked: by modules of the collection ansible.windows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

# Runs a module by its short name with these options, and returns its result, a failed one as well.
RunWindows = Callable[[str, "dict[str, Any]"], Mapping[str, Any]]
