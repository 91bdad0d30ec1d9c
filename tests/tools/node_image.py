# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print the folders of the nodes' images for the named releases; make them first where they are missing (`make nodes`).

An image is a Debian with systemd and sshd in the folder ``root``, and beside it the key to it. Exit status 3: it cannot
be had on this machine (image_cache.py). A change of this file makes new images.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import socket
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

from image_cache import NOT_TO_BE_HAD, PROGRAMS, have_image, have_programs, logged, make_key, say
from tree import ROOT

sys.path.insert(0, str(ROOT / "tests" / "integration"))

from harness.guest.ssh import BOOTED, Ssh
from harness.ipmi_sim import free_port, own_address
from harness.node.container import Container

RELEASES = ("bookworm", "trixie", "bullseye")
# Program -> Debian package that brings it.
NODES_PROGRAMS = {**PROGRAMS, "systemd-nspawn": "systemd-container"}
# What a server has before anybody plays roles on it; python3-apt is what ansible.builtin.apt wants.
PACKAGES = ("systemd-sysv", "dbus", "procps", "iproute2", "openssh-server", "python3", "python3-apt")
# What a node can install, with all that these want: its only repository is a folder of its own.
OFFERED = (
    *("collectd-core", "collectd", "collectd-utils", "libopenipmi0", "ipmitool"),
    # Libraries that collectd's outputs want and collectd-core's package only suggests.
    *("rrdtool", "libcurl3-gnutls", "libcurl4", "libmicrohttpd12", "libprotobuf-c1", "libyajl2"),
    *("snmpd", "snmp"),
)
REPOSITORY = "/srv/packages"
NOT_STARTED = (
    *("apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "fstrim.timer", "e2scrub_all.timer"),
    *("e2scrub_reap.service", "getty.target", "console-getty.service"),
    # The network is the host's.
    *("systemd-networkd.service", "systemd-networkd.socket"),
)
# A release that has ended loses packages of its security archive while that still lists them.
WITHOUT_SECURITY = 'sed -i /-security/d "$1/etc/apt/sources.list"'
# From outside, by the way that the system itself came.
OFFER = f"""\
set -eu
mkdir -p "$1{REPOSITORY}"
export APT_CONFIG="$MMDEBSTRAP_APT_CONFIG"
apt-get clean
apt-get install --yes --download-only --no-install-recommends {" ".join(OFFERED)}
mv "$1"/var/cache/apt/archives/*.deb "$1{REPOSITORY}"
cd "$1{REPOSITORY}"
for file in *.deb; do
    dpkg-deb --field "$file"
    printf 'Filename: ./%s\\nSize: %s\\nSHA256: %s\\n\\n' \\
        "$file" "$(stat -c %s "$file")" "$(sha256sum "$file" | cut -d ' ' -f 1)"
done > Packages
rm -f "$1"/etc/apt/sources.list "$1"/etc/apt/sources.list.d/*
echo 'deb [trusted=yes] file:{REPOSITORY} ./' > "$1/etc/apt/sources.list"
unset APT_CONFIG
chroot "$1" apt-get update
"""
BOOTSTRAP_DEADLINE_S = 1200
BOOT_DEADLINE_S = 60


def key(release: str) -> str:
    """Changes whenever what is built would."""
    return hashlib.sha256(release.encode() + Path(__file__).read_bytes()).hexdigest()[:12]


def customize(public_key: str) -> str:
    """The shell script that makes the plain system a node; mmdebstrap gives it the system's folder."""
    return "\n".join(
        [
            *("set -eu", 'mkdir -m 700 -p "$1/root/.ssh"', 'echo node > "$1/etc/hostname"'),
            'printf "127.0.0.1 localhost\\n127.0.1.1 node\\n" > "$1/etc/hosts"',
            ': > "$1/etc/resolv.conf"',
            f'printf %s {shlex.quote(public_key)} > "$1/root/.ssh/authorized_keys"',
            f'chroot "$1" systemctl mask {" ".join(NOT_STARTED)}',
            'chroot "$1" systemctl enable ssh',
        ]
    )


def build(release: str, folder: Path) -> None:
    """The whole image, into an empty folder that only this user may enter; BuildError."""
    command = [
        *("mmdebstrap", "--mode=root", "--variant=minbase", "--format=directory", "--components=main"),
        # They are as new as the image, and no play would fetch them.
        "--skip=cleanup/apt/lists",
        *(f"--include={','.join(PACKAGES)}", f"--setup-hook={WITHOUT_SECURITY}", f"--customize-hook={OFFER}"),
        *(f"--customize-hook={customize(make_key(folder, 'node'))}", release, str(folder / "root")),
    ]
    logged(command, folder / "mmdebstrap.log", BOOTSTRAP_DEADLINE_S)
    boot(folder)


def boot(folder: Path) -> None:
    """Boot the image once, so that a machine where that fails has none; ContainerError, SshError."""
    address = own_address()
    with tempfile.TemporaryDirectory(prefix="node-") as name:
        port = free_port(address, socket.SOCK_STREAM)
        container = Container(folder, Path(name), address, port)
        ssh = Ssh(address, port, folder / "key", Path(name))
        try:
            ssh.wait(time.monotonic() + BOOT_DEADLINE_S, container.check, BOOTED, BOOT_DEADLINE_S)
        finally:
            ssh.hang_up()
            container.stop()


def why_not_here() -> str:
    """Why no image can be made here, empty where one can."""
    if os.geteuid() != 0:
        return "only root can start a container with systemd"
    return have_programs(NODES_PROGRAMS)


def main() -> int:
    releases = sys.argv[1:] or RELEASES
    why = why_not_here()
    for release in releases:
        if not why:
            what = f"{release} for nodes, about a minute"
            image, why = have_image(f"node-{release}-{key(release)}", what, partial(build, release))
        if why:
            say(f"no node of {release}: {why}")
            return NOT_TO_BE_HAD
        print(image)
    return 0


if __name__ == "__main__":
    sys.exit(main())
