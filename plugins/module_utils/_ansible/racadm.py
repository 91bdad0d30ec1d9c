# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands behind racadm_facts: options, and the verdict as plain data."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from .._ops.racadm import LOCAL, REMOTE, TRANSPORTS, RacadmRequest, RacadmResult, Runner, run

RACADM_SPEC: dict[str, dict[str, Any]] = {
    "transport": {"type": "str", "choices": list(TRANSPORTS)},
    "host": {"type": "str"},
    "port": {"type": "int"},
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "executable": {"type": "str"},
    "validate_certs": {"type": "bool", "default": True},
    "timeout_s": {"type": "float", "default": 60.0},
}


def racadm_facts(
    params: Mapping[str, Any], runner: Runner, clock: Callable[[], float] = time.monotonic
) -> dict[str, Any]:
    """The fact ``racadm``. Raises OptionError for what cannot be done as written, and nothing for what racadm does."""
    host = _host(params["host"])
    request = RacadmRequest(**{**params, "host": host, "transport": params["transport"] or (REMOTE if host else LOCAL)})
    return {"racadm": _plain(run(request, runner, clock), request)}


def _host(written: str | None) -> str | None:
    """Without the brackets that an IPv6 address may be written in."""
    bare = (written or "").strip()
    return (bare[1:-1] if bare.startswith("[") and bare.endswith("]") else bare) or None


def _plain(result: RacadmResult, request: RacadmRequest) -> dict[str, Any]:
    verdict = result.verdict
    return {
        "verdict": verdict.verdict,
        "reason": verdict.reason,
        "next_step": verdict.next_step,
        "sections": {name: dict(fields) for name, fields in verdict.sections.items()},
        "generation": verdict.generation,
        "hints": list(verdict.hints),
        "missing": list(verdict.missing),
        "skipped": verdict.skipped,
        "transport": request.transport,
        "host": request.host,
        "executable": result.executable,
        "exit_status": result.status,
        "duration_s": round(result.duration_s, 3),
    }
