# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulated BMCs in a process of their own, whose cost is counted for no client.

As a program: serves BMCs, and obeys lines of JSON on standard input. `Server` starts it and talks to it.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

import server_model

HERE = Path(__file__).resolve().parent
SIMULATORS = HERE.parent / "simulators"
_START_AND_STOP_S = 20


def free_port() -> int:
    """A UDP port that nobody has on any address at this moment."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("", 0))
        return int(sock.getsockname()[1])


class Server:
    """Context manager: ``count`` BMCs at ``hosts`` and ``port``, counting what they are asked.

    ``module``: the program, a module in this folder.
    """

    module = "server"

    def __init__(self, count: int) -> None:
        self.hosts = [server_model.address(n) for n in range(count)]
        self.port = free_port()
        command = [sys.executable, "-m", self.module, str(count), str(self.port)]
        self._process = subprocess.Popen(command, cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __enter__(self) -> Server:
        if self._ask({}) is None:
            self._process.wait(_START_AND_STOP_S)
            raise RuntimeError("the simulated BMCs did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.close()
        try:
            self._process.wait(_START_AND_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()

    def start_counting(self, delay_ms: float, silent: list[int] | None = None) -> None:
        """Forget what was counted; from now on every reply takes ``delay_ms``, and BMCs in ``silent`` say nothing."""
        self._ask({"delay_ms": delay_ms, "silent": silent or []})

    def counted(self) -> list[dict[str, int]]:
        """For each BMC: ``packets`` that it was sent, and ``readings`` that it was asked for."""
        found: list[dict[str, int]] = self._ask({"count": True})
        return found

    def _ask(self, order: dict[str, Any]) -> Any:
        assert self._process.stdin and self._process.stdout
        try:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            return None
        return json.loads(line) if line else None


def _obey(bmcs: list[Any], order: dict[str, Any]) -> Any:
    if order.get("count"):
        return [{"packets": bmc.requests.datagrams, "readings": bmc.requests.count(0x04, 0x2D)} for bmc in bmcs]
    if "delay_ms" in order:
        for number, bmc in enumerate(bmcs):
            bmc.requests.clear()
            bmc.faults.change(delay_ms=float(order["delay_ms"]), silent=number in order["silent"])
    return True


def main() -> None:
    sys.path.insert(0, str(SIMULATORS))
    from bmcsim import running

    with running(server_model.fleet(int(sys.argv[1]), int(sys.argv[2]))) as fleet:
        for line in sys.stdin:
            print(json.dumps(_obey(list(fleet.values()), json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
