# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Read a BMC with ipmitool and with FreeIPMI, to compare with.

    sensors = peers.ipmitool_sensors(bmc)     # one for each record of types 01h and 02h, in the order of the SDR
    sensors = peers.freeipmi_sensors(bmc)     # one for each sensor, shared records expanded, fresh cache
    records = peers.sdr_records(bmc)          # the raw records, to prove a difference with

Passwords go through the environment (ipmitool) and a file of mode 0600 (FreeIPMI), never through argv.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path
from typing import Protocol

from . import freeipmi_output, ipmitool_output
from .freeipmi_output import FreeipmiSensor
from .ipmitool_output import IpmitoolSensor, PeerError, SdrRecord

__all__ = [
    "Endpoint",
    "FreeipmiSensor",
    "IpmitoolSensor",
    "PeerError",
    "SdrRecord",
    "freeipmi_sensors",
    "ipmitool_sensors",
    "run_freeipmi",
    "run_ipmitool",
    "sdr_records",
]
DEADLINE_S = 120.0


class Endpoint(Protocol):
    """Where a BMC is and who may read it; IpmiSim is one."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def username(self) -> str: ...
    @property
    def password(self) -> str: ...


def _run(command: list[str], env: dict[str, str]) -> str:
    try:
        # Names of sensors are Latin-1 at most: every byte has a character, none is lost.
        done = subprocess.run(
            command,
            env={**os.environ, **env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=DEADLINE_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PeerError(f"{command[0]} did not end within {DEADLINE_S} s") from None
    if done.returncode:
        raise PeerError(f"{command[0]} ended with {done.returncode}: {done.stderr.decode('latin-1')[-400:]}")
    return done.stdout.decode("latin-1")


def run_ipmitool(bmc: Endpoint, *arguments: str, cipher_suite: int = 3, privilege: str = "ADMINISTRATOR") -> str:
    """Standard output of one ipmitool command; PeerError where it fails.

    The suite is named because ipmitool otherwise asks ipmi_sim for its suites and waits ten seconds for an answer.
    """
    session = ["-I", "lanplus", "-C", str(cipher_suite), "-L", privilege, "-H", bmc.host, "-p", str(bmc.port)]
    return _run(
        ["ipmitool", *session, "-U", bmc.username, "-E", *arguments],
        {"IPMITOOL_PASSWORD": bmc.password, "IPMI_PASSWORD": bmc.password},
    )


def sdr_records(bmc: Endpoint) -> list[SdrRecord]:
    """Every record of the SDR repository, raw, read by ipmitool."""
    with tempfile.TemporaryDirectory() as folder:
        dump = Path(folder) / "sdr"
        run_ipmitool(bmc, "sdr", "dump", str(dump))
        return ipmitool_output.parse_dump(dump.read_bytes())


def ipmitool_sensors(bmc: Endpoint, records: list[SdrRecord] | None = None) -> list[IpmitoolSensor]:
    """What `ipmitool sensor` says, each record with its owner, LUN and number.

    `records` saves reading the repository once more where it is known not to have changed.
    """
    plain = ipmitool_output.parse_plain(run_ipmitool(bmc, "sensor"))
    verbose = ipmitool_output.parse_verbose(run_ipmitool(bmc, "-v", "sensor"))
    return ipmitool_output.join(plain, verbose, sdr_records(bmc) if records is None else records)


def run_freeipmi(bmc: Endpoint, folder: Path, *arguments: str, bridge: bool = False) -> str:
    """Standard output of one ipmi-sensors command; its cache of SDRs lies in `folder`."""
    config = folder / "freeipmi.conf"
    config.touch(mode=0o600)
    config.write_text(f"username {bmc.username}\npassword {bmc.password}\n")
    # ipmi_sim does not say which privilege a user may have: opensesspriv does not ask.
    session = ["-h", f"{bmc.host}:{bmc.port}", "-D", "LAN_2_0", "-l", "ADMIN", "-W", "opensesspriv"]
    cache = [f"--sdr-cache-directory={folder}", "--quiet-cache"]
    bridging = ["--bridge-sensors"] if bridge else []
    return _run(["ipmi-sensors", f"--config-file={config}", *session, *cache, *bridging, *arguments], {})


def freeipmi_sensors(bmc: Endpoint, *, bridge: bool = False) -> list[FreeipmiSensor]:
    """What `ipmi-sensors --shared-sensors` says, with a cache of this call's own: FreeIPMI's goes stale in silence."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        columns = ["--output-sensor-state", "--output-sensor-thresholds", "--output-event-bitmask"]
        csv = run_freeipmi(bmc, folder, "--shared-sensors", "--comma-separated-output", *columns, bridge=bridge)
        verbose = run_freeipmi(bmc, folder, "--shared-sensors", "-v", bridge=bridge)
    return freeipmi_output.join(freeipmi_output.parse_csv(csv), freeipmi_output.parse_verbose(verbose))
