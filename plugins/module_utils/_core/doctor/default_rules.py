# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The doctor's decision as a table. The first rule that holds decides; others that hold are told beside it.

The order is an experienced administrator's: first what would be fatal to overlook, a controller that fails in more
than one way at once; then causes that are cheap to remove and known to be enough, the agent that is missing, programs
that get in each other's way, a value that the driver refused; then what the whole neighbourhood shares; then patience,
which takes a restart; and a controller is called sick by time-outs alone when all of that was in vain. What is missing
is never taken for good: without a word on the time-outs nobody is healthy.
"""

from __future__ import annotations

from typing import Any

from .rules import (
    COMPETING_AGENTS,
    CONTROLLER_SICK,
    HEALTHY,
    INSTALL_VENDOR_AGENT,
    LOOK_FURTHER,
    RAISE_TIMEOUTS,
    parse_rules,
)
from .steps import FIRMWARE, FREE_THE_INTERFACE, RAISE, RESEAT, RESET, SICK, SUPPORT

_MANY = ["elevated", "high"]
_SOME = ["low", "elevated", "high"]
_LIVES = ["well", "in_part", "refuses"]
_SILENT = ["silent", "falters"]
# Each as a user would write it: name, when, verdict, because, next_steps.
TABLE: tuple[dict[str, Any], ...] = (
    {
        "name": "leak_that_takes_slots",
        "when": {"timeouts": _SOME, "better_after_reseat": True, "other_errors": ["storage", "network", "both"]},
        "verdict": CONTROLLER_SICK,
        "because": "Better for some days after a reseat, and adapters fail in the same window: the controller leaks "
        "memory until it switches slots off.",
        "next_steps": [
            "Move the load away: mezzanine slots may be switched off at any time.",
            *SICK,
        ],
    },
    {
        "name": "leak",
        "when": {"timeouts": _MANY, "better_after_reseat": True},
        "verdict": CONTROLLER_SICK,
        "because": "Better for some days after a reseat, which gives the controller its memory back: its firmware "
        "leaks.",
        "next_steps": SICK,
    },
    {
        "name": "stuck_in_update",
        "when": {"racadm": "stuck"},
        "verdict": CONTROLLER_SICK,
        "because": "racadm reads empty values: the iDRAC hangs in a firmware update.",
        "next_steps": [RESET, RESEAT, "Repeat the update once the iDRAC answers again.", SUPPORT],
    },
    {
        "name": "racadm_and_ipmi_fail",
        "when": {"racadm": "failed", "bmc_answers": _SILENT},
        "verdict": CONTROLLER_SICK,
        "because": "The controller answers neither racadm nor IPMI.",
        "next_steps": SICK,
    },
    {
        "name": "driver_and_ipmi_fail",
        "when": {"driver": ["error_state", "start_timed_out", "odd_answers"], "bmc_answers": _SILENT},
        "verdict": CONTROLLER_SICK,
        "because": "The driver has no working way to the BMC, and by IPMI it does not answer either.",
        "next_steps": SICK,
    },
    {
        "name": "silent_on_both_sides",
        "when": {"timeouts": _MANY, "bmc_answers": _SILENT},
        "verdict": CONTROLLER_SICK,
        "because": "It fails from the inside, by the driver, and from the outside, by IPMI.",
        "next_steps": SICK,
    },
    {
        "name": "slots_fail_together",
        "when": {"blade": True, "timeouts": _MANY, "other_errors": "both"},
        "verdict": CONTROLLER_SICK,
        "because": "Storage and network fail in the same window as the BMC: on a blade, what they share is the "
        "controller that feeds their slots.",
        "next_steps": [
            "Move the load away: mezzanine slots may be switched off at any time.",
            *SICK,
            "Set ipmi_doctor_better_after_reseat by what a reseat did: it tells a leak from a dead part.",
        ],
    },
    {
        "name": "service_module_missing",
        "when": {"idrac": True, "service_module": "missing", "timeouts": _SOME},
        "verdict": INSTALL_VENDOR_AGENT,
        "because": "An iDRAC from firmware 2.0 waits for its service module in the operating system, which does not "
        "run here.",
        "next_steps": [
            "Install and start the iDRAC Service Module (role vendor_agent), with the OS to iDRAC pass-through "
            "switched on.",
            "Look at the iDRAC's web interface: RAC0690 there says that the module is not installed, RAC0654 that it "
            "cannot be used. Neither is in a log.",
            "Run the doctor again a day later: the time-outs should be gone.",
        ],
    },
    {
        "name": "pollers_compete",
        "when": {"timeouts": _MANY, "pollers": ">= 2"},
        "verdict": COMPETING_AGENTS,
        "because": "More than one program asks the BMC, which serves them one after the other.",
        "next_steps": [FREE_THE_INTERFACE],
    },
    {
        "name": "setting_refused",
        "when": {"timeouts": _MANY, "setting_rejected": True},
        "verdict": RAISE_TIMEOUTS,
        "because": "The time-outs were raised to a value that the driver does not take, so that it uses its own.",
        "next_steps": ["Set values that the driver takes (role ipmi_timeouts), or remove them.", RAISE],
    },
    {
        "name": "service_module_not_known",
        "when": {"idrac": True, "service_module": "unknown", "timeouts": _SOME},
        "verdict": LOOK_FURTHER,
        "because": "An iDRAC from firmware 2.0 waits for its service module, and whether that runs is not known.",
        "next_steps": ["Find out whether the iDRAC Service Module runs: its absence would explain the time-outs."],
    },
    {
        "name": "idrac_not_known",
        "when": {"idrac": "unknown", "service_module": ["missing", "unknown"], "timeouts": _SOME},
        "verdict": LOOK_FURTHER,
        "because": "A missing service module would explain it, if this is an iDRAC with firmware 2.0 or later, which "
        "is not known.",
        "next_steps": ["Find out whose server it is, and whether it has an iDRAC with firmware 2.0 or later."],
    },
    {
        "name": "chassis_suffers",
        "when": {"timeouts": _MANY, "chassis_peers": "most", "model_peers": ["none", "some", "unknown"]},
        "verdict": CONTROLLER_SICK,
        "because": "Most of its chassis suffers, and its like elsewhere does not: the chassis' management is to be "
        "suspected before the blade's.",
        "next_steps": [
            "Look at the chassis' management (CMC, Onboard Administrator, AMM): its log, its firmware; fail it over, "
            "or restart it. Blades go on meanwhile.",
            *SICK,
        ],
    },
    {
        "name": "kernel_memory_grows",
        "when": {"memory_leak": True},
        "verdict": LOOK_FURTHER,
        "because": "The kernel's memory grows from run to run: a driver leaks, and time-outs may be no more than its "
        "trace.",
        "next_steps": [
            "Find the driver by its pool tag (poolmon), and update or remove it.",
            "Restart the server before the pool is used up.",
        ],
    },
    {
        "name": "driver_impatient",
        "when": {"timeouts": _MANY, "driver_values": ["default", "lowered"], "bmc_answers": _LIVES},
        "verdict": RAISE_TIMEOUTS,
        "because": "The BMC lives and is slow, and the driver has no more patience than by default.",
        "next_steps": [RAISE],
    },
    {
        "name": "raised_lately",
        "when": {"timeouts": _MANY, "driver_values": "raised_lately"},
        "verdict": LOOK_FURTHER,
        "because": "The driver's time-outs were raised not long ago: what was counted is of the time before, too.",
        "next_steps": [
            "Make sure that the server was started since, and run the doctor again when a whole window has passed.",
        ],
    },
    {
        "name": "pollers_may_compete",
        "when": {"timeouts": _MANY, "driver_values": "raised", "possible_pollers": ">= 2"},
        "verdict": COMPETING_AGENTS,
        "because": "Raised time-outs were in vain, and more than one program runs that may ask the BMC.",
        "next_steps": ["Look into their configuration for IPMI.", FREE_THE_INTERFACE],
    },
    {
        "name": "hpe_agent_missing",
        "when": {"timeouts": _MANY, "vendor": "hpe", "hpe_agent": "missing", "driver_values": "raised"},
        "verdict": INSTALL_VENDOR_AGENT,
        "because": "Raised time-outs were in vain, and the agent that iLO expects does not run. That the two belong "
        "together is not documented; it is the cheaper thing to try.",
        "next_steps": ["Install and start HPE's Agentless Management Service (amsd; hp-ams before Gen10)."],
    },
    {
        "name": "firmware_suffers",
        "when": {"timeouts": _MANY, "driver_values": "raised", "model_peers": "most"},
        "verdict": CONTROLLER_SICK,
        "because": "Raised time-outs were in vain, and most of its like with the same firmware suffers, too: it is "
        "the firmware.",
        "next_steps": [FIRMWARE, RESET, RESEAT, SUPPORT],
    },
    {
        "name": "raised_in_vain",
        "when": {"timeouts": _MANY, "driver_values": "raised", "bmc_answers": _LIVES},
        "verdict": CONTROLLER_SICK,
        "because": "Raised time-outs were in vain, and neither an agent nor a neighbour explains it: the "
        "controller's side towards the server is sick, however well it answers from outside.",
        "next_steps": ["Make sure that the server was started since the time-outs were raised.", *SICK],
    },
    {
        "name": "slow_at_start",
        "when": {"driver": "start_timed_out", "driver_values": ["default", "lowered"], "bmc_answers": _LIVES},
        "verdict": RAISE_TIMEOUTS,
        "because": "The BMC lives, and was too slow for the driver when the server started.",
        "next_steps": [RAISE],
    },
    {
        "name": "driver_does_not_work",
        "when": {"driver": ["error_state", "start_timed_out", "no_bmc_found"]},
        "verdict": LOOK_FURTHER,
        "because": "The driver found its way to the BMC broken, so that few time-outs, or none, mean nothing.",
        "next_steps": [
            "Disable and enable the IPMI device (Windows: Device Manager; Linux: load ipmi_si again), and look "
            "whether the firmware of the server (BIOS) has IPMI switched on.",
        ],
    },
    {
        "name": "answers_mixed_up",
        "when": {"driver": "odd_answers"},
        "verdict": LOOK_FURTHER,
        "because": "The BMC answers other commands than it was asked: its answers come too late, and Linux tells of "
        "time-outs only where ipmi_si's kcs_debug is set.",
        "next_steps": [
            "Look which programs ask the BMC, and whether it restarts; set kcs_debug of ipmi_si for a day to count "
            "its time-outs.",
        ],
    },
    {
        "name": "bmc_silent",
        "when": {"bmc_answers": _SILENT},
        "verdict": LOOK_FURTHER,
        "because": "The BMC cannot be read from outside, while the driver has no trouble that would show: its "
        "network, its user sessions or IPMI over LAN come first.",
        "next_steps": ["Check the BMC's address, network port, VLAN and whether IPMI over LAN is enabled."],
    },
    {
        "name": "days_after_a_reseat",
        "when": {"better_after_reseat": True, "timeouts": ["none", "low"]},
        "verdict": LOOK_FURTHER,
        "because": "Quiet now, but a reseat has helped for some days before: these may be those days.",
        "next_steps": ["Run the doctor again in some days, and after every reseat note how long it helped."],
    },
    {
        "name": "racadm_broken",
        "when": {"racadm": "failed", "bmc_answers": _LIVES, "timeouts": ["none", "low", "unknown"]},
        "verdict": LOOK_FURTHER,
        "because": "racadm fails while the BMC answers IPMI: the installation of racadm is broken rather than the "
        "iDRAC.",
        "next_steps": ["Install racadm again, or ask from another machine."],
    },
    {
        "name": "flash_only",
        "when": {"only_in_maintenance": True},
        "verdict": HEALTHY,
        "because": "Time-outs in a maintenance window alone: while firmware is written they can be ignored.",
    },
    {
        "name": "cured",
        "when": {"since_before": "gone"},
        "verdict": HEALTHY,
        "because": "The time-outs of the last run are gone.",
    },
    {
        "name": "quiet",
        "when": {"timeouts": "none"},
        "verdict": HEALTHY,
        "because": "No time-outs, and no sign of a sick controller.",
    },
    {
        "name": "few",
        "when": {"timeouts": "low"},
        "verdict": HEALTHY,
        "because": "Some time-outs a day do no harm by themselves.",
        "next_steps": ["Watch whether they become more."],
    },
    {
        "name": "unexplained",
        "when": {},
        "verdict": LOOK_FURTHER,
        "because": "The evidence does not suffice for a verdict.",
    },
)
DEFAULT_RULES = parse_rules(TABLE)
FALLBACK = DEFAULT_RULES[-1].name
