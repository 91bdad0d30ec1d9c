# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads of simulated BMCs through the collection's own transport, for tests."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict
from typing import Any, TypeVar

from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.connection import (
    NATIVE,
    Client,
    converse,
    open_client,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.facts import sensor_facts
from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.sdr_cache import SdrCache
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.health.overrides import UserRule
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.selection import parse_selection
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.records import Kept
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.sensors import SensorsRequest, SensorsResult, run
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.options import LanOptions

QUICK = {"request_timeout_s": 0.3, "retries": 1, "timeout_s": 30.0}
Value = TypeVar("Value")
transport = NATIVE  # the fixture each_transport changes it


def options(bmc: Any, **changes: Any) -> LanOptions:
    """How a simulated BMC is reached, with little patience."""
    values = {"host": bmc.address, "port": bmc.port, "username": bmc.user, "password": bmc.password, **QUICK}
    return LanOptions(**{**values, **changes})


def opened(reached: LanOptions) -> AbstractAsyncContextManager[Client]:
    """A session, by the transport of the test."""
    return open_client({**asdict(reached), "transport": transport})


def run_here(conversation: Coroutine[Any, Any, Value]) -> Value:
    """What a conversation returns that uses ``opened``."""
    return converse({"host": "", "transport": transport}, conversation)


def run_with(reached: LanOptions, operation: Callable[[Client], Coroutine[Any, Any, Value]]) -> Value:
    """What an operation returns, in a session of its own."""

    async def conversation() -> Value:
        async with opened(reached) as client:
            return await operation(client)

    return run_here(conversation())


def read(
    bmc: Any,
    thresholds: str = "bmc",
    sensors: tuple[str, ...] = (),
    cache: SdrCache | None = None,
    rules: tuple[UserRule, ...] = (),
    **changes: Any,
) -> dict[str, Any]:
    """The facts of one read, with ``warnings`` beside them."""
    request = SensorsRequest(parse_selection(sensors), thresholds, rules)

    async def operation(client: Client) -> SensorsResult:
        return await run(request, client, kept=Kept(cache, *client.peer) if cache else None)

    result = run_with(options(bmc, **changes), operation)
    return {**sensor_facts(result), "warnings": list(result.warnings)}


def by_name(facts: dict[str, Any]) -> dict[str, Any]:
    """Sensors by name; of several with one name the last."""
    return {sensor["name"]: sensor for sensor in facts["ipmi_sensors"]}
