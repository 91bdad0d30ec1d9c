# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signs of the BMC itself: whether it answers, what its sensors say, its event log and that log's clock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..plain import LONGEST_TEXT, Asked, asked, brief, items, mapping, number, text
from .signs import SIGNS, UNKNOWN, Sign, sign

# Nobody is at home there; whether that is the BMC or its network cannot be told from afar.
_SILENT = ("unreachable",)
# It answers, and then falls silent.
_FALTERS = ("login_unfinished", "no_reply", "session_lost", "deadline_exceeded")
# It lives, and wants another user, password or privilege.
_REFUSES = (
    *("wrong_password", "unknown_user", "privilege_refused", "wrong_kg", "login_refused", "password_too_long"),
    *("insufficient_privilege", "command_error"),
)
_BMC_ITSELF = 0x20
# From here on the log is likely to be full before somebody looks at it again.
LOG_FULL_PERCENT = 90.0
# What ipmi_sel_clock takes for right, too.
CLOCK_OFF_S = 60.0


def _answers_by_error(kind: str) -> str:
    if kind in _SILENT:
        return "silent"
    if kind in _FALTERS:
        return "falters"
    return "refuses" if kind in _REFUSES else UNKNOWN


def _silent_sensors(facts: Mapping[str, Any]) -> tuple[int, int]:
    """Sensors that were not read: the BMC's own, and those of controllers behind its bridge."""
    own = others = 0
    for sensor in items(facts.get("ipmi_sensors")):
        if text(mapping(sensor).get("unavailable_reason")).startswith("not read"):
            is_own = mapping(sensor).get("owner") == _BMC_ITSELF
            own, others = own + is_own, others + (not is_own)
    return own, others


def _failure(evidence: Mapping[str, Any], key: str) -> tuple[str, str]:
    """The kind and the words of what ended a task that asked the BMC, both "" where none ended."""
    error = mapping(mapping(evidence.get(key)).get("error"))
    return text(error.get("kind")), text(error.get("message"), LONGEST_TEXT)


def _answers(evidence: Mapping[str, Any], bmc: Asked, log: Asked) -> Sign:
    facts = mapping(bmc.told.get("ansible_facts"))
    if mapping(facts.get("ipmi_health")):
        own, others = _silent_sensors(facts)
        if own:
            return sign("bmc_answers", "in_part", f"BMC: answers, but not for {own} of its own sensors")
        behind = f"; {others} sensors of other controllers were not read" if others else ""
        return sign("bmc_answers", "well", f"BMC: answers{behind}")
    for key in ("bmc", "log"):
        kind, words = _failure(evidence, key)
        value = _answers_by_error(kind)
        if value != UNKNOWN:
            return sign("bmc_answers", value, f"BMC: {words or kind}")
    if mapping(log.told.get("sel_info")):
        return sign("bmc_answers", "well", "BMC: answers (its event log was read)")
    return sign("bmc_answers", UNKNOWN, f"BMC: {bmc.why or 'told in a shape that is not understood'}")


def _health(bmc: Asked) -> Sign:
    health = mapping(mapping(bmc.told.get("ansible_facts")).get("ipmi_health"))
    status = text(health.get("status"))
    if status not in SIGNS["bmc_health"].values:
        return sign("bmc_health", UNKNOWN)
    worst = next(iter(items(health.get("findings"))), None)
    words = text(mapping(worst).get("message"), LONGEST_TEXT)
    return sign("bmc_health", status, f"sensors: {status}{f', {words}' if words else ''}")


def _log_full(log: Asked) -> Sign:
    info = mapping(log.told.get("sel_info"))
    if not info:
        return sign("log_full", UNKNOWN, f"event log: {log.why or 'not told'}")
    used, overflow = number(info.get("used_percent")), info.get("overflow") is True
    if used is None and not overflow:
        return sign("log_full", UNKNOWN, "event log: the BMC does not tell how full it is")
    full = overflow or (used is not None and used >= LOG_FULL_PERCENT)
    parts = [f"{brief(used)} percent used"] if used is not None else []
    parts += ["events were lost"] if overflow else []
    return sign("log_full", full, f"event log: {', '.join(parts)}")


def _clock_off(log: Asked) -> Sign:
    clock = mapping(log.told.get("sel_clock"))
    if text(clock.get("time_kind")) == "pre_init":
        return sign("clock_off", True, "event log's clock: never set")
    drift = number(clock.get("drift_s"))
    if drift is None:
        return sign("clock_off", UNKNOWN)
    off = abs(drift) > CLOCK_OFF_S
    return sign("clock_off", off, f"event log's clock: {drift:+.0f} s" if off else "")


def bmc_signs(evidence: Mapping[str, Any]) -> list[Sign]:
    """bmc_answers, bmc_health, log_full, clock_off."""
    bmc, log = asked(evidence, "bmc", "ansible_facts"), asked(evidence, "log", "sel_info")
    return [_answers(evidence, bmc, log), _health(bmc), _log_full(log), _clock_off(log)]
