# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of collectd_ipmi."""

from __future__ import annotations

from typing import Any

from .._core.collectd.instances import AUTH_TYPES
from .._core.collectd.options import OPTIONS
from .._core.collectd.outputs import MIB_ROOT
from .collectd_notify import FACILITIES
from .sensors import RULES_SPEC

PRESENT, ABSENT = "present", "absent"

LISTS = ("sensors", "sel_sensors")
_TEXTS = ("address", "username", "password", "auth_type", "host")
INSTANCE_SPEC: dict[str, dict[str, Any]] = {
    "name": {"type": "str", "required": True},
    **{
        option.variable: {"type": "str"}
        if option.variable in _TEXTS
        else {"type": "list", "elements": "str", "default": []}
        if option.variable in LISTS
        else {"type": "bool", "default": False}
        for option in OPTIONS
    },
}
INSTANCE_SPEC["password"]["no_log"] = True
INSTANCE_SPEC["auth_type"]["choices"] = list(AUTH_TYPES)

OUTPUTS_SPEC: dict[str, dict[str, Any]] = {
    "csv": {
        "type": "dict",
        "options": {"data_dir": {"type": "path"}, "store_rates": {"type": "bool"}},
    },
    "rrdtool": {
        "type": "dict",
        "options": {"data_dir": {"type": "path"}, "cache_timeout_s": {"type": "int"}, "cache_flush_s": {"type": "int"}},
    },
    "write_prometheus": {
        "type": "dict",
        "options": {
            "host": {"type": "str"},
            "port": {"type": "int", "default": 9103},
            "staleness_delta_s": {"type": "int"},
        },
    },
    "snmp_agent": {
        "type": "dict",
        "options": {"root_oid": {"type": "str", "default": MIB_ROOT}},
    },
    "network": {
        "type": "dict",
        "options": {
            "servers": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "options": {
                    "host": {"type": "str", "required": True},
                    "port": {"type": "int", "default": 25826},
                    "security_level": {"type": "str", "choices": ["None", "Sign", "Encrypt"]},
                    "username": {"type": "str"},
                    "password": {"type": "str", "no_log": True},
                },
                # Without a user collectd leaves the server out, and says so in its log only.
                "required_if": [
                    ("security_level", "Sign", ("username", "password")),
                    ("security_level", "Encrypt", ("username", "password")),
                ],
            }
        },
    },
    "write_http": {
        "type": "dict",
        "options": {
            "nodes": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "options": {
                    "name": {"type": "str", "required": True},
                    "url": {"type": "str", "required": True},
                    "username": {"type": "str"},
                    "password": {"type": "str", "no_log": True},
                    "verify_peer": {"type": "bool"},
                    "ca_file": {"type": "path"},
                    "format": {"type": "str", "choices": ["Command", "JSON", "KAIROSDB"]},
                },
            }
        },
    },
}

NOTIFICATIONS_SPEC: dict[str, dict[str, Any]] = {
    "file": {"type": "path"},
    "mode": {"type": "str", "default": "0640"},
    "syslog": {"type": "str", "choices": list(FACILITIES)},
    "user": {"type": "str", "required": True},
}

COLLECTD_SPEC: dict[str, dict[str, Any]] = {
    "state": {"type": "str", "choices": [PRESENT, ABSENT], "default": PRESENT},
    "interval_s": {"type": "float", "default": 10.0},
    "instances": {"type": "list", "elements": "dict", "options": INSTANCE_SPEC, "default": []},
    "outputs": {"type": "dict", "options": OUTPUTS_SPEC, "default": {}},
    "notifications": {"type": "dict", "options": NOTIFICATIONS_SPEC},
    **RULES_SPEC,
    "extra_config": {"type": "str", "default": ""},
    "archived_bmcs": {"type": "list", "elements": "str", "default": []},
    "sensors_of": {"type": "dict", "default": {}},
    "timeout_s": {"type": "float", "default": 90.0},
    "program": {"type": "path", "default": "/usr/sbin/collectd"},
    "config_file": {"type": "path", "default": "/etc/collectd/collectd.conf"},
    "config_dir": {"type": "path", "default": "/etc/collectd/collectd.conf.d"},
    "service": {"type": "str", "default": "collectd"},
    # What the action plugin adds: the program for notifications, as handed_over() writes it.
    "_handler": {"type": "str"},
}

REPORT_SPEC: dict[str, dict[str, Any]] = {
    "hosts": {"type": "list", "elements": "str", "required": True},
    "variable": {"type": "str", "required": True},
}
