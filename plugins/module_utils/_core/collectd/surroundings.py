# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the other files of a collectd's configuration say that concerns ours."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass

_INCLUDE = re.compile(r'^\s*<?\s*Include\s+"?([^">\n]+?)"?\s*>?\s*(?:#.*)?$', re.IGNORECASE | re.MULTILINE)
_PLUGIN = r'^\s*(?:<?\s*LoadPlugin|<\s*Plugin)\s+"?{}"?\s*>?\s*(?:#.*)?$'
_SOCKET = re.compile(r'^\s*SocketFile\s+"?([^"\n]+?)"?\s*(?:#.*)?$', re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Surroundings:
    """``included``: the main file includes ours; ``ipmi_in``: another file that sets up the ipmi plugin; ``socket``:
    what another file has collectd answer at (plugin unixsock)."""

    included: bool
    ipmi_in: str | None
    socket: str | None


def look_around(main: str, others: Mapping[str, str], path: str) -> Surroundings:
    """``main``: the main file's text; ``others``: path -> text of every file but ours, the main one among them."""
    mentions = (_covers(pattern, path) for pattern in _INCLUDE.findall(main))
    return Surroundings(any(mentions), _first(others, "ipmi"), _socket(others))


def _covers(pattern: str, path: str) -> bool:
    """``Include`` names a folder, a file, or files by a pattern for the shell."""
    return posixpath.dirname(path) in (pattern.rstrip("/"), posixpath.dirname(pattern)) or pattern == path


def _first(texts: Mapping[str, str], plugin: str) -> str | None:
    found = re.compile(_PLUGIN.format(plugin), re.IGNORECASE | re.MULTILINE)
    return next((path for path, text in texts.items() if found.search(text)), None)


def _socket(texts: Mapping[str, str]) -> str | None:
    path = _first(texts, "unixsock")
    if path is None:
        return None
    named = [match for text in texts.values() for match in _SOCKET.findall(text)]
    return named[0] if named else "/var/run/collectd-unixsock"
