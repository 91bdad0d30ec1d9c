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
from typing import Any, TypeVar

from .bmc import Bmc
from .controller import Sensor
from .faults import Faults
from .fleet import BmcSpec, collect
from .journal import RequestLog
from .sdr_change import change_sdr
from .server import BmcProtocol

T = TypeVar("T")


class StartError(Exception):
    """A BMC that cannot be served; the text names it and says why."""


class RunningBmc:
    """One served BMC, for tests: where it is, what it was asked, and ways to change it."""

    def __init__(self, spec: BmcSpec, bmc: Bmc, call: Callable[[Callable[[], Any]], Any]) -> None:
        self.spec, self.bmc, self._call = spec, bmc, call
        self.name, self.address, self.port = spec.name, spec.address, spec.port

    @property
    def requests(self) -> RequestLog:
        return self.bmc.requests

    @property
    def faults(self) -> Faults:
        """Return the faults; `faults.change(drop=20)` changes them."""
        return self.bmc.faults

    @property
    def user(self) -> str:
        return self.bmc.users[0].name

    @property
    def password(self) -> str:
        return self.bmc.users[0].password.decode()

    def sensor(self, name: str) -> Sensor:
        return self.bmc.find(name)

    def set_sensor(self, name: str, **changes: Any) -> None:
        """Change a sensor: reading, raw, states, status, scanning, unavailable, absent, completion_code, no_reply."""
        self._call(lambda: self.bmc.find(name).change(changes))

    def add_sel(self, entry: bytes) -> int | None:
        """Add 16 bytes to the event log as an event does (reservation lost), and return the record id."""
        record_id: int | None = self._call(lambda: self.bmc.sel.add(entry, self.bmc.clock()))
        return record_id

    def change_sdr(self, **changes: Any) -> None:
        """Add, remove and replace sensors and records; see `sdr_change.change_sdr`."""
        self._call(lambda: change_sdr(self.bmc, **changes))

    def reset(self) -> None:
        """Restart the BMC: all sessions are gone."""
        self._call(self.bmc.reset)

    def power_satellite(self, address: int, on: bool, channel: int = 0) -> None:
        """Switch a satellite controller on or off; one that is off answers nothing (83h from the BMC)."""
        self.bmc.satellites[address, channel].off = not on


class RunningFleet(dict[str, RunningBmc]):
    """Served BMCs by name."""


def _explain(spec: BmcSpec, error: OSError) -> StartError:
    place = f"[{spec.address}]:{spec.port}" if ":" in spec.address else f"{spec.address}:{spec.port}"
    reasons = {
        errno.EADDRINUSE: "the port is in use",
        errno.EADDRNOTAVAIL: "the address is not one of this machine",
        errno.EACCES: "a port below 1024 needs root",
        errno.EMFILE: "too many open files (raise ulimit -n)",
    }
    return StartError(f"{spec.name}: cannot listen on {place}: {reasons.get(error.errno or 0, str(error))}")


def _raise_file_limit(count: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + 256
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(
                resource.RLIMIT_NOFILE, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard)
            )


@contextlib.asynccontextmanager
async def serving(source: Any) -> AsyncIterator[RunningFleet]:
    """Serve BMCs (see `fleet.collect`) in the running event loop; StartError when one cannot be."""
    specs = collect(source)
    _raise_file_limit(len(specs))
    loop = asyncio.get_running_loop()
    owner = threading.get_ident()

    def call(function: Callable[[], T]) -> T:
        if threading.get_ident() == owner:
            return function()

        async def run() -> T:
            return function()

        return asyncio.run_coroutine_threadsafe(run(), loop).result(10)

    fleet = RunningFleet()
    transports: list[asyncio.DatagramTransport] = []
    try:
        for spec in specs:
            running_bmc = RunningBmc(spec, spec.build(), call)
            try:
                transport, _protocol = await loop.create_datagram_endpoint(
                    lambda bmc=running_bmc.bmc: BmcProtocol(bmc, loop),  # type: ignore[misc]
                    local_addr=(spec.address, spec.port),
                )
            except OSError as error:
                raise _explain(spec, error) from error
            transports.append(transport)
            running_bmc.port = transport.get_extra_info("sockname")[1]
            fleet[spec.name] = running_bmc
        yield fleet
    finally:
        for transport in transports:
            transport.close()
        await asyncio.sleep(0)


@contextlib.contextmanager
def running(source: Any) -> Iterator[RunningFleet]:
    """Serve BMCs in a background thread as long as the block lasts."""
    started = threading.Event()
    result: dict[str, Any] = {}

    async def main() -> None:
        stop = asyncio.Event()
        async with serving(source) as fleet:
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
