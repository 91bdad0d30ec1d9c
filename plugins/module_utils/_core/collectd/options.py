# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of collectd's ipmi plugin: since which version of collectd each of them is known.

An option that the installed plugin does not know keeps collectd from starting, while ``collectd -t`` says that all is
well. There is no option for the port, which is always 623, and none for the privilege, which is always user.
"""

from __future__ import annotations

from dataclasses import dataclass

Version = tuple[int, ...]

# Instance blocks came with it; before, options stood in the plugin's own block and meant the machine's own BMC.
INSTANCES_SINCE: Version = (5, 8, 0)
# Its filter by Sensor drops what it should keep.
BROKEN_FILTER: Version = (5, 8, 0)


@dataclass(frozen=True)
class Option:
    """``name`` in collectd's file, ``variable`` in an instance of ours; ``default`` is the plugin's own."""

    name: str
    variable: str
    since: Version
    default: str


OPTIONS: tuple[Option, ...] = (
    Option("Address", "address", INSTANCES_SINCE, "the machine's own BMC"),
    Option("Username", "username", INSTANCES_SINCE, "none"),
    Option("Password", "password", INSTANCES_SINCE, "none"),
    Option("AuthType", "auth_type", INSTANCES_SINCE, "the strongest that the BMC offers"),
    Option("Host", "host", INSTANCES_SINCE, "collectd's own host name"),
    Option("Sensor", "sensors", (4, 4, 0), "every sensor"),
    Option("IgnoreSelected", "ignore_selected", (4, 4, 0), "false"),
    Option("NotifySensorAdd", "notify_sensor_add", (4, 5, 0), "false"),
    Option("NotifySensorRemove", "notify_sensor_remove", (4, 5, 0), "false"),
    Option("NotifySensorNotPresent", "notify_sensor_not_present", (4, 5, 0), "false"),
    Option("NotifyIPMIConnectionState", "notify_ipmi_connection_state", INSTANCES_SINCE, "false"),
    Option("SELEnabled", "sel_enabled", INSTANCES_SINCE, "false"),
    Option("SELSensor", "sel_sensors", (5, 9, 0), "every sensor"),
    Option("SELIgnoreSelected", "sel_ignore_selected", (5, 9, 0), "false"),
    Option("SELClearEvent", "sel_clear_event", INSTANCES_SINCE, "false"),
)


def version_text(version: Version) -> str:
    return ".".join(map(str, version))
