# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images of machines, from the tools in tests/tools that make them."""

from __future__ import annotations

import functools
import subprocess
import sys
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[2] / "tools"
NOT_TO_BE_HAD = 3


class NoImage(Exception):
    """The image cannot be had on this machine; the text says why."""


@functools.cache
def _ask(tool: str, arguments: tuple[str, ...]) -> tuple[Path | None, str]:
    command = [sys.executable, str(TOOLS / tool), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == NOT_TO_BE_HAD:
        return None, done.stderr.strip().splitlines()[-1]
    if done.returncode:
        raise RuntimeError(f"{tool} ended with {done.returncode}: {done.stderr[-2000:]}")
    return Path(done.stdout.strip()), ""


def ask_for_image(tool: str, *arguments: str) -> Path:
    """What a tool prints, which makes the image where it is missing; it is asked once. NoImage."""
    found, why = _ask(tool, arguments)
    if found is None:
        raise NoImage(why)
    return found
