# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The captures of real BMCs that a test can be parametrized with."""

from __future__ import annotations

import os
from pathlib import Path

_BESIDE_THE_PROJECT = Path(__file__).resolve().parents[3].parent / "shared" / "bmc-images"


def image_paths() -> list[Path]:
    """Every .emu file of the folder that BMC_IMAGES names, so that images which nobody has seen are tested too.

    Where there is none, one path that does not exist: with the mark needs_bmc_images its tests are skipped, not lost.
    """
    folder = Path(os.environ.get("BMC_IMAGES") or _BESIDE_THE_PROJECT)
    return sorted(folder.glob("*.emu")) or [folder / "none.emu"]
