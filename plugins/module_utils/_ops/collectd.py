# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bringing a collectd to a configuration, proving that values flow, and going back where they do not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from .._core.collectd.render import Block
from .._core.errors import CollectdError

_LOOK_AGAIN_S = 0.5
_LOG_LINES = 5


@dataclass(frozen=True)
class ManagedFile:
    """A file of ours, which collectd reads when it starts; ``content`` None where there is to be none."""

    path: str
    content: bytes | None
    mode: int = 0o600


@dataclass(frozen=True)
class FoundFile:
    """A file as it is; ``content`` None where there is none. ``right``: its mode and owner are those wanted."""

    content: bytes | None
    mode: int = 0
    right: bool = True


@dataclass(frozen=True)
class Service:
    """collectd's service; ``active``: it runs; ``enabled``: it starts with the machine."""

    active: bool
    enabled: bool


@dataclass(frozen=True)
class Trial:
    """What a second collectd did: the hosts under which it had values (None: its own), its log, and how it ended where
    it ended by itself."""

    hosts: frozenset[str | None]
    log: tuple[str, ...] = ()
    ended: str | None = None


class Machine(Protocol):
    """The machine that collectd runs on. Every method may raise OSError."""

    def read(self, file: ManagedFile) -> FoundFile: ...

    def write(self, file: ManagedFile) -> None:
        """Replace it in one step; remove it where its content is None."""

    def service(self) -> Service: ...

    def enable(self) -> None: ...

    def restart(self) -> None:
        """Have it read everything anew; raises CollectdError where it does not start."""

    def stop(self) -> None: ...

    def try_out(self, blocks: Sequence[Block], hosts: frozenset[str | None], timeout_s: float) -> Trial:
        """Run a second collectd with this configuration until it has values for all of these hosts, ends or takes too
        long."""

    def values(self) -> Mapping[str | None, Mapping[str, float]]:
        """What the running collectd has from its ipmi plugin: host (None: its own) -> name -> time of the value."""

    def log(self) -> Sequence[str]:
        """What it has said since it was started last."""

    def now(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...


@dataclass(frozen=True)
class EnforceRequest:
    """``expected``: instance name -> host that values are told under; ``trial``: the configuration to be tried first;
    ``timeout_s``: for the first values, a trial's or the service's; ``running``: whether collectd is to run;
    ``mark``: lies there from the first change to the end, so that the run after one that was killed knows of it."""

    files: tuple[ManagedFile, ...]
    expected: Mapping[str, str | None]
    trial: Sequence[Block]
    interval_s: float
    timeout_s: float
    running: bool = True
    check: bool = False
    mark: ManagedFile | None = None


@dataclass(frozen=True)
class Enforced:
    """``drift``: what was not as it should be; ``flowing``: instance name -> number of sensors with values; ``before``:
    the files as they were."""

    drift: tuple[str, ...]
    before: Mapping[str, FoundFile]
    flowing: Mapping[str, int] = field(default_factory=dict)


def enforce(request: EnforceRequest, machine: Machine) -> Enforced:
    """Bring collectd to the wanted state. Where values do not flow then, what was before is brought back, and a
    CollectdError tells why."""
    before = {file.path: machine.read(file) for file in request.files}
    service = machine.service()
    unfinished = request.mark is not None and machine.read(request.mark).content is not None
    drift = (*_files_drift(request, before), *_service_drift(request, service), *(_UNFINISHED if unfinished else ()))
    if request.check:
        return Enforced(drift, before, _flowing(request, machine) if service.active else {})
    changed = [file for file in request.files if before[file.path].content != file.content]
    wrong = [file for file in request.files if not before[file.path].right and file not in changed]
    restart = (bool(changed) or unfinished) and (service.active or request.running)
    start = request.running and not service.active
    if restart and request.expected:
        _try(request, machine)
    try:
        if changed:
            _mark(request, machine)
        for file in [*changed, *wrong]:
            machine.write(file)
        if request.running and not service.enabled:
            machine.enable()
        if restart or start:
            _restart(machine)
        flowing = _wait_for_values(request, machine, fresh=restart or start) if request.running else {}
    except BaseException as error:
        left = "its files were right, and stay as they are"
        if changed:
            left = _go_back(request, changed, before, service, machine)
        if isinstance(error, CollectdError):
            raise CollectdError(f"{error.message}; {left}", error.next_step) from error
        raise
    if changed or unfinished:
        _unmark(request, machine)
    return Enforced(drift, before, flowing)


_UNFINISHED = ("an earlier run was ended before it had restarted the service and seen values",)


def _mark(request: EnforceRequest, machine: Machine) -> None:
    if request.mark:
        machine.write(request.mark)


def _unmark(request: EnforceRequest, machine: Machine) -> None:
    if request.mark:
        machine.write(replace(request.mark, content=None))


def _restart(machine: Machine) -> None:
    try:
        machine.restart()
    except CollectdError as error:
        raise CollectdError(f"{error.message}{_quoted(machine.log())}", error.next_step) from error


def _files_drift(request: EnforceRequest, before: Mapping[str, FoundFile]) -> Iterable[str]:
    for file in request.files:
        found = before[file.path]
        if found.content is None and file.content is not None:
            yield f"{file.path} is missing"
        elif found.content is not None and file.content is None:
            yield f"{file.path} is there"
        elif found.content != file.content:
            yield f"{file.path} differs"
        elif not found.right:
            yield f"{file.path} has mode {found.mode:04o} or another owner"


def _service_drift(request: EnforceRequest, service: Service) -> Iterable[str]:
    if request.running and not service.active:
        yield "the service does not run"
    if request.running and not service.enabled:
        yield "the service does not start with the machine"


def _try(request: EnforceRequest, machine: Machine) -> None:
    hosts = frozenset(request.expected.values())
    trial = machine.try_out(request.trial, hosts, request.timeout_s)
    silent = [name for name, host in request.expected.items() if host not in trial.hosts]
    if trial.ended is None and not silent:
        return
    if trial.ended is not None:
        what = f"a second collectd that tried the configuration ended with {trial.ended}{_quoted(trial.log)}"
    else:
        names = ", ".join(silent)
        what = f"a second collectd had no value of {names} within {request.timeout_s:g} s{_said(trial.log, silent)}"
    raise CollectdError(f"{what}; nothing was changed", _NEXT_STEP)


_NEXT_STEP = (
    "Check the address, user and password of the instance, and whether ipmi_sensor_facts reads that BMC; raise"
    " timeout_s for a slow one."
)


# How OpenIPMI tells of it.
_WRONG_PASSWORD = "OS: Invalid argument"


def _said(log: Sequence[str], names: Sequence[str]) -> str:
    """The last lines of a log that are about instances."""
    words = [word for name in names for word in (f"`{name}`", f"`{name}'", f"ipmi plugin: {name} ")]
    lines = [line for line in log if any(word in line for word in words)]
    if not lines:
        return ". Its log has nothing about that, as when nobody answers"
    return _quoted(lines) + (" (which is said of a wrong password)" if _WRONG_PASSWORD in lines[-1] else "")


def _quoted(lines: Sequence[str]) -> str:
    return ". It said: " + " / ".join(lines[-_LOG_LINES:]) if lines else ""


def _wait_for_values(request: EnforceRequest, machine: Machine, fresh: bool) -> dict[str, int]:
    """Wait until every instance has values of two intervals; where nothing was restarted, one that is not old does."""
    until = machine.now() + request.timeout_s + 2 * request.interval_s
    seen: dict[str | None, set[float]] = {host: set() for host in request.expected.values()}
    wanted = 2 if fresh else 1
    oldest = machine.now() - (0 if fresh else 2 * request.interval_s)
    while True:
        if not machine.service().active:
            raise CollectdError(f"collectd has ended{_quoted(machine.log())}", _NEXT_STEP)
        values = machine.values()
        for host, times in seen.items():
            latest = max(values.get(host, {}).values(), default=0.0)
            if latest >= oldest:
                times.add(latest)
        silent = [name for name, host in request.expected.items() if len(seen[host]) < wanted]
        if not silent:
            return {name: len(values.get(host, {})) for name, host in request.expected.items()}
        if machine.now() >= until:
            break
        machine.sleep(_LOOK_AGAIN_S)
    raise CollectdError(f"collectd has no new values of {', '.join(silent)}{_said(machine.log(), silent)}", _NEXT_STEP)


def _flowing(request: EnforceRequest, machine: Machine) -> dict[str, int]:
    """How many sensors of each instance have values of the last two intervals, without waiting for any."""
    values, oldest = machine.values(), machine.now() - 2 * request.interval_s
    return {
        name: sum(1 for when in values.get(host, {}).values() if when >= oldest)
        for name, host in request.expected.items()
    }


def _go_back(
    request: EnforceRequest,
    changed: Sequence[ManagedFile],
    before: Mapping[str, FoundFile],
    service: Service,
    machine: Machine,
) -> str:
    """Bring back the files and the service as they were; tell how things are now."""
    try:
        for file in changed:
            found = before[file.path]
            machine.write(ManagedFile(file.path, found.content, found.mode or file.mode))
        if service.active:
            machine.restart()
        else:
            machine.stop()
        _unmark(request, machine)
        now = "the service runs with them" if service.active else "the service is stopped again"
        return f"the files are as they were, and {now}"
    except (OSError, CollectdError) as error:
        return f"going back failed, too: {error}; look at {', '.join(file.path for file in changed)} and the service"
