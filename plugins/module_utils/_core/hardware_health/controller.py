# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The check of racadm: its word is held against that of IPMI before any controller is called sick."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..plain import LONGEST_TEXT, items, text
from ..racadm.verdict import BROKEN_TOOL, DEGRADED, OK, TIMEOUT, UNPARSABLE, UNREACHABLE
from .bmc import ipmi_answer
from .checks import ATTENTION, CRITICAL, RACADM, UNKNOWN, Check, found
from .parts import part, unread

_FAILED = "failed"
# What a controller that is well always fills: where they are empty it is stuck. A service tag alone is lost with a
# system board.
_VITAL = ("Firmware Version", "System Model")
_ASK_IPMI = "Ask the controller by IPMI (ipmi_sensor_facts): that tells a sick controller from a broken racadm."
_MEND_TOOL = "Mend racadm (srvadmin-hapi and its services), then ask again."
_RESTART = (
    "Move the load away, then restart the controller; where it refuses, take the server's power away for a minute."
)
_LONGEST_STEP = 2 * LONGEST_TEXT


def racadm_check(evidence: Mapping[str, Any]) -> Check:
    answer = part(evidence, "racadm", "verdict")
    if not answer.told:
        return unread(RACADM, answer)
    told = answer.told
    verdict = text(told.get("verdict"))
    why = text(told.get("reason"), LONGEST_TEXT) or f"racadm: {verdict}"
    step = text(told.get("next_step"), _LONGEST_STEP)
    if verdict == OK:
        silent = "; the iDRAC Service Module does not tell it the host's name" if items(told.get("hints")) else ""
        return Check(RACADM, f"{why}{silent}")
    if verdict == DEGRADED:
        return _degraded(told, why, step)
    if verdict in (_FAILED, TIMEOUT):
        return _failed(evidence, why)
    if verdict in (BROKEN_TOOL, UNREACHABLE, UNPARSABLE):
        return _no_word(evidence, why, step)
    return found(RACADM, UNKNOWN, f"racadm: {verdict or 'no verdict'}, which is none of its verdicts", _ASK_IPMI)


def _degraded(told: Mapping[str, Any], why: str, step: str) -> Check:
    """racadm has succeeded, so that it is not the tool: what is empty comes from the controller."""
    missing = [text(name) for name in items(told.get("missing"))]
    # Who wrote the verdict himself, without its fields, means a stuck controller.
    is_stuck = "missing" not in told or any(name in _VITAL for name in missing)
    return found(RACADM, CRITICAL if is_stuck else ATTENTION, why, step or _RESTART)


def _failed(evidence: Mapping[str, Any], why: str) -> Check:
    """A racadm without its parts prints the same as one whose controller is sick, and one that hangs says nothing."""
    lives, sentence = ipmi_answer(evidence)
    words = f"{why}; {sentence}"
    if lives is None:
        return found(RACADM, UNKNOWN, words, _ASK_IPMI)
    if lives:
        return found(RACADM, ATTENTION, f"{words}: it is racadm that is broken", _MEND_TOOL)
    return found(RACADM, CRITICAL, f"{words}: the controller is sick", _RESTART)


def _no_word(evidence: Mapping[str, Any], why: str, step: str) -> Check:
    """racadm says nothing of the controller. Where IPMI does, only the tool or the way to it is to be mended; where
    neither does, a cut cable looks the same as a dead controller."""
    lives, sentence = ipmi_answer(evidence)
    state = ATTENTION if lives else UNKNOWN
    return found(RACADM, state, f"{why}; {sentence}", step or _MEND_TOOL)
