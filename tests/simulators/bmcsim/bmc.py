# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One simulated BMC without its socket: state, and the way from a request to its replies."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

from . import commands, ipmb
from .controller import Controller, Sensor
from .eventlog import EventLog
from .faults import FaultPlan, Faults
from .journal import Request, RequestLog
from .model import Chassis, Identity, ServerModel, User
from .rakp import Handshake
from .reader import ModelError
from .repository import Repository, model_items, sensor_item
from .sessions import AnySession, SessionTable
from .sessions15 import Challenges

UNSPECIFIED_OFFSET = 0x07FF
_REPOSITORY_DEVICE = 0x02  # of Get Device ID's device support


@dataclass(frozen=True)
class Settings:
    """What a fleet file adds to a model for one BMC."""

    users: tuple[User, ...] = ()
    kg: bytes | None = None
    faults: FaultPlan | None = None
    chassis: Chassis | None = None
    sel: tuple[bytes, ...] = ()


def _main_identity(model: ServerModel) -> Identity:
    """Return the BMC's identity; one without a repository says so, and has device SDRs instead."""
    if model.sdr.repository:
        return model.identity
    return replace(model.identity, provides_sdrs=True, support=model.identity.support & ~_REPOSITORY_DEVICE)


class Bmc:
    """State of one BMC; `answer` carries out one request."""

    def __init__(self, name: str, model: ServerModel, settings: Settings | None = None) -> None:
        settings = settings or Settings()
        self.name, self.model = name, model
        self.faults = Faults(settings.faults)
        self.requests = RequestLog()
        self.chassis = settings.chassis or model.chassis
        self.utc_offset = UNSPECIFIED_OFFSET
        self._clock_offset = 0.0 if model.sel_options.clock == "host" else -time.time()
        stamp = self.clock() if model.sdr.stamp is None else model.sdr.stamp
        self.repository = Repository(model_items(model), stamp)
        self.sel = EventLog(model.sel_options, model.sel + settings.sel)
        self.frus = dict(model.frus)
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
        self.sessions = SessionTable(model.limits.sessions, model.limits.session_timeout_s)
        self.challenges = Challenges(self.sessions)
        self.users = settings.users or model.users
        self.kg = model.kg if settings.kg is None else settings.kg
        self.handshake = Handshake(model, self.users, self.kg, self.sessions)
        self.asleep_until = 0.0

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

    def clock(self) -> int:
        """Return the time of the SEL clock in seconds."""
        return int(time.time() + self._clock_offset) & 0xFFFFFFFF

    def set_clock(self, seconds: int) -> None:
        self._clock_offset = seconds - time.time()

    def reset(self) -> None:
        """Restart: sessions and reservations are gone, and nothing is answered for a while."""
        self.sessions.clear()
        self.challenges.clear()
        for controller in self.controllers():
            if controller.repository:
                controller.repository.cancel()
        self.sel.cancel()
        self.asleep_until = time.monotonic() + self.model.limits.reset_s

    def answer(self, message: ipmb.Message, session: AnySession | None) -> list[bytes]:
        """Carry out a request; return the messages to send: usually one, none for a swallowed request."""
        user = session.user.name if session and session.user else None
        self.requests.add(Request(message.netfn, message.cmd, message.data, 0x20, message.rs_lun, user))
        if self.faults.swallows(message):
            return []
        return commands.dispatch(self, self.main, message, session)
