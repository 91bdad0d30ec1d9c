# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All three readers on one running BMC, again and again: what cannot change between two looks is read once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness import ipmitool_output, peers
from harness.peers import Endpoint, IpmitoolSensor

from .differences import Difference, freeipmi_differences, ipmitool_differences
from .freeipmi_lines import COLUMNS, FreeipmiLine, parse_lines
from .ours import OurSensor, read_ours


@dataclass(frozen=True)
class Look:
    """One BMC as each of the three saw it."""

    ours: list[OurSensor]
    ipmitool: list[IpmitoolSensor]
    freeipmi: list[FreeipmiLine]

    def differences(self) -> list[Difference]:
        """What the two peers say otherwise than the collection."""
        return ipmitool_differences(self.ours, self.ipmitool) + freeipmi_differences(self.ours, self.freeipmi)


class Readers:
    """Reads ``bmc`` with the collection, ipmitool and FreeIPMI, whose new cache lies in ``folder``; the SDR must not
    change."""

    def __init__(self, bmc: Endpoint, folder: Path) -> None:
        self._bmc = bmc
        self._folder = folder
        self.records = peers.sdr_records(bmc)
        self._ipmitool_verbose = ipmitool_output.parse_verbose(peers.run_ipmitool(bmc, "-v", "sensor"))

    def ours(self) -> list[OurSensor]:
        """The collection's sensors, event-only ones left out."""
        return read_ours(self._bmc, self.records)

    def ipmitool(self) -> list[IpmitoolSensor]:
        """One sensor for each full or compact record. The texts of the states are those of the first look."""
        plain = ipmitool_output.parse_plain(peers.run_ipmitool(self._bmc, "sensor"))
        return ipmitool_output.join(plain, self._ipmitool_verbose, self.records)

    def freeipmi(self) -> list[FreeipmiLine]:
        """One line a sensor, shared records expanded."""
        return parse_lines(peers.run_freeipmi(self._bmc, self._folder, *COLUMNS, bridge=True))

    def look(self) -> Look:
        """One read by each of the three, now."""
        return Look(self.ours(), self.ipmitool(), self.freeipmi())
