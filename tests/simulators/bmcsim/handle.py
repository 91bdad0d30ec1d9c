# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A served BMC as tests see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .bmc import Bmc, Hook
from .controller import Sensor
from .faults import Faults
from .fleet import BmcSpec
from .journal import RequestLog
from .ledger import LedgerView
from .sdr_change import change_sdr


class RunningBmc:
    """One served BMC, for tests: where it is, what it was asked, and ways to change it."""

    def __init__(self, spec: BmcSpec, bmc: Bmc, call: Callable[[Callable[[], Any]], Any]) -> None:
        self.spec, self.bmc, self._call = spec, bmc, call
        self.name, self.address, self.port = spec.name, spec.address, spec.port
        self.vm_address, self.vm_port = spec.vm or ("", 0)

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

    def set_sensor(self, name: str, log: bool | None = None, **changes: Any) -> None:
        """Change a sensor: reading, raw, states, status, scanning, unavailable, absent, completion_code, no_reply.

        `reading` and `states` can be functions of the seconds since then; `over_time` is as in a model. With `log`
        (default: the model's `events`) the event log gets what a BMC would write of it.
        """
        self._call(lambda: self.bmc.change_sensor(name, changes, log))

    def add_sel(self, entry: bytes, stamp: bool = True) -> int | None:
        """Add 16 bytes to the event log as an event does (reservation lost), and return the record id."""
        record_id: int | None = self._call(lambda: self.bmc.sel.add(entry, self.bmc.clock(), "add_sel", stamp))
        return record_id

    def event(self, **entry: Any) -> int | None:
        """Log an event given by the keys of a model's `sel` (sensor, offset, deassert...); return the record id."""
        record_id: int | None = self._call(lambda: self.bmc.log_event(entry))
        return record_id

    def clear_sel(self, by: str = "stranger") -> None:
        """Clear the event log as another client does."""
        self._call(lambda: self.bmc.clear_sel(by))

    def sel_records(self) -> list[bytes]:
        """Return what is in the event log, 16 bytes each."""
        records: list[bytes] = self._call(lambda: [entry for _number, entry in self.bmc.sel.entries])
        return records

    def ledger(self) -> LedgerView:
        """Return what the ledger says, from its file where it has one."""
        view: LedgerView = self._call(self.bmc.ledger.view)
        return view

    def on_request(self, hook: Hook | None) -> None:
        """Call `hook("before" or "after", request)` around every request, in the simulator's thread."""
        self.bmc.hook = hook

    def set_clock(self, seconds: int, stands: bool = False) -> None:
        """Set the SEL clock; one that `stands` gives every event the same time."""
        self._call(lambda: self.bmc.set_clock(seconds, "test", stands))

    def change_sdr(self, **changes: Any) -> None:
        """Add, remove and replace sensors and records; see `sdr_change.change_sdr`."""
        self._call(lambda: change_sdr(self.bmc, **changes))

    def reset(self) -> None:
        """Restart the BMC as its Cold Reset does: all sessions are gone."""
        self._call(self.bmc.reset)

    def reboot(self, silent_s: float | None = None, clock: str = "zero") -> None:
        """Restart the BMC, its SEL clock at zero (or `keep`), silent for a while (default: `limits.reset_s`)."""
        self._call(lambda: self.bmc.reboot(silent_s, clock, "test"))

    def power_satellite(self, address: int, on: bool, channel: int = 0) -> None:
        """Switch a satellite controller on or off; one that is off answers nothing (83h from the BMC)."""
        self.bmc.satellites[address, channel].off = not on
