# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The verdict on one host: every check by its evidence, without what exceptions hide; the worst of them decides.

Parts of the evidence, all of them raw results and every key optional: ``sensors`` (ipmi_sensor_facts), ``log``
(ipmi_sel_info with live), ``racadm`` (the fact of racadm_facts), ``identity`` (any result with the BMC's device id),
``agent`` (vendor_agent_verify), ``plan`` (vendor_agent_plan), ``events`` (ipmidrv_events_info), ``collectd``
(collectd_ipmi in check mode, or collectd_ipmi_report), ``reachable`` (whether the server answers) and ``expected`` (the
checks that this host should have).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ..errors import OptionError
from ..plain import mapping, text
from .baseline import Known, compare
from .bmc import Logged, clock_check, device, event_log_check, log_space_check, sensors_check
from .checks import (
    CHECKS,
    EVIDENCE,
    SKIPPED,
    UNKNOWN,
    VERDICTS,
    Check,
    Finding,
    Hidden,
    found,
    worst,
)
from .controller import racadm_check
from .exceptions import HealthException, apply
from .parts import expected_checks, how_to_ask
from .server import collectd_check, driver_check, reachability_check, vendor_agent_check


@dataclass(frozen=True)
class Log:
    """The events of a host's log with their states, oldest first, and how many of its records say nothing."""

    events: Sequence[Logged] = ()
    damaged: int = 0


@dataclass(frozen=True)
class Verdict:
    """One host. ``checks``: all of them, in the order of the table; ``model``, ``firmware``: "" where nobody told;
    ``baseline``: what its file shall hold from now on, None where it stays; ``expired``: exceptions that are over and
    would have hidden something."""

    host: str
    checks: tuple[Check, ...]
    model: str
    firmware: str
    baseline: Mapping[str, Any] | None
    expired: frozenset[HealthException]

    @property
    def verdict(self) -> str:
        return worst(check.state for check in self.checks if check.state != SKIPPED)

    @property
    def findings(self) -> list[Finding]:
        """The worst first, then in the order of the checks."""
        every = [finding for check in self.checks for finding in check.findings]
        return sorted(every, key=lambda finding: VERDICTS.index(finding.state))

    @property
    def hidden(self) -> list[Hidden]:
        return [hidden for check in self.checks for hidden in check.hidden]


def judge(
    host: str,
    evidence: Any,
    log: Log,
    known: Known | None,
    exceptions: Sequence[HealthException],
    accept: bool,
    now: datetime,
) -> Verdict:
    """``log``: the events of the part ``log``; ``known``: what the baseline knows of the host, None where none is
    wanted; ``accept``: it is what there is now. Raises OptionError for an expected check that there is none of."""
    told = mapping(evidence)
    compared = compare(told, known, accept)
    made = [
        reachability_check(told),
        sensors_check(told),
        event_log_check(told, log.events, log.damaged),
        log_space_check(told),
        clock_check(told),
        racadm_check(told),
        vendor_agent_check(told),
        driver_check(told),
        collectd_check(told, host),
        compared.check,
    ]
    expected = _expected(host, told)
    checks, expired = [], set()
    for check in made:
        check, missed = apply(_as_expected(check, expected), host, exceptions, now)
        checks.append(check)
        expired |= missed
    return Verdict(host, (_any(checks), *checks), _model(told), _firmware(told), compared.write, frozenset(expired))


def _expected(host: str, evidence: Mapping[str, Any]) -> Collection[str]:
    expected = expected_checks(evidence)
    able = [name for name in CHECKS if name != EVIDENCE]
    wrong = next((name for name in expected if name not in able), None)
    if wrong is not None:
        raise OptionError(f"expected of {host}: {text(wrong)!r} is no check", f"Use some of {', '.join(able)}.")
    return expected


def _as_expected(check: Check, expected: Collection[str]) -> Check:
    """A check that this host should have, and that was not made, is unknown and never healthy."""
    if check.is_made or check.is_needless or check.name not in expected:
        return check
    words = f"was expected, and could not be made: {check.told}"
    return replace(check, findings=(Finding(check.name, UNKNOWN, "", words, how_to_ask(check.name)),))


def _any(checks: Sequence[Check]) -> Check:
    """The check that there was any: a host of which nothing is known is not healthy."""
    made = [check for check in checks if check.state != SKIPPED]
    told = f"{len(made)} of {len(checks)} checks were asked for"
    if made:
        return Check(EVIDENCE, told)
    return found(EVIDENCE, UNKNOWN, "nothing was asked of this host, or nothing that is not hidden", CHECKS[EVIDENCE])


def _model(evidence: Mapping[str, Any]) -> str:
    sections = mapping(mapping(evidence.get("racadm")).get("sections"))
    told = text(mapping(sections.get("System Information")).get("System Model"))
    return told or text(mapping(mapping(evidence.get("plan")).get("plan")).get("model"))


def _firmware(evidence: Mapping[str, Any]) -> str:
    sections = mapping(mapping(evidence.get("racadm")).get("sections"))
    told = text(mapping(sections.get("RAC Information")).get("Firmware Version"))
    return text(device(evidence).get("firmware_version")) or told
