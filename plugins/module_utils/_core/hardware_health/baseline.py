# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Power supplies, fans and memory modules that a BMC had sensors of, and what has become of them since.

What is absent is no fault to a sensor's rules, and a sensor whose record is gone is not read at all: a part that was
pulled, or has died so far that its BMC forgot it, shows only against what was there before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..plain import LONGEST_TEXT, items, mapping, text
from .bmc import device
from .checks import ATTENTION, BASELINE, CRITICAL, UNKNOWN, Check, Finding, found, not_made
from .parts import part

PSU, FAN, DIMM = KINDS = ("psu", "fan", "dimm")
_TYPES = {"Power Supply": PSU, "Fan": FAN, "Cooling Device": FAN, "Memory": DIMM}
# Entity ids (IPMI 2.0, table 43-13): whatever is measured of such a part goes with it.
_ENTITIES = {0x0A: PSU, 0x1D: FAN, 0x1E: FAN, 0x08: DIMM, 0x20: DIMM}
_CALLED = {PSU: "power supplies", FAN: "fans", DIMM: "memory modules"}
# What a sensor says of its part. READS: it has a reading, and says nothing of presence; UNREAD: nobody answered.
PRESENT, READS, ABSENT, SILENT, UNREAD = "present", "reads", "absent", "silent", "unread"
_IS_THERE = ("presence detected", "device present", "entity present")
_IS_AWAY = ("device absent", "entity absent")
_ACCEPT = "Put it back, or accept the change: -e hardware_health_accept_baseline=true."
_LOOK = "Look whether it is there and plugged in; a change that is meant is accepted with" + _ACCEPT.split(":", 1)[1]


@dataclass(frozen=True)
class Watched:
    """A sensor of a power supply, fan or memory module. ``says``: one of the five; names are cleaned as
    :func:`plain.text` does."""

    key: str
    kind: str
    label: str
    says: str


@dataclass(frozen=True)
class Known:
    """What the last runs have left of a host: ``content`` of its file, None where there is none yet."""

    content: Any = None
    is_damaged: bool = False


@dataclass(frozen=True)
class Compared:
    """``write``: what the host's file shall hold from now on, None where it stays as it is."""

    check: Check
    write: Mapping[str, Any] | None = None


def parts_of(facts: Mapping[str, Any]) -> dict[str, Watched]:
    """The sensors of such parts, by name, type and entity: their numbers change with firmware."""
    found_parts = {}
    times: Counter[str] = Counter()
    for sensor in map(mapping, items(facts.get("ipmi_sensors"))):
        type_name, entity_id = text(sensor.get("type")), sensor.get("entity_id")
        kind = _TYPES.get(type_name) or (_ENTITIES.get(entity_id) if isinstance(entity_id, int) else None)
        if kind is None or sensor.get("event_only"):
            continue
        name, entity = text(sensor.get("name")), text(sensor.get("entity"))
        key = f"{name}|{type_name}|{entity}"
        times[key] += 1
        key = key if times[key] == 1 else f"{key}|{times[key]}"
        found_parts[key] = Watched(key, kind, f"{name} ({text(sensor.get('entity_name'))} {entity})", _says(sensor))
    return found_parts


def _says(sensor: Mapping[str, Any]) -> str:
    states = [text(state) for state in items(sensor.get("states"))]
    if any(state in _IS_AWAY for state in states):
        return ABSENT
    if sensor.get("available") is True:
        return PRESENT if any(state in _IS_THERE for state in states) else READS
    return UNREAD if text(sensor.get("unavailable_reason")).startswith("not read") else SILENT


def compare(evidence: Mapping[str, Any], known: Known | None, accept: bool) -> Compared:
    """``known``: None where no baseline is wanted. Nothing is written of a BMC that was not read to its end."""
    if known is None:
        return Compared(not_made(BASELINE, "no folder for the baseline is given"))
    answer = part(evidence, "sensors", "ansible_facts")
    facts = mapping(answer.told.get("ansible_facts"))
    health, sensors = mapping(facts.get("ipmi_health")), items(facts.get("ipmi_sensors"))
    if not health or not sensors:
        return Compared(_not_read(known, answer.was_asked))
    is_whole, now = health.get("complete") is True, parts_of(facts)
    was = _remembered(known)
    content = _content(now, text(device(evidence).get("firmware_version")))
    if was is None and not known.is_damaged and known.content is None:
        return _begun(content, is_whole)
    if accept:
        return _accepted(known, was, content, is_whole)
    if was is None:
        step = "Have it made anew: -e hardware_health_accept_baseline=true."
        return Compared(found(BASELINE, UNKNOWN, "the file of the baseline is damaged", step))
    had_firmware = text(mapping(known.content).get("firmware"))
    return Compared(_against(was, now, is_whole, had_firmware != content["firmware"]))


def _not_read(known: Known, was_asked: bool) -> Check:
    if known.content is None and not known.is_damaged or not was_asked:
        return not_made(BASELINE, "no sensors to compare")
    step = "See the check of the sensors; the baseline stays as it is."
    return found(BASELINE, UNKNOWN, "the sensors were not read, and are not compared with the baseline", step)


def _begun(content: Mapping[str, Any], is_whole: bool) -> Compared:
    count = len(content["sensors"])
    if not is_whole:
        step = "Run it again when the BMC answers for all of its sensors."
        return Compared(found(BASELINE, UNKNOWN, "the sensors were not all read: no baseline is begun", step))
    return Compared(Check(BASELINE, f"the baseline begins, with {count} sensors"), content)


def _accepted(known: Known, was: Mapping[str, Watched] | None, content: Mapping[str, Any], is_whole: bool) -> Compared:
    if not is_whole:
        step = "Accept it again when the BMC answers for all of its sensors."
        return Compared(found(BASELINE, UNKNOWN, "not accepted: the sensors were not all read", step))
    now = _parts(content)
    gone = [one.label for key, one in (was or {}).items() if key not in now]
    new = [one.label for key, one in now.items() if key not in (was or {})]
    changes = [f"gone: {', '.join(gone[:10])}"] if gone else []
    changes += [f"new: {', '.join(new[:10])}"] if new else []
    told = f"accepted with {len(now)} sensors{'; ' if changes else ''}{'; '.join(changes)}"
    is_same = was is not None and all(mapping(known.content).get(key) == value for key, value in content.items())
    return Compared(Check(BASELINE, told), None if is_same else content)


def _content(now: Mapping[str, Watched], firmware: str) -> dict[str, Any]:
    there = [one for one in now.values() if one.says in (PRESENT, READS)]
    sensors = [{"key": one.key, "kind": one.kind, "label": one.label, "says": one.says} for one in there]
    return {"firmware": firmware, "sensors": sorted(sensors, key=lambda one: one["key"])}


def _remembered(known: Known) -> dict[str, Watched] | None:
    """The parts of a file, None where there is none, or it holds something else."""
    if known.is_damaged or not isinstance(mapping(known.content).get("sensors"), list):
        return None
    parts = _parts(known.content)
    return parts if len(parts) == len(known.content["sensors"]) else None


def _parts(content: Mapping[str, Any]) -> dict[str, Watched]:
    told = [mapping(entry) for entry in items(content.get("sensors"))]
    kept = [
        Watched(str(entry.get("key")), entry["kind"], text(entry.get("label"), LONGEST_TEXT), entry["says"])
        for entry in told
        if entry.get("kind") in KINDS and entry.get("says") in (PRESENT, READS)
    ]
    return {one.key: one for one in kept}


def _against(was: Mapping[str, Watched], now: Mapping[str, Watched], is_whole: bool, is_other_firmware: bool) -> Check:
    findings = [
        finding
        for kind in KINDS
        for finding in _of_kind([one for one in was.values() if one.kind == kind], now, is_whole, is_other_firmware)
    ]
    there = [one for one in now.values() if one.says in (PRESENT, READS)]
    new = [one.label for one in there if one.key not in was or (one.says, was[one.key].says) == (PRESENT, READS)]
    told = f"{len(was)} sensors in the baseline"
    if new:
        told += f"; new: {', '.join(new[:10])}: remembered when accepted (hardware_health_accept_baseline=true)"
    return Check(BASELINE, told, tuple(findings))


def _of_kind(
    was: Sequence[Watched], now: Mapping[str, Watched], is_whole: bool, is_other_firmware: bool
) -> Iterator[Finding]:
    says = {one.key: now[one.key].says if one.key in now else None for one in was}
    # Where the server is off, none of them has a reading: nothing has vanished then.
    is_off = bool(was) and all(said == SILENT for said in says.values())
    if is_off:
        words = f"none of the {len(was)} sensors of {_CALLED[was[0].kind]} has a reading"
        yield Finding(BASELINE, UNKNOWN, "", words, "See whether the server is switched off.")
        return
    for one in was:
        said = says[one.key]
        if said == UNREAD or (said is None and not is_whole):
            words = f"{one.label} was not read, and may be there"
            yield Finding(BASELINE, UNKNOWN, _subject(one), words, "Read the sensors again.")
        elif said is None and is_other_firmware:
            words = f"{one.label} is gone since the BMC has another firmware, which may only call it otherwise"
            yield Finding(BASELINE, ATTENTION, _subject(one), words, _LOOK)
        elif said in (None, ABSENT) or (one.says, said) == (PRESENT, READS):
            # The part itself is gone: redundancy, or memory, is lost, whether or not a sensor complains.
            yield Finding(BASELINE, CRITICAL, _subject(one), f"{one.label} has vanished since the baseline", _ACCEPT)
        elif said == SILENT:
            words = f"{one.label} has had a reading, and has none any more"
            yield Finding(BASELINE, ATTENTION, _subject(one), words, _LOOK)


def _subject(one: Watched) -> str:
    return one.key.split("|", 1)[0]
