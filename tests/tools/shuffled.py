# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""pytest plugin: the order of files, and of tests in a file, shuffled by the seed SHUFFLE_SEED.

Files stay together, so that what they share (a simulated fleet) is set up once.
"""

from __future__ import annotations

import os
import random

import pytest

SEED = os.environ.get("SHUFFLE_SEED", "1")


def pytest_report_header() -> str:
    return f"shuffled with SHUFFLE_SEED={SEED}"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    chance = random.Random(SEED)
    files: dict[str, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.nodeid.split("::")[0], []).append(item)
    order = sorted(files)
    chance.shuffle(order)
    for tests in files.values():
        chance.shuffle(tests)
    items[:] = [item for name in order for item in files[name]]
