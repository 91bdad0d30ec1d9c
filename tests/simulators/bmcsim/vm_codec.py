# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""QEMU's protocol for a BMC outside of its machine (ipmi-bmc-extern, in OpenIPMI the codec VM), version 1.

A frame is a message or a command, by the byte that ends it. A message is number, network function and LUN, command,
data, and a checksum that brings the sum to zero; its response has the same number. A command tells of the lines beside
the messages.
"""

from __future__ import annotations

from collections.abc import Iterator

from . import ipmb

MESSAGE, COMMAND = 0xA0, 0xA1
_ESCAPE, _ESCAPED = 0xAA, 0x10
NO_ATTENTION, ATTENTION, ATTENTION_WITH_IRQ, RESET, ENABLE_IRQ, DISABLE_IRQ = 0x00, 0x01, 0x02, 0x04, 0x05, 0x06
VERSION = bytes([0xFF, 1])


class Decoder:
    """Bytes as they come in, to frames."""

    def __init__(self) -> None:
        self._frame, self._escape = bytearray(), False

    def feed(self, data: bytes) -> Iterator[tuple[int, bytes]]:
        """Return what has become complete: MESSAGE or COMMAND, and the frame without its end."""
        for byte in data:
            if byte in (MESSAGE, COMMAND):
                frame, torn = bytes(self._frame), self._escape
                self._frame, self._escape = bytearray(), False
                if frame and not torn:
                    yield byte, frame
            elif byte == _ESCAPE:
                self._escape = True
            else:
                self._frame.append(byte & ~_ESCAPED if self._escape else byte)
                self._escape = False


def frame(kind: int, content: bytes) -> bytes:
    """Return a frame as it is sent."""
    sent = bytearray()
    for byte in content:
        sent += bytes([_ESCAPE, byte | _ESCAPED]) if byte in (MESSAGE, COMMAND, _ESCAPE) else bytes([byte])
    return bytes(sent) + bytes([kind])


def request(content: bytes) -> tuple[int, ipmb.Message]:
    """Return a message's number and the request to the BMC; ValueError for a short one or a wrong checksum."""
    if len(content) < 4:
        raise ValueError("message of fewer than 4 bytes")
    if ipmb.checksum(content):
        raise ValueError("wrong checksum")
    lun = content[1] & 3
    return content[0], ipmb.Message(0x20, content[1] >> 2, lun, 0x20, 0, lun, content[2], content[3:-1])


def response(number: int, reply: bytes) -> bytes:
    """Return the frame of a response, which is given as `ipmb.Message.reply` makes it."""
    content = bytes([number, reply[1]]) + reply[5:-1]
    return frame(MESSAGE, content + bytes([ipmb.checksum(content)]))
