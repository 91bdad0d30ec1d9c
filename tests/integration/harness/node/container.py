# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""systemd-nspawn as the hardware of a node: the host's network, the image under a layer that is the node's own."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from pathlib import Path

BOOT = Path(__file__).with_name("boot.sh")
# With its own subtree as the one tree of control groups, whatever the host has: what every systemd since 2016 is at
# home in, and the newest wants.
ENVIRONMENT = {"SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1", "LC_ALL": "C.UTF-8"}
# The firmware that the kernel shows is the host's: a BMC there is none of the node's.
FIRMWARE = ("/sys/firmware/dmi/entries", "/sys/bus/acpi/devices")
SSHD = "Port {port}\nListenAddress {address}\nPasswordAuthentication no\nUseDNS no\n"
STOP_DEADLINE_S = 5.0


class ContainerError(RuntimeError):
    """systemd-nspawn ended, or left something behind."""


def control_groups(name: str) -> list[Path]:
    """Folders for a control group below this process's own, in the unified hierarchy and in that of systemd's name.
    In one group, services of equal names would be one service to the kernel, whose processes no systemd could list."""
    own = {}
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        controllers, path = line.split(":", 2)[1:]
        own[controllers] = path
    found = []
    for line in Path("/proc/self/mounts").read_text().splitlines():
        folder, kind, options = line.split(" ")[1:4]
        if kind == "cgroup2":
            found.append(Path(folder + own.get("", "/")) / name)
        elif kind == "cgroup" and "name=systemd" in options.split(","):
            found.append(Path(folder + own.get("name=systemd", "/")) / name)
    return found


def remove_groups(groups: list[Path]) -> bool:
    """Remove them with all that systemd made below; whether they are gone."""
    for group in groups:
        for folder, _folders, _files in os.walk(group, topdown=False):
            with contextlib.suppress(OSError):  # a process that was killed is in it for a moment yet
                os.rmdir(folder)
    return not any(group.exists() for group in groups)


class Container:
    """One running node; ends with the thread that started it, whatever ends that."""

    def __init__(self, image: Path, folder: Path, address: str, port: int) -> None:
        self.log = folder / "console.log"
        (folder / "sshd.conf").write_text(SSHD.format(address=address, port=port))
        (folder / "system").mkdir()
        name = f"node-{os.getpid()}-{port}"
        self._groups = control_groups(name)
        for group in self._groups:
            group.mkdir()
        inside = [
            *("unshare", "--mount", "--propagation", "private", str(BOOT), str(image / "root"), str(folder / "system")),
            "\n".join(map(str, self._groups)),
            *("systemd-nspawn", "--quiet", "--boot", "--register=no", "--keep-unit", "--console=pipe"),
            *(f"--machine={name}", "--hostname=node", "--resolv-conf=off", "--timezone=off", "--link-journal=no"),
            # Nothing of it is kept: it need not shut down in order.
            "--kill-signal=SIGKILL",
            *(f"--tmpfs={path}" for path in FIRMWARE if Path(path).exists()),
            f"--bind-ro={folder / 'sshd.conf'}:/etc/ssh/sshd_config.d/node.conf",
            f"--directory={folder / 'system' / 'root'}",
        ]
        # The kernel ends it with its parent.
        command = ["setpriv", "--pdeathsig", "TERM", *inside]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                command, env={**os.environ, **ENVIRONMENT}, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )

    @property
    def pid(self) -> int:
        """Process id of what runs systemd-nspawn."""
        return self._process.pid

    def check(self) -> None:
        """Raise ContainerError where systemd-nspawn has ended."""
        if self._process.poll() is not None:
            told = self.log.read_text(errors="replace")[-400:].strip()
            raise ContainerError(f"systemd-nspawn ended with {self._process.returncode}: {told}")

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_DEADLINE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        until = time.monotonic() + STOP_DEADLINE_S
        while not remove_groups(self._groups):
            if time.monotonic() > until:
                raise ContainerError(f"processes are left in {', '.join(map(str, self._groups))}")
            time.sleep(0.05)
