# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Entry point of `python tests/simulators/bmcsim` and of `python -m bmcsim`."""

from __future__ import annotations

import sys
from pathlib import Path

if not __package__:
    # Run as a directory: sys.path[0] is the package itself, whose modules must not stand at the top level.
    sys.path[0] = str(Path(__file__).resolve().parent.parent)

from bmcsim.cli import main

if __name__ == "__main__":
    sys.exit(main())
