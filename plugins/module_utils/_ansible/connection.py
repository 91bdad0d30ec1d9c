# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options with which a BMC is reached, from task to transport."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any, Union

from ansible.module_utils.basic import env_fallback

from .._core.client import Value, complete
from .._core.errors import OptionError
from .._transport.ciphers import SUITES
from .._transport.lan import LanClient
from .._transport.local import LocalClient, LocalOptions
from .._transport.native import Ipmi15, NativeClient
from .._transport.options import PRIVILEGES, LanOptions

_ENVIRONMENT = {"host": "IPMI_HOST", "username": "IPMI_USERNAME", "password": "IPMI_PASSWORD"}

NATIVE, PYGHMI = "native", "pyghmi"

CONNECTION_SPEC: dict[str, dict[str, Any]] = {
    "host": {"type": "str", "fallback": (env_fallback, [_ENVIRONMENT["host"]])},
    "port": {"type": "int", "default": 623},
    "username": {"type": "str", "fallback": (env_fallback, [_ENVIRONMENT["username"]])},
    "password": {"type": "str", "no_log": True, "fallback": (env_fallback, [_ENVIRONMENT["password"]])},
    "kg": {"type": "str", "no_log": True},
    "privilege": {"type": "str", "choices": list(PRIVILEGES), "default": "user"},
    "timeout_s": {"type": "float", "default": 180.0},
    "request_timeout_s": {"type": "float", "default": 2.0},
    "retries": {"type": "int", "default": 3},
    "min_command_interval_s": {"type": "float", "default": 0.0},
    "transport": {"type": "str", "choices": [NATIVE, PYGHMI], "default": NATIVE},
    "cipher_suite": {"type": "int", "choices": sorted(SUITES)},
    "outstanding": {"type": "int", "default": 1},
}


def options_from(environment: Mapping[str, str]) -> dict[str, str]:
    """The options that an environment sets."""
    return {option: environment[name] for option, name in _ENVIRONMENT.items() if name in environment}


Client = Union[NativeClient, LanClient, LocalClient]


def is_local(params: Mapping[str, Any]) -> bool:
    """Whether the BMC of the machine itself is meant: no host is named."""
    return params["host"] is None


@asynccontextmanager
async def open_client(params: Mapping[str, Any]) -> AsyncIterator[Client]:
    """The BMC that a task names, as an asynchronous context: a session that is closed on every way out."""
    if is_local(params):
        async with LocalClient(local_options(params)) as local:
            yield local
        return
    async with AsyncExitStack() as opened:
        yield await _open_over_lan(lan_options(params), params["transport"], opened)


async def _open_over_lan(options: LanOptions, transport: str, opened: AsyncExitStack) -> Client:
    if transport == NATIVE:
        with suppress(Ipmi15):
            return await opened.enter_async_context(NativeClient(options))
    return await opened.enter_async_context(LanClient(options))


def converse(params: Mapping[str, Any], conversation: Coroutine[Any, Any, Value]) -> Value:
    """The value of a coroutine that talks to the BMC which a task names: here what is asynchronous begins. The native
    transport has an event loop; the others hold it up, and need none."""
    if is_local(params) or params["transport"] != NATIVE:
        return complete(conversation)
    return asyncio.run(conversation)


def bmc_name(params: Mapping[str, Any]) -> str:
    """The BMC for people."""
    return local_options(params).name if is_local(params) else lan_options(params).name


def local_options(params: Mapping[str, Any]) -> LocalOptions:
    """What of the connection options counts for the BMC of the machine itself."""
    return LocalOptions(
        timeout_s=params["timeout_s"],
        request_timeout_s=params["request_timeout_s"],
        retries=params["retries"],
        min_command_interval_s=params["min_command_interval_s"],
    )


def lan_options(params: Mapping[str, Any]) -> LanOptions:
    """The connection options of validated task parameters."""
    host = (params["host"] or "").strip()
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]  # as an IPv6 address is written in a URL
    if not host:
        raise OptionError(
            "host is missing (bmc_host of a host in the inventory)",
            "Name the BMC with the option host or the environment variable IPMI_HOST.",
        )
    return LanOptions(
        host=host,
        port=params["port"],
        username=params["username"] or "",
        password=params["password"] or "",
        kg=params["kg"],
        privilege=params["privilege"],
        timeout_s=params["timeout_s"],
        request_timeout_s=params["request_timeout_s"],
        retries=params["retries"],
        min_command_interval_s=params["min_command_interval_s"],
        cipher_suite=params["cipher_suite"],
        outstanding=params["outstanding"],
    )
