# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose server it is, whether it shares a chassis, and what its iDRAC is.

Of the generations of PowerEdge 11G has an iDRAC6, 12G an iDRAC7, 13G an iDRAC8, 14G to 16G an iDRAC9. The firmware of
an iDRAC6 is numbered 1.x to 3.x, too, so that a number alone says nothing; those of iDRAC8 and later begin at 2.0 and
above, and 4.0 is above all of the iDRAC6.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..hardware import poweredge_digit, vendor_by_manufacturer, vendor_by_name
from ..plain import Asked, asked, mapping, number, text
from .signs import UNKNOWN, Sign, Value, sign

# SMBIOS calls sleds and many blades "Multi-system".
_BLADE_FORMS = re.compile(r"blade|multi-?system", re.IGNORECASE)
_BLADE_MODELS = re.compile(
    r"PowerEdge (?:M|FC|MX)\d|\bBL\d{3}c|Synergy|BladeCenter|\bHS2\d\b|Flex System|ThinkSystem SN\d", re.IGNORECASE
)
_IDRACS = {1: "iDRAC6", 2: "iDRAC7", 3: "iDRAC8", 4: "iDRAC9", 5: "iDRAC9", 6: "iDRAC9", 7: "iDRAC10"}
_FIRST_WITH_SERVICE_MODULE = 2
_FIRST_ALWAYS_2_0 = 3
_ABOVE_IDRAC6 = 4.0


def bmc_identity(evidence: Mapping[str, Any]) -> Mapping[str, Any]:
    """``ipmi_bmc`` of whichever task has it: the sensors', or the event log's."""
    facts = mapping(mapping(evidence.get("bmc")).get("ansible_facts"))
    return mapping(facts.get("ipmi_bmc")) or mapping(mapping(evidence.get("log")).get("bmc"))


def firmware(evidence: Mapping[str, Any]) -> str:
    """The BMC's firmware, "" where it is not known."""
    return text(bmc_identity(evidence).get("firmware_version"))


def model(evidence: Mapping[str, Any]) -> str:
    return text(asked(evidence, "system").told.get("model"))


def chassis(evidence: Mapping[str, Any]) -> str:
    return text(asked(evidence, "system").told.get("chassis"))


def _vendor(evidence: Mapping[str, Any], system: Asked) -> str:
    name = text(system.told.get("vendor"))
    manufacturer = number(bmc_identity(evidence).get("manufacturer_id"))
    known = vendor_by_name(name) or vendor_by_manufacturer(manufacturer)
    if known:
        return known
    return "other" if name or manufacturer is not None else UNKNOWN


def _blade(evidence: Mapping[str, Any], system: Asked) -> Value:
    form, name = text(system.told.get("form_factor")), model(evidence)
    if chassis(evidence) or _BLADE_FORMS.search(form) or _BLADE_MODELS.search(name):
        return True
    return False if form or name else UNKNOWN


def _firmware_number(evidence: Mapping[str, Any]) -> float | None:
    found = re.match(r"(\d{1,3}\.\d{1,3})", firmware(evidence))
    return float(found[1]) if found else None


def _is_idrac(vendor: str, generation: int | None, version: float | None) -> Value:
    if vendor == UNKNOWN:
        return UNKNOWN
    if vendor != "dell" or (generation is not None and generation < _FIRST_WITH_SERVICE_MODULE):
        return False
    if generation is not None and generation >= _FIRST_ALWAYS_2_0:
        return True
    if version is None or (generation is None and 2.0 <= version < _ABOVE_IDRAC6):
        return UNKNOWN
    return version >= 2.0


def hardware_signs(evidence: Mapping[str, Any]) -> list[Sign]:
    """vendor, blade, idrac."""
    system = asked(evidence, "system")
    vendor, generation = _vendor(evidence, system), poweredge_digit(model(evidence))
    idrac = _is_idrac(vendor, generation, _firmware_number(evidence))
    where = f" in chassis {chassis(evidence)}" if chassis(evidence) else ""
    name = " ".join(part for part in (text(system.told.get("vendor")), model(evidence)) if part)
    named = f"server: {name}{where}" if name else f"server: {vendor}{where}" if vendor != UNKNOWN else ""
    version = firmware(evidence) or "unknown"
    controller = _IDRACS.get(generation or 0, "BMC") if vendor == "dell" else "BMC"
    bmc = f"{controller}: firmware {version}" if firmware(evidence) or controller != "BMC" else ""
    return [
        sign("vendor", vendor, named or f"server: {system.why or 'neither vendor nor model is told'}"),
        sign("blade", _blade(evidence, system)),
        sign("idrac", idrac, bmc),
    ]
