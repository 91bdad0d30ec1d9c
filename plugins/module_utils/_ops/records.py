# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A BMC's sensor data records: from a store where they are certain to be the same, else from the BMC."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import randrange

from .._core.bmc import DeviceId
from .._core.client import Client
from .._core.errors import CommandError, DecodeError, NoReply, TransportError
from .._core.sdr.repository import DEVICE_SDRS, REPOSITORY, Reader, Repository, Source, read_repository
from .._core.sdr.stamp import Identity, RecordStore, Stamp, read_stamp


@dataclass(frozen=True)
class Kept:
    """Where records are kept between reads, for the BMC that answers at ``address`` and ``port``."""

    store: RecordStore
    address: str
    port: int


async def read_records(
    client: Client, device: DeviceId | None, guid: str | None, kept: Kept | None, pick: Callable[[int], int] = randrange
) -> tuple[Repository, TransportError | None]:
    """All records that can be had, and the error of the transport that ended the list, if one did."""
    repository = Repository()
    try:
        source, stamp = await _choose_source(client, device, wants_stamp=kept is not None)
        identity = Identity(kept.address, kept.port, guid, device.raw.hex()) if kept and device else None
        if kept is None or identity is None or stamp is None or not stamp.proves_content:
            await read_repository(client, source, repository)
            return repository, None
        raw = kept.store.load(identity, stamp)
        if raw and await _still_there(client, source, raw, pick):
            for record in raw:
                repository.add(record)
            repository.complete = True
            return repository, None
        client.expect(stamp.count)
        await read_repository(client, source, repository)
        if repository.complete and await read_stamp(client, source) == stamp:
            kept.store.save(identity, stamp, repository.raw)
    except TransportError as error:
        repository.problems.append(f"the list of records ends early: {error.message}")
        return repository, error
    return repository, None


async def _choose_source(client: Client, device: DeviceId | None, wants_stamp: bool) -> tuple[Source, Stamp | None]:
    """The repository, unless the controller has none, or an empty one beside device SDRs of its own."""
    if device is None or not device.provides_device_sdrs:
        return REPOSITORY, await read_stamp(client, REPOSITORY) if wants_stamp else None
    stamp = await read_stamp(client, REPOSITORY) if device.has_sdr_repository else None
    if stamp and stamp.count:
        return REPOSITORY, stamp
    return DEVICE_SDRS, await read_stamp(client, DEVICE_SDRS) if wants_stamp else None


async def _still_there(client: Client, source: Source, raw: list[bytes], pick: Callable[[int], int]) -> bool:
    """Whether the BMC still has the last record and one picked at random.

    A board that was replaced by another one with the same firmware, at the same address and without a GUID, may have
    the same stamp; two requests find that out.
    """
    reader = Reader(client, source)
    for record in (raw[-1], raw[pick(len(raw))]):
        try:
            _next, found = await reader.record(int.from_bytes(record[:2], "little"))
            if found != record:
                return False
        except (CommandError, DecodeError, NoReply):
            return False
    return True
