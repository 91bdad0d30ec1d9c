# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kernel's log of a Linux machine: journalctl, and /dev/kmsg where there is no journal."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from typing import IO, cast

from .._core.errors import DriverError

DEADLINE_S = 120.0
MAX_BYTES = 1 << 28
MAX_LINE = 1 << 16
# /dev/kmsg hands out a record a read, and refuses a buffer that is too small for it.
_RECORD_BYTES = 1 << 14
_MAX_RECORDS = 200_000

# The kernel's messages of every boot; journalctl's own option -k is about the present one alone.
_JOURNALCTL = ("journalctl", "--no-pager", "--quiet", "--output=json", "--reverse")
_KERNEL = "_TRANSPORT=kernel"


class JournalProcess:
    """A journalctl that runs: its lines, until its end, a limit or the deadline."""

    def __init__(self, command: list[str], deadline_s: float = DEADLINE_S, max_bytes: int = MAX_BYTES) -> None:
        self.cut_by = ""
        self._process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=_environment()
        )
        # Popen has them, since they are pipes.
        self._output, self._errors = cast(IO[bytes], self._process.stdout), cast(IO[bytes], self._process.stderr)
        self._deadline_s, self._left = deadline_s, max_bytes
        self._timer = threading.Timer(deadline_s, self._late)
        self._timer.daemon = True
        self._timer.start()

    def __iter__(self) -> Iterator[bytes]:
        is_rest = False
        while line := self._output.readline(MAX_LINE):
            self._left -= len(line)
            if self._left < 0:
                self.cut_by = self.cut_by or "the journal has more than is read of it"
                return
            # What is too long for a line of the kernel's comes in pieces: the first is damaged, the rest is left out.
            if not is_rest:
                yield line
            is_rest = not line.endswith(b"\n")
        if self._process.wait() != 0 and not self.cut_by:
            self.cut_by = f"journalctl has failed ({self._said() or 'it says nothing'})"

    def close(self) -> None:
        self._timer.cancel()
        self._process.kill()
        self._process.wait()
        self._output.close()
        self._errors.close()

    def _late(self) -> None:
        self.cut_by = f"the journal was not read to its end within {self._deadline_s:.0f} seconds"
        self._process.kill()

    def _said(self) -> str:
        text = self._errors.read(300).decode("utf-8", "replace").strip().partition("\n")[0]
        return "".join(char if char.isprintable() else "\ufffd" for char in text)


class LinuxKernelLog:
    """A KernelLog: that of the machine this runs on."""

    def __init__(self, kmsg: str = "/dev/kmsg") -> None:
        self._kmsg = kmsg

    def now(self) -> float:
        return time.time()

    def journal(self, since: float) -> JournalProcess | None:
        path = shutil.which(_JOURNALCTL[0])
        if path is None or not self._has_kernels(path):
            return None
        return JournalProcess([path, *_JOURNALCTL[1:], f"--since=@{max(0, int(since))}", _KERNEL])

    def buffer(self) -> tuple[list[bytes], float]:
        booted = time.time() - time.clock_gettime(time.CLOCK_MONOTONIC)
        try:
            device = os.open(self._kmsg, os.O_RDONLY | os.O_NONBLOCK)
        except OSError as error:
            raise DriverError(
                f"no journal has the kernel's messages, and {self._kmsg} cannot be opened: {error.strerror}",
                "Run it as root (become).",
            ) from error
        try:
            return list(_records(device)), booted
        except OSError as error:
            raise DriverError(f"{self._kmsg} cannot be read: {error.strerror}", "Run it as root (become).") from error
        finally:
            os.close(device)

    @staticmethod
    def _has_kernels(path: str) -> bool:
        """Whether this user sees any message of the kernel's: a quiet window does not mean that there is no journal."""
        probe = JournalProcess([path, *_JOURNALCTL[1:], "--lines=1", _KERNEL])
        with contextlib.closing(probe):
            return any(True for _line in probe)


def _records(device: int) -> Iterator[bytes]:
    for _number in range(_MAX_RECORDS):
        try:
            record = os.read(device, _RECORD_BYTES)
        except BlockingIOError:
            return
        except BrokenPipeError:
            # The record was overwritten before it was read; the next read goes on with the oldest that is left.
            continue
        if not record:
            return
        yield record


def _environment() -> dict[str, str]:
    return {**os.environ, "LC_ALL": "C", "SYSTEMD_COLORS": "0"}
