# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The files of an archive of event logs: appended to durably, read from their end, locked while they are changed."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO, Callable

from .._core.errors import ArchiveError
from .._transport.turns import lock_file
from .files import sync_folder

_BLOCK = 1 << 16

Line = dict[str, Any]


@dataclass(frozen=True)
class Place:
    """Where a host's archive is: its folder, and its name there without an ending."""

    folder: str
    name: str

    @property
    def lines(self) -> str:
        return os.path.join(self.folder, f"{self.name}.jsonl")

    @property
    def ipmitool(self) -> str:
        """Entries of 16 bytes, one after the other: what ``ipmitool sel readraw`` reads."""
        return os.path.join(self.folder, f"{self.name}.sel")

    def hidden(self, ending: str) -> str:
        return os.path.join(self.folder, f".{self.name}.{ending}")

    @contextlib.contextmanager
    def failing(self, what: str) -> Iterator[None]:
        """Turn the system's errors into ArchiveError."""
        try:
            yield
        except OSError as error:
            raise ArchiveError(
                f"the archive {self.lines} cannot be {what}: {error.strerror or error}",
                "Free the disk, mend the permissions, or name another archive_path.",
            ) from error

    @contextlib.contextmanager
    def locked(self, pause: Callable[[float], bool]) -> Iterator[None]:
        """Make the folder and hold the archive; ``pause`` waits so many seconds, and tells by False that no time is
        left."""
        with self.failing("made"):
            _make_folder(self.folder)
            lock = os.open(self.hidden("lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if not lock_file(lock, pause):
                raise ArchiveError(f"another process writes to {self.lines}", "Wait for it to end.")
            yield
        finally:
            os.close(lock)


def _make_folder(path: str) -> None:
    """Make a folder and those above it, so that their names outlive a crash."""
    if os.path.isdir(path):
        return
    parent = os.path.dirname(path)
    _make_folder(parent)
    with contextlib.suppress(FileExistsError):
        os.mkdir(path, 0o700)
    sync_folder(path)


def append(path: str, lines: list[Line]) -> None:
    """Add whole lines, so that they outlive a crash of the machine; a write that fails leaves the file as it was.

    What a crash in the middle of a write has left of a line is taken away first: its entry was not erased, and is among
    the new ones.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        whole = _whole_size(descriptor)
        if os.lseek(descriptor, 0, os.SEEK_END) > whole:
            os.ftruncate(descriptor, whole)
        os.lseek(descriptor, whole, os.SEEK_SET)
        rest = memoryview("".join(json.dumps(line) + "\n" for line in lines).encode())
        try:
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            os.fsync(descriptor)
        except OSError:
            os.ftruncate(descriptor, whole)
            raise
    finally:
        os.close(descriptor)
    sync_folder(path)


def _whole_size(descriptor: int) -> int:
    """The size of the file up to the end of its last whole line."""
    end = os.fstat(descriptor).st_size
    while end:
        start = max(end - _BLOCK, 0)
        found = os.pread(descriptor, end - start, start).rfind(b"\n")
        if found >= 0:
            return start + found + 1
        end = start
    return 0


def read_archive(path: str) -> Iterator[Line]:
    """All lines of an archive that a user names; raises ArchiveError."""
    try:
        yield from read_lines(os.path.expanduser(path))
    except OSError as error:
        raise ArchiveError(f"the archive {path} cannot be read: {error.strerror}", "Check the path.") from error


def read_lines(path: str) -> Iterator[Line]:
    """All lines from the first one on; one that a crash has cut off is left out. Raises ArchiveError."""
    with open(path, "rb") as stream:
        for number, line in enumerate(stream, start=1):
            if line.endswith(b"\n"):
                yield _parse(path, line, f"line {number}")


def read_lines_backwards(path: str) -> Iterator[Line]:
    """All lines from the last one on. Raises ArchiveError."""
    with open(path, "rb") as stream:
        end = _whole_size(stream.fileno())
        rest = b""
        while end:
            start = max(end - _BLOCK, 0)
            pieces = (_read_at(stream, start, end) + rest).split(b"\n")
            end, rest = start, pieces[0]
            for piece in reversed(pieces[1:]):
                if piece:
                    yield _parse(path, piece, "a line")
        if rest:
            yield _parse(path, rest, "line 1")


def _read_at(stream: BinaryIO, start: int, end: int) -> bytes:
    stream.seek(start)
    return stream.read(end - start)


def _parse(path: str, line: bytes, where: str) -> Line:
    try:
        parsed = json.loads(line)
        bytes.fromhex(parsed["raw"])
    except (ValueError, KeyError, TypeError) as error:
        raise ArchiveError(
            f"{where} of the archive {path} is damaged",
            "Mend or move the file; what is in it cannot be compared with the log.",
        ) from error
    found: Line = parsed
    return found
