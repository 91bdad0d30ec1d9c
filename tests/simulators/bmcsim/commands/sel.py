# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""System event log commands (network function 0Ah)."""

from __future__ import annotations

from ..eventlog import EventLog
from . import registry
from .registry import OPERATOR, STORAGE, Context, Refused, command

_ERASING = 0x81
_NO_SPACE = 0xC4
_INITIATE, _STATUS = 0xAA, 0x00


def _device(context: Context) -> EventLog:
    if not context.bmc.sel.options.present:
        raise Refused(registry.INVALID_COMMAND)
    return context.bmc.sel


def _log(context: Context) -> EventLog:
    """Return the log; C1h from a BMC without SEL device, 81h while it is erased."""
    sel = _device(context)
    if sel.erasing(context.bmc.clock()):
        raise Refused(_ERASING)
    return sel


def _check_reservation(context: Context) -> None:
    sel = context.bmc.sel
    if sel.options.reservation and (not sel.reservation or context.word(0) != sel.reservation):
        raise Refused(registry.LOST_RESERVATION)


@command(STORAGE, 0x40)
def get_sel_info(context: Context) -> bytes:
    """Section 31.2: delete and allocation info supported, and reserve unless the model has none."""
    sel = _log(context)
    return (
        bytes([0x51])
        + len(sel.entries).to_bytes(2, "little")
        + sel.free().to_bytes(2, "little")
        + sel.added.to_bytes(4, "little")
        + sel.erased.to_bytes(4, "little")
        + bytes([(0x80 if sel.overflow else 0) | (0x0B if sel.options.reservation else 0x09)])
    )


@command(STORAGE, 0x41)
def get_sel_allocation_info(context: Context) -> bytes:
    """Section 31.3: units of 16 bytes."""
    sel = _log(context)
    free = sel.options.capacity - len(sel.entries)
    return b"".join(word.to_bytes(2, "little") for word in (sel.options.capacity, 16, free, free)) + bytes([1])


@command(STORAGE, 0x42)
def reserve_sel(context: Context) -> bytes:
    """Section 31.4."""
    sel = _log(context)
    if not sel.options.reservation:
        raise Refused(registry.INVALID_COMMAND)
    return sel.reserve().to_bytes(2, "little")


@command(STORAGE, 0x43, length=6)
def get_sel_entry(context: Context) -> bytes:
    """Section 31.5: a part read needs the reservation."""
    sel, (offset, count) = _log(context), context.data[4:6]
    if offset:
        _check_reservation(context)
    found = sel.find(context.word(2))
    if found is None:
        raise Refused(registry.NOT_PRESENT)
    if offset > 15 or (count != 0xFF and offset + count > 16):
        raise Refused(registry.OUT_OF_RANGE)
    _number, entry, following = found
    return following.to_bytes(2, "little") + entry[offset : 16 if count == 0xFF else offset + count]


@command(STORAGE, 0x44, length=16, privilege=OPERATOR)
def add_sel_entry(context: Context) -> bytes:
    """Section 31.6."""
    record_id = _log(context).add(context.data, context.bmc.clock(), "command")
    if record_id is None:
        raise Refused(_NO_SPACE)
    return record_id.to_bytes(2, "little")


@command(STORAGE, 0x46, length=4, privilege=OPERATOR)
def delete_sel_entry(context: Context) -> bytes:
    """Section 31.8."""
    sel = _log(context)
    _check_reservation(context)
    record_id = sel.delete(context.word(2), context.bmc.clock(), context.user)
    if record_id is None:
        raise Refused(registry.NOT_PRESENT)
    return record_id.to_bytes(2, "little")


@command(STORAGE, 0x47, length=6, privilege=OPERATOR)
def clear_sel(context: Context) -> bytes:
    """Section 31.9: AAh starts the erasure, 00h asks how far it is."""
    data, sel, now = context.data, _device(context), context.bmc.clock()
    if data[2:5] != b"CLR" or data[5] not in (_INITIATE, _STATUS):
        raise Refused(registry.INVALID_DATA)
    _check_reservation(context)
    if data[5] == _INITIATE:
        sel.start_erase(now, context.user)
        return bytes([0x00 if sel.under_erasure else 0x01])
    return bytes([0x00 if sel.erasing(now) else 0x01])


@command(STORAGE, 0x48)
def get_sel_time(context: Context) -> bytes:
    """Section 31.10."""
    _device(context)
    return context.bmc.clock().to_bytes(4, "little")


@command(STORAGE, 0x49, length=4, privilege=OPERATOR)
def set_sel_time(context: Context) -> bytes:
    """Section 31.11."""
    _device(context)
    context.bmc.set_clock(int.from_bytes(context.data, "little"), context.user)
    return b""


@command(STORAGE, 0x5C)
def get_sel_time_utc_offset(context: Context) -> bytes:
    """Section 31.11a: minutes, 07FFh when unspecified."""
    return context.bmc.utc_offset.to_bytes(2, "little")


@command(STORAGE, 0x5D, length=2, privilege=OPERATOR)
def set_sel_time_utc_offset(context: Context) -> bytes:
    """Section 31.11b."""
    value = context.word(0)
    minutes = value - 0x10000 if value & 0x8000 else value
    if value != 0x07FF and not -1440 <= minutes <= 1440:
        raise Refused(registry.INVALID_DATA)
    context.bmc.utc_offset = value
    return b""
