# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server model says, as immutable data: shared by every simulated BMC made from it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field

from .fault_plan import FaultPlan
from .over_time import OverTime
from .scale import Scale


@dataclass(frozen=True)
class Identity:
    """Answers to Get Device ID, Get Self Test Results and the GUID commands."""

    device_id: int = 0x20
    device_revision: int = 1
    provides_sdrs: bool = False
    firmware: tuple[int, int] = (2, 0x30)  # the minor revision is BCD
    updating: bool = False
    ipmi_version: int = 0x02  # BCD, digits swapped: 51h is 1.5, 02h is 2.0
    support: int = 0xBF
    manufacturer_id: int = 32473  # the number that RFC 5612 keeps for documentation
    product_id: int = 1
    aux: bytes = b""
    self_test: tuple[int, int] = (0x55, 0x00)
    guid: uuid.UUID = uuid.UUID("00000000-0000-4000-8000-000000000001")
    guid_encoding: str = "ipmi"
    system_guid_code: int = 0

    def guid_bytes(self) -> bytes:
        if self.guid_encoding == "ipmi":  # section 20.8: least significant byte first
            return self.guid.bytes[::-1]
        return self.guid.bytes_le if self.guid_encoding == "smbios" else self.guid.bytes


@dataclass(frozen=True)
class User:
    name: str
    password: bytes = field(repr=False)
    privilege: int = 4


@dataclass(frozen=True)
class Share:
    """Record sharing of compact and event-only records (section 43.2)."""

    count: int = 1
    modifier: str = "numeric"
    offset: int = 0
    entity_increments: bool = False

    def encode(self) -> bytes:
        first = (0x10 if self.modifier == "alpha" else 0) | (self.count if self.count > 1 else 1) & 0x0F
        return bytes([first, (0x80 if self.entity_increments else 0) | self.offset & 0x7F])

    def suffix(self, index: int) -> str:
        if self.count < 2:
            return ""
        number = self.offset + index
        if self.modifier == "numeric":
            return str(number)
        return chr(ord("A") + number) if number < 26 else chr(64 + number // 26) + chr(65 + number % 26)


@dataclass(frozen=True)
class Initial:
    """State of a sensor when the BMC starts; a fleet's overrides and `set_sensor` change it."""

    raw: int = 0
    states: tuple[int, ...] = ()
    status: int | None = None
    scanning: bool = True
    unavailable: bool = False
    absent: bool = False
    completion_code: int = 0
    no_reply: bool = False
    over_time: OverTime | None = None


@dataclass(frozen=True)
class SensorModel:
    """One sensor record, and the sensor (or sensors, when shared) behind it."""

    name: str
    kind: str
    number: int
    sensor_type: int
    event_type: int
    encoding: str = "latin1"
    owner: int = 0x20
    lun: int = 0
    channel: int = 0
    entity: int = 7
    entity_instance: int = 1
    analog: bool = False
    scale: Scale = field(default_factory=Scale)
    unit: int = 0
    modifier_unit: int = 0
    modifier_relation: int = 0
    rate: int = 0
    percentage: bool = False
    thresholds: tuple[int | None, ...] = (None,) * 6  # raw, in the order of tables.THRESHOLDS
    threshold_access: int = 0
    hysteresis: tuple[int, int] = (0, 0)
    hysteresis_access: int = 0
    supported: tuple[int, ...] = ()
    nominal: tuple[int | None, int | None, int | None] = (None, None, None)  # nominal, normal maximum, normal minimum
    initialization: int = 0x7F
    capabilities: int | None = None
    oem: int = 0
    share: Share = field(default_factory=Share)
    initial: tuple[Initial, ...] = (Initial(),)

    @property
    def threshold_based(self) -> bool:
        return self.event_type == 0x01

    def threshold_mask(self) -> int:
        """Supported thresholds as the bits of the Get Sensor Thresholds mask."""
        return sum(1 << bit for bit, value in enumerate(self.thresholds) if value is not None)

    def state_mask(self) -> int:
        return sum(1 << offset for offset in self.supported)

    def event_masks(self) -> tuple[int, int, int]:
        """Return record bytes 15-20 (table 43-1): assertion, deassertion, and settable/readable or the states."""
        if not self.threshold_based:
            return self.state_mask(), self.state_mask(), self.state_mask()
        mask = self.threshold_mask()
        # Lower thresholds report going low (even bits), upper ones going high (odd bits).
        events = sum(1 << (2 * bit + (bit >= 3)) for bit in range(6) if mask & 1 << bit)
        readable = mask if self.threshold_access in (1, 2) else 0
        settable = mask if self.threshold_access == 2 else 0
        return events | (mask & 7) << 12, events | (mask >> 3) << 12, settable << 8 | readable


@dataclass(frozen=True)
class Satellite:
    """Another management controller, reached through Send Message."""

    address: int
    channel: int
    identity: Identity
    off: bool = False


@dataclass(frozen=True)
class Record:
    """A finished record that is no sensor: a locator, an association, an oddity. `at` is its place among all."""

    data: bytes
    keep_id: bool = False
    at: int | None = None


@dataclass(frozen=True)
class Chassis:
    """Answer to Get Chassis Status (section 28.2)."""

    power: bool = True
    power_fault: bool = False
    restore_policy: int = 1
    last_event: int = 0
    intrusion: bool = False
    drive_fault: bool = False
    cooling_fault: bool = False


@dataclass(frozen=True)
class SelOptions:
    """How the event log behaves."""

    capacity: int = 512
    circular: bool = False
    erase_polls: int = 0
    log_clear: bool = False
    clock: str = "host"  # host, or pre_init: seconds since the BMC started
    addition_cancels: bool = True
    present: bool = True  # false: no SEL device, C1h
    reservation: bool = True  # false: Reserve SEL is not there, and no command asks for a reservation
    restart_ids: bool = False  # record ids begin anew after a clear
    first_id: int = 1
    free_zero_after_clear: bool = False
    utc_offset: int | None = None  # minutes


@dataclass(frozen=True)
class Limits:
    """Sizes and times of the BMC itself."""

    sessions: int = 16
    session_timeout_s: float = 60.0
    sdr_read: int | None = None
    fru_read: int | None = None
    bridge_style: str = "message"
    suites: tuple[int, ...] = (3, 17)
    privilege_refused: int = 0x0A
    reset_s: float = 0.0


@dataclass(frozen=True)
class SdrOptions:
    """How records are offered: a BMC without a repository has device SDRs."""

    repository: bool = True
    dynamic: bool = True  # Get Device SDR Info has the time of the last change
    stamp: int | None = None  # time of the last addition when the BMC starts; None is the clock's


@dataclass(frozen=True)
class Lan:
    """Which sessions the LAN channel offers."""

    versions: tuple[str, ...] = ("2.0",)  # "1.5", "2.0" or both
    auth: tuple[str, ...] = ("md5",)  # IPMI v1.5 authentication types: md5, straight, none
    per_message: bool = True
    extended_code: int = 0  # answers a version 1.5 BMC's Get Channel Authentication Capabilities with bit 7 set
    wrong_password_code: int = 0  # answers Activate Session with a wrong code; 0 is silence


@dataclass(frozen=True)
class ServerModel:
    """Everything that a model file says."""

    name: str
    file: str
    identity: Identity
    users: tuple[User, ...]
    kg: bytes
    sensors: tuple[SensorModel, ...]
    records: tuple[Record, ...]
    satellites: tuple[Satellite, ...]
    frus: dict[int, bytes]
    chassis: Chassis
    sel: tuple[bytes, ...]
    sel_options: SelOptions
    limits: Limits
    faults: FaultPlan = field(default_factory=FaultPlan)
    events: bool = False  # changes of sensors make event records
    lan: Lan = field(default_factory=Lan)
    sdr: SdrOptions = field(default_factory=SdrOptions)
