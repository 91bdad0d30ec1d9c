# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Records of the event log made by hand."""

from __future__ import annotations

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sel.records import EventRecord, decode_record

BMC = b"\x20\x00"
LINUX_PANIC = bytes.fromhex("0700 02 e8030000 4100 03 20 46 6f a16174")
LINUX_PANIC_TEXT = bytes.fromhex("0800 f0 20 01") + b"al exceptio"


def raw_event(
    kind: int = 0x01,
    event_type: int = 0x01,
    data: bytes = b"\x01\xff\xff",
    *,
    number: int = 0x01,
    by: bytes = BMC,
    version: int = 0x04,
    deasserted: bool = False,
    timecode: int = 0x69642350,
) -> bytes:
    """A system event: 20h's temperature sensor 1 passes a threshold."""
    head = b"\x34\x12\x02" + timecode.to_bytes(4, "little") + by
    return head + bytes((version, kind, number, event_type | (0x80 if deasserted else 0))) + data


def an_event(*arguments: int | bytes, **changes: int | bytes | bool) -> EventRecord:
    record = decode_record(raw_event(*arguments, **changes))  # type: ignore[arg-type]
    assert isinstance(record, EventRecord)
    return record
