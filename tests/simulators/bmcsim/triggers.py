# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the triggers of a fault plan do when they go off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .fault_plan import Trigger
from .sdr_change import change_sdr

if TYPE_CHECKING:
    from .bmc import Bmc

STRANGER = "stranger"


def fire(bmc: Bmc, trigger: Trigger) -> bool:
    """Carry out the actions; say whether the request that set them off gets no answer."""
    swallowed = False
    for name, value in trigger.actions:
        swallowed = bool(_ACTIONS[name](bmc, value)) or swallowed
    return swallowed


def _silent(bmc: Bmc, value: Any) -> bool:
    bmc.faults.go_silent(None if value is True else float(value))
    return True


def _reboot(bmc: Bmc, value: Any) -> bool:
    bmc.reboot(**(value if isinstance(value, dict) else {}), by="trigger")
    return True


def _events(bmc: Bmc, value: Any) -> None:
    for entry in value if isinstance(value, list) else [value]:
        bmc.log_event(entry, "trigger")


def _sensor(bmc: Bmc, value: Any) -> None:
    changes = dict(value)
    log = changes.pop("log", None)
    bmc.change_sensor(changes.pop("name"), changes, log)


def _clear(bmc: Bmc, value: Any) -> None:
    bmc.clear_sel(STRANGER if value is True else str(value))


def _lose(bmc: Bmc, value: Any) -> None:
    if value in (True, "sdr"):
        bmc.cancel_sdr_reservations()
    if value in (True, "sel"):
        bmc.sel.cancel()


_ACTIONS: dict[str, Any] = {
    "silent_s": _silent,
    "reboot": _reboot,
    "event": _events,
    "events": _events,
    "sensor": _sensor,
    "clear": _clear,
    "clock": lambda bmc, value: bmc.set_clock(int(value), "trigger"),
    "sdr": lambda bmc, value: change_sdr(bmc, **value),
    "faults": lambda bmc, value: bmc.faults.change(**value),
    "lose_reservation": _lose,
}
