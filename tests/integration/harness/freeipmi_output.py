# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What FreeIPMI's `ipmi-sensors --shared-sensors` prints, as CSV and with -v, as records (FreeIPMI 1.6.10)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from .ipmitool_output import THRESHOLDS, PeerError

# Columns after the name; the thresholds stand in the same order as ipmitool's.
CSV_HEADER = "ID,Name,Type,State,Reading,Units,Lower NR,Lower C,Lower NC,Upper NC,Upper C,Upper NR,Event"
_CSV_COLUMNS_AFTER_NAME = 11
_THRESHOLD_LINE = re.compile(r"^(?P<side>Lower|Upper) (?P<level>Critical|Non-Critical|Non-Recoverable) Threshold$")
# "system board (7)", or the number alone where FreeIPMI has no name for it.
_ENTITY = re.compile(r"(\d+)\)?$")


@dataclass(frozen=True)
class FreeipmiSensor:
    """One sensor; those that share a record each have their own."""

    record_id: int
    name: str  # FreeIPMI's own, with the number of a shared sensor: "A  1"
    id_string: str  # as the record says: "A "
    number: int
    owner: int
    lun: int
    entity_id: int
    entity_instance: int
    event_reading_type: int
    type: str
    state: str | None  # "Nominal", "Warning", "Critical", null for N/A
    reading: float | None
    unit: str | None
    event_bits: int | None  # the state bits as the BMC sent them; null for N/A
    events: tuple[str, ...]  # texts of the asserted states; empty for 'OK'
    thresholds: dict[str, float | None]

    @property
    def key(self) -> tuple[int, int, int]:
        """Owner, LUN, number."""
        return self.owner, self.lun, self.number


@dataclass(frozen=True)
class CsvLine:
    """One line of --comma-separated-output with state, thresholds and the event as a bit mask."""

    record_id: int
    name: str
    type: str
    state: str | None
    reading: float | None
    unit: str | None
    thresholds: dict[str, float | None]
    event_bits: int | None


@dataclass
class VerboseBlock:
    """One block of -v: the lines "Key: value"; a key that repeats (Sensor Event) keeps all its values."""

    values: dict[str, list[str]] = field(default_factory=dict)

    def text(self, key: str) -> str:
        """The first value of `key`; PeerError where there is none."""
        try:
            return self.values[key][0]
        except KeyError:
            raise PeerError(f"ipmi-sensors -v: no line {key!r} in {self.values}") from None

    def hexadecimal(self, key: str) -> int:
        """A value such as 6Fh."""
        return int(self.text(key).rstrip("h"), 16)


def _known(text: str) -> str | None:
    return None if text == "N/A" else text


def _number(text: str) -> float | None:
    return None if text == "N/A" else float(text)


def parse_csv(output: str) -> list[CsvLine]:
    """Lines of the CSV output; a name may hold commas, so the columns are counted from the right."""
    lines = [line for line in output.split("\n") if line.strip()]
    if not lines or lines[0].strip() != CSV_HEADER:
        raise PeerError(f"ipmi-sensors: not the header that was asked for: {lines[:1]}")
    parsed = []
    for line in lines[1:]:
        head, *columns = line.rsplit(",", _CSV_COLUMNS_AFTER_NAME)
        record_id, _comma, name = head.partition(",")
        thresholds = dict(zip(THRESHOLDS, map(_number, columns[4:10]), strict=True))
        bits = _known(columns[10])
        parsed.append(
            CsvLine(
                record_id=int(record_id),
                name=name,
                type=columns[0],
                state=_known(columns[1]),
                reading=_number(columns[2]),
                unit=_known(columns[3]),
                thresholds=thresholds,
                event_bits=None if bits is None else int(bits.rstrip("h"), 16),
            )
        )
    return parsed


def parse_verbose(output: str) -> list[VerboseBlock]:
    """Blocks of -v, in the order of the SDR; blank lines stand between them."""
    blocks: list[VerboseBlock] = []
    for line in output.split("\n"):
        key, colon, value = line.partition(": ")
        if not colon:
            continue
        if key == "Record ID":
            blocks.append(VerboseBlock())
        if blocks:
            blocks[-1].values.setdefault(key, []).append(value)
    return blocks


def _precise_thresholds(block: VerboseBlock) -> dict[str, float | None]:
    """Thresholds with six digits behind the point, where the CSV has two."""
    found: dict[str, float | None] = dict.fromkeys(THRESHOLDS)
    for key, values in block.values.items():
        match = _THRESHOLD_LINE.match(key)
        if match:
            name = f"{match['side']} {match['level']}".lower().replace(" ", "_").replace("-", "_")
            found[name] = _number(values[0].split(" ")[0])
    return found


def _join(line: CsvLine, block: VerboseBlock) -> FreeipmiSensor:
    reading = block.values.get("Sensor Reading", ["N/A"])[0].split(" ")[0]
    entity = _ENTITY.search(block.text("Entity ID"))
    if entity is None:
        raise PeerError(f"ipmi-sensors -v: not an entity: {block.text('Entity ID')!r}")
    events = [text for text in block.values.get("Sensor Event", []) if text not in ("N/A", "'OK'")]
    return FreeipmiSensor(
        record_id=line.record_id,
        name=line.name,
        id_string=block.text("ID String"),
        number=int(block.text("Sensor Number")),
        owner=block.hexadecimal("Sensor Owner ID"),
        lun=block.hexadecimal("Sensor Owner LUN"),
        entity_id=int(entity[1]),
        entity_instance=int(block.text("Entity Instance")),
        event_reading_type=block.hexadecimal("Event/Reading Type Code"),
        type=line.type,
        state=line.state,
        reading=_number(reading),
        unit=line.unit,
        event_bits=line.event_bits,
        events=tuple(text.strip("'") for text in events),
        thresholds=_precise_thresholds(block),
    )


def join(lines: list[CsvLine], blocks: list[VerboseBlock]) -> list[FreeipmiSensor]:
    """Put both outputs of one BMC together; they list the same sensors in the same order."""
    if [line.record_id for line in lines] != [int(block.text("Record ID")) for block in blocks]:
        raise PeerError(f"ipmi-sensors: {len(lines)} lines of CSV and {len(blocks)} blocks that do not match")
    return [_join(line, block) for line, block in zip(lines, blocks, strict=True)]
