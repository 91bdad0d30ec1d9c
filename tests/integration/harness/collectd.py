# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a private collectd: its own folder, configuration, log and csv files; nothing of the machine's own is touched.

with Collectd(tmp_path, ipmi_block("web01", bmc.host, bmc.username, bmc.password, SELEnabled=True)) as daemon:
    wait_for(lambda: daemon.csv("web01"), 10)
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import TypeVar

START_DEADLINE_S = 60.0
STOP_DEADLINE_S = 30.0
PLUGINS = Path("/usr/lib/collectd")
TYPES = Path("/usr/share/collectd/types.db")

MAIN = """\
Hostname "collector"
FQDNLookup false
BaseDir "{folder}"
PIDFile "{folder}/pid"
PluginDir "{plugins}"
TypesDB "{types}"
Interval {interval}
LoadPlugin logfile
<Plugin logfile>
  LogLevel info
  File "{folder}/log"
  Timestamp true
</Plugin>
LoadPlugin csv
<Plugin csv>
  DataDir "{folder}/csv"
</Plugin>
"""

T = TypeVar("T")


def ipmi_block(name: str, address: str, username: str, password: str, **options: bool | str) -> str:
    """An Instance of the ipmi plugin, whose values are told under its name; ``options`` are the plugin's own."""
    lines = [f'  <Instance "{name}">', f'    Host "{name}"', f'    Address "{address}"']
    lines += [f'    Username "{username}"', f'    Password "{password}"']
    for option, value in options.items():
        lines.append(f"    {option} {str(value).lower() if isinstance(value, bool) else _quoted(value)}")
    return "\n".join([*lines, "  </Instance>", ""])


def exec_block(user: str, arguments: Sequence[str]) -> str:
    """The exec plugin, which starts a program for each notification."""
    words = " ".join(_quoted(word) for word in (user, *arguments))
    return f"LoadPlugin exec\n<Plugin exec>\n  NotificationExec {words}\n</Plugin>\n"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def wait_for(look: Callable[[], T], deadline_s: float = 90.0) -> T:
    """What `look` gives once it gives something; AssertionError after the deadline."""
    end = time.monotonic() + deadline_s
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < end, f"nothing came within {deadline_s} s"
        time.sleep(0.1)


class Collectd:
    """One running collectd: a context manager. ``ipmi``: Instance blocks; ``more``: other text of the configuration;
    ``before``: a command that starts it (``unshare --mount`` and the like)."""

    def __init__(
        self, folder: Path, *ipmi: str, interval_s: float = 1, more: str = "", before: Sequence[str] = ()
    ) -> None:
        self.folder = folder
        self.conf = folder / "collectd.conf"
        self.before = tuple(before)
        self._process: subprocess.Popen[bytes] | None = None
        main = MAIN.format(folder=folder, plugins=PLUGINS, types=TYPES, interval=interval_s)
        plugin = f"LoadPlugin ipmi\n<Plugin ipmi>\n{''.join(ipmi)}</Plugin>\n" if ipmi else ""
        self.text = main + more + plugin

    def __enter__(self) -> Collectd:
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

    def start(self) -> None:
        """Start in the foreground, as a child that ends with this process, and wait until it reads."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.conf.touch(0o600)
        self.conf.write_text(self.text)
        command = [*self.before, "setpriv", "--pdeathsig", "TERM", "collectd", "-f", "-C", str(self.conf)]
        with (self.folder / "output").open("wb") as output:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        wait_for(self._has_started, START_DEADLINE_S)

    def _has_started(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"collectd ended with {self._process.returncode}: {self.log()[-600:]}"
        return "Initialization complete" in self.log()

    def stop(self) -> None:
        """End it by its process id; harmless when it does not run."""
        process, self._process = self._process, None
        if process is None:
            return
        process.terminate()
        try:
            process.wait(STOP_DEADLINE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    @property
    def pid(self) -> int:
        assert self._process is not None, "collectd is not running"
        return self._process.pid

    def log(self) -> str:
        """What it logged, and what it wrote before it could log."""
        paths = (self.folder / "output", self.folder / "log")
        return "".join(path.read_text(errors="replace") for path in paths if path.exists())

    def csv(self, host: str) -> dict[str, list[tuple[float, float]]]:
        """The values of one host's BMC as (time, value), by ``type-type instance``."""
        found: dict[str, list[tuple[float, float]]] = {}
        for path in sorted((self.folder / "csv" / host / "ipmi").glob("*")):
            # A date ends the name; the last line may be half written.
            rows = [line.split(",") for line in path.read_text().splitlines(keepends=True)[1:] if line.endswith("\n")]
            found.setdefault(path.name[: -len("-2026-01-31")], []).extend(
                (float(when), float(value)) for when, value in rows
            )
        return found
