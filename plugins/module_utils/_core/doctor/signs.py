# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the doctor goes by: named signs, each with a value out of a table and a sentence that shows the evidence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Union

UNKNOWN = "unknown"
YES_NO = (True, False)

Value = Union[str, bool, int]


@dataclass(frozen=True)
class Sign:
    """``value``: one of the values that SIGNS lists, or unknown. ``sentence``: the evidence, "" where there is none."""

    name: str
    value: Value
    sentence: str = ""


@dataclass(frozen=True)
class Kind:
    """What a sign may be beside unknown; a sign without ``values`` is a number."""

    values: tuple[str | bool, ...]
    about: str


SIGNS: Mapping[str, Kind] = {
    "timeouts": Kind(("none", "low", "elevated", "high"), "the class of the driver's time-outs in the window"),
    "only_in_maintenance": Kind(YES_NO, "all time-outs lie in maintenance windows, such as that of a flash"),
    "setting_rejected": Kind(YES_NO, "the driver took its default for a value that it was given (1002)"),
    "driver": Kind(
        ("works", "start_timed_out", "error_state", "no_bmc_found", "odd_answers"),
        "what the driver says of itself (1000, 1001, 1003)",
    ),
    "since_before": Kind(("gone", "fewer", "same", "more"), "the time-outs against those of the last run"),
    "other_errors": Kind(("none", "storage", "network", "both"), "other hardware's errors in the same window"),
    "driver_values": Kind(("default", "raised", "raised_lately", "lowered"), "the driver's time-outs as they are set"),
    "vendor": Kind(("dell", "hpe", "lenovo", "supermicro", "ibm", "other"), "who made the server"),
    "blade": Kind(YES_NO, "the server shares a chassis with others"),
    "idrac": Kind(YES_NO, "its BMC is an iDRAC with firmware 2.0 or later"),
    "service_module": Kind(("running", "missing", "not_needed"), "the iDRAC Service Module"),
    "hpe_agent": Kind(("running", "missing", "not_needed"), "HPE's Agentless Management Service"),
    "pollers": Kind((), "programs that run and are known to ask the BMC"),
    "possible_pollers": Kind((), "the same with those that ask it if they are set up so"),
    "racadm": Kind(("healthy", "stuck", "failed"), "what racadm says of the iDRAC"),
    "bmc_answers": Kind(("well", "in_part", "falters", "silent", "refuses"), "how the BMC answers by IPMI"),
    "bmc_health": Kind(("nominal", "warning", "critical"), "what its sensors say"),
    "log_full": Kind(YES_NO, "its event log has no, or hardly any, room left"),
    "clock_off": Kind(YES_NO, "the clock of its event log is wrong, or was never set"),
    "memory_leak": Kind(YES_NO, "Windows' non-paged pool grows from run to run"),
    "better_after_reseat": Kind(YES_NO, "what the administrator saw: better for some days after a reseat"),
    "model_peers": Kind(
        ("none", "some", "most"), "how many others of this model and firmware, in other chassis, have time-outs"
    ),
    "chassis_peers": Kind(("none", "some", "most"), "how many others in this chassis have time-outs"),
}

Signs = Mapping[str, Sign]


def sign(name: str, value: Value, sentence: str = "") -> Sign:
    """A sign of the table; a value that is not in the table is a mistake of ours and raises ValueError."""
    kind = SIGNS[name]
    fits = value in kind.values if kind.values else isinstance(value, int) and not isinstance(value, bool)
    if value != UNKNOWN and not fits:
        raise ValueError(f"{name} cannot be {value!r}")
    return Sign(name, value, sentence)
