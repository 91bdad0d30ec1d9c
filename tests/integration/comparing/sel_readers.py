# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The System Event Log as ipmitool and FreeIPMI list it, line by line."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from harness.ipmi_sim import IpmiSim
from harness.peers import run_ipmitool


@dataclass(frozen=True)
class Line:
    """What a peer says of one entry, None for what it does not; ``values``: trigger reading and threshold."""

    time: str
    sensor: str
    direction: str | None
    event: str
    details: str = ""
    values: tuple[float | None, ...] = (None, None)
    severity: str | None = None


def number(text: str, label: str) -> float | None:
    match = re.search(label + r" (?:= )?(-?[\d.]+)(?: |$)", text)
    return float(match[1]) if match else None


def utc(text: str, form: str) -> str:
    """A time as the collection writes it, or its kind."""
    try:
        return datetime.strptime(text, form).strftime("%Y-%m-%dT%H:%M:%SZ")
    except ValueError:
        return "unspecified" if text.startswith(("Unspec", "N/A")) else "pre_init"


def ipmitool_line(line: str) -> Line:
    """`2d,01/11/26,22:43:44 UTC,Fan Sat Fan 2,Lower Critical going low ,Asserted,Reading 540 < Threshold 600 RPM`."""
    fields = line.split(",", 3)
    if fields[1].startswith(("Linux", "OEM")) or fields[1] == "":
        return Line("unspecified", "", None, line.rpartition(": ")[2].rpartition(",")[2])
    time = utc(re.sub(r" [A-Z]+$", "", f"{fields[1]} {fields[2]}"), "%m/%d/%y %H:%M:%S")
    told = re.fullmatch(r"([^,]*),(.*),(Asserted|Deasserted)(?:,(.*))?", fields[3])
    if not told:
        return Line(time, "", None, fields[3].rpartition(",")[2])
    values = (number(told[4] or "", "Reading"), number(told[4] or "", "Threshold"))
    return Line(time, told[1], told[3].lower(), told[2].strip(), values=values)


def freeipmi_line(fields: list[str]) -> Line:
    """Id, date, time, name, type, state, direction, and the event with its details behind semicolons."""
    time = utc(f"{fields[1]} {fields[2]}", "%b-%d-%Y %H:%M:%S")
    what, _semicolon, details = fields[7].partition(" ; ")
    if fields[6] == "N/A":
        return Line(time, "", None, re.sub("h( |$)", "", what.rpartition("= ")[2]))
    direction = "deasserted" if fields[6].startswith("Deassert") else "asserted"
    values = (number(details, "Sensor Reading"), number(details, "Threshold"))
    return Line(
        time, f"{fields[4]} {fields[3]}", direction, what, details, values, fields[5].lower().replace("n/a", "unknown")
    )


def read_freeipmi(bmc: IpmiSim, folder: Path) -> dict[int, Line]:
    config = folder / "freeipmi.conf"
    config.touch(mode=0o600)
    config.write_text(f"username {bmc.username}\npassword {bmc.password}\n")
    session = ["-h", f"{bmc.host}:{bmc.port}", "-D", "LAN_2_0", "-l", "ADMIN", "-W", "opensesspriv", "--quiet-cache"]
    columns = ["--output-event-state", "--comma-separated-output", "--non-abbreviated-units", "-v"]
    command = ["ipmi-sel", f"--config-file={config}", f"--sdr-cache-directory={folder}", *session, *columns]
    told = subprocess.run(command, capture_output=True, encoding="latin-1", timeout=60, check=True).stdout
    rows = [line.split(",", 7) for line in told.splitlines()[1:]]
    return {int(row[0]): freeipmi_line(row) for row in rows}


def read_ipmitool(bmc: IpmiSim) -> dict[int, Line]:
    lines = run_ipmitool(bmc, "-c", "sel", "elist").splitlines()
    return {int(line.partition(",")[0], 16): ipmitool_line(line) for line in lines}
