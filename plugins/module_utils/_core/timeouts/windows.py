# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The settings of Windows' IPMI driver (IPMIDRV): values of one registry key, and what is to become of them.

The names are those that IPMIDRV's documented event 1002 speaks of as values of an administrator. Their units and
defaults are documented nowhere that could be found, so none is claimed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import OptionError

DEFAULT = "default"
KEY = r"HKLM:\SYSTEM\CurrentControlSet\Control\IPMI"
DWORD = "REG_DWORD"
HIGHEST = 0xFFFFFFFF

# By option: the value's name in the registry.
NAMES: dict[str, str] = {
    "busy_wait_timeout_period": "BusyWaitTimeoutPeriod",
    "busy_wait_period": "BusyWaitPeriod",
    "ipmb_wait_timeout_period": "IpmbWaitTimeoutPeriod",
    "command_wait_timeout_period": "CommandWaitTimeoutPeriod",
    "slave_address_detection_method": "SlaveAddressDetectionMethod",
}

PRESETS: dict[str, dict[str, int]] = {
    # What one administrator reports to work on IBM blades.
    "ibm_blade": {
        "busy_wait_timeout_period": 9_000_000,
        "busy_wait_period": 60,
        "ipmb_wait_timeout_period": 9_000_000,
        "command_wait_timeout_period": 9_000_000,
    },
}

Wanted = Mapping[str, "int | None"]


@dataclass(frozen=True)
class RegistryValue:
    """A value as the registry holds it: its type, such as REG_DWORD, and its data."""

    type: str
    data: Any

    @property
    def number(self) -> int | None:
        """The number of a REG_DWORD, None for a value of any other type."""
        is_number = isinstance(self.data, int) and not isinstance(self.data, bool)
        return self.data if self.type == DWORD and is_number else None


def parse_wanted(given: Mapping[str, str], preset: str | None = None) -> dict[str, int | None]:
    """Values by option, those of the preset below those that are given; None takes a value out of the registry. Raises
    OptionError for what is no DWORD."""
    wanted: dict[str, int | None] = {**PRESETS[preset]} if preset else {}
    wanted.update({option: _parse(option, text) for option, text in given.items()})
    return {option: wanted[option] for option in NAMES if option in wanted}


def _parse(option: str, text: str) -> int | None:
    text = text.strip()
    if text.lower() == DEFAULT:
        return None
    if text.isascii() and text.isdigit() and int(text) <= HIGHEST:
        return int(text)
    raise OptionError(
        f"{option}: {text} is not between 0 and {HIGHEST}",
        f"Give a whole number in that range, or {DEFAULT} to take the value out of the registry.",
    )


def found_values(properties: Mapping[str, RegistryValue]) -> dict[str, RegistryValue | None]:
    """What a key holds, by option; None for what it does not. Names in the registry are alike in any case."""
    by_name = {name.lower(): value for name, value in properties.items()}
    return {option: by_name.get(name.lower()) for option, name in NAMES.items()}


def differing(found: Mapping[str, RegistryValue | None], wanted: Wanted) -> dict[str, int | None]:
    """The part of ``wanted`` that is not so yet; a number of the wrong type is not so."""
    changes: dict[str, int | None] = {}
    for option, number in wanted.items():
        value = found[option]
        if (value is not None) if number is None else (value is None or value.number != number):
            changes[option] = number
    return changes


def shown(value: RegistryValue | None) -> int | str | None:
    """A value for people: its number, None where there is none, and what has the wrong type with its type."""
    if value is None or value.number is not None:
        return None if value is None else value.number
    return f"{value.type}: {value.data!s:.100}"
