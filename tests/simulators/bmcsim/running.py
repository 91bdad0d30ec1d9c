# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running BMCs: in an event loop of one's own, or in a background thread for tests."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import resource
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from .fleet import BmcSpec, collect
from .handle import RunningBmc
from .server import BmcProtocol
from .vm import listening

T = TypeVar("T")


class StartError(Exception):
    """A BMC that cannot be served; the text names it and says why."""


class RunningFleet(dict[str, RunningBmc]):
    """Served BMCs by name."""


def _explain(name: str, address: str, port: int, error: OSError) -> StartError:
    place = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
    reasons = {
        errno.EADDRINUSE: "the port is in use",
        errno.EADDRNOTAVAIL: "the address is not one of this machine",
        errno.EACCES: "a port below 1024 needs root",
        errno.EMFILE: "too many open files (raise ulimit -n)",
    }
    return StartError(f"{name}: cannot listen on {place}: {reasons.get(error.errno or 0, str(error))}")


def _raise_file_limit(count: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + 256
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(
                resource.RLIMIT_NOFILE, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard)
            )


def _ledger(spec: BmcSpec, folder: str | Path | None) -> Path | None:
    if spec.settings.ledger:
        return Path(spec.settings.ledger)
    return Path(folder) / f"{spec.name}.jsonl" if folder else None


@contextlib.asynccontextmanager
async def serving(source: Any, ledger: str | Path | None = None) -> AsyncIterator[RunningFleet]:
    """Serve BMCs (see `fleet.collect`) in the running event loop; StartError when one cannot be.

    `ledger` is a folder for the ledgers of the BMCs that name no file of their own.
    """
    specs = collect(source)
    _raise_file_limit(len(specs))
    loop, owner = asyncio.get_running_loop(), threading.get_ident()

    def call(function: Callable[[], T]) -> T:
        if threading.get_ident() == owner:
            return function()

        async def run() -> T:
            return function()

        return asyncio.run_coroutine_threadsafe(run(), loop).result(10)

    fleet = RunningFleet()
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(asyncio.sleep, 0)
        for spec in specs:
            running_bmc = RunningBmc(spec, spec.build(_ledger(spec, ledger)), call)
            stack.callback(running_bmc.bmc.ledger.close)
            await _open(running_bmc, stack)
            fleet[spec.name] = running_bmc
        yield fleet


async def _open(running_bmc: RunningBmc, stack: contextlib.AsyncExitStack) -> None:
    """Open the ports of a BMC, by LAN and for QEMU."""
    spec, bmc, loop = running_bmc.spec, running_bmc.bmc, asyncio.get_running_loop()
    try:
        transport, _protocol = await loop.create_datagram_endpoint(
            lambda: BmcProtocol(bmc, loop), local_addr=(spec.address, spec.port)
        )
    except OSError as error:
        raise _explain(spec.name, spec.address, spec.port, error) from error
    stack.callback(transport.close)
    running_bmc.port = transport.get_extra_info("sockname")[1]
    if spec.vm:
        try:
            running_bmc.vm_port = await stack.enter_async_context(listening(bmc, *spec.vm))
        except OSError as error:
            raise _explain(spec.name, *spec.vm, error) from error


@contextlib.contextmanager
def running(source: Any, ledger: str | Path | None = None) -> Iterator[RunningFleet]:
    """Serve BMCs in a background thread as long as the block lasts."""
    started = threading.Event()
    result: dict[str, Any] = {}

    async def main() -> None:
        stop = asyncio.Event()
        async with serving(source, ledger) as fleet:
            result.update(fleet=fleet, stop=stop, loop=asyncio.get_running_loop())
            started.set()
            await stop.wait()

    def body() -> None:
        try:
            asyncio.run(main())
        except BaseException as error:  # handed on to the caller
            result["error"] = error
        finally:
            started.set()

    thread = threading.Thread(target=body, name=f"bmcsim-{os.getpid()}", daemon=True)
    thread.start()
    started.wait(60)
    if "error" in result:
        raise result["error"]
    try:
        yield result["fleet"]
    finally:
        with contextlib.suppress(RuntimeError):
            result["loop"].call_soon_threadsafe(result["stop"].set)
        thread.join(10)
        if "error" in result:
            raise result["error"]
