# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible sends to a Windows host to run a module or a command, taken apart.

A module comes as the standard input of a PowerShell that is given a small script (``-EncodedCommand``): a bootstrap as
JSON, a line of four NULs, and the manifest as JSON (ansible/executor/powershell/module_manifest.py), whose ``actions``
name the wrappers to run; the last of them is given the module's name and arguments. A command of the connection plugin
comes as the command line alone.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .understanding import Misunderstood

SEPARATOR = b"\n\0\0\0\0\n"
_ENCODED = re.compile(r"\s-EncodedCommand\s+([A-Za-z0-9+/=]+)", re.IGNORECASE)
_MODULE = re.compile(r"ansible_collections\.ansible\.windows\.plugins\.modules\.(\w+)\.ps1")


@dataclass(frozen=True)
class Request:
    """A module that is to be run, with the task's arguments and none of Ansible's own.

    A command of the connection's, as win_reboot and raw send them, is the module ``raw`` with the argument ``script``.
    """

    module: str
    arguments: Mapping[str, Any]
    check_mode: bool = False
    diff: bool = False


@dataclass(frozen=True)
class Outcome:
    """How a program on the host ended."""

    rc: int
    stdout: str
    stderr: str = ""


def read(command: str, stdin: bytes) -> Request:
    """What a command line with this standard input asks for; Misunderstood."""
    _bootstrap, separator, manifest = stdin.partition(SEPARATOR)
    if separator:
        return _module(manifest)
    if stdin:
        raise Misunderstood(f"standard input that is no manifest: {stdin[:200]!r}")
    encoded = _ENCODED.search(command)
    script = base64.b64decode(encoded[1]).decode("utf-16-le") if encoded else command
    return Request("raw", {"script": script})


def _module(manifest: bytes) -> Request:
    try:
        actions = json.loads(manifest)["actions"]
        names = [action["name"] for action in actions]
        if names != ["module_wrapper.ps1"]:
            raise Misunderstood(f"a manifest with the actions {', '.join(names)}")
        told = actions[0]["params"]
        (arguments,) = (item["Value"] for item in told["Variables"] if item["Name"] == "complex_args")
    except (ValueError, KeyError, TypeError) as error:
        raise Misunderstood(f"a manifest of another shape ({type(error).__name__}: {error})") from None
    module = _MODULE.fullmatch(told["Script"])
    if module is None:
        raise Misunderstood(f"the module {told['Script']}")
    return Request(
        module[1],
        {name: value for name, value in arguments.items() if not name.startswith("_ansible_")},
        bool(arguments.get("_ansible_check_mode")),
        bool(arguments.get("_ansible_diff")),
    )
