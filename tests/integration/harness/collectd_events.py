# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A collectd that hands its notifications to the handler, as the role sets it up, and the simulated BMCs it reads."""

from __future__ import annotations

import json
import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.collectd_handler import build_handler
from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.collectd_notify import config_bytes
from bmcsim import running

from .collectd import Collectd, exec_block, ipmi_block, wait_for
from .ipmi_sim import IpmiSim

USER, PASSWORD = "monitor", "Sim-only-9f3c"
# Of the machine's own: the tests' Python may lie where the handler's user has no way.
PYTHON = "/usr/bin/python3"
HANDLERS_USER = "nobody"
NOTIFY = {
    "AuthType": "rmcp+",
    "NotifySensorAdd": True,
    "NotifySensorRemove": True,
    "NotifySensorNotPresent": True,
    "NotifyIPMIConnectionState": True,
    "SELEnabled": True,
}
PORT = 623
START_S, CONNECTION_S = 60, 120

# A /dev of its own for collectd and its children, in which /dev/log is the test's socket.
PRIVATE_DEV = """\
set -e
mount -t tmpfs none "$1"
for name in null zero full random urandom; do
  : > "$1/$name"
  mount --bind "/dev/$name" "$1/$name"
done
ln -s "$2" "$1/log"
mount --rbind "$1" /dev
shift 2
exec "$@"
"""


@dataclass
class Scene:
    """A collectd with the handler, and the simulated BMCs that it reads."""

    fleet: Any
    daemon: Collectd
    output: Path
    syslog: list[str]

    def lines(self) -> list[dict[str, Any]]:
        if not self.output.exists():
            return []
        return [json.loads(line) for line in self.output.read_text("ascii").splitlines()]

    def wait(self, deadline_s: float, **fields: Any) -> dict[str, Any]:
        """The first line with these fields."""
        return wait_for(lambda: self.find(**fields), deadline_s)

    def find(self, **fields: Any) -> dict[str, Any] | None:
        for line in self.lines():
            if all(line[key] == value for key, value in fields.items()):
                return line
        return None


def address(number: int) -> str:
    """One of this process's own addresses; all have the port that collectd asks."""
    pid = os.getpid()
    return f"127.{128 + number}.{pid >> 8 & 0xFF}.{pid & 0xFF}"


def server(name: str, number: int) -> dict[str, Any]:
    """A server whose changes are logged."""
    user = {"name": USER, "password": PASSWORD, "privilege": "user"}
    where = {"address": address(number), "port": PORT}
    return {"name": name, "model": "rack1u", **where, "users": [user], "events": True}


@contextmanager
def play(*names: str, beside: Sequence[IpmiSim] = (), rules: Sequence[dict[str, Any]] = ()) -> Iterator[Scene]:
    """Everything set up as the role does it, in a folder where another user has a way, and values flow.

    ``names``: of servers that are simulated here; ``beside``: other simulators, at port 623.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="collectd-notify-")))
        folder.chmod(0o755)
        spool = folder / "spool"
        spool.mkdir()
        shutil.chown(spool, HANDLERS_USER)
        spool.chmod(0o700)
        output = spool / "notifications.jsonl"
        (folder / "handler.pyz").write_bytes(build_handler())
        (folder / "handler.json").write_bytes(config_bytes(str(output), rules=rules))
        log = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
        log.bind(str(folder / "log.socket"))
        (folder / "log.socket").chmod(0o666)
        messages: list[str] = []
        threading.Thread(target=listen, args=(log, messages), daemon=True).start()
        stack.callback(log.shutdown, socket.SHUT_RDWR)
        (folder / "dev").mkdir()
        fleet = stack.enter_context(running([server(name, number) for number, name in enumerate(names)]))
        private = ("unshare", "--mount", "sh", "-c", PRIVATE_DEV, "sh", str(folder / "dev"), str(folder / "log.socket"))
        bmcs = [(name, fleet[name].address, USER, PASSWORD) for name in names]
        bmcs += [(sim.name, sim.host, sim.username, sim.password) for sim in beside]
        daemon = Collectd(
            folder / "collectd",
            *(ipmi_block(*bmc, **NOTIFY) for bmc in bmcs),
            more=exec_block(HANDLERS_USER, [PYTHON, "-IS", str(folder / "handler.pyz"), str(folder / "handler.json")]),
            before=private,
        )
        stack.enter_context(daemon)
        wait_for(lambda: all(daemon.csv(name) for name, *_rest in bmcs), START_S)
        yield Scene(fleet, daemon, output, messages)


def listen(log: socket.socket, messages: list[str]) -> None:
    """As syslog's daemon does: ten messages that nobody takes hold up who sends the next."""
    while message := log.recv(65536):
        messages.append(message.decode())


def interrupt(scene: Scene, name: str, meanwhile: Callable[[], None]) -> None:
    """Let a BMC be silent until collectd gives it up, and let something happen to it before it is back."""
    downs = scene.daemon.log().count(f"{name} 0 ipmi_lan.c(lost_connection): All")
    scene.fleet[name].faults.change(silent=True)
    wait_for(lambda: scene.daemon.log().count(f"{name} 0 ipmi_lan.c(lost_connection): All") > downs, CONNECTION_S)
    meanwhile()
    scene.fleet[name].faults.clear()
