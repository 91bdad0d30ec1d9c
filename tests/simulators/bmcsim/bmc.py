# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One simulated BMC without its socket: state, and the way from a request to its replies."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from . import commands, ipmb, parse_sel
from .controller import Controller, Sensor
from .eventlog import EventLog
from .fault_plan import FaultPlan
from .faults import Faults
from .journal import Request, RequestLog
from .ledger import Ledger
from .model import Chassis, Identity, ServerModel, User
from .rakp import Handshake
from .reader import ModelError, Node
from .repository import Repository, model_items, sensor_item
from .sessions import AnySession, SessionTable
from .sessions15 import Challenges
from .system_interface import SystemInterface
from .triggers import fire

UNSPECIFIED_OFFSET = 0x07FF
_REPOSITORY_DEVICE, _SEL_DEVICE = 0x02, 0x04  # of Get Device ID's device support
Hook = Callable[[str, Request], None]


@dataclass(frozen=True)
class Settings:
    """What a fleet file adds to a model for one BMC."""

    users: tuple[User, ...] = ()
    kg: bytes | None = None
    faults: FaultPlan | None = None
    chassis: Chassis | None = None
    sel: tuple[bytes, ...] = ()
    events: bool | None = None
    ledger: str | None = None


def _main_identity(model: ServerModel) -> Identity:
    """Return the BMC's identity; one without a repository says so, and has device SDRs instead."""
    identity = model.identity
    if not model.sdr.repository:
        identity = replace(identity, provides_sdrs=True, support=identity.support & ~_REPOSITORY_DEVICE)
    if not model.sel_options.present:
        identity = replace(identity, support=identity.support & ~_SEL_DEVICE)
    return identity


class Bmc:
    """State of one BMC; `answer` carries out one request."""

    def __init__(
        self, name: str, model: ServerModel, settings: Settings | None = None, ledger: str | Path | None = None
    ) -> None:
        settings = settings or Settings()
        self.name, self.model = name, model
        self.faults = Faults(settings.faults or model.faults)
        self.requests = RequestLog()
        self.chassis = settings.chassis or model.chassis
        self.events = model.events if settings.events is None else settings.events
        self.hook: Hook | None = None
        offset = model.sel_options.utc_offset
        self.utc_offset = UNSPECIFIED_OFFSET if offset is None else offset & 0xFFFF
        self._clock_offset = 0.0 if model.sel_options.clock == "host" else -time.time()
        self._clock_stands: int | None = None
        self.ledger = Ledger(ledger, name)
        self.sel = EventLog(model.sel_options, model.sel + settings.sel, self.ledger, self.faults)
        self.frus = dict(model.frus)
        self._add_controllers(model)
        self.sessions = SessionTable(model.limits.sessions, model.limits.session_timeout_s)
        self.challenges = Challenges(self.sessions)
        self.system = SystemInterface()
        self.users = settings.users or model.users
        self.kg = model.kg if settings.kg is None else settings.kg
        self.handshake = Handshake(model, self.users, self.kg, self.sessions, self.faults)
        self.asleep_until = 0.0

    def _add_controllers(self, model: ServerModel) -> None:
        stamp = self.clock() if model.sdr.stamp is None else model.sdr.stamp
        self.repository = Repository(model_items(model), stamp)
        self.main = Controller(0x20, 0, _main_identity(model))
        self.main.repository = self.repository
        self.satellites = {
            (item.address, item.channel): Controller(item.address, item.channel, item.identity, item.off)
            for item in model.satellites
        }
        for controller in self.controllers():
            controller.add(
                sensor
                for sensor in model.sensors
                if sensor.owner == controller.address
                and (controller is self.main or sensor.channel == controller.channel)
            )
            if controller is not self.main and controller.identity.provides_sdrs:
                models = dict.fromkeys(sensor.model for sensor in controller.sensors.values())
                controller.repository = Repository(map(sensor_item, models), stamp)
        self.note_moving()

    def controllers(self) -> list[Controller]:
        return [self.main, *self.satellites.values()]

    def versions(self) -> tuple[str, ...]:
        """Return the versions whose sessions are offered."""
        return ("1.5",) if self.faults.plan.ipmi15_only else self.model.lan.versions

    def sensors(self) -> list[Sensor]:
        """Return all sensors, in the order of their controllers and of the model."""
        return [sensor for controller in self.controllers() for sensor in controller.sensors.values()]

    def find(self, name: str) -> Sensor:
        """Return a sensor by name; of several with one name, `name#2` is the second. KeyError without one."""
        plain, _mark, count = name.rpartition("#")
        for wanted, index in ((name, 0), (plain, int(count) - 1 if count.isdigit() else 0)):
            matches = [sensor for sensor in self.sensors() if sensor.name == wanted]
            if wanted and 0 <= index < len(matches):
                return matches[index]
        raise KeyError(f"{self.name} has no sensor {name!r}")

    def override(self, name: str, changes: dict[str, Any], where: str) -> None:
        """Change a sensor as a fleet file says; ModelError for a wrong name or value."""
        try:
            sensor = self.find(name)
        except KeyError:
            known = ", ".join(sensor.name for sensor in self.sensors())
            raise ModelError(f"{where}: no sensor {name!r} in {self.model.file} (it has {known})") from None
        sensor.change(changes, where)
        sensor.pending_events()  # a fleet's overrides are the first state, not events
        self.note_moving()

    def change_sensor(self, name: str, changes: dict[str, Any], log: bool | None = None) -> None:
        """Change a sensor; with `log` (default: as the model says) what crosses a limit or begins or ends is logged."""
        sensor = self.find(name)
        sensor.change(changes)
        sensor.logs = bool(log)
        self._log_changes(sensor, self.events if log is None else log)
        self.note_moving()

    def note_moving(self) -> None:
        """Remember which sensors change by themselves, after any of them was changed."""
        self._moving = [sensor for sensor in self.sensors() if sensor.state.over_time]

    def refresh(self, sensor: Sensor) -> None:
        sensor.refresh()
        self._log_changes(sensor, self.events or sensor.logs)

    def _log_changes(self, sensor: Sensor, log: bool) -> None:
        for entry in sensor.pending_events():
            if log:
                self.sel.add(entry, self.clock(), "sensor")

    def log_event(self, entry: dict[str, Any], origin: str = "event") -> int | None:
        """Log an event given as in a model's `sel`; without `time` it gets that of the clock. Return the record id."""
        models = tuple(item.sensor for item in self.repository.items if item.sensor)
        raw = parse_sel.parse_entry(Node(dict(entry), origin), models)
        stamped = "time" not in entry and not (entry.get("hex") and any(raw[3:7]))
        return self.sel.add(raw, self.clock(), origin, stamped)

    def clear_sel(self, by: str) -> None:
        """Clear the event log as another client does: whoever has a reservation loses it."""
        self.sel.cancel()
        self.sel.start_erase(self.clock(), by)
        self.sel.finish(self.clock())

    def clock(self) -> int:
        """Return the time of the SEL clock in seconds."""
        if self._clock_stands is not None:
            return self._clock_stands
        return int(time.time() + self._clock_offset) & 0xFFFFFFFF

    def set_clock(self, seconds: int, by: str = "", stands: bool = False) -> None:
        """Set the SEL clock; one that `stands` gives every event the same time."""
        self.ledger.write({"kind": "clock", "before": self.clock(), "after": seconds, "by": by})
        self._clock_offset = seconds - time.time()
        self._clock_stands = seconds if stands else None

    def cancel_sdr_reservations(self) -> None:
        for controller in self.controllers():
            if controller.repository:
                controller.repository.cancel()

    def reset(self, by: str = "") -> None:
        """Restart: sessions and reservations are gone, nothing is answered for a while; see `limits` and the clock."""
        self.reboot(clock="zero" if self.model.sel_options.clock == "pre_init" else "keep", by=by)

    def reboot(self, silent_s: float | None = None, clock: str = "zero", by: str = "") -> None:
        """Restart, the SEL clock at zero unless it is to `keep` its time."""
        silent_s = self.model.limits.reset_s if silent_s is None else silent_s
        before = self.clock()
        self.ledger.write(
            {
                "kind": "reboot",
                "clock_before": before,
                "clock_after": 0 if clock == "zero" else before,
                "silent_s": silent_s,
                "by": by,
            }
        )
        self.sel.finish(before)
        if clock == "zero":
            self._clock_offset, self._clock_stands = -time.time(), None
        self.sessions.clear()
        self.challenges.clear()
        self.system.reset()
        self.cancel_sdr_reservations()
        self.sel.cancel()
        self.asleep_until = time.monotonic() + silent_s

    def answer(self, message: ipmb.Message, session: AnySession | None) -> list[bytes]:
        """Carry out a request; return the messages to send: usually one, none for a swallowed request."""
        user = session.user.name if session and session.user else None
        request = Request(message.netfn, message.cmd, message.data, 0x20, message.rs_lun, user)
        self.requests.add(request)
        for sensor in self._moving:
            self.refresh(sensor)
        # What happens before a request may silence the BMC, or cost it the session.
        if self._happens(True, request) or not self.faults.counts_request():
            return []
        replies = commands.dispatch(self, self.main, message, session)
        self._happens(False, request)
        return replies

    def _happens(self, before: bool, request: Request) -> bool:
        if self.hook:
            self.hook("before" if before else "after", request)
        sensor = self.main.sensor_name(request.netfn, request.lun, request.data)
        due = self.faults.due(before, request.netfn, request.cmd, request.data, sensor)
        answers = [not fire(self, trigger) for trigger in due]
        return not all(answers)
