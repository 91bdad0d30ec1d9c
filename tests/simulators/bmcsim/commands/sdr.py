# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""SDR repository commands (network function 0Ah)."""

from __future__ import annotations

from ..repository import Repository
from . import registry
from .registry import STORAGE, Context, Refused, command

_ENTIRE = 0xFF


def _repository(context: Context) -> Repository:
    if not context.bmc.model.sdr.repository:
        raise Refused(registry.INVALID_COMMAND)
    return context.bmc.repository


def read_record(context: Context, repository: Repository) -> bytes:
    """Answer Get SDR or Get Device SDR: a part read needs the reservation."""
    bmc, data = context.bmc, context.data
    offset, count = data[4], data[5]
    if offset:
        if bmc.faults.loses_reservation():
            repository.cancel()
        if not repository.reservation or context.word(0) != repository.reservation:
            raise Refused(registry.LOST_RESERVATION)
    found = repository.find(context.word(2))
    if found is None:
        raise Refused(registry.NOT_PRESENT)
    record, following = found
    if offset > len(record):
        raise Refused(registry.OUT_OF_RANGE)
    limit = bmc.faults.sdr_read_limit(bmc.model.limits.sdr_read)
    wanted = len(record) - offset if count == _ENTIRE else count
    if limit and wanted > limit:
        raise Refused(registry.TOO_MANY_BYTES)
    return following.to_bytes(2, "little") + record[offset : offset + wanted]


@command(STORAGE, 0x20)
def get_sdr_repository_info(context: Context) -> bytes:
    """Section 33.9: modal/non-modal unspecified, reserve and allocation info supported."""
    repository = _repository(context)
    return (
        bytes([0x51])
        + len(repository.records).to_bytes(2, "little")
        + repository.free().to_bytes(2, "little")
        + repository.added.to_bytes(4, "little")
        + repository.erased.to_bytes(4, "little")
        + bytes([0x03])
    )


@command(STORAGE, 0x21)
def get_sdr_repository_allocation_info(context: Context) -> bytes:
    """Section 33.10: units of 16 bytes."""
    repository = _repository(context)
    free = repository.free() // 16
    used = sum(map(len, repository.records)) // 16 + 1
    words = (min(free + used, 0xFFFF), 16, free, free)
    return b"".join(word.to_bytes(2, "little") for word in words) + bytes([4])


@command(STORAGE, 0x22)
def reserve_sdr_repository(context: Context) -> bytes:
    """Section 33.11."""
    return _repository(context).reserve().to_bytes(2, "little")


@command(STORAGE, 0x23, length=6)
def get_sdr(context: Context) -> bytes:
    """Section 33.12."""
    return read_record(context, _repository(context))


@command(STORAGE, 0x28)
def get_sdr_repository_time(context: Context) -> bytes:
    """Section 33.17."""
    _repository(context)
    return context.bmc.clock().to_bytes(4, "little")
