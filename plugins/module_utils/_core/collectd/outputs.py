# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where collectd's values go: the plugins that write or send them, with the options that matter here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .render import Block, Value

Names = tuple[tuple[str, str], ...]

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
    return tuple(blocks)


def _settings(given: Mapping[str, Any], names: Names) -> tuple[tuple[str, Value], ...]:
    return tuple((name, given[variable]) for variable, name in names if given.get(variable) is not None)
