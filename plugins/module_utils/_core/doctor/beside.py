# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Next steps that do not decide: what speaks for which remedy, and what should be mended whatever the verdict is."""

from __future__ import annotations

from typing import Any

from .rules import (
    COMPETING_AGENTS,
    CONTROLLER_SICK,
    HEALTHY,
    INSTALL_VENDOR_AGENT,
    LOOK_FURTHER,
    RAISE_TIMEOUTS,
    VERDICTS,
    Condition,
    parse_when,
)

_LIVES = ["well", "in_part", "refuses"]

# (when, verdicts beside which it is told, step)
_BESIDE: tuple[tuple[dict[str, Any], tuple[str, ...], str], ...] = (
    (
        {"better_after_reseat": True},
        (CONTROLLER_SICK,),
        "What speaks for the firmware: a reseat helps for some days only, so that a part that is dead is unlikely.",
    ),
    (
        {"model_peers": "most"},
        (CONTROLLER_SICK,),
        "What speaks for the firmware: most of its like with this firmware have time-outs. Try another one on one of "
        "them first.",
    ),
    (
        {"model_peers": "none", "better_after_reseat": [False, "unknown"]},
        (CONTROLLER_SICK,),
        "What speaks for this server alone: its like with the same firmware have no time-outs. Expect support to "
        "change a part.",
    ),
    (
        {"chassis_peers": "most"},
        (CONTROLLER_SICK, RAISE_TIMEOUTS, LOOK_FURTHER),
        "Most of its chassis has time-outs: look at the chassis' management, too.",
    ),
    (
        {"since_before": "fewer"},
        (CONTROLLER_SICK, COMPETING_AGENTS, RAISE_TIMEOUTS),
        "They have become fewer since the last run: wait for the next one before something is taken apart.",
    ),
    (
        {"setting_rejected": True},
        (CONTROLLER_SICK, INSTALL_VENDOR_AGENT, COMPETING_AGENTS, LOOK_FURTHER, HEALTHY),
        "The driver refused a value that it was given (1002): set one that it takes, or remove it (role "
        "ipmi_timeouts).",
    ),
    (
        {"timeouts": ["none", "low"], "driver_values": "lowered"},
        VERDICTS,
        "The driver's time-outs are set lower than by default: set them back (role ipmi_timeouts).",
    ),
    (
        {"racadm": "failed", "bmc_answers": _LIVES, "timeouts": ["elevated", "high"]},
        VERDICTS,
        "racadm fails while the BMC answers IPMI: a broken installation of racadm does so, and an iDRAC that begins to "
        "fail. Ask it from another machine.",
    ),
    (
        {"bmc_answers": "refuses"},
        VERDICTS,
        "The BMC refuses to be read: mend user, password or privilege, so that its sensors and log can be looked at.",
    ),
    (
        {"vendor": ["ibm", "lenovo"], "blade": True},
        (RAISE_TIMEOUTS,),
        "On Windows, ipmi_timeouts has a preset ibm_blade: values that one administrator reports to work on IBM's "
        "blades.",
    ),
    (
        {"bmc_answers": "unknown"},
        (HEALTHY,),
        "The BMC itself was not asked, or nobody knows what it said: this goes by the driver's events alone.",
    ),
    (
        {"bmc_health": "critical"},
        VERDICTS,
        "Its sensors are critical, whatever the time-outs mean: see role sensor_facts.",
    ),
    ({"log_full": True}, VERDICTS, "Its event log is full, or nearly: archive and clear it (role sel)."),
    ({"clock_off": True}, VERDICTS, "Its event log's clock is wrong: set it (module ipmi_sel_clock)."),
)
# Conditions in place of what is written.
BESIDE: tuple[tuple[tuple[Condition, ...], tuple[str, ...], str], ...] = tuple(
    (parse_when(when), verdicts, step) for when, verdicts, step in _BESIDE
)
