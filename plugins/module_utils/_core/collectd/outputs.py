# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where collectd's values go: the plugins that write or send them, with the options that matter here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from ..errors import OptionError
from .instances import Instance
from .options import Version, version_text
from .render import Block, Value

Names = tuple[tuple[str, str], ...]

# What came with later versions of collectd than Instance blocks did; None for the whole plugin. An option that the
# plugin does not know keeps collectd from starting.
_SINCE: dict[tuple[str, str | None], Version] = {
    ("write_prometheus", "host"): (5, 9, 0),
    # 5.8 has the plugin, without the keys that tell rows of the table apart.
    ("snmp_agent", None): (5, 9, 0),
}

# Our variable -> collectd's option, by plugin.
_PLAIN: dict[str, Names] = {
    "csv": (("data_dir", "DataDir"), ("store_rates", "StoreRates")),
    "rrdtool": (("data_dir", "DataDir"), ("cache_timeout_s", "CacheTimeout"), ("cache_flush_s", "CacheFlush")),
    "write_prometheus": (("host", "Host"), ("port", "Port"), ("staleness_delta_s", "StalenessDelta")),
}
_SERVER: Names = (("security_level", "SecurityLevel"), ("username", "Username"), ("password", "Password"))
_NODE: Names = (
    ("url", "URL"),
    ("username", "User"),
    ("password", "Password"),
    ("verify_peer", "VerifyPeer"),
    ("ca_file", "CACert"),
    ("format", "Format"),
)

MIB = "BAREMETAL-IPMI-MIB"
MIB_ROOT = "1.3.6.1.4.1.8072.9999.9999.623"
# Column of the MIB's table -> collectd's type of the values in it.
_COLUMNS: Names = (
    ("ipmiSensorTemperature", "temperature"),
    ("ipmiSensorVoltage", "voltage"),
    ("ipmiSensorCurrent", "current"),
    ("ipmiSensorFanSpeed", "fanspeed"),
    ("ipmiSensorPower", "power"),
    ("ipmiSensorFlow", "flow"),
    ("ipmiSensorPercent", "percent"),
    ("ipmiSensorMemory", "memory"),
)
_KEYS: Names = (("ipmiSensorHost", "Hostname"), ("ipmiSensorName", "TypeInstance"))
# SNMP has whole numbers only.
_THOUSANDTHS = 1000.0
_OID = re.compile(r"1(?:\.(?:0|[1-9]\d{0,9})){2,29}\Z")
# Numbers in an object identifier. Below the root there are four for table, entry and column, host and sensor with a
# length in front of each, and a sensor's name of up to 72 characters.
_LONGEST_OID = 128
_BESIDE_ROOT_AND_HOST = 4 + 2 + 72


def check_outputs(outputs: Mapping[str, Any], instances: Iterable[Instance], version: Version) -> None:
    """Raises OptionError for what the installed collectd does not know, and for what it would crash on."""
    for (plugin, variable), since in _SINCE.items():
        found = outputs.get(plugin)
        wanted = found is not None if variable is None else found and found.get(variable) is not None
        if wanted and version < since:
            option = plugin if variable is None else f"{plugin}: {variable}"
            raise OptionError(
                f"outputs: {option}: collectd {version_text(version)} does not know it, it came with"
                f" {version_text(since)}",
                "Install a newer collectd, or leave it out for this host.",
            )
    if outputs.get("snmp_agent") is not None:
        _check_snmp_agent(outputs["snmp_agent"]["root_oid"], instances)


def _check_snmp_agent(root: str, instances: Iterable[Instance]) -> None:
    if not _OID.match(root):
        raise OptionError(
            f"outputs: snmp_agent: root_oid: {root!r} is no object identifier below iso (1)",
            f"Write numbers with dots between, as in {MIB_ROOT}.",
        )
    longest = _LONGEST_OID - _BESIDE_ROOT_AND_HOST - len(root.split("."))
    for instance in instances:
        host = instance.value_host
        if host and len(host.encode()) > longest:
            raise OptionError(
                f"instance {instance.name}: host: with output snmp_agent it may have {longest} bytes, since it is part"
                " of the object identifiers; collectd would hang on it",
                "Choose a shorter host.",
            )


def output_blocks(outputs: Mapping[str, Any]) -> tuple[Block, ...]:
    """Plugin -> its variables, as the option ``outputs`` has them; one that is None is not set up."""
    blocks: list[Block] = []
    for plugin, names in _PLAIN.items():
        if outputs.get(plugin) is None:
            continue
        blocks.append(Block("LoadPlugin", plugin))
        settings = _settings(outputs[plugin], names)
        if settings:
            blocks.append(Block("Plugin", plugin, settings))
    if outputs.get("network"):
        servers = tuple(
            Block("Server", (server["host"], str(server["port"])), _settings(server, _SERVER))
            for server in outputs["network"]["servers"]
        )
        blocks += [Block("LoadPlugin", "network"), Block("Plugin", "network", blocks=servers)]
    if outputs.get("write_http"):
        nodes = tuple(Block("Node", node["name"], _settings(node, _NODE)) for node in outputs["write_http"]["nodes"])
        blocks += [Block("LoadPlugin", "write_http"), Block("Plugin", "write_http", blocks=nodes)]
    if outputs.get("snmp_agent") is not None:
        blocks += [Block("LoadPlugin", "snmp_agent"), _snmp_agent(outputs["snmp_agent"]["root_oid"])]
    return tuple(blocks)


def _snmp_agent(root: str) -> Block:
    """All objects by their names in the MIB: without it collectd does not start; by numbers it would answer nothing.
    The table's name is free; the root in it has collectd restarted where that changes."""
    keys = tuple(
        Block("Data", name, (("Plugin", "ipmi"), ("OIDs", f"{MIB}::{name}")), (_key(source),)) for name, source in _KEYS
    )
    columns = tuple(
        Block(
            "Data",
            name,
            (("Plugin", "ipmi"), ("Type", kind), ("OIDs", f"{MIB}::{name}"), ("Scale", _THOUSANDTHS)),
        )
        for name, kind in _COLUMNS
    )
    size: Names = (("SizeOID", f"{MIB}::ipmiSensorNumber"),)
    return Block("Plugin", "snmp_agent", blocks=(Block("Table", f"{MIB} {root}", size, (*keys, *columns)),))


def _key(source: str) -> Block:
    return Block("IndexKey", settings=(("Source", source),))


def _settings(given: Mapping[str, Any], names: Names) -> tuple[tuple[str, Value], ...]:
    return tuple((name, given[variable]) for variable, name in names if given.get(variable) is not None)
