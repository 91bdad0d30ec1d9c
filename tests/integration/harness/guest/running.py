# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Guests as tests use them."""

from __future__ import annotations

import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from harness.host import Host
from harness.images import NoImage, ask_for_image
from harness.ipmi_sim import IpmiSim, free_port, own_address

from .machine import Machine, Wiring, make_disk
from .ssh import BOOTED, UNLOAD_DRIVER, Ssh

if TYPE_CHECKING:
    from bmcsim import RunningBmc

# For pytest.mark.timeout: the first test that wants a guest may have to wait for its image.
FIRST_USE_S = 1500
RESTORE_DEADLINE_S = 60.0
BOOT_DEADLINE_S = 240.0
BOOT_ID = "cat /proc/sys/kernel/random/boot_id"
LOAD_DRIVER = "modprobe -a ipmi_si ipmi_devintf && udevadm settle && test -c /dev/ipmi0"


NoGuest = NoImage


def image() -> Path:
    """The folder of the guest's image, which is made where it is missing; NoGuest."""
    return ask_for_image("vm.py")


def image_or_skip() -> Path:
    """As :func:`image`; where there is none the test is skipped, with the reason."""
    try:
        return image()
    except NoGuest as why:
        pytest.skip(str(why))


class Guest(Host):
    """A running server. ``bmc``: its ipmi_sim, where its BMC is one; ``ssh_options`` are ssh's and scp's."""

    def __init__(self, machine: Machine, ssh: Ssh, bmc: IpmiSim | None) -> None:
        super().__init__(ssh)
        self._machine = machine
        self._bmc = bmc

    @property
    def bmc(self) -> IpmiSim:
        assert self._bmc is not None, "this guest's BMC is no ipmi_sim"
        return self._bmc

    @property
    def pid(self) -> int:
        """Process id of QEMU."""
        return self._machine.pid

    def load_driver(self) -> None:
        """Load ipmi_si and ipmi_devintf, which look at the BMC that is there now; /dev/ipmi0 is there afterwards."""
        self._ssh.must(LOAD_DRIVER)

    def unload_driver(self) -> None:
        """Take the driver away; a reboot brings it back."""
        self._ssh.must(UNLOAD_DRIVER)

    def freeze_bmc(self) -> None:
        """The BMC stops answering, by LAN and from inside, until :meth:`thaw_bmc`."""
        self.bmc.freeze()

    def thaw_bmc(self) -> None:
        self.bmc.thaw()

    def reboot(self) -> None:
        """Restart the guest and wait until it has booted: seconds with KVM, about half a minute without."""
        before = self._ssh.must(BOOT_ID).strip()
        self._ssh.run("systemctl reboot", timeout_s=30)
        self._ssh.hang_up()
        until = time.monotonic() + BOOT_DEADLINE_S
        self._ssh.wait(until, self._machine.check, f'test "$({BOOT_ID})" != {before}')
        self._ssh.wait(until, self._machine.check, BOOTED, BOOT_DEADLINE_S)

    def come_up(self, deadline_s: float) -> None:
        """Wait until commands can be run, and set the clock, which stood still since the state was saved."""
        until = time.monotonic() + deadline_s
        self._machine.wait_until_it_runs(until)
        self._ssh.wait(until, self._machine.check)
        self._ssh.wait(until, self._machine.check, BOOTED, deadline_s)
        self._ssh.must(f"date -s @{time.time():.0f}")


@contextmanager
def guest(bmc: Path | RunningBmc | None, *, driver: bool = True, **simulator: Any) -> Iterator[Guest]:
    """A server whose BMC is that of an .emu file, or one of bmcsim with ``vm``, which stays the caller's; None: it has
    no BMC, and boots instead of going on from where the image was saved. Without ``driver`` it is not loaded, and a
    reboot loads what udev does by itself. The rest is IpmiSim's."""
    found = image()
    with ExitStack() as stack:
        # Names of sockets have room for some 100 characters: pytest's own folders are too deep.
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="guest-")))
        sim = stack.enter_context(IpmiSim(bmc, folder, vm=True, **simulator)) if isinstance(bmc, Path) else None
        place = (sim.host, sim.vm_port) if sim else None
        if bmc and not isinstance(bmc, Path):
            place = (bmc.vm_address, bmc.vm_port)
        disk = folder / "disk.qcow2"
        make_disk(disk, found / "disk.qcow2", "qcow2")
        address = own_address()
        port = free_port(address, socket.SOCK_STREAM)
        state = found / "state" if place else None
        wiring = Wiring(found, disk, address, port, place, state, folder)
        machine = Machine(wiring)
        stack.callback(machine.stop)
        ssh = Ssh(address, port, found / "key", folder)
        stack.callback(ssh.hang_up)
        one = Guest(machine, ssh, sim)
        one.come_up(RESTORE_DEADLINE_S if place else BOOT_DEADLINE_S)
        if place and driver:
            one.load_driver()
        if not driver:
            ssh.must("rm -f /etc/modules-load.d/guest.conf")
        yield one
