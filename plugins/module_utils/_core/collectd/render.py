# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The text of collectd's configuration: what it reads BMCs with, and where the values go."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Union

from .instances import Instance
from .options import INSTANCES_SINCE, OPTIONS, Version

HEADING = "# Written by Ansible, baremetal.ipmi.collectd_ipmi, whose next run undoes changes.\n"
HIDDEN = "********"
_READING = (
    *("name", "address", "username", "password", "auth_type", "host"),
    *("sensors", "ignore_selected"),
)
_PASSWORD = re.compile(r"^([\s#]*Password\s+).*$", re.IGNORECASE | re.MULTILINE)

Value = Union[str, bool, float, Sequence[str]]


@dataclass(frozen=True)
class Block:
    """``<name "argument"...>`` with its settings, then its blocks; without either, the line ``name "argument"``."""

    name: str
    argument: str | tuple[str, ...] = ()
    settings: tuple[tuple[str, Value], ...] = ()
    blocks: tuple[Block, ...] = ()


def text_of(blocks: Iterable[Block]) -> str:
    return "".join(line + "\n" for block in blocks for line in _lines(block, ""))


def _lines(block: Block, indent: str) -> list[str]:
    inner = indent + "  "
    arguments = (block.argument,) if isinstance(block.argument, str) else block.argument
    head = " ".join([block.name, *map(_quoted, arguments)])
    if not block.settings and not block.blocks:
        return [f"{indent}{head}"]
    found = [f"{indent}<{head}>"]
    for name, value in block.settings:
        values = value if isinstance(value, (list, tuple)) else [value]
        found += [f"{inner}{name} {_written(one)}" for one in values]
    for child in block.blocks:
        found += _lines(child, inner)
    return [*found, f"{indent}</{block.name}>"]


def _written(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _quoted(value) if isinstance(value, str) else f"{value:g}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def ipmi_blocks(instances: Sequence[Instance], interval_s: float, version: Version) -> tuple[Block, ...]:
    """What loads and sets up the ipmi plugin; nothing where there is no instance, for which it would read the machine's
    own BMC."""
    if not instances:
        return ()
    if version < INSTANCES_SINCE:
        plugin = Block("Plugin", "ipmi", _settings(instances[0]))
    else:
        plugin = Block("Plugin", "ipmi", blocks=tuple(Block("Instance", i.name, _settings(i)) for i in instances))
    return Block("LoadPlugin", "ipmi", (("Interval", interval_s),)), plugin


def _settings(instance: Instance) -> tuple[tuple[str, Value], ...]:
    """What differs from the plugin's defaults; a host of its own for another BMC, see Instance.value_host."""
    told = replace(instance, host=instance.value_host)
    return tuple((option.name, getattr(told, option.variable)) for option in OPTIONS if getattr(told, option.variable))


def without_passwords(text: str) -> str:
    """A configuration as it may be shown."""
    return _PASSWORD.sub(rf"\1{_quoted(HIDDEN)}", text)


def for_trial(instances: Iterable[Instance]) -> list[Instance]:
    """The instances with what reads the BMC alone: no event is read or deleted, nobody is told."""
    return [Instance(**{name: getattr(one, name) for name in _READING}) for one in instances]
