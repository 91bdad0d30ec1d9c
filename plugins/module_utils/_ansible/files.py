# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are replaced in one step: a reader sees the old one or the new one."""

from __future__ import annotations

import os
import tempfile


def replace_file(
    path: str, content: bytes, mode: int = 0o600, durable: bool = False, owner: tuple[int, int] | None = None
) -> None:
    """Write a file; with ``durable`` it outlives a crash of the machine. Raises OSError, and leaves nothing behind.

    The file in between is hidden and ends with .tmp, so that no program takes it for one of its own.
    """
    descriptor, temporary = tempfile.mkstemp(prefix=".", suffix=".tmp", dir=os.path.dirname(path))
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            if owner:
                os.fchown(stream.fileno(), *owner)
            os.fchmod(stream.fileno(), mode)
            if durable:
                stream.flush()
                os.fsync(stream.fileno())
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
    if durable:
        sync_folder(path)


def sync_folder(path: str) -> None:
    """Make sure that the name of a new file outlives a crash."""
    folder = os.open(os.path.dirname(path), os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
