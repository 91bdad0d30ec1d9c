# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands that a BMC takes from its host alone: what waits for it, and what it is interrupted for."""

from __future__ import annotations

from ..system_interface import EVENT_BUFFER, EVENT_BUFFER_IRQ, SystemInterface
from . import registry
from .registry import APP, Context, Refused, command

_EMPTY = 0x80
_MESSAGES = 0x01


def _interface(context: Context) -> SystemInterface:
    if not isinstance(context.session, SystemInterface):
        raise Refused(registry.INVALID_COMMAND)
    return context.session


@command(APP, 0x2E, length=1)
def set_bmc_global_enables(context: Context) -> bytes:
    """Section 22.1; there is no event message buffer."""
    interface = _interface(context)
    if context.data[0] & (EVENT_BUFFER | EVENT_BUFFER_IRQ):
        raise Refused(registry.INVALID_DATA)
    interface.enables = context.data[0]
    return b""


@command(APP, 0x2F)
def get_bmc_global_enables(context: Context) -> bytes:
    """Section 22.2."""
    return bytes([_interface(context).enables])


@command(APP, 0x30, length=1)
def clear_message_flags(context: Context) -> bytes:
    """Section 22.3."""
    if context.data[0] & _MESSAGES:
        _interface(context).queue.clear()
    return b""


@command(APP, 0x31)
def get_message_flags(context: Context) -> bytes:
    """Section 22.4."""
    return bytes([_MESSAGES if _interface(context).queue else 0])


@command(APP, 0x33)
def get_message(context: Context) -> bytes:
    """Section 22.6: the oldest message of the queue."""
    queue = _interface(context).queue
    if not queue:
        raise Refused(_EMPTY)
    return queue.popleft()


@command(APP, 0x35)
def read_event_message_buffer(context: Context) -> bytes:
    """Section 22.8."""
    _interface(context)
    raise Refused(registry.INVALID_COMMAND)
