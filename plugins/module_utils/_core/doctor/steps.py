# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Next steps that several rules share."""

from __future__ import annotations

RESET = (
    "Reset the controller: racadm racreset, ipmitool mc reset cold, or its web interface. The server goes on, and "
    "memory that leaked is free again."
)
RESEAT = (
    "If that does not help, take the power from it: pull the blade out and put it back, or unplug a rack server, "
    "when it may be down."
)
FIRMWARE = "Put other firmware on the controller: the newest, or the one before the trouble began."
SUPPORT = "If it comes back, call the vendor's support, with this evidence and the controller's own log."
# In this order: each costs more than the one before it.
SICK = [RESET, RESEAT, FIRMWARE, SUPPORT]
RAISE = (
    "Raise the driver's time-outs (role ipmi_timeouts). On Windows they hold from the next start of the server; "
    "compare the rate of the days after it."
)
FREE_THE_INTERFACE = (
    "Stop all of these programs but one for a day, see whether the time-outs end, and leave the BMC to that one or "
    "to a poll by LAN."
)
