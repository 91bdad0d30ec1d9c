# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Chassis commands (network function 00h)."""

from __future__ import annotations

from .registry import CHASSIS, Context, command


@command(CHASSIS, 0x01)
def get_chassis_status(context: Context) -> bytes:
    """Section 28.2."""
    chassis = context.bmc.chassis
    power = int(chassis.power) | (0x08 if chassis.power_fault else 0) | chassis.restore_policy << 5
    misc = int(chassis.intrusion) | (0x04 if chassis.drive_fault else 0) | (0x08 if chassis.cooling_fault else 0)
    return bytes([power, chassis.last_event, misc, 0])
