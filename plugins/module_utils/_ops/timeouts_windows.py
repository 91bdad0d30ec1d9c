# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Setting the values of Windows' IPMI driver in the registry: one read, one write for each that differs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from .._core.errors import DriverError, IpmiError
from .._core.timeouts.windows import NAMES, RegistryValue, Wanted, differing, found_values

Found = Mapping[str, "RegistryValue | None"]


class Registry(Protocol):
    """The driver's key. Every method may raise an IpmiError."""

    def read(self) -> Mapping[str, RegistryValue]:
        """The key's values by name; none where there is no such key."""

    def write(self, name: str, number: int) -> None:
        """Set a value, as a DWORD."""

    def remove(self, name: str) -> None:
        """Take out one value."""


@dataclass(frozen=True)
class RegistryRequest:
    """``values`` by option, None to take one out; ``check`` changes nothing."""

    values: Wanted
    check: bool = False


@dataclass(frozen=True)
class RegistryResult:
    """Values by option, before and after; ``after`` is None where nobody knows. ``error`` ended it halfway."""

    changed: bool
    before: Found
    after: Found | None
    error: IpmiError | None = None
    written: tuple[str, ...] = field(default=())


def run(request: RegistryRequest, registry: Registry) -> RegistryResult:
    """Bring the values to what is wanted. A write that fails ends it; what is then so is read again and told."""
    before = found_values(registry.read())
    changes = differing(before, request.values)
    wanted = {
        option: None if number is None else RegistryValue("REG_DWORD", number) for option, number in changes.items()
    }
    done = RegistryResult(bool(changes), before, {**before, **wanted}, written=tuple(changes))
    if request.check:
        return done
    written: list[str] = []
    for option, number in changes.items():
        try:
            _change(registry, NAMES[option], number)
        except IpmiError as error:
            return _halfway(replace(done, written=tuple(written)), changes, option, error, registry)
        written.append(option)
    return done


def _change(registry: Registry, name: str, number: int | None) -> None:
    if number is None:
        registry.remove(name)
    else:
        registry.write(name, number)


def _halfway(
    done: RegistryResult, changes: Wanted, failed: str, error: IpmiError, registry: Registry
) -> RegistryResult:
    """How things are after a write that failed: value by value."""
    try:
        after: Found | None = found_values(registry.read())
    except IpmiError:
        after = None
    told = []
    for option, number in changes.items():
        wish = "be taken out" if number is None else f"be set to {number}"
        if option == failed:
            state = f"could not {wish}: {error.message}"
            if after is None:
                state += ", and whether it was is not known"
        else:
            state = "is changed" if option in done.written else "was not tried"
        told.append(f"{option} {state}")
    ended = DriverError("; ".join(told), error.next_step or "Mend that, and run it again: it goes on where it was.")
    changed = bool(done.written) or after != done.before
    return replace(done, changed=changed, after=after, error=ended)
