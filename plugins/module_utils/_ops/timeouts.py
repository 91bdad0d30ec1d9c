# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Setting the time-outs of Linux' OpenIPMI driver, now and for every start of the machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from .._core.errors import DriverError, OptionError
from .._core.timeouts.linux import PARAMETERS, Wanted, read_options, runtime_value, write_options

Values = Mapping[str, "str | None"]


class Machine(Protocol):
    """The machine whose driver it is. Every method may raise OSError."""

    def parameter(self, module: str, name: str) -> str | None:
        """A parameter as the running kernel shows it, "" for one that was never set; None where it has none."""

    def set_parameter(self, module: str, name: str, value: str) -> None:
        """Change it in the running kernel."""

    def is_present(self, module: str) -> bool:
        """Whether the module runs, loaded or built in."""

    def is_built_in(self, module: str) -> bool:
        """Whether it is part of the kernel, so that modprobe never sees it."""

    def options_file(self) -> str:
        """The text of the file in modprobe.d, "" where there is none."""

    def write_options_file(self, text: str) -> None:
        """Replace it in one step, remove it where nothing is left."""

    def other_files(self) -> Mapping[str, str]:
        """The other files of modprobe.d, which may set the same."""


@dataclass(frozen=True)
class TimeoutsRequest:
    """``values`` by parameter, None for the driver's default; ``check`` changes nothing."""

    values: Wanted
    runtime: bool = True
    persistent: bool = True
    check: bool = False


@dataclass(frozen=True)
class TimeoutsResult:
    """Values by parameter and texts of the file, before and after."""

    changed: bool
    runtime_before: Values = field(default_factory=dict)
    runtime_after: Values = field(default_factory=dict)
    persistent_before: Values = field(default_factory=dict)
    persistent_after: Values = field(default_factory=dict)
    file_before: str = ""
    file_after: str = ""
    warnings: tuple[str, ...] = ()


def run(request: TimeoutsRequest, machine: Machine) -> TimeoutsResult:
    """Bring the driver to the wanted values. Nothing is changed before all of it is known to be possible."""
    try:
        before = _runtime(request, machine) if request.runtime else {}
        file_before = machine.options_file() if request.persistent else ""
        warnings = _warnings(request, machine) if request.persistent else []
    except OSError as error:
        raise DriverError(f"{error.filename} cannot be read: {error.strerror}", "Run it as root (become).") from error
    changes = {name: str(value) for name, value in _differing(request, before)} if request.runtime else {}
    file_after = write_options(file_before, request.values) if request.persistent else ""
    if not request.check:
        _apply_runtime(machine, before, changes)
        if file_after != file_before:
            _apply_file(machine, file_after, before, changes)
    return TimeoutsResult(
        changed=bool(changes) or file_after != file_before,
        runtime_before=before,
        runtime_after={**before, **changes},
        persistent_before=_of(request, read_options(file_before)),
        persistent_after=_of(request, read_options(file_after)),
        file_before=file_before,
        file_after=file_after,
        warnings=tuple(warnings),
    )


def read(request: TimeoutsRequest, machine: Machine) -> TimeoutsResult:
    """The values as they stand, of all parameters that there are; nothing is changed."""
    try:
        present = {name: machine.parameter(one.module, name) for name, one in PARAMETERS.items()}
        text = machine.options_file()
    except OSError as error:
        raise DriverError(f"{error.filename} cannot be read: {error.strerror}", "Run it as root (become).") from error
    runtime = {name: value for name, value in present.items() if value is not None} if request.runtime else {}
    settings = read_options(text)
    persistent = {name: settings.get(name) for name in PARAMETERS} if request.persistent else {}
    return TimeoutsResult(False, runtime, runtime, persistent, persistent, text, text)


def _of(request: TimeoutsRequest, settings: Mapping[str, str]) -> Values:
    return {name: settings.get(name) for name in request.values} if request.persistent else {}


def _runtime(request: TimeoutsRequest, machine: Machine) -> dict[str, str | None]:
    """The running values; raises where a module does not run, or lacks a parameter."""
    modules = {PARAMETERS[name].module for name in request.values}
    absent = sorted(module for module in modules if not machine.is_present(module))
    if absent:
        raise DriverError(
            f"{' and '.join(absent)} is not loaded, so that there is no value to change at run time",
            "Load it (modprobe, or role ipmi_driver), or set runtime to false.",
        )
    values = {name: machine.parameter(PARAMETERS[name].module, name) for name in request.values}
    lacking = [name for name, value in values.items() if value is None]
    if lacking:
        raise OptionError(
            f"this kernel's {PARAMETERS[lacking[0]].module} has no parameter {', '.join(lacking)}",
            "Leave it out for this host, or use a newer kernel.",
        )
    return values


def _differing(request: TimeoutsRequest, before: Values) -> list[tuple[str, int]]:
    found = []
    for name, value in request.values.items():
        wanted, present = runtime_value(PARAMETERS[name], value), before[name]
        # Never set reads as empty, and is the default.
        if present != str(wanted) and not (present == "" and wanted == PARAMETERS[name].default):
            found.append((name, wanted))
    return found


def _apply_runtime(machine: Machine, before: Values, changes: Mapping[str, str]) -> None:
    done: list[str] = []
    for name, value in changes.items():
        try:
            machine.set_parameter(PARAMETERS[name].module, name, value)
        except OSError as error:
            left = _undo(machine, before, done)
            raise DriverError(
                f"{name} cannot be set to {value}: {error.strerror or error}; {left}",
                "Run it as root (become); a kernel under lockdown refuses, too.",
            ) from error
        done.append(name)


def _apply_file(machine: Machine, text: str, before: Values, changes: Mapping[str, str]) -> None:
    try:
        machine.write_options_file(text)
    except OSError as error:
        left = _undo(machine, before, list(changes))
        raise DriverError(
            f"the file in modprobe.d cannot be written: {error.strerror or error}; {left}", "Run it as root (become)."
        ) from error


def _undo(machine: Machine, before: Values, done: list[str]) -> str:
    """Take back what was set; tell what could not be."""
    stuck = []
    for name in reversed(done):
        try:
            machine.set_parameter(PARAMETERS[name].module, name, before[name] or str(PARAMETERS[name].default))
        except OSError:
            stuck.append(name)
    return f"{', '.join(stuck)} stays changed" if stuck else "everything is as it was"


def _warnings(request: TimeoutsRequest, machine: Machine) -> list[str]:
    """What keeps a line in modprobe.d from counting."""
    found = []
    for module in sorted({PARAMETERS[name].module for name in request.values}):
        if machine.is_built_in(module):
            found.append(
                f"{module} is built into this kernel, which does not read modprobe.d:"
                f" write {module}.<parameter>=<value> on the kernel's command line"
            )
    for path, text in machine.other_files().items():
        same = sorted(set(read_options(text)) & set(request.values))
        if same:
            found.append(f"{path} sets {', '.join(same)}, too: which one counts depends on the files' names")
    return found
