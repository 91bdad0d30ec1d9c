# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way into a guest: one ssh connection that all commands share, since a log-in is slow on an emulated processor."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

TRY_DEADLINE_S = 20.0
COMMAND_DEADLINE_S = 120.0
# "degraded" will do, and ends with 1.
BOOTED = "systemctl is-system-running --wait || test $? = 1"
# Every user of the driver goes before the driver.
UNLOAD_DRIVER = "modprobe -ra acpi_ipmi ipmi_watchdog ipmi_poweroff ipmi_devintf ipmi_ssif ipmi_si"


class SshError(RuntimeError):
    """The guest cannot be reached, or a command that had to succeed did not."""


class Ssh:
    """Commands for a guest, run as root. ``folder`` takes the known hosts and the shared connection's socket."""

    def __init__(self, address: str, port: int, key: Path, folder: Path) -> None:
        self.address, self.port, self.key = address, port, key
        self._folder = folder

    @property
    def options(self) -> list[str]:
        """Options of ssh and scp for this guest, connection sharing aside."""
        settings = {
            "StrictHostKeyChecking": "no",
            "UserKnownHostsFile": str(self._folder / "known_hosts"),
            "IdentitiesOnly": "yes",
            "BatchMode": "yes",
            "LogLevel": "ERROR",
            "ConnectTimeout": "10",
        }
        options = ["-F", "none", "-i", str(self.key)]
        return options + [part for name, value in settings.items() for part in ("-o", f"{name}={value}")]

    def run(
        self, command: str, *, stdin: bytes = b"", timeout_s: float = COMMAND_DEADLINE_S
    ) -> subprocess.CompletedProcess[str]:
        """Run a shell command; raises subprocess.TimeoutExpired. Whatever it writes has a character for each byte."""
        sharing = ["-o", "ControlMaster=auto", "-o", "ControlPersist=60", "-o", f"ControlPath={self._folder / 'ssh'}"]
        ssh = ["ssh", *self.options, *sharing, "-p", str(self.port), f"root@{self.address}", command]
        # The connection that stays behind keeps its standard error: a file, or there would be no end to read.
        with (self._folder / "ssh.err").open("w+b") as errors:
            done = subprocess.run(
                ssh, input=stdin, stdout=subprocess.PIPE, stderr=errors, timeout=timeout_s, check=False
            )
            errors.seek(0)
            told = errors.read().decode("latin-1")
        return subprocess.CompletedProcess(ssh, done.returncode, done.stdout.decode("latin-1"), told)

    def must(self, command: str, *, stdin: bytes = b"", timeout_s: float = COMMAND_DEADLINE_S) -> str:
        """Standard output of a command; SshError where it fails."""
        done = self.run(command, stdin=stdin, timeout_s=timeout_s)
        if done.returncode:
            raise SshError(
                f"{command!r} ended with {done.returncode} in the guest: {(done.stderr or done.stdout)[-400:]}"
            )
        return done.stdout

    def wait(
        self, until: float, check: Callable[[], None], command: str = "true", try_s: float = TRY_DEADLINE_S
    ) -> str:
        """Standard output of the command as soon as it succeeds; ``check`` is asked before each try."""
        told = "never tried"
        while time.monotonic() < until:
            check()
            try:
                done = self.run(command, timeout_s=try_s)
            except subprocess.TimeoutExpired:
                self.hang_up()
                told = f"no end in {try_s:g} s"
                continue
            if done.returncode == 0:
                return done.stdout
            told = done.stderr.strip() or f"{command!r} ended with {done.returncode}"
            time.sleep(0.1)
        raise SshError(f"the guest did not come up in time: {told}")

    def hang_up(self) -> None:
        """End the shared connection."""
        command = ["ssh", "-F", "none", "-o", f"ControlPath={self._folder / 'ssh'}", "-O", "exit", self.address]
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=5, check=False)
