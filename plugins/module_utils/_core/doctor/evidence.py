# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From one host's evidence to its signs: every part of it may be missing, or have been asked for in vain.

Parts of the evidence, all of them raw results: ``events`` (ipmidrv_events_info), ``system`` (vendor, model,
form_factor, chassis, host_os), ``bmc`` (ipmi_sensor_facts), ``log`` (ipmi_sel_info), ``services`` (names of those that
run), ``timeouts`` (ipmi_timeouts), ``memory`` (non_paged_pool_bytes, read_at), ``racadm`` (verdict) and
``better_after_reseat``, what the administrator saw.
"""

from __future__ import annotations

from typing import Any

from ..plain import mapping
from .bmc_signs import bmc_signs
from .driver_signs import driver_values_sign, event_signs
from .hardware import hardware_signs
from .machine_signs import agent_signs, memory_sign, racadm_sign, reseat_sign
from .signs import Sign

# What to do to get a part of the evidence that is missing, told where the verdict has to look further.
HOW_TO_ASK = {
    "timeouts": "Read the driver's events of this host: its kernel log, or Windows' System log.",
    "bmc_answers": "Ask the BMC by LAN: give the host bmc_host, bmc_username and bmc_password.",
    "service_module": "Have the running services listed: an agent that is missing, or one too many, explains the most.",
    "driver_values": "Have the driver's time-outs read, so that it is known whether they were raised already.",
}


def signs_of(evidence: Any, before: Any = None) -> dict[str, Sign]:
    """Every sign of a host but those of its peers, in the order in which they are told. ``before``: what was kept of
    the last run."""
    told, kept = mapping(evidence), mapping(before)
    hardware = hardware_signs(told)
    values = {sign.name: sign.value for sign in hardware}
    found = [
        *event_signs(told, kept),
        *hardware,
        *agent_signs(told, values["vendor"], values["idrac"]),
        racadm_sign(told),
        driver_values_sign(told, kept),
        *bmc_signs(told),
        memory_sign(told, kept),
        reseat_sign(told),
    ]
    return {sign.name: sign for sign in found}
