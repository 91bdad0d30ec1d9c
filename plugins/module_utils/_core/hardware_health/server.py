# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks of the server itself: whether it answers, the vendor's agent, the IPMI driver, collectd's flow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..doctor.driver_signs import event_signs
from ..plain import LONGEST_TEXT, NOT_ASKED, items, mapping, number, text
from .checks import (
    ATTENTION,
    COLLECTD_FLOW,
    CRITICAL,
    DRIVER,
    REACHABILITY,
    UNKNOWN,
    VENDOR_AGENT,
    Check,
    Finding,
    found,
    not_made,
)
from .parts import Part, part, unread

_YES_NO = {"true": True, "yes": True, "false": False, "no": False}
_DOCTOR = "Let role ipmi_doctor find out why."
_AGENT = "Run role vendor_agent on this host."
_COLLECTD = "Run role collectd_ipmi on this host."
_PASSED, _AGENT_FAILED = "passed", "failed"
_AGENT_OK, _UNVERIFIED = "ok", "unverified"


def reachability_check(evidence: Mapping[str, Any]) -> Check:
    told = evidence.get("reachable")
    if told is None or told == "":
        return not_made(REACHABILITY, NOT_ASKED)
    # Inventories and templates write it as text, too.
    value = _YES_NO.get(str(told).lower())
    if value is None:
        words = "the server: told in a shape that is not understood"
        return found(REACHABILITY, UNKNOWN, words, "Write reachable as true or false.")
    if value:
        return Check(REACHABILITY, "the server answers")
    step = "Look at its power and console through the BMC, then at its network and at the log-in."
    return found(REACHABILITY, CRITICAL, "the server does not answer", step)


def vendor_agent_check(evidence: Mapping[str, Any]) -> Check:
    planned = part(evidence, "plan", "plan")
    plan = mapping(planned.told.get("plan"))
    reason = text(plan.get("reason"), LONGEST_TEXT)
    if plan and not plan.get("agent"):
        # Where the vendor is not known, nobody can say that it has no agent.
        why = reason or "no agent is known for this server"
        return Check(VENDOR_AGENT, why, is_made=False, is_needless=bool(plan.get("vendor")))
    answer = part(evidence, "agent", "verdict")
    name = text(plan.get("title")) or text(plan.get("agent")) or "vendor's agent"
    if answer.told:
        return _verified(answer, name)
    if plan and not answer.was_asked:
        return found(VENDOR_AGENT, UNKNOWN, f"{name}: wanted here, and not verified", _AGENT)
    if planned.was_asked and not plan and not answer.was_asked:
        return unread(VENDOR_AGENT, planned)
    return unread(VENDOR_AGENT, answer)


def _verified(answer: Part, name: str) -> Check:
    told = answer.told
    verdict, step = text(told.get("verdict")), _first_steps(told)
    checks = [mapping(check) for check in items(told.get("checks"))]
    if verdict == _AGENT_OK:
        return Check(VENDOR_AGENT, f"{name}: works")
    passed = any(check.get("state") == _PASSED for check in checks)
    # Of some controllers nobody can ask what they know of the agent: what runs on the host is seen all the same.
    doubtful = ATTENTION if verdict == _UNVERIFIED and passed else UNKNOWN
    states = {_AGENT_FAILED: ATTENTION, "unknown": doubtful}
    findings = [
        Finding(
            VENDOR_AGENT,
            states[text(check.get("state"))],
            text(check.get("name")),
            text(check.get("detail"), LONGEST_TEXT) or f"{text(check.get('name'))}: {text(check.get('state'))}",
            step,
        )
        for check in checks
        if text(check.get("state")) in states and (verdict != _AGENT_FAILED or check.get("state") == _AGENT_FAILED)
    ]
    if findings:
        return Check(VENDOR_AGENT, f"{name}: {verdict}", tuple(findings))
    return found(VENDOR_AGENT, ATTENTION if verdict == _AGENT_FAILED else UNKNOWN, f"{name}: {verdict or '?'}", step)


def _first_steps(told: Mapping[str, Any]) -> str:
    steps = [text(step, LONGEST_TEXT) for step in items(told.get("next_steps"))[:3]]
    return " ".join(step for step in steps if step) or _AGENT


def driver_check(evidence: Mapping[str, Any]) -> Check:
    """A few time-outs a day are no trouble; more of them, and a driver that has given up, are the doctor's business."""
    answer = part(evidence, "events", "class")
    if not answer.told:
        return unread(DRIVER, answer)
    signs = {sign.name: sign for sign in event_signs(evidence, {})}
    timeouts, driver, refused = signs["timeouts"], signs["driver"], signs["setting_rejected"]
    findings = []
    if timeouts.value in ("elevated", "high"):
        findings.append(Finding(DRIVER, ATTENTION, "time-outs", timeouts.sentence, _DOCTOR))
    elif timeouts.value not in ("none", "low"):
        step = "Read the log with a higher max_events, or over fewer hours."
        findings.append(Finding(DRIVER, UNKNOWN, "time-outs", timeouts.sentence, step))
    if driver.value not in ("works", "unknown"):
        findings.append(Finding(DRIVER, ATTENTION, "driver", driver.sentence, _DOCTOR))
    if refused.value is True:
        step = "Correct the driver's values (role ipmi_timeouts)."
        findings.append(Finding(DRIVER, ATTENTION, "setting", refused.sentence, step))
    return Check(DRIVER, timeouts.sentence, tuple(findings))


def collectd_check(evidence: Mapping[str, Any], host: str) -> Check:
    """By the result of collectd_ipmi in check mode, or by this host's line of collectd_ipmi_report."""
    is_report = "summary" in mapping(evidence.get("collectd"))
    answer = part(evidence, "collectd", "summary" if is_report else "drift")
    if not answer.told:
        return unread(COLLECTD_FLOW, answer)
    if is_report:
        return _reported(answer.told, host)
    drift = [text(entry, LONGEST_TEXT) for entry in items(answer.told.get("drift"))]
    instances = [mapping(entry) for entry in items(answer.told.get("instances"))]
    findings = [Finding(COLLECTD_FLOW, ATTENTION, "", f"collectd: {entry}", _COLLECTD) for entry in drift]
    for entry in instances:
        if entry.get("sensors") == 0:
            name = text(entry.get("name")) or "instance"
            findings.append(Finding(COLLECTD_FLOW, ATTENTION, name, f"collectd: no values of {name}", _COLLECTD))
    if not instances and not findings:
        return not_made(COLLECTD_FLOW, "collectd reads no BMC here")
    known = [number(entry.get("sensors")) for entry in instances]
    flow = f", {sum(int(count) for count in known if count)} sensors with values" if any(known) else ""
    return Check(COLLECTD_FLOW, f"collectd: reads {len(instances)} BMCs{flow}", tuple(findings))


def _reported(told: Mapping[str, Any], host: str) -> Check:
    lines = [mapping(line) for line in items(told.get("summary"))]
    line: Mapping[str, Any] = next((line for line in lines if line.get("host") == host), {})
    status, remark = text(line.get("status")), text(line.get("remark"), LONGEST_TEXT)
    if not line or status == "unknown":
        return found(COLLECTD_FLOW, UNKNOWN, f"collectd: {remark or 'not in its report'}", _COLLECTD)
    if status != "nominal" or line.get("sensors") == 0:
        return found(COLLECTD_FLOW, ATTENTION, f"collectd: {remark or status}", _COLLECTD)
    return Check(COLLECTD_FLOW, f"collectd: in order{f', {remark}' if remark else ''}")
