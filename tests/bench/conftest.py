# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bench's programs import each other by name, and so do its tests."""

from __future__ import annotations

import sys
from pathlib import Path

# Behind all others: some names are those of modules elsewhere.
sys.path.append(str(Path(__file__).resolve().parent))
