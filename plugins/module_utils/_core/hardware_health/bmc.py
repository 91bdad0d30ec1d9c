# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of the BMC: its sensors, its event log, the log's room and clock; and whether it answers by IPMI at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from ..doctor.bmc_signs import bmc_signs
from ..doctor.signs import Sign
from ..health.rate import CRITICAL as RATED_CRITICAL
from ..health.rate import NOMINAL, WARNING
from ..plain import LONGEST_TEXT, items, mapping, text
from .checks import (
    ATTENTION,
    CLOCK,
    CRITICAL,
    EVENT_LOG,
    HEALTHY,
    LOG_SPACE,
    SENSORS,
    UNKNOWN,
    VERDICTS,
    Check,
    Finding,
    found,
    not_made,
    worst,
)
from .parts import part, unread

_STATES = {RATED_CRITICAL: CRITICAL, WARNING: ATTENTION, "unknown": UNKNOWN, NOMINAL: HEALTHY}
# By the sensor's type, for who stands before the server.
_LOOK_AT = {
    "Fan": "Look whether the fan turns and is plugged in, and replace it.",
    "Power Supply": "Look at the power supply's lamp, its cord and its feed, and replace it.",
    "Temperature": "Look at fans, air flow and the room's temperature.",
    "Memory": "Find the memory module in the event log, and replace it.",
    "Drive Slot": "Look at the drive and its array, and replace it.",
    "Battery": "Replace the battery.",
}
_LOOK = "Look at the component in the BMC's web interface and at the server."
_READ_AGAIN = "Read the sensors again; a BMC that stays silent for some of them may need a restart."
_IS_OVER, _HOLDS = "recovered", "active"
_CLEAR = "Look at the component; where it is well, archive and clear the event log (role sel, sel_clear=true)."
_DAMAGED = "Read the log again; where they stay, archive and clear it (role sel, sel_clear=true)."
_ANSWERS = ("well", "in_part", "refuses", "falters", "silent")
_LIVES = _ANSWERS[:3]


class Logged(Protocol):
    """An event of a log with its state: ``active``, ``recovered``, ``unknown``, None for a nominal one."""

    @property
    def severity(self) -> str: ...
    @property
    def state(self) -> str | None: ...
    @property
    def sensor(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def remark(self) -> str: ...


def sensors_check(evidence: Mapping[str, Any]) -> Check:
    """Each sensor that is not nominal. A status that is worse than all of them, and a read that is not whole, are
    findings of their own."""
    answer = part(evidence, "sensors", "ansible_facts")
    facts = mapping(answer.told.get("ansible_facts"))
    health = mapping(facts.get("ipmi_health"))
    if not health:
        return unread(SENSORS, answer)
    sensors = [mapping(sensor) for sensor in items(facts.get("ipmi_sensors"))]
    types = {(_name(sensor), text(sensor.get("entity"))): text(sensor.get("type")) for sensor in sensors}
    findings = [_sensor_finding(mapping(told), types) for told in items(health.get("findings"))]
    readable = sum(sensor.get("available") is True for sensor in sensors)
    if not readable:
        findings.append(_of_sensors(UNKNOWN, "no sensor has a reading" if sensors else "no sensor was read"))
    elif health.get("complete") is not True:
        findings.append(_of_sensors(UNKNOWN, "not everything that was asked for could be read"))
    status = _STATES.get(text(health.get("status")), UNKNOWN)
    if VERDICTS.index(status) < VERDICTS.index(worst(finding.state for finding in findings)):
        findings.append(_of_sensors(status, f"sensors: {status}, and none of them tells why"))
    findings.sort(key=lambda finding: VERDICTS.index(finding.state))
    return Check(SENSORS, f"{readable} of {len(sensors)} sensors have a reading", tuple(findings))


def _name(told: Mapping[str, Any]) -> str:
    return text(told.get("name")) or "sensor without a name"


def _sensor_finding(told: Mapping[str, Any], types: Mapping[tuple[str, str], str]) -> Finding:
    name = _name({"name": told.get("sensor")})
    state = _STATES.get(text(told.get("health")), UNKNOWN)
    words = text(told.get("message"), LONGEST_TEXT) or f"{name}: {state}"
    kind = types.get((name, text(told.get("entity"))), "")
    step = _READ_AGAIN if state == UNKNOWN else _LOOK_AT.get(kind, _LOOK)
    return Finding(SENSORS, state, name, words, step)


def _of_sensors(state: str, words: str) -> Finding:
    return Finding(SENSORS, state, "", words, _READ_AGAIN if state == UNKNOWN else _LOOK)


def event_log_check(evidence: Mapping[str, Any], events: Sequence[Logged], damaged: int) -> Check:
    """Events that still hold weigh; of those whose end nobody knows only so much is said; those that are over inform.

    ``events``: those of the log, oldest first; ``damaged``: how many records of it say nothing.
    """
    answer = part(evidence, "log", "sel", "sel_info")
    if not answer.told:
        return unread(EVENT_LOG, answer)
    findings = _event_findings(events)
    problem = text(mapping(answer.told.get("sel_info")).get("problem"), LONGEST_TEXT)
    if problem:
        words = f"the event log was not read to its end: {problem}"
        findings.append(Finding(EVENT_LOG, UNKNOWN, "", words, "Read it again."))
    if damaged:
        words = f"{damaged} records of the event log cannot be understood"
        findings.append(Finding(EVENT_LOG, UNKNOWN, "", words, _DAMAGED))
    findings.sort(key=lambda finding: VERDICTS.index(finding.state))
    return Check(EVENT_LOG, _log_told(events), tuple(findings))


def _event_findings(events: Sequence[Logged]) -> list[Finding]:
    """One for all events of a kind, with the newest of them; the newest kind first."""
    counts: dict[tuple[str, str, str, bool], int] = {}
    newest: dict[tuple[str, str, str, bool], Logged] = {}
    for event in reversed(events):
        if event.severity in (RATED_CRITICAL, WARNING) and event.state != _IS_OVER:
            kind = (event.severity, event.sensor, event.text, event.state == _HOLDS)
            counts[kind] = counts.get(kind, 0) + 1
            newest.setdefault(kind, event)
    return [_event_finding(event, counts[kind]) for kind, event in newest.items()]


def _event_finding(event: Logged, times: int) -> Finding:
    often = f" ({times} times)" if times > 1 else ""
    words = f"{text(event.remark, LONGEST_TEXT)}{often}"
    if event.state == _HOLDS:
        state = CRITICAL if event.severity == RATED_CRITICAL else ATTENTION
        return Finding(EVENT_LOG, state, text(event.sensor), words, _CLEAR)
    # Most of these are old: no sensor holds them, so that nothing ever tells of their end.
    words = f"{words}: {event.severity}, and nothing tells whether it is over"
    return Finding(EVENT_LOG, ATTENTION, text(event.sensor), words, _CLEAR)


def _log_told(events: Sequence[Logged]) -> str:
    over = [event for event in events if event.severity in (RATED_CRITICAL, WARNING) and event.state == _IS_OVER]
    if not over:
        return f"{len(events)} events"
    last = text(over[-1].remark, LONGEST_TEXT)
    return f"{len(events)} events; {len(over)} critical or warning ones are over, the last: {last}"


def log_space_check(evidence: Mapping[str, Any]) -> Check:
    step = "Archive and clear the event log (role sel, sel_clear=true): a full one takes no new events."
    return _log_check(LOG_SPACE, "log_full", evidence, "the BMC does not tell how full its event log is", step)


def clock_check(evidence: Mapping[str, Any]) -> Check:
    step = "Set the clock of the event log (ipmi_sel_clock), and see to the BMC's NTP."
    return _log_check(CLOCK, "clock_off", evidence, "the BMC does not tell the clock of its event log", step)


def _log_check(check: str, name: str, evidence: Mapping[str, Any], untold: str, step: str) -> Check:
    answer = part(evidence, "log", "sel_info")
    if not answer.told:
        return unread(check, answer)
    sign = _signs({"log": answer.told})[name]
    if sign.value is True:
        return found(check, ATTENTION, sign.sentence, step)
    if sign.value is False:
        return Check(check, sign.sentence or "event log's clock: right")
    return not_made(check, untold)


def _signs(evidence: Mapping[str, Any]) -> dict[str, Sign]:
    return {sign.name: sign for sign in bmc_signs(evidence)}


def device(evidence: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the BMC said of itself, by whichever task has asked it."""
    for key in ("identity", "sensors", "log"):
        told = mapping(evidence.get(key))
        facts = mapping(mapping(told.get("ansible_facts")).get("ipmi_bmc")) or mapping(told.get("bmc"))
        if facts:
            return facts
    identity = mapping(evidence.get("identity"))
    return identity if "device_id" in identity else {}


def ipmi_answer(evidence: Mapping[str, Any]) -> tuple[bool | None, str]:
    """Whether the BMC lives by the word of IPMI, which no racadm stands behind, None where nobody knows; and a
    sentence. One answer is enough, even a refusal."""
    if device(evidence):
        return True, "the BMC answers IPMI"
    told = [_signs({"log": evidence.get(key)})["bmc_answers"] for key in ("identity", "sensors", "log")]
    known = [sign for sign in told if sign.value in _ANSWERS]
    if not known:
        return None, "IPMI was not asked"
    best = min(known, key=lambda sign: _ANSWERS.index(str(sign.value)))
    return best.value in _LIVES, best.sentence
