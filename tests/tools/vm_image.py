# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The recipe of the guest for tests: a Debian with the IPMI driver's modules, booted once and saved.

A change of this file, or of the hardware (harness/guest/machine.py), makes a new image.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import socket
import sys
import tempfile
import time
from pathlib import Path

from image_cache import logged, make_key

HARNESS = Path(__file__).resolve().parent.parent / "integration"
sys.path.insert(0, str(HARNESS))

from harness.guest import machine  # noqa: E402
from harness.guest.machine import Machine, Wiring, make_disk  # noqa: E402
from harness.guest.ssh import BOOTED, UNLOAD_DRIVER, Ssh  # noqa: E402
from harness.ipmi_sim import IpmiSim, free_port, own_address  # noqa: E402

SUITE = "bookworm"
PACKAGES = (
    *("linux-image-amd64", "initramfs-tools", "systemd-sysv", "udev", "kmod", "procps", "iproute2"),
    *("openssh-server", "python3"),
    # To compare with; the collection itself needs none of them.
    *("ipmitool", "freeipmi-tools", "collectd-core", "libopenipmi0"),
)
LEFT_OUT = (
    *("/usr/share/man/*", "/usr/share/locale/*", "/usr/share/doc/*", "/usr/share/info/*"),
    # Drivers of hardware that the guest has not.
    *("/lib/modules/*/kernel/sound/*", "/lib/modules/*/kernel/drivers/gpu/*", "/lib/modules/*/kernel/drivers/media/*"),
    *("/lib/modules/*/kernel/drivers/net/ethernet/*", "/lib/modules/*/kernel/drivers/net/wireless/*"),
    *("/lib/modules/*/kernel/drivers/infiniband/*", "/lib/modules/*/kernel/drivers/staging/*"),
)
# Just what the disk is found with: an initial RAM disk with every module costs an emulated processor seconds.
INITRD_MODULES = "virtio_pci\nvirtio_blk\next4\n"
NETWORK = "[Match]\nName=eth0\n[Network]\nAddress=10.0.2.15/24\nGateway=10.0.2.2\n"
FILES = {
    "/etc/hostname": "guest\n",
    "/etc/hosts": "127.0.0.1 localhost\n127.0.1.1 guest\n",
    "/etc/fstab": "/dev/vda / ext4 rw,noatime 0 1\n",
    "/etc/systemd/network/eth0.network": NETWORK,
    "/etc/modules-load.d/guest.conf": "ipmi_si\nipmi_devintf\n",
    "/etc/initramfs-tools/conf.d/guest": "MODULES=list\n",
    "/etc/initramfs-tools/modules": INITRD_MODULES,
}
NOT_STARTED = (
    *("collectd", "e2scrub_reap", "getty@tty1"),
    *("apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "fstrim.timer"),
)
SIZE = "3G"
BMC = HARNESS.parent / "simulators" / "models" / "satellite.emu"

BOOTSTRAP_DEADLINE_S = 1200
PACK_DEADLINE_S = 300
BOOT_DEADLINE_S = 300


def key() -> str:
    """Changes whenever what is built would."""
    digest = hashlib.sha256(f"{machine.version()} {machine.kvm_is_promised()}".encode())
    for file in (Path(__file__), Path(machine.__file__)):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def customize(public_key: str) -> str:
    """The shell script that makes the plain system a guest; mmdebstrap gives it the system's folder."""
    files = {**FILES, "/root/.ssh/authorized_keys": public_key}
    lines = ["set -eu", 'mkdir -m 700 -p "$1/root/.ssh"']
    lines += [f'printf %s {shlex.quote(text)} > "$1"{path}' for path, text in files.items()]
    lines += [
        'chroot "$1" update-initramfs -u',
        'chroot "$1" systemctl enable systemd-networkd ssh',
        'chroot "$1" systemctl mask systemd-networkd-wait-online',
        f'for unit in {" ".join(NOT_STARTED)}; do chroot "$1" systemctl disable "$unit" || true; done',
        'rm -f "$1"/var/cache/apt/archives/*.deb "$1"/var/lib/apt/lists/*_*',
    ]
    return "\n".join(lines)


def bootstrap(folder: Path, public_key: str) -> None:
    """Debian as an archive, ``root.tar``."""
    command = [
        *("mmdebstrap", f"--mode={'root' if os.geteuid() == 0 else 'unshare'}", "--variant=minbase", "--format=tar"),
        *("--components=main", f"--include={','.join(PACKAGES)}"),
        *(f"--dpkgopt=path-exclude={pattern}" for pattern in LEFT_OUT),
        *(f"--customize-hook={customize(public_key)}", SUITE, "-"),
    ]
    with (folder / "root.tar").open("wb") as archive:
        logged(command, folder / "mmdebstrap.log", BOOTSTRAP_DEADLINE_S, archive)


def pack(folder: Path) -> None:
    """The archive as a file system, ``root.ext4``, with kernel and initial RAM disk beside it."""
    script = (
        "mkdir tree && tar -C tree --exclude='./dev/*' -xf root.tar && rm root.tar"
        " && cp -L tree/boot/vmlinuz-* vmlinuz && cp -L tree/boot/initrd.img-* initrd.img"
        f" && truncate -s {SIZE} root.ext4 && mke2fs -q -F -t ext4 -O ^has_journal -d tree root.ext4 && rm -rf tree"
    )
    # Without root, owners are kept on paper only.
    pretend = [] if os.geteuid() == 0 else ["fakeroot"]
    logged([*pretend, "sh", "-ec", f"cd {shlex.quote(str(folder))} && {script}"], folder / "pack.log", PACK_DEADLINE_S)


def boot_and_save(folder: Path) -> None:
    """Boot once, and save the guest as it is then: ``disk.qcow2`` and ``state``.

    The driver is not loaded in that state. Who goes on from it loads the driver, which then looks at the BMC that it
    finds there, and not at the one of this boot.
    """
    kvm = machine.kvm_is_promised() and machine.kvm_works(folder / "vmlinuz")
    (folder / "accelerator").write_text("kvm" if kvm else "tcg")
    make_disk(folder / "disk.qcow2", Path("root.ext4"), "raw")
    with tempfile.TemporaryDirectory(prefix="guest-") as name, IpmiSim(BMC, Path(name), vm=True) as bmc:
        work, address, port = Path(name), own_address(), free_port(own_address(), socket.SOCK_STREAM)
        disk = folder / "disk.qcow2"
        running = Machine(Wiring(folder, disk, address, port, (bmc.host, bmc.vm_port), None, work))
        ssh = Ssh(address, port, folder / "key", work)
        try:
            ssh.wait(time.monotonic() + BOOT_DEADLINE_S, running.check, BOOTED, BOOT_DEADLINE_S)
            ssh.must("test -c /dev/ipmi0")
            ssh.must(f"{UNLOAD_DRIVER} && sync && echo 3 > /proc/sys/vm/drop_caches")
            ssh.hang_up()
            running.save(folder / "state")
        finally:
            ssh.hang_up()
            running.stop()


def build(folder: Path) -> None:
    """The whole image, into an empty folder that only this user may enter; BuildError."""
    bootstrap(folder, make_key(folder, "guest"))
    pack(folder)
    boot_and_save(folder)
