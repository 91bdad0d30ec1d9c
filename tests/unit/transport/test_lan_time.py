# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time as the session sees it: with a clock that is moved by hand, no test waits."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.client import complete
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import DeadlineExceeded, Unreachable
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.lan import LanClient
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.options import LanOptions
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.pace import Clock


class HandMovedClock:
    """Nothing ever arrives: each wait takes exactly as long as it may."""

    def __init__(self) -> None:
        self.time = 1000.0

    def now(self) -> float:
        return self.time

    def readable(self, _sock: socket.socket, seconds: float) -> bool:
        self.sleep(seconds)
        return False

    def sleep(self, seconds: float) -> None:
        self.time += max(seconds, 0.0)

    def connect(self, options: LanOptions) -> None:
        """Log in by this clock's time."""

        async def log_in() -> None:
            async with LanClient(options, Clock(self.now, self.readable, self.sleep)):
                pass

        complete(log_in())


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A UDP port on loopback where somebody listens and says nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        yield listener.getsockname()[1]


@pytest.mark.parametrize(("tries_after_the_first", "seconds"), [(0, 2.0), (3, 8.0), (5, 12.0)])
def test_dead_host_is_given_up_after_all_tries(silent_port: int, tries_after_the_first: int, seconds: float) -> None:
    clock = HandMovedClock()
    options = LanOptions(host="127.0.0.1", port=silent_port, retries=tries_after_the_first)
    with pytest.raises(Unreachable):
        clock.connect(options)
    assert clock.time - 1000.0 == pytest.approx(seconds)


def test_deadline_comes_before_the_tries_are_used_up(silent_port: int) -> None:
    clock = HandMovedClock()
    options = LanOptions(host="127.0.0.1", port=silent_port, retries=100, timeout_s=5.0)
    with pytest.raises(DeadlineExceeded, match="deadline of 5 s"):
        clock.connect(options)
    assert clock.time - 1000.0 == pytest.approx(5.0)


def test_default_patience_with_a_dead_host_is_eight_seconds_as_the_documentation_says(silent_port: int) -> None:
    clock = HandMovedClock()
    options = LanOptions(host="127.0.0.1", port=silent_port)
    with pytest.raises(Unreachable):
        clock.connect(options)
    assert clock.time - 1000.0 == pytest.approx(8.0)
