# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nodes as tests use them."""

from __future__ import annotations

import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from harness.guest.ssh import BOOTED, Ssh
from harness.host import Host
from harness.images import NoImage, ask_for_image
from harness.ipmi_sim import free_port, own_address

from .container import Container

RELEASES = ("bookworm", "trixie", "bullseye")
# For pytest.mark.timeout: the first test that wants a node may have to wait for its image.
FIRST_USE_S = 1500
BOOT_DEADLINE_S = 60.0
# The kernel's boot id is the host's, for all nodes.
BOOT_ID = "systemctl show --property=UserspaceTimestampMonotonic"


NoNode = NoImage


def image(release: str) -> Path:
    """The folder of the release's image, which is made where it is missing; NoNode."""
    return ask_for_image("node_image.py", release)


def image_or_skip(release: str) -> Path:
    """As :func:`image`; where there is none the test is skipped, with the reason."""
    try:
        return image(release)
    except NoNode as why:
        pytest.skip(str(why))


class Node(Host):
    """A running Debian."""

    def __init__(self, release: str, container: Container, ssh: Ssh) -> None:
        super().__init__(ssh)
        self.release = release
        self._container = container

    @property
    def pid(self) -> int:
        """Process id of what runs systemd-nspawn."""
        return self._container.pid

    def reboot(self) -> None:
        """Restart the node and wait until it has booted; what it wrote is kept."""
        before = self._ssh.must(BOOT_ID).strip()
        self._ssh.run("systemctl reboot", timeout_s=30)
        self._ssh.hang_up()
        until = time.monotonic() + BOOT_DEADLINE_S
        self._ssh.wait(until, self._container.check, f'test "$({BOOT_ID})" != {before}')
        self.wait_until_booted()

    def wait_until_booted(self) -> None:
        until = time.monotonic() + BOOT_DEADLINE_S
        self._ssh.wait(until, self._container.check, BOOTED, BOOT_DEADLINE_S)


@contextmanager
def node(release: str) -> Iterator[Node]:
    """A Debian of this release, freshly booted; nothing of it is left at the end."""
    found = image(release)
    with ExitStack() as stack:
        # Names of sockets have room for some 100 characters: pytest's own folders are too deep.
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="node-")))
        address = own_address()
        port = free_port(address, socket.SOCK_STREAM)
        container = Container(found, folder, address, port)
        stack.callback(container.stop)
        ssh = Ssh(address, port, found / "key", folder)
        stack.callback(ssh.hang_up)
        one = Node(release, container, ssh)
        one.wait_until_booted()
        yield one
