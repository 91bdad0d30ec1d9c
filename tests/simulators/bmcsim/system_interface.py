# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a BMC keeps for its host: the system interface, a session without log-in (IPMI v2.0, sections 6.10 to 6.13)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

from .model import User
from .sessions import AnySession

CHANNEL = 15
USER = User("system interface", b"")
MESSAGES_IRQ, EVENT_BUFFER_IRQ, EVENT_BUFFER, LOGGING = 0x01, 0x02, 0x04, 0x08  # of the global enables


@dataclass(eq=False, kw_only=True)
class SystemInterface(AnySession):
    """The receive message queue, whose messages begin with their channel, and the global enables."""

    bmc_id: int = 0
    last_seen: float = 0.0
    active: bool = True
    user: User | None = USER
    limit: int = USER.privilege
    privilege: int = USER.privilege
    queue: deque[bytes] = field(default_factory=deque)
    enables: int = LOGGING

    @property
    def interrupts(self) -> bool:
        """Say whether the host is interrupted for what waits."""
        return bool(self.enables & MESSAGES_IRQ)

    def reset(self) -> None:
        """Begin anew, as after a restart of the BMC or of its host."""
        self.queue.clear()
        self.enables = LOGGING
