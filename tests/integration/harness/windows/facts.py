# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The facts of the stand-in, and which of them the module setup gathers (gather_subset) on Windows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

_GROUPS = {
    "min": {"date_time", "distribution", "dns", "env", "local", "platform", "powershell_version", "user"},
    "network": {"all_ipv4_addresses", "all_ipv6_addresses", "interfaces", "windows_domain", "winrm"},
    "hardware": {"bios", "memory", "processor", "uptime", "virtual"},
    "external": {"facter"},
}
_ALL = frozenset[str]().union(*_GROUPS.values())
_SUBSET_OF = {
    "ansible_product_name": "bios",
    "ansible_product_serial": "bios",
    "ansible_bios_version": "bios",
    "ansible_memtotal_mb": "memory",
    "ansible_date_time": "date_time",
    "ansible_lastboot": "uptime",
    "ansible_uptime_seconds": "uptime",
    "ansible_distribution": "distribution",
    "ansible_distribution_version": "distribution",
    "ansible_os_family": "distribution",
}


def facts_of(name: str) -> dict[str, Any]:
    """The facts of a host as they are when nothing else is said."""
    return {
        "ansible_bios_version": "2.1.6",
        "ansible_distribution": "Microsoft Windows Server 2022 Standard",
        "ansible_distribution_version": "10.0.20348.0",
        "ansible_hostname": name,
        "ansible_kernel": "10.0.20348.0",
        "ansible_memtotal_mb": 65536,
        "ansible_os_family": "Windows",
        "ansible_product_name": "PowerEdge M620",
        "ansible_product_serial": "ABC1234",
        "ansible_reboot_pending": False,
        "ansible_system": "Win32NT",
        "ansible_system_vendor": "Dell Inc.",
    }


def times(now: datetime, booted: datetime) -> dict[str, Any]:
    """The facts that change with time."""
    return {
        "ansible_date_time": {"iso8601": f"{now:%Y-%m-%dT%H:%M:%SZ}", "epoch_int": int(now.timestamp())},
        "ansible_lastboot": f"{booted:%Y-%m-%d %H:%M:%SZ}",
        "ansible_uptime_seconds": round((now - booted).total_seconds()),
    }


def gather(facts: Mapping[str, Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Those facts that ``gather_subset`` asks for; facts of no subset known here belong to "platform"."""
    wanted = arguments.get("gather_subset") or ["all"]
    asked = [wanted] if isinstance(wanted, str) else wanted
    added: set[str] = set()
    left_out: set[str] = set()
    for item in asked:
        name = item.removeprefix("!")
        subsets = {"all": _ALL}.get(name) or _GROUPS.get(name) or {name}
        if not item.startswith("!"):
            added |= subsets
        else:
            left_out |= subsets - _GROUPS["min"] if name == "all" else subsets
    subsets = _ALL - left_out | added
    told = {name: value for name, value in facts.items() if _SUBSET_OF.get(name, "platform") in subsets}
    return {**told, "gather_subset": asked, "module_setup": True}
