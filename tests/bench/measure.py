# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a program costs with everything that it starts: processor time, time on the clock, memory."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# Looking for memory takes at most this share of one core, and pauses at least so long.
_SHARE, _SHORTEST_PAUSE_S = 0.05, 0.004
DEADLINE_S = 300


@dataclass(frozen=True)
class Usage:
    """``cpu_s``: user and system time of the process and its descendants; ``memory_mb``: the peak of what all of them
    held together, shared pages counted once; ``status``: the exit status, negative for a signal."""

    status: int
    cpu_s: float
    wall_s: float
    memory_mb: float


class _MemoryWatch(threading.Thread):
    """Samples the proportional set size of a tree of processes; the kernel's own peak (ru_maxrss) is that of its
    largest process alone, and begins with what the process that started it held."""

    def __init__(self, root: int) -> None:
        super().__init__(daemon=True)
        self._root = root
        self._over = threading.Event()
        self.peak_kb = 0

    def run(self) -> None:
        pause = 0.0
        while not self._over.wait(pause):
            began = time.perf_counter()
            self.peak_kb = max(self.peak_kb, sum(map(_memory_kb, _tree(self._root))))
            pause = max((time.perf_counter() - began) / _SHARE, _SHORTEST_PAUSE_S)

    def stop(self) -> float:
        self._over.set()
        self.join()
        return self.peak_kb / 1024


def _tree(root: int) -> list[int]:
    found = [root]
    for pid in found:
        with contextlib.suppress(OSError):
            for task in os.listdir(f"/proc/{pid}/task"):
                with contextlib.suppress(OSError):
                    found += map(int, Path(f"/proc/{pid}/task/{task}/children").read_text().split())
    return found


def _memory_kb(pid: int) -> int:
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1])
    return 0


def _end(root: int) -> None:
    """End a program with everything that it started, in groups of their own, too."""
    for pid in _tree(root):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


def measure(
    command: list[str], env: Mapping[str, str], cwd: Path, stdin: Path | None = None, deadline_s: float = DEADLINE_S
) -> Usage:
    """Run a command to its end, its output into the file ``output`` in ``cwd``. One that takes longer than
    ``deadline_s`` is ended."""
    with (
        open(stdin or os.devnull, "rb") as read_from,
        open(cwd / "output", "wb") as output,
    ):
        began = time.perf_counter()
        process = subprocess.Popen(
            command, env=dict(env), cwd=cwd, stdin=read_from, stdout=output, stderr=output, start_new_session=True
        )
        watch = _MemoryWatch(process.pid)
        watch.start()
        limit = threading.Timer(deadline_s, _end, (process.pid,))
        limit.daemon = True
        limit.start()
        try:
            _pid, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            _end(process.pid)
            process.wait()
            raise
        finally:
            limit.cancel()
        wall_s = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
    return Usage(process.returncode, usage.ru_utime + usage.ru_stime, wall_s, watch.stop())
