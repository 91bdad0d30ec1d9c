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
_PLUGIN = r'^\s*(?:{})\s+"?{}"?\s*>?\s*(?:#.*)?$'
_LOADED, _BLOCK = r"LoadPlugin", r"<\s*(?:Load)?Plugin"
_UNIXSOCK = re.compile(r'<\s*Plugin\s+"?unixsock"?\s*>(.*?)</\s*Plugin', re.IGNORECASE | re.DOTALL)
_SOCKET = re.compile(r'^\s*SocketFile\s+"?([^"\n]+?)"?\s*(?:#.*)?$', re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Surroundings:
    """``included``: the main file includes ours; ``ipmi_in``: another file that sets up the ipmi plugin; ``socket``:
    what another file has collectd answer at (plugin unixsock)."""

    included: bool
    ipmi_in: str | None
    socket: str | None


def look_around(texts: Mapping[str, str], main_file: str, path: str) -> Surroundings:
    """``texts``: path -> text of every file but ours, which is to be at ``path``."""
    main = texts[main_file]
    mentions = (_covers(pattern, path) for pattern in _INCLUDE.findall(main))
    # A line that only loads the plugin comes with some packages, and does no harm behind ours; in the main file it is
    # before.
    loaded = _first({main_file: main}, "ipmi", _LOADED)
    return Surroundings(any(mentions), loaded or _first(texts, "ipmi", _BLOCK), _socket(texts))


def _covers(pattern: str, path: str) -> bool:
    """``Include`` names a folder, a file, or files by a pattern for the shell."""
    return posixpath.dirname(path) in (pattern.rstrip("/"), posixpath.dirname(pattern)) or pattern == path


def _first(texts: Mapping[str, str], plugin: str, words: str) -> str | None:
    found = re.compile(_PLUGIN.format(words, plugin), re.IGNORECASE | re.MULTILINE)
    return next((path for path, text in texts.items() if found.search(text)), None)


def _socket(texts: Mapping[str, str]) -> str | None:
    path = _first(texts, "unixsock", f"{_LOADED}|{_BLOCK}")
    if path is None:
        return None
    blocks = [block for text in texts.values() for block in _UNIXSOCK.findall(text)]
    named = [match for block in blocks for match in _SOCKET.findall(block)]
    return named[0] if named else "/var/run/collectd-unixsock"
