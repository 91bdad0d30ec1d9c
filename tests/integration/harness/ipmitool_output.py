# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `ipmitool sensor` prints, plain and with -v, and what `ipmitool sdr dump` writes, as records."""

from __future__ import annotations

import re
from dataclasses import dataclass

# In the order of the plain output's columns; the names are those of the collection's facts.
THRESHOLDS = (
    "lower_non_recoverable",
    "lower_critical",
    "lower_non_critical",
    "upper_non_critical",
    "upper_critical",
    "upper_non_recoverable",
)
SENSOR_RECORD_TYPES = (0x01, 0x02)
_VERBOSE_START = re.compile(r"^Sensor ID\s+: (?P<name>.*) \(0x(?P<number>[0-9a-f]+)\)$")
_VERBOSE_TYPE = re.compile(r"^ Sensor Type \((?P<kind>Threshold|Discrete)\)\s*: (?P<type>.*)$")


class PeerError(RuntimeError):
    """A peer failed, or printed what these parsers do not know."""


@dataclass(frozen=True)
class SdrRecord:
    """One raw record of the SDR repository, header (5 bytes) included; keys of types 01h, 02h and 03h decoded."""

    raw: bytes

    @property
    def record_id(self) -> int:
        return self.raw[0] | self.raw[1] << 8

    @property
    def type(self) -> int:
        return self.raw[3]

    @property
    def owner(self) -> int:
        return self.raw[5]

    @property
    def lun(self) -> int:
        return self.raw[6] & 0x03

    @property
    def number(self) -> int:
        return self.raw[7]

    @property
    def entity(self) -> str:
        return f"{self.raw[8]}.{self.raw[9] & 0x7F}"


@dataclass(frozen=True)
class IpmitoolSensor:
    """One record as ipmitool shows it: what both outputs say, joined with the record's key."""

    name: str
    number: int
    owner: int
    lun: int
    record_id: int
    entity: str
    kind: str  # "threshold" or "discrete"
    type: str
    reading_text: str  # as printed: "3840.000", "0x1", "na"
    reading: float | None  # an analog value
    raw: int | None  # a value that ipmitool shows in hex
    unit: str
    status: str | None  # "ok", "nc", "cr", "nr", "ns"; null for a discrete sensor or without a reading
    states_hex: str | None  # as printed, the two state bytes swapped
    state_bits: int | None  # bit n is state n, the reserved bit masked
    states: tuple[str, ...]  # texts of the asserted states
    thresholds: dict[str, float | None]

    @property
    def available(self) -> bool:
        """A reading was had."""
        return self.reading_text != "na"

    @property
    def key(self) -> tuple[int, int, int]:
        """Owner, LUN, number."""
        return self.owner, self.lun, self.number


@dataclass(frozen=True)
class PlainLine:
    """One line of `ipmitool sensor`."""

    name: str
    reading: str
    unit: str
    status: str
    thresholds: dict[str, float | None]


@dataclass(frozen=True)
class VerboseBlock:
    """What only `ipmitool -v sensor` tells of a record."""

    name: str
    number: int
    entity: str
    kind: str
    type: str
    states: tuple[str, ...]


def _number(text: str) -> float | None:
    """A value with a unit; none for "na", and for the raw byte (0x2a) that is shown where nothing converts it."""
    return None if text == "na" or text.startswith("0x") else float(text)


def parse_plain(output: str) -> list[PlainLine]:
    """Lines of `ipmitool sensor`, in the order of the SDR."""
    lines = []
    # Not splitlines: names are Latin-1, and 85h is no line end.
    for line in output.split("\n"):
        if not line.strip():
            continue
        # From the right: a name may hold the separator.
        name, *fields = (field.strip() for field in line.rsplit("|", 9))
        if len(fields) != 9:
            raise PeerError(f"ipmitool sensor: not a line of ten columns: {line!r}")
        thresholds = dict(zip(THRESHOLDS, map(_number, fields[3:]), strict=True))
        lines.append(PlainLine(name, fields[0], fields[1], fields[2], thresholds))
    return lines


def _block(name: str, number: int, lines: list[str]) -> VerboseBlock:
    entity = kind = sensor_type = ""
    states = []
    for line in lines:
        if line.startswith(" Entity ID"):
            entity = line.partition(": ")[2].strip()
        elif match := _VERBOSE_TYPE.match(line):
            kind, sensor_type = match["kind"].lower(), match["type"].strip()
        elif line.startswith("  ") and line.strip().startswith("["):
            states.append(line.strip()[1:-1])
    return VerboseBlock(name, number, entity, kind, sensor_type, tuple(states) if kind == "discrete" else ())


def parse_verbose(output: str) -> list[VerboseBlock]:
    """Blocks of `ipmitool -v sensor`, in the order of the SDR."""
    found: list[tuple[str, int, list[str]]] = []
    for line in output.split("\n"):
        match = _VERBOSE_START.match(line)
        if match:
            found.append((match["name"], int(match["number"], 16), []))
        elif found:
            found[-1][2].append(line)
    return [_block(*one) for one in found]


def parse_dump(data: bytes) -> list[SdrRecord]:
    """Records of a file that `ipmitool sdr dump` wrote, in the order of the repository."""
    records = []
    while data:
        length = 5 + data[4] if len(data) >= 5 else 0
        if not 5 <= length <= len(data):
            raise PeerError(f"ipmitool sdr dump: {len(data)} bytes left that are no record")
        records.append(SdrRecord(data[:length]))
        data = data[length:]
    return records


def swap_states(states_hex: str) -> int:
    """ipmitool's 0x0501 (states 0 to 7 first) as a number whose bit n is state n: 0x0105; bit 15 is reserved."""
    value = int(states_hex, 16)
    return (value >> 8 | value << 8) & 0x7FFF


def _join(plain: PlainLine, block: VerboseBlock, record: SdrRecord) -> IpmitoolSensor:
    has_states = plain.unit == "discrete" and plain.reading != "na"
    is_hex = plain.reading.startswith("0x")
    return IpmitoolSensor(
        name=block.name,
        number=block.number,
        owner=record.owner,
        lun=record.lun,
        record_id=record.record_id,
        entity=block.entity,
        kind=block.kind,
        type=block.type,
        reading_text=plain.reading,
        reading=_number(plain.reading),
        raw=int(plain.reading, 16) if is_hex else None,
        unit=plain.unit,
        status=None if has_states or plain.status == "na" else plain.status,
        states_hex=plain.status if has_states else None,
        state_bits=swap_states(plain.status) if has_states else None,
        states=block.states,
        thresholds=plain.thresholds,
    )


def join(plain: list[PlainLine], verbose: list[VerboseBlock], records: list[SdrRecord]) -> list[IpmitoolSensor]:
    """Put the three views of one BMC together; all are in the order of the SDR.

    ipmitool leaves out a record whose reading got no answer, so the records are walked, not zipped.
    """
    if [line.name for line in plain] != [block.name.strip() for block in verbose]:
        raise PeerError(f"ipmitool: {len(plain)} plain and {len(verbose)} verbose records that do not match")
    sensors = []
    walk = iter([record for record in records if record.type in SENSOR_RECORD_TYPES])
    for line, block in zip(plain, verbose, strict=True):
        key = (block.number, block.entity)
        record = next((one for one in walk if (one.number, one.entity) == key), None)
        if record is None:
            raise PeerError(f"ipmitool: no record of the SDR is left for {block.name!r} ({block.number:#x})")
        sensors.append(_join(line, block, record))
    return sensors
