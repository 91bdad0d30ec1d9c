# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running a program that may hang, flood, ask, or leave children: it ends in time, and nothing of it stays.

The program leads a session of its own, so that it and its children are killed at once, as long as its process id is not
given back. Children that left the session come to this process (PR_SET_CHILD_SUBREAPER) and are killed, too.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import glob
import os
import re
import selectors
import shutil
import signal
import subprocess
import termios
import time
from collections.abc import Iterator, Sequence

from .._core.racadm.verdict import ASKED_AGAIN, EXITED, FLOODED, NOT_STARTED, TIMED_OUT, Ended
from .._ops.racadm import Command

MAX_BYTES = 1 << 20
_CHUNK = 1 << 16
_TICK_S = 0.1
# What is still in the pipes when the program has ended is read for so long: a child may go on writing.
_DRAIN_S = 0.5
# A process that waits for the iDRAC's driver inside of the kernel is not killed before the driver lets it go.
_KILL_S = 2.0
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_ASKS = re.compile(rb"(?:\A|[\r\n])[^\r\n:=]{0,40}?(user ?name|login|password)[^\r\n:=]{0,40}:\s*\Z", re.IGNORECASE)
_LAST_BYTES = 200


class ProgramRunner:
    """A Runner on this machine; ``max_bytes``: how much output is taken in."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max_bytes = max_bytes

    def find(self, names: Sequence[str]) -> str | None:
        return next(filter(None, map(shutil.which, names)), None)

    def run(self, command: Command, timeout_s: float) -> Ended:
        deadline = time.monotonic() + timeout_s
        with _no_strays():
            try:
                process, streams = _start(command)
            except OSError as error:
                return Ended(NOT_STARTED, problem=error.strerror or type(error).__name__)
            conversation = _Conversation(process.pid, streams, command, self._max_bytes)
            is_gone = False
            try:
                how = conversation.listen(deadline)
            finally:
                is_gone = _kill(process)
                for stream in streams:
                    os.close(stream)
            status = process.returncode if how == EXITED else None
            return Ended(how, conversation.output(), status, is_left=not is_gone)


class _Conversation:
    """What a running program prints, and what it is answered."""

    def __init__(self, pid: int, streams: Sequence[int], command: Command, max_bytes: int) -> None:
        self._pid, self._streams, self._max_bytes = pid, streams, max_bytes
        self._printed = {stream: bytearray() for stream in streams}
        self._answers = {"user": command.username, "password": command.password}
        self._unanswered = bytearray()
        self._asks = command.password is not None

    def output(self) -> bytes:
        return b"\n".join(self._printed.values())[: self._max_bytes]

    def listen(self, deadline: float) -> str:
        """How it ended: one of EXITED, TIMED_OUT, FLOODED, ASKED_AGAIN."""
        with selectors.DefaultSelector() as selector:
            for stream in self._streams:
                selector.register(stream, selectors.EVENT_READ)
            drained = None
            while (now := time.monotonic()) < deadline:
                ready = selector.select(min(_TICK_S, deadline - now))
                for key, _events in ready:
                    if not self._read(key.fd):
                        selector.unregister(key.fd)
                if sum(map(len, self._printed.values())) >= self._max_bytes:
                    return FLOODED
                if not ready and not self._answer():
                    return ASKED_AGAIN
                if _has_ended(self._pid):
                    drained = drained or now + _DRAIN_S
                    if not ready or not selector.get_map() or now > drained:
                        return EXITED
        return TIMED_OUT

    def _read(self, stream: int) -> bool:
        """False at the end of a stream."""
        try:
            data = os.read(stream, _CHUNK)
        except OSError:  # a terminal's end reads as EIO
            return False
        self._printed[stream] += data
        if self._asks:
            self._unanswered = (self._unanswered + data)[-_LAST_BYTES:]
        return bool(data)

    def _answer(self) -> bool:
        """Answer what it asks and waits for; False where it asks again."""
        asked = _ASKS.search(self._unanswered)
        if not asked:
            return True
        answer = self._answers.pop("password" if asked[1].lower() == b"password" else "user", None)
        if answer is None:
            return False
        self._unanswered.clear()
        with contextlib.suppress(OSError):  # it has just ended
            os.write(self._streams[0], f"{answer}\n".encode())
        return True


def _start(command: Command) -> tuple[subprocess.Popen[bytes], list[int]]:
    """The process, and what to read from: its terminal, or standard output and standard error."""
    is_terminal = command.password is not None
    if is_terminal:
        ours, theirs = os.openpty()
        _echo_nothing(theirs)
        pairs = [(ours, theirs)]
        given, output, errors = theirs, theirs, theirs
    else:
        pairs = [os.pipe(), os.pipe()]
        given, output, errors = subprocess.DEVNULL, pairs[0][1], pairs[1][1]
    libc = _libc()

    def prepare() -> None:
        if libc is not None:
            libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if is_terminal:
            # Some programs ask at /dev/tty, which is the session's own terminal.
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    try:
        process = subprocess.Popen(
            command.arguments,
            stdin=given,
            stdout=output,
            stderr=errors,
            env={**os.environ, "LC_ALL": "C"},
            start_new_session=True,
            preexec_fn=prepare,
        )
    except (OSError, subprocess.SubprocessError) as error:
        for ours, _theirs in pairs:
            os.close(ours)
        raise error if isinstance(error, OSError) else OSError(0, str(error)) from error
    finally:
        for _ours, theirs in pairs:
            os.close(theirs)
    return process, [ours for ours, _theirs in pairs]


def _echo_nothing(terminal: int) -> None:
    """What is typed must not come back as output, whatever the program thinks of it."""
    settings = termios.tcgetattr(terminal)
    settings[3] &= ~(termios.ECHO | termios.ECHONL)
    termios.tcsetattr(terminal, termios.TCSANOW, settings)


def _has_ended(pid: int) -> bool:
    """Whether it has; it keeps its process id until _kill."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _kill(process: subprocess.Popen[bytes]) -> bool:
    """Kill the program's whole group, and take in its end; False where it does not end."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    try:
        process.wait(_KILL_S)
    except subprocess.TimeoutExpired:
        return False
    return True


@contextlib.contextmanager
def _no_strays() -> Iterator[None]:
    """Kills what comes to this process as a child within, by leaving the program that started it."""
    libc = _libc()
    if libc is None:
        yield
        return
    before = _children()
    libc.prctl(_PR_SET_CHILD_SUBREAPER, 1)
    try:
        yield
    finally:
        deadline = time.monotonic() + _KILL_S
        while (strays := _children() - before) and time.monotonic() < deadline:
            for pid in strays:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(pid, os.WNOHANG)
            time.sleep(0.01)
        libc.prctl(_PR_SET_CHILD_SUBREAPER, 0)


def _children() -> set[int]:
    """Process ids of this process' children; empty where the kernel does not tell."""
    found: set[int] = set()
    for path in glob.glob("/proc/self/task/*/children"):
        with contextlib.suppress(OSError), open(path, encoding="ascii") as stream:
            found.update(map(int, stream.read().split()))
    return found


def _libc() -> ctypes.CDLL | None:
    """The C library where it has prctl: on Linux."""
    try:
        libc = ctypes.CDLL(None)
        return libc if hasattr(libc, "prctl") else None
    except OSError:
        return None
