# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""IPMI messages: header, checksums (IPMI v2.0, section 13.8; IPMB v1.0)."""

from __future__ import annotations

from dataclasses import dataclass


def checksum(data: bytes) -> int:
    return -sum(data) & 0xFF


@dataclass(frozen=True)
class Message:
    """One request or response with its addresses."""

    rs_addr: int
    netfn: int
    rs_lun: int
    rq_addr: int
    rq_seq: int
    rq_lun: int
    cmd: int
    data: bytes

    def reply(self, code: int, data: bytes = b"", rs_lun: int | None = None) -> bytes:
        """Return the bytes of the response to this request."""
        head = bytes([self.rq_addr, (self.netfn | 1) << 2 | self.rq_lun])
        lun = self.rs_lun if rs_lun is None else rs_lun
        body = bytes([self.rs_addr, self.rq_seq << 2 | lun, self.cmd, code]) + data
        return head + bytes([checksum(head)]) + body + bytes([checksum(body)])


def parse(data: bytes) -> Message:
    """Return a message; ValueError for a short one or a wrong checksum."""
    if len(data) < 7:
        raise ValueError("message of fewer than 7 bytes")
    if checksum(data[:3]) or checksum(data[3:]):
        raise ValueError("wrong checksum")
    return Message(data[0], data[1] >> 2, data[1] & 3, data[3], data[4] >> 2, data[4] & 3, data[5], data[6:-1])
