# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way into the stand-in by what Ansible runs as ssh, and what the other one (winrm.py) has in common with it."""

from __future__ import annotations

import json
import socketserver
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from .payload import Outcome

LOOPBACK = "127.0.0.1"
_UNREACHABLE = Outcome(255, "", f"ssh: connect to host {LOOPBACK} port 22: Connection timed out\r\n")
_NO_MASTER = Outcome(255, "", "Control socket connect: No such file or directory\r\n")


class Inside(Protocol):
    """The host behind a door."""

    def knock(self) -> bool:
        """Whether the next command will reach the host; where it will not, this attempt was that command."""

    def run(self, command: str, stdin: bytes) -> Outcome | None:
        """How a command line ended; None where it did not reach the host."""


@contextmanager
def serving(server: socketserver.TCPServer) -> Iterator[int]:
    """Serve in a thread for the length of a ``with`` block; the port."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def ssh_door(inside: Inside, folder: Path) -> Iterator[Path]:
    """The path of a program that stands in for ssh; it is written into ``folder``."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            asked = json.loads(b"".join(iter(lambda: self.request.recv(65536), b"")))
            outcome = _ssh(inside, asked["arguments"], asked["stdin"].encode("latin-1"))
            told = {"rc": outcome.rc, "stdout": _bytes(outcome.stdout), "stderr": _bytes(outcome.stderr)}
            self.request.sendall(json.dumps(told).encode())

    server = socketserver.ThreadingTCPServer((LOOPBACK, 0), Handler)
    server.daemon_threads = True
    with serving(server) as port:
        program = folder / "ssh"
        client = Path(__file__).with_name("ssh_client.py").read_text().replace("PORT = 0", f"PORT = {port}")
        program.write_text(f"#!{sys.executable} -SI\n{client}")
        program.chmod(0o755)
        yield program


def _bytes(text: str) -> str:
    return text.encode().decode("latin-1")


def _ssh(inside: Inside, arguments: list[str], stdin: bytes) -> Outcome:
    if arguments == ["-o", "ControlPersist"]:  # the plugin asks whether ssh knows this option
        return Outcome(255, "", "usage: ssh\r\n")
    if "-O" in arguments:
        return _NO_MASTER
    return inside.run(arguments[-1], stdin) or _UNREACHABLE
