# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One JSON file a host: what its BMC said, or why it said nothing. Never torn, and for its owner's eyes only."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from .files import replace_file

# A file of ours has some kilobytes.
_LARGEST_FILE = 1_000_000


def snapshot(host: str, result: Mapping[str, Any] | None, read_at: str) -> dict[str, Any]:
    """The content. A host that could not be read has a status of unknown, and ``error`` and ``msg`` tell why."""
    content: dict[str, Any] = {"host": host, "read_at": read_at}
    result = result if isinstance(result, Mapping) else {}
    facts = result.get("ansible_facts")
    if facts:
        content.update({name: value for name, value in facts.items() if name.startswith("ipmi_")})
        return content
    counts = dict.fromkeys(("nominal", "warning", "critical", "unknown"), 0)
    content.update(
        ipmi_sensors=[],
        ipmi_health={"status": "unknown", "complete": False, "counts": counts, "findings": []},
        ipmi_bmc=None,
        msg=result.get("msg", "the host was not asked"),
        error=result.get("error"),
    )
    return content


def file_name(host: str, ending: str = ".json") -> str:
    """A host's file, within the folder whatever its name is."""
    return quote(host, safe=":@ +,=[]()").replace("..", "%2E%2E") + ending


def absolute(path: str) -> str:
    """A path on the controller as the user wrote it, "" for none."""
    return os.path.abspath(os.path.expanduser(path)) if path else ""


def stamp(moment: datetime) -> str:
    """A moment of UTC as it stands in files."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def read_snapshot(folder: str, host: str) -> Any:
    """What a host's file has. Raises OSError (FileNotFoundError where there is none), and ValueError for a damaged
    one."""
    with open(os.path.join(folder, file_name(host)), encoding="utf-8") as stream:
        text = stream.read(_LARGEST_FILE)
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("nested too deep") from error


def write_snapshot(folder: str, host: str, content: Mapping[str, Any]) -> str:
    """Write the file, mode 0600, in one step: a reader sees the old one or the new one. Returns its path; raises
    OSError."""
    os.makedirs(folder, mode=0o700, exist_ok=True)
    path = os.path.join(folder, file_name(host))
    replace_file(path, (json.dumps(content, indent=1, sort_keys=True, default=str) + "\n").encode())
    return path
