# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start OpenIPMI's ipmi_sim for one .emu file on loopback, drive it through its console, and stop it.

with IpmiSim(Path("dell_r730.emu"), tmp_path) as bmc:
    bmc.host, bmc.port, bmc.username, bmc.password
    bmc.console("sensor_set_value 0x20 0 4 0x7f 0")
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType

START_DEADLINE_S = 15.0
STOP_DEADLINE_S = 3.0
CONSOLE_DEADLINE_S = 10.0
PROMPT = b"\n\r> "
# RMCP header, IPMI 1.5 session header without authentication, Get Channel Authentication Capabilities for this
# channel and administrator (IPMI v2.0 rev 1.1, sections 13.6 and 22.13): answered before any session.
ARE_YOU_THERE = bytes.fromhex("0600ff07 00 00000000 00000000 09 20 18 c8 81 00 38 8e 04 b5")

LAN_CONF = """\
name "{name}"
console {host} {console_port}
set_working_mc 0x20
  startlan 1
    addr {host} {port}
    priv_limit admin
    allowed_auths_callback none md2 md5 straight
    allowed_auths_user none md2 md5 straight
    allowed_auths_operator none md2 md5 straight
    allowed_auths_admin none md2 md5 straight
    guid a123456789abcdefa123456789abcdef
{lan_lines}  endlan
{vm_line}  user 1 true "" "none" user 10 none md2 md5 straight
  user 2 true "{username}" "{password}" admin 10 none md2 md5 straight
  user 3 true "operator" "{password}" operator 10 none md2 md5 straight
  user 4 true "reader" "{password}" user 10 none md2 md5 straight
"""


class SimulatorError(RuntimeError):
    """ipmi_sim did not start, or its console refused a command."""


def own_address() -> str:
    """A loopback address of this process's own, so that test processes side by side never meet."""
    pid = os.getpid()
    return f"127.{64 + (pid >> 16 & 0x3F)}.{pid >> 8 & 0xFF}.{pid & 0xFF}"


def free_port(host: str, kind: socket.SocketKind) -> int:
    """A port nobody listens on at `host` now."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


class IpmiSim:
    """One running ipmi_sim: a context manager; `start` and `stop` by hand work too.

    `username` is an administrator; `operator` and `reader` (privilege user) exist with the same password.
    `lan_lines` are added to the channel's section of lan.conf (`bmc_key "..."` for one).
    `vm` makes it the BMC of a machine too: QEMU's ipmi-bmc-extern connects to `vm_port` (the system interface).
    """

    def __init__(
        self,
        emu: Path,
        workdir: Path,
        *,
        host: str | None = None,
        port: int | None = None,
        username: str = "admin",
        password: str = "Sim-only-9f3c",
        lan_lines: tuple[str, ...] = (),
        vm: bool = False,
    ) -> None:
        self.emu = emu
        self.name = re.sub(r"[^A-Za-z0-9_]", "_", emu.stem)
        self.workdir = workdir / f"ipmi_sim-{self.name}"
        self.host = host or own_address()
        self.username = username
        self.password = password
        self.lan_lines = lan_lines
        self.port = port or 0
        self.console_port = 0
        self.vm = vm
        self.vm_port = 0
        self.log = self.workdir / "log"
        self._process: subprocess.Popen[bytes] | None = None
        self._console: socket.socket | None = None

    def __enter__(self) -> IpmiSim:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def pid(self) -> int:
        """Process id of the running simulator."""
        if self._process is None:
            raise SimulatorError("ipmi_sim is not running")
        return self._process.pid

    def start(self) -> None:
        """Start and wait until the BMC answers; SimulatorError names the line of the .emu that was refused."""
        state = self.workdir / "state"
        (state / self.name).mkdir(parents=True, exist_ok=True)
        self.port = self.port or free_port(self.host, socket.SOCK_DGRAM)
        self.console_port = free_port(self.host, socket.SOCK_STREAM)
        self.vm_port = free_port(self.host, socket.SOCK_STREAM) if self.vm else 0
        conf = self.workdir / "lan.conf"
        conf.write_text(self._lan_conf())
        conf.chmod(0o600)
        command = ["ipmi_sim", "-c", str(conf), "-f", str(self.emu), "-s", str(state), "-p"]
        if self.vm:
            # A frozen one would not see its standard input end.
            command = ["setpriv", "--pdeathsig", "KILL", *command]
        with self.log.open("wb") as log:
            # Without -n, and with a pipe for stdin: a bad line of the .emu is then told instead of silently ending
            # the file, and the simulator ends with this process, whatever ends it.
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT)
        self._wait_until_it_answers()

    def stop(self) -> None:
        """End the simulator, by its process id; harmless when it does not run."""
        if self._console is not None:
            self._console.close()
            self._console = None
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        process.send_signal(signal.SIGCONT)
        try:
            process.wait(STOP_DEADLINE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin is not None:
            process.stdin.close()

    def freeze(self) -> None:
        """From now on nothing is answered; nothing is lost either."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def console(self, command: str) -> str:
        """Run one .emu command in the running simulator; its answer as text, SimulatorError where it refuses."""
        if self._console is None:
            self._console = socket.create_connection((self.host, self.console_port), CONSOLE_DEADLINE_S)
            self._read_until(b"> ")
        self._drop_log_lines()
        self._console.sendall(command.encode("ascii") + b"\n")
        answer = self._read_until(PROMPT, after=command.encode("ascii"))
        text = answer.decode("ascii", "replace").replace("\n\r", "\n").strip("\n")
        if text.startswith("**") or "\n**" in text:
            raise SimulatorError(f"ipmi_sim refused {command!r}: {text.strip()}")
        return text

    def _lan_conf(self) -> str:
        return LAN_CONF.format(
            name=self.name,
            host=self.host,
            port=self.port,
            console_port=self.console_port,
            username=self.username,
            password=self.password,
            lan_lines="".join(f"    {line}\n" for line in self.lan_lines),
            vm_line=f"  serial 15 {self.host} {self.vm_port} codec VM\n" if self.vm else "",
        )

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_DEADLINE_S
        assert self._process is not None
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.settimeout(0.05)
            while time.monotonic() < deadline:
                self._raise_for_refused_line()
                if self._process.poll() is not None:
                    raise SimulatorError(f"ipmi_sim ended with {self._process.returncode}: {self._log_tail()}")
                with contextlib.suppress(OSError):
                    probe.sendto(ARE_YOU_THERE, (self.host, self.port))
                    probe.recv(256)
                    # The file is read before the first answer: what it refused stands in the log by now.
                    self._raise_for_refused_line()
                    return
                time.sleep(0.01)
        raise SimulatorError(f"ipmi_sim opened no port for {self.emu} in {START_DEADLINE_S} s: {self._log_tail()}")

    def _raise_for_refused_line(self) -> None:
        lines = self.log.read_text(errors="replace").replace("\r", "").splitlines()
        for index, line in enumerate(lines):
            if line.startswith("**"):
                # The simulator echoes each line before it runs it.
                before = next((text[:120] for text in reversed(lines[:index]) if text.strip()), "")
                raise SimulatorError(f"{self.emu}: ipmi_sim refused {before!r}: {line[2:]}; the rest was not read")

    def _log_tail(self) -> str:
        return self.log.read_text(errors="replace")[-400:].strip()

    def _drop_log_lines(self) -> None:
        """The console also carries the simulator's log; what came since the last command is no answer."""
        assert self._console is not None
        self._console.setblocking(False)
        try:
            while self._console.recv(65536):
                pass
        except BlockingIOError:
            pass
        finally:
            self._console.settimeout(CONSOLE_DEADLINE_S)

    def _read_until(self, end: bytes, after: bytes = b"") -> bytes:
        """What stands between the echo of `after` and the next `end`."""
        assert self._console is not None
        deadline = time.monotonic() + CONSOLE_DEADLINE_S
        received = b""
        while time.monotonic() < deadline:
            chunk = self._console.recv(65536)
            if not chunk:
                break
            received += chunk
            start = received.find(after)
            if start >= 0 and end in received[start:]:
                begin = start + len(after)
                return received[begin : received.index(end, start)]
        raise SimulatorError(f"ipmi_sim's console gave no prompt after {after!r}: {received[-200:]!r}")
