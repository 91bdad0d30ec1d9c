# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hundreds of entries of every kind in ipmi_sim's log, as the collection, ipmitool and FreeIPMI read them.

A text means the same where, of all texts of its type, ours has the most words in common with the peer's. What stays
different is in DIFFERENCES, each with its reason: one that none of them covers fails, and so does one that is not seen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from comparing.sel_differences import FREEIPMI, IPMITOOL, Difference, Log, differences
from comparing.sel_entries import NOTHING, SPECIFIC, codes, event, generic, measured, odd, specific
from comparing.sel_readers import read_freeipmi, read_ipmitool

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.client import Client, Request, ask
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.sensors import Sensor
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sel.events import interpret
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sel.records import decode_record
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sel.sensor_index import SensorIndex
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.sensors import SensorsRequest, run
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.options import LanOptions
from harness.ipmi_sim import IpmiSim
from harness.reading import run_with

pytestmark = pytest.mark.needs_command("ipmi_sim", "ipmitool", "ipmi-sel")

MODEL = Path(__file__).resolve().parents[1] / "simulators" / "models" / "satellite.emu"
IMAGES = ("dell_r730", "s2600wtt")
PRE_INIT, AFTER, NOW, LATE, UNSPECIFIED = 0x1FFFFFF0, 0x20000001, 0x69642350, 0x90000000, 0xFFFFFFFF


async def add(client: Client, clock: int, entries: Iterable[bytes]) -> None:
    """Add SEL Entry keeps all but record id and time: the time is the clock's."""
    await ask(client, "Set SEL Time", Request(0x0A, 0x49, clock.to_bytes(4, "little")))
    for entry in entries:
        await ask(client, "Add SEL Entry", Request(0x0A, 0x44, entry))


async def raw_entries(client: Client) -> list[bytes]:
    entries, following = [], 0
    while following != 0xFFFF:
        request = Request(0x0A, 0x43, bytes(2) + following.to_bytes(2, "little") + b"\0\xff")
        data = await ask(client, "Get SEL Entry", request)
        following = int.from_bytes(data[:2], "little")
        entries.append(data[2:])
    return entries


async def filled(client: Client) -> tuple[list[Sensor], list[bytes]]:
    """The BMC's sensors, and its log's entries after ours have been added."""
    sensors = [observation.sensor for observation, _rating in (await run(SensorsRequest(), client)).rated]
    await add(client, NOW, [*generic(), *specific(), *codes()])
    await add(client, AFTER, measured(sensors))
    await add(client, LATE, odd())
    await add(client, PRE_INIT, odd())
    await add(client, UNSPECIFIED, [event(0x12, SPECIFIC, 0x05, *NOTHING)])
    return sensors, await raw_entries(client)


@pytest.fixture(scope="module", params=["satellite", *IMAGES])
def log(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    """What the BMC has logged itself stays, then comes all of the above."""
    model, folder = request.param, tmp_path_factory.mktemp(request.param)
    source = MODEL if model == MODEL.stem else request.getfixturevalue("bmc_images") / f"{model}.emu"
    emu = folder / "roomy.emu"
    emu.write_text(re.sub(r"(?m)^sel_enable 0x20 \d+", "sel_enable 0x20 2000", source.read_text()))
    with IpmiSim(emu, folder) as bmc:
        options = LanOptions(bmc.host, bmc.username, bmc.password, bmc.port, privilege="administrator")
        sensors, entries = run_with(options, filled)
        index = SensorIndex(sensors)
        ours = [interpret(decode_record(entry), index, None, ()) for entry in entries]
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TZ", "UTC")  # in which ipmitool would tell the time else
            yield Log(ours, {IPMITOOL: read_ipmitool(bmc), FREEIPMI: read_freeipmi(bmc, folder)})


def another_sensor(difference: Difference) -> bool:
    """The peers take a sensor of that number on another LUN (byte 9; both) or of another type (byte 11; FreeIPMI), name
    it and convert the event's bytes with its factors."""
    named = difference.event.sensor_name is None and bool(difference.raw[11])
    return named and difference.field in ("sensor", "type", "reading", "threshold", "detail")


def shared_name(difference: Difference) -> bool:
    """FreeIPMI puts a blank before the number of a sensor that shares its record, ipmitool leaves the number out."""
    ours, theirs = str(difference.ours).replace(" ", ""), str(difference.theirs).replace(" ", "")
    return difference.field == "sensor" and theirs.endswith((ours, ours[:-1]))


def reading_of_nought(difference: Difference) -> bool:
    """ipmitool shows a reading of 0 where bits 7:6 of event data 1 (byte 14) say that the event holds none."""
    kind = (difference.peer, difference.field, difference.theirs)
    return kind == (IPMITOOL, "reading", 0.0) and difference.raw[13] >> 6 != 1


def unknown_to_a_peer(difference: Difference) -> bool:
    """Offsets of the specification that have no text there, and details of which only the bytes are shown."""
    theirs, number = str(difference.theirs), f"{difference.raw[13] & 0x0F:02X}h"
    bytes_only = re.fullmatch(r"((OEM )?Event Data[23] (code )?= \w\wh( ; )?)+", theirs) is not None
    return (difference.field == "event" and theirs in ("", f"Event Offset = {number}")) or (
        difference.field == "detail" and bytes_only
    )


def reserved_type(difference: Difference) -> bool:
    """Byte 3 is a record type that the specification reserves: FreeIPMI leaves the entry out, ipmitool reads time and
    direction from bytes whose meaning nobody knows."""
    return 0x02 < difference.raw[2] < 0xC0


def garbage_is_unknown(difference: Difference) -> bool:
    """FreeIPMI rates an event whose message version (byte 10) is neither 03h nor 04h."""
    return difference.field == "severity" and difference.event.problem is not None


def end_is_nominal(difference: Difference) -> bool:
    """FreeIPMI rates the end of many states as their beginning, and of thresholds as one step less; it has no severity
    for the end of a good state, which of two states is the beginning of the bad one."""
    way_back = difference.raw[12] == 1 and (difference.raw[13] & 1 == 1) == (difference.raw[13] & 0x0F < 6)
    in_pairs = difference.raw[12] & 0x7F in (1, 3, 4, 5, 6, 8, 9)
    ended = difference.event.direction == "deasserted" and (difference.ours == "nominal" or in_pairs)
    return difference.field == "severity" and (ended or way_back)


def not_rated(difference: Difference) -> bool:
    """FreeIPMI has no severity for watchdog 1 and for many pairs of a generic type and a type of sensor."""
    generic_or_watchdog1 = difference.raw[12] & 0x7F != SPECIFIC or difference.raw[10] == 0x11
    return (difference.field, difference.theirs) == ("severity", "unknown") and generic_or_watchdog1


def default_rules(difference: Difference) -> bool:
    """The default rules differ on purpose (plugins/module_utils/_core/health/default_rules.py); FreeIPMI 1.6.10 also
    has the severities of LAN heartbeat and LAN heartbeat lost the wrong way round."""
    asserted = difference.field == "severity" and difference.event.direction == "asserted"
    told = f"{difference.ours}, not {difference.theirs}"
    return asserted and difference.event.event in ON_PURPOSE.get(told, ())


ON_PURPOSE = {
    "nominal, not critical": (
        *("device absent", "entity absent", "entity disabled", "FRU not installed", "terminator presence detected"),
    ),
    "nominal, not warning": (
        *("OS initiated hard reset", "OS initiated warm reset", "boot completed, boot device not specified"),
        *("OS graceful shutdown", "timestamp clock synch", "slot is disabled", "transition to on line"),
        *("state deasserted", "LAN heartbeat"),
    ),
    "warning, not critical": (
        *("predictive failure", "predictive failure asserted", "processor disabled", "memory device disabled"),
        *("correctable memory error logging disabled", "correctable machine check error logging disabled"),
        "non-redundant: sufficient resources from redundant",
        *("non-redundant: sufficient resources from insufficient resources", "FRU inactive"),
    ),
    "warning, not nominal": ("rebuild/remap in progress", "LAN heartbeat lost"),
    "critical, not warning": ("timer expired, status only",),
    "unknown, not critical": ("unknown",),
}
DIFFERENCES = (
    *(another_sensor, shared_name, reading_of_nought, unknown_to_a_peer, reserved_type, garbage_is_unknown),
    *(end_is_nominal, not_rated, default_rules),
)


def unexplained(log: Log) -> list[Difference]:
    return [found for found in differences(log) if not any(known(found) for known in DIFFERENCES)]


def test_entries_read_as_the_peers_read_them(log: Log) -> None:
    assert len(log.ours) > 500
    assert [str(found) for found in unexplained(log)] == []


def test_every_known_difference_is_seen(log: Log) -> None:
    found = differences(log)
    unseen = {known.__name__ for known in DIFFERENCES if not any(map(known, found))}
    assert unseen <= {"shared_name"}  # only in what some BMCs have logged themselves


def test_log_has_entries_of_every_kind(log: Log) -> None:
    assert {event.timestamp_kind for event in log.ours} == {"set", "pre_init", "unspecified"}
    assert {event.direction for event in log.ours} == {"asserted", "deasserted", None}
    assert {event.severity for event in log.ours} == {"nominal", "warning", "critical", "unknown"}
    converted = [event for event in log.ours if event.reading is not None and event.threshold is not None]
    assert len(converted) > 4 and all(event.unit and event.sensor_name for event in converted)


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"event": "lower critical going low"}, {"event": "lower critical going high"}),
        ({"event": "memory scrub failed (stuck bit)"}, {"event": "parity error"}),
        ({"event_detail": "version change: SMBIOS"}, {"event_detail": "version change: operating system"}),
        ({"timestamp_kind": "pre_init"}, {"timestamp_kind": "unspecified"}),
        ({"timestamp_kind": "set"}, {"timestamp": "2026-01-11T22:25:21Z"}),
        ({"direction": "deasserted"}, {"direction": "asserted"}),
        ({"severity": "critical", "direction": "asserted", "sensor_type": "Memory"}, {"severity": "warning"}),
        ({"sensor_type": "Power Supply"}, {"sensor_type": "Power Unit"}),
    ],
)
def test_comparison_reports_a_manipulated_event(log: Log, fields: dict[str, str], wrong: dict[str, str]) -> None:
    event = next(event for event in log.ours if all(getattr(event, key) == fields[key] for key in fields))
    ours = [replace(other, **wrong) if other is event else other for other in log.ours]
    assert {found.event.record_id for found in unexplained(replace(log, ours=ours))} == {event.record_id}


@pytest.mark.parametrize("field", ["sensor_name", "reading", "threshold"])
def test_comparison_reports_a_manipulated_sensor(log: Log, field: str) -> None:
    event = next(event for event in log.ours if event.reading is not None and event.threshold is not None)
    wrong = replace(event, **{field: "other" if field == "sensor_name" else event.reading + 1000.0})
    ours = [wrong if other is event else other for other in log.ours]
    assert {found.event.record_id for found in unexplained(replace(log, ours=ours))} == {event.record_id}
