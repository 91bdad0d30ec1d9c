# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A machine that tests reach by ssh, as root: what all kinds of them have in common."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .guest.ssh import Ssh


class Host:
    """``ssh_options`` are ssh's and scp's."""

    def __init__(self, ssh: Ssh) -> None:
        self._ssh = ssh
        self.ssh_options = ssh.options
        self.address, self.port = ssh.address, ssh.port

    def ssh(self, command: str, *, stdin: bytes = b"", timeout_s: float = 120.0) -> subprocess.CompletedProcess[str]:
        """Run a shell command as root; bytes of its output are characters of Latin-1."""
        return self._ssh.run(command, stdin=stdin, timeout_s=timeout_s)

    def must(self, command: str, *, stdin: bytes = b"", timeout_s: float = 120.0) -> str:
        """Standard output of a command as root; SshError where it fails."""
        return self._ssh.must(command, stdin=stdin, timeout_s=timeout_s)

    def copy(self, path: Path, folder: str = "/root") -> None:
        """Copy a file or folder from here, under its own name, into a folder there; links are followed."""
        leave_out = ("--exclude=__pycache__", "--exclude=.*")
        command = ["tar", "-C", str(path.parent), "-chf", "-", *leave_out, path.name]
        packed = subprocess.run(command, capture_output=True, check=True).stdout
        self._ssh.must(f"mkdir -p {folder} && tar -C {folder} --no-same-owner -xf -", stdin=packed)

    def inventory(self, **variables: Any) -> dict[str, Any]:
        """The variables of an Ansible host that is this machine."""
        return {
            "ansible_connection": "ssh",
            "ansible_host": self.address,
            "ansible_port": self.port,
            "ansible_user": "root",
            "ansible_ssh_private_key_file": str(self._ssh.key),
            "ansible_ssh_common_args": " ".join(self.ssh_options),
            "ansible_python_interpreter": "/usr/bin/python3",
            **variables,
        }
