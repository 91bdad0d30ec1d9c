# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Readings and states as `ipmi-sensors` lists them, on any BMC.

Neither with -v nor with thresholds: with both FreeIPMI 1.6.10 ends at the first compact record that has thresholds.
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.peers import PeerError

COLUMNS = ("--shared-sensors", "--comma-separated-output", "--output-sensor-state", "--output-event-bitmask")
_HEADER = "ID,Name,Type,State,Reading,Units,Event"
_AFTER_NAME = 5
_NOTHING = ("N/A", "Unknown")


@dataclass(frozen=True)
class FreeipmiLine:
    """One sensor. ``bits`` as the BMC sent them; None where FreeIPMI says N/A or Unknown, as for ``reading``."""

    record_id: int
    name: str
    state: str
    reading: float | None
    unit: str
    bits: int | None


def _line(text: str) -> FreeipmiLine:
    # From the right: a name may hold commas.
    head, _type, state, reading, unit, event = text.rsplit(",", _AFTER_NAME)
    record_id, _comma, name = head.partition(",")
    return FreeipmiLine(
        int(record_id),
        name,
        state,
        None if reading in _NOTHING else float(reading),
        unit,
        None if event in _NOTHING else int(event.rstrip("h"), 16),
    )


def parse_lines(output: str) -> list[FreeipmiLine]:
    """The lines of an output with COLUMNS, in the order of the SDR."""
    header, *lines = [line for line in output.split("\n") if line.strip()] or [""]
    if header.strip() != _HEADER:
        raise PeerError(f"ipmi-sensors: not the header that was asked for: {header!r}")
    return [_line(line) for line in lines]
