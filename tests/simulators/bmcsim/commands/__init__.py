# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands by network function and number; every module of this package registers its own."""

from __future__ import annotations

from . import app, chassis, device_sdr, fru, sdr, sel, sensor, session15, system
from .registry import ADMIN, CALLBACK, OPERATOR, USER, Context, Refused, Reply, dispatch

__all__ = [
    "ADMIN", "CALLBACK", "OPERATOR", "USER", "Context", "Refused", "Reply",
    "app", "chassis", "device_sdr", "dispatch", "fru", "sdr", "sel", "sensor", "session15", "system",
]  # fmt: skip
