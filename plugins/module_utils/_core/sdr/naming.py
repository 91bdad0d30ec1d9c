# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a monitoring system calls a sensor: the name and type under which collectd's ipmi plugin reports it."""

from __future__ import annotations

from typing import Optional

from .sensors import Sensor


def monitoring_name(sensor: Sensor) -> str:
    return f"{sensor.name} {sensor.entity_name.lower()} ({sensor.entity})"


def monitoring_type(sensor: Sensor) -> Optional[str]:
    return None
