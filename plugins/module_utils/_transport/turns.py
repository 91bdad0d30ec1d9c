# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One conversation at a time with one BMC, between all processes of a user: weak controllers choke on two.

A turn is a lock on an empty file; the operating system gives it back when its holder ends, however it ends.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable
from typing import BinaryIO
from urllib.parse import quote

LOOK_AGAIN_S = 0.1


def default_folder() -> str:
    """Where the files are: the user's runtime folder, else the cache folder."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and os.path.isdir(runtime):
        return os.path.join(runtime, "baremetal.ipmi")
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(cache, "baremetal.ipmi", "turns")


def lock_file(descriptor: int, pause: Callable[[float], bool]) -> bool:
    """Wait for the lock on a file; ``pause`` waits so many seconds, and tells by False that no time is left. A file
    system without locks has nothing to wait for."""
    while not _try_to_lock(descriptor):
        if not pause(LOOK_AGAIN_S):
            return False
    return True


def _try_to_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True


class Turn:
    """The right to talk to one BMC. Where no file can be had, everybody has it: there is nothing to agree by."""

    def __init__(self, address: str, port: int, folder: str | None = None) -> None:
        self._path = os.path.join(folder or default_folder(), f"{quote(address, safe=':')}-{port}.lock")
        self._file: BinaryIO | None = None

    def try_to_take(self) -> bool:
        """Take the turn, if nobody has it."""
        try:
            os.makedirs(os.path.dirname(self._path), mode=0o700, exist_ok=True)
            self._file = open(self._path, "ab")  # noqa: SIM115 - it stays open for as long as the turn lasts
        except OSError:
            return True
        if _try_to_lock(self._file.fileno()):
            return True
        self.give_back()
        return False

    def give_back(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
