# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""QEMU as the hardware of a server whose BMC is an ipmi_sim: the same for the boot that is saved and the guests that go
on from there, since a saved state fits no other hardware."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

QEMU = "qemu-system-x86_64"
HARDWARE = ("-machine", "pc", "-smp", "2", "-m", "1024", "-nodefaults", "-display", "none")
# For emulation: no more than distributions ask for; AVX and longer page tables cost time.
ACCELERATORS = {"kvm": ("-accel", "kvm", "-cpu", "kvm64"), "tcg": ("-accel", "tcg,thread=multi", "-cpu", "Nehalem")}
COMMAND_LINE = "root=/dev/vda rw console=ttyS0 quiet net.ifnames=0 mitigations=off"
PROBE_DEADLINE_S = 10.0
STOP_DEADLINE_S = 5.0
MONITOR_DEADLINE_S = 120.0


class MachineError(RuntimeError):
    """QEMU did not start, or refused what it was told."""


def _run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [QEMU, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PROBE_DEADLINE_S,
        check=False,
    )


def version() -> str:
    """QEMU's version: a state is for the one that saved it."""
    return _run("-version").stdout.splitlines()[0]


def _reconnect() -> str:
    """Makes QEMU connect to the BMC once the machine is complete: connected before, ipmi-bmc-extern crashes it. The
    option was renamed in 9.2."""
    found = re.search(r"version (\d+)\.(\d+)", version())
    assert found, version()
    return "reconnect-ms=1000" if (int(found[1]), int(found[2])) >= (9, 2) else "reconnect=1"


def kvm_is_promised() -> bool:
    """Whether this user may use KVM; whether it works is another matter: :func:`kvm_works`."""
    return os.access("/dev/kvm", os.R_OK | os.W_OK)


def kvm_works(kernel: Path) -> bool:
    """Whether a kernel runs under KVM, up to its panic for want of a disk. In a virtual machine KVM may be there and
    run nothing."""
    arguments = (*HARDWARE, *ACCELERATORS["kvm"], "-kernel", str(kernel), "-serial", "stdio", "-no-reboot")
    try:
        return "Kernel panic" in _run(*arguments, "-append", "console=ttyS0 panic=-1").stdout
    except subprocess.TimeoutExpired:
        return False


@dataclass(frozen=True)
class Wiring:
    """What is the guest's own: its image, its disk (qcow2), where its sshd is reached, where its BMC listens (None: no
    BMC), the state that it goes on from (None: it boots), and the folder for its sockets and logs."""

    image: Path
    disk: Path
    address: str
    ssh_port: int
    bmc: tuple[str, int] | None
    state: Path | None
    folder: Path

    def arguments(self) -> list[str]:
        arguments = [
            *HARDWARE,
            *ACCELERATORS[(self.image / "accelerator").read_text()],
            *("-kernel", str(self.image / "vmlinuz"), "-initrd", str(self.image / "initrd.img")),
            *("-append", COMMAND_LINE),
            *("-drive", f"file={self.disk},if=virtio,format=qcow2,cache=unsafe"),
            *("-device", "virtio-rng-pci"),
            *("-netdev", f"user,id=net,restrict=on,hostfwd=tcp:{self.address}:{self.ssh_port}-:22"),
            *("-device", "virtio-net-pci,netdev=net"),
            *("-serial", f"file:{self.folder / 'console.log'}"),
            *("-qmp", f"unix:{self.folder / 'qmp'},server=on,wait=off"),
        ]
        if self.bmc:
            host, port = self.bmc
            arguments += ["-chardev", f"socket,id=vm,host={host},port={port},{_reconnect()}"]
            arguments += ["-device", "ipmi-bmc-extern,id=bmc,chardev=vm", "-device", "isa-ipmi-kcs,bmc=bmc,irq=5"]
        if self.state:
            arguments += ["-incoming", f"exec:cat {shlex.quote(str(self.state))}"]
        return arguments


class Machine:
    """One running QEMU; ends with the thread that started it, whatever ends that."""

    def __init__(self, wiring: Wiring) -> None:
        self.log = wiring.folder / "qemu.log"
        self._monitor_path = wiring.folder / "qmp"
        # The kernel kills it with its parent: what is stopped or hangs cannot watch a pipe.
        command = ["setpriv", "--pdeathsig", "KILL", QEMU, *wiring.arguments()]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    @property
    def pid(self) -> int:
        return self._process.pid

    def check(self) -> None:
        """Raise MachineError where QEMU has ended."""
        if self._process.poll() is not None:
            told = self.log.read_text(errors="replace")[-400:].strip()
            raise MachineError(f"QEMU ended with {self._process.returncode}: {told}")

    def wait_until_it_runs(self, until: float) -> None:
        """Wait for the saved state. A connection that is made meanwhile is lost with the network's own state."""
        while time.monotonic() < until:
            self.check()
            with contextlib.suppress(FileNotFoundError, ConnectionRefusedError):
                if self.command("query-status")["running"]:
                    return
            time.sleep(0.05)
        raise MachineError("QEMU did not take up the saved state in time")

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_DEADLINE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def command(self, name: str, **arguments: Any) -> Any:
        """One command to QEMU's monitor (QMP), its answer."""
        with socket.socket(socket.AF_UNIX) as monitor:
            monitor.settimeout(MONITOR_DEADLINE_S)
            monitor.connect(str(self._monitor_path))
            with monitor.makefile("rw", encoding="utf-8") as lines:
                lines.readline()  # the greeting
                for one in ({"execute": "qmp_capabilities"}, {"execute": name, "arguments": arguments}):
                    lines.write(json.dumps(one) + "\n")
                    lines.flush()
                    answer = self._answer(lines)
        if "error" in answer:
            raise MachineError(f"QEMU refused {name}: {answer['error']['desc']}")
        return answer["return"]

    def save(self, state: Path) -> None:
        """Write the guest's memory and devices to a file; it stands still afterwards."""
        self.command("migrate", uri=f"exec:cat > {shlex.quote(str(state))}")
        until = time.monotonic() + MONITOR_DEADLINE_S
        while time.monotonic() < until:
            status = self.command("query-migrate")["status"]
            if status == "completed":
                return
            if status == "failed":
                break
            time.sleep(0.1)
        raise MachineError("QEMU did not save the guest's state")

    @staticmethod
    def _answer(lines: Any) -> dict[str, Any]:
        for line in lines:
            answer = json.loads(line)
            if "event" not in answer:
                return dict(answer)
        raise MachineError("QEMU's monitor closed the connection")


def make_disk(disk: Path, backing: Path, backing_format: str) -> None:
    """A qcow2 that holds what differs from ``backing``; a relative name is meant from the disk's folder."""
    command = ["qemu-img", "create", "-q", "-f", "qcow2", "-b", str(backing), "-F", backing_format, str(disk)]
    subprocess.run(command, check=True, capture_output=True, timeout=PROBE_DEADLINE_S)
