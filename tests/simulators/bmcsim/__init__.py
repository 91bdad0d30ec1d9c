# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Simulated BMCs: an IPMI v2.0 encoder and RMCP+ server that shares no code with the collection.

For tests: `with running("demo") as fleet: fleet["web01"].port`.
"""

from __future__ import annotations

from .fleet import BmcSpec, collect, load_fleet
from .ledger import LedgerView, multiset, read_ledger
from .load import load_model
from .reader import ModelError
from .running import RunningBmc, RunningFleet, StartError, running, serving

__all__ = [
    "BmcSpec", "LedgerView", "ModelError", "RunningBmc", "RunningFleet", "StartError",
    "collect", "load_fleet", "load_model", "multiset", "read_ledger", "running", "serving",
]  # fmt: skip
