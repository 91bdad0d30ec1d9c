# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the simulator's tests."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator

import pytest
from lanprobe import Probe

from bmcsim import RunningBmc, running

USERS = [
    {"name": "root", "password": "t0p-secret", "privilege": "administrator"},
    {"name": "oper", "password": "oper-secret", "privilege": "operator"},
    {"name": "guest", "password": "guest-secret", "privilege": "user"},
]


@pytest.fixture
def serve() -> Iterator[Callable[..., RunningBmc]]:
    """Function that starts one BMC from `model` and the keys of a fleet entry."""
    with contextlib.ExitStack() as stack:

        def start(model: object = "rack1u", **entry: object) -> RunningBmc:
            fleet = stack.enter_context(running({"name": "sim", "model": model, "users": USERS, **entry}))
            return fleet["sim"]

        yield start


@pytest.fixture
def login() -> Iterator[Callable[..., Probe]]:
    """Function that opens a session to a running BMC, as administrator unless told otherwise."""
    probes: list[Probe] = []

    def connect(bmc: RunningBmc, user: str = "root", password: bytes = b"t0p-secret", **options: object) -> Probe:
        probe = Probe(bmc.address, bmc.port)
        probes.append(probe)
        privilege = int(options.get("privilege", 4))  # type: ignore[call-overload]
        probe.login(user, password, **options)  # type: ignore[arg-type]
        if privilege > 2:
            assert probe.request(0x06, 0x3B, bytes([privilege])) == bytes([0, privilege])
        return probe

    yield connect
    for probe in probes:
        probe.socket.close()
