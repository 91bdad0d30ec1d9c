# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Other hardware errors of the same time, by who reports them: a BMC in trouble is often not alone.

Names on Windows are those of the drivers' services, which are the providers of their events.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from .kernel import KernelLine, is_drivers
from .windows import PROVIDER, LogEvent

STORAGE, NETWORK, OTHER = "storage", "network", "other"

MAX_SOURCES = 100
MAX_SOURCE_CHARS = 60
_ERROR = 3

_PROVIDERS = (
    (
        r"disk$|storahci|stornvme|storport|iastor|megasas|percsas|lsi_sas|hpsamd|hpciss|smartpqi|arcsas|ql2300|elxstor"
        r"|elxfc|mpio$|nvme",
        STORAGE,
    ),
    (
        r"b57nd|k57nd|l2nd|bxnd|bxvbd|evbd|ebdrv|bnxt|e1.express|ixgb|i40e|mlx4|mlx5|be2n|ocnd|qebdrv"
        r"|microsoft-windows-mslbfo",
        NETWORK,
    ),
)
# The kernel's drivers: a line begins with the driver's name, which may have a number or a device behind it.
_STORAGE_DRIVERS = (
    *("aacraid", "ahci", "ata", "hpsa", "lpfc", "megaraid_sas", "mpi3mr", "mpt2sas", "mpt3sas", "nvme", "qla2xxx"),
    *("sd", "scsi", "smartpqi", "md", "blk_update_request", "Buffer I/O error", "I/O error"),
)
_NETWORK_DRIVERS = (
    *("be2net", "bnx2", "bnx2x", "bnxt_en", "bond", "cxgb4", "e1000e", "enic", "fm10k", "i40e", "iavf", "ice", "igb"),
    *("ixgbe", "mlx4_core", "mlx4_en", "mlx5_core", "qede", "r8169", "sfc", "tg3"),
)
_LINK_DOWN = re.compile(r"\b(?:link|loop)\b(?: status)?(?: is| definitely)? down\b", re.IGNORECASE)
_FIRST_WORD = re.compile(r"[A-Za-z0-9_./-]{1,60}")


def _drivers(names: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = sorted(names, key=len, reverse=True)
    return re.compile(rf"({'|'.join(map(re.escape, longest_first))})(?![A-Za-z])")


_KINDS_OF_PROVIDERS = tuple((re.compile(pattern, re.IGNORECASE), kind) for pattern, kind in _PROVIDERS)
_KINDS_OF_LINES = ((_drivers(_STORAGE_DRIVERS), STORAGE), (_drivers(_NETWORK_DRIVERS), NETWORK))


@dataclass
class OtherError:
    """The errors of one source, in seconds since 1970."""

    source: str
    kind: str
    count: int
    first: float
    last: float


class Neighbours:
    """Counts errors by source, MAX_SOURCES at most: what comes after that from another one is not counted."""

    def __init__(self) -> None:
        self._found: dict[str, OtherError] = {}

    def add_event(self, event: LogEvent) -> None:
        """A critical or error event of Windows; IPMIDRV's own are no neighbours."""
        if event.provider == PROVIDER:
            return
        kinds = (kind for pattern, kind in _KINDS_OF_PROVIDERS if pattern.match(event.provider))
        self._add(_clean(event.provider), next(kinds, OTHER), event.time)

    def add_line(self, line: KernelLine) -> None:
        """A line of the kernel's, which counts where it is an error, or tells that a link went down."""
        if is_drivers(line.message):
            return
        known = ((match.group(1), kind) for pattern, kind in _KINDS_OF_LINES if (match := pattern.match(line.message)))
        source, kind = next(known, ("", OTHER))
        went_down = kind != OTHER and _LINK_DOWN.search(line.message)
        if line.priority > _ERROR and not went_down:
            return
        word = _FIRST_WORD.match(line.message)
        self._add(source or (word.group(0) if word else "kernel"), kind, line.time)

    def rows(self) -> list[OtherError]:
        """Storage and network first, then the most frequent."""
        return sorted(self._found.values(), key=lambda row: (row.kind == OTHER, -row.count, row.source))

    def _add(self, source: str, kind: str, time: float) -> None:
        row = self._found.get(source)
        if row is not None:
            row.count += 1
            row.first, row.last = min(row.first, time), max(row.last, time)
        elif len(self._found) < MAX_SOURCES:
            self._found[source] = OtherError(source, kind, 1, time, time)


def _clean(text: str) -> str:
    return "".join(char if char.isprintable() else "\ufffd" for char in text[:MAX_SOURCE_CHARS])
