# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the unit tests; their helpers are the modules fakes and sdr_bytes beside this file."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).resolve().parent))

from fakes import Exchange, ScriptedClient

# No example database in the tree, the same examples at every run, and no deadline on a shared machine.
settings.register_profile("unit", max_examples=300, deadline=None, database=None, derandomize=True)
settings.load_profile("unit")


@pytest.fixture
def play() -> Iterator[Callable[..., ScriptedClient]]:
    """Makes scripted clients; at the end of the test every script must have been played to its end."""
    clients: list[ScriptedClient] = []

    def make(*script: Exchange) -> ScriptedClient:
        clients.append(ScriptedClient(*script))
        return clients[-1]

    yield make
    for client in clients:
        client.assert_played()
