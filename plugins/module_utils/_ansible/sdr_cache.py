# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sensor data records on disk, so that a BMC is not asked for them again while they are the same.

One file a BMC, replaced in one step, so that many processes may share a folder. A file is believed only if it is the
user's own, whole, and about this very BMC in this very state; anything else is read from the BMC and written anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from .._core.sdr.stamp import Identity, Stamp
from .files import replace_file

FORMAT = 1


def default_folder() -> str:
    """``$XDG_CACHE_HOME/baremetal.ipmi/sdr``, in the user's home where that is not set."""
    cache = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return os.path.join(cache, "baremetal.ipmi", "sdr")


def cache_for(params: Mapping[str, Any]) -> SdrCache | None:
    """The cache that a task's options name; None where it wants none."""
    return SdrCache(params["sdr_cache_dir"] or default_folder()) if params["sdr_cache"] else None


class SdrCache:
    """A RecordStore in a folder. ``problem`` tells why nothing can be kept, where that is so."""

    def __init__(self, folder: str) -> None:
        self._folder = os.path.abspath(os.path.expanduser(folder))
        self.problem = self._prepare()

    def load(self, identity: Identity, stamp: Stamp) -> list[bytes] | None:
        if self.problem:
            return None
        try:
            content = self._read(identity)
            if content["head"] != _head(identity, stamp) or content["digest"] != _digest(content):
                return None
            return [bytes.fromhex(record) for record in content["records"]]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def save(self, identity: Identity, stamp: Stamp, records: list[bytes]) -> None:
        if self.problem:
            return
        content: dict[str, Any] = {"head": _head(identity, stamp), "records": [record.hex() for record in records]}
        content["digest"] = _digest(content)
        try:
            replace_file(self._path(identity), json.dumps(content).encode())
        except OSError as error:
            self.problem = f"{self._folder} cannot be written to: {error.strerror}"

    def _prepare(self) -> str | None:
        """Make the folder; others could put records of their own into one that is not the user's alone."""
        try:
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            found = os.stat(self._folder)
        except OSError as error:
            return f"{self._folder} cannot be made: {error.strerror}"
        if found.st_uid != os.geteuid():
            return f"{self._folder} belongs to another user"
        if stat.S_IMODE(found.st_mode) & 0o022:
            return f"{self._folder} can be written to by others"
        return None

    def _path(self, identity: Identity) -> str:
        name = hashlib.sha256(json.dumps(asdict(identity), sort_keys=True).encode()).hexdigest()[:40]
        return os.path.join(self._folder, f"{name}.json")

    def _read(self, identity: Identity) -> dict[str, Any]:
        descriptor = os.open(self._path(identity), os.O_RDONLY | os.O_NOFOLLOW)
        with os.fdopen(descriptor, encoding="ascii") as stream:
            if os.fstat(stream.fileno()).st_uid != os.geteuid():
                raise ValueError("another user's file")
            content: dict[str, Any] = json.load(stream)
            return content


def _head(identity: Identity, stamp: Stamp) -> dict[str, Any]:
    return {"format": FORMAT, "identity": asdict(identity), "stamp": asdict(stamp)}


def _digest(content: dict[str, Any]) -> str:
    covered = json.dumps([content["head"], content["records"]], sort_keys=True)
    return hashlib.sha256(covered.encode()).hexdigest()
