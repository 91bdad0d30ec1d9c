# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which server and which system it is, as the rows of the matrix name them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..hardware import generation_of, vendor_by_manufacturer, vendor_by_name
from ..plain import mapping, number, text

ANY = "any"
# Systems that take the packages for another one.
_REBUILDS = dict.fromkeys(("Rocky", "AlmaLinux", "CentOS", "OracleLinux", "RedHat"), "RedHat")
# What stands in the firmware's tables, or in Ansible's facts, where nobody has filled them in.
_NOTHING = re.compile(
    r"|na|n/a|none|unknown|default string|not (?:specified|available|applicable)|(?:system )?manufacturer|"
    r"system product name|to be filled by o\.?e\.?m\.?|o\.?e\.?m\.?|empty",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Server:
    """``vendor``: dell, or any other's name in lower case, None where nobody tells; ``generation``: 14G, Gen10, None
    where the model does not tell; ``system``: Debian_12, Windows_any; ``places``: what a row's addresses may name."""

    vendor: str | None
    model: str
    generation: str | None
    system: str
    places: Mapping[str, str]


def server_of(facts: Mapping[str, Any], bmc: Mapping[str, Any], fru: Mapping[str, Any]) -> Server:
    """``facts``: as Ansible names them, without ``ansible_``; ``bmc``: the fact ``ipmi_bmc``, or nothing; ``fru``: what
    ipmi_fru_info returns under this name, or nothing."""
    product, board = mapping(fru.get("product")), mapping(fru.get("board"))
    vendor = _vendor(
        _told(facts.get("system_vendor")), bmc, _told(product.get("manufacturer")) or _told(board.get("manufacturer"))
    )
    model = _told(facts.get("product_name")) or _told(product.get("name")) or _told(board.get("name"))
    return Server(vendor, model, generation_of(vendor, model), _system(facts), _places(facts))


def _vendor(name: str, bmc: Mapping[str, Any], maker: str) -> str | None:
    """A name that is known goes before the BMC, and the BMC before a name that is not: it may be a seller's. The
    ``maker`` in the FRU inventory is the server's, where the BMC's own may be its chip's."""
    manufacturer = _told(bmc.get("manufacturer_name"))
    known = vendor_by_name(name) or vendor_by_manufacturer(number(bmc.get("manufacturer_id")))
    known = known or vendor_by_name(maker) or vendor_by_name(manufacturer)
    return known or _slug(name) or _slug(maker) or _slug(manufacturer)


def _system(facts: Mapping[str, Any]) -> str:
    if text(facts.get("os_family")) == "Windows":
        return f"Windows_{ANY}"
    name = _told(facts.get("distribution"))
    return f"{_REBUILDS.get(name, name) or 'unknown'}_{_places(facts)['major'] or 'unknown'}"


def _places(facts: Mapping[str, Any]) -> dict[str, str]:
    names = {"release": "distribution_release", "major": "distribution_major_version", "architecture": "architecture"}
    return {place: _told(str(facts.get(fact) or "")) for place, fact in names.items()}


def _told(value: Any) -> str:
    line = text(value)
    return "" if _NOTHING.fullmatch(line) else line


def _slug(name: str) -> str | None:
    return "_".join(re.findall(r"[a-z0-9]+", name.lower())) or None
