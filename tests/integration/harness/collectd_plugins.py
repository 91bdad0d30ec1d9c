# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which plugins of the installed collectd can be loaded: Debian packs them all together, their libraries apart."""

from __future__ import annotations

import subprocess

import pytest

from .collectd import PLUGINS


def plugins_or_skip(*names: str) -> None:
    """Skip the test where a plugin, or a library that it wants, is not installed."""
    missing: set[str] = set()
    for name in names:
        done = subprocess.run(["ldd", str(PLUGINS / f"{name}.so")], capture_output=True, text=True, check=False)
        missing |= {line.split()[0] for line in done.stdout.splitlines() if line.endswith("not found")}
        if done.returncode:
            missing.add(f"collectd's plugin {name}")
    if missing:
        pytest.skip(f"not installed: {', '.join(sorted(missing))}")
