# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the verdict on a host is made of: checks, the findings of each, and what an exception hides of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

CRITICAL = "critical"
ATTENTION = "attention"
UNKNOWN = "unknown"
HEALTHY = "healthy"
SKIPPED = "skipped"
# The worst first: unknown is no health, and hides nothing that is known to be wrong.
VERDICTS = (CRITICAL, ATTENTION, UNKNOWN, HEALTHY)

EVIDENCE = "evidence"
REACHABILITY = "reachability"
SENSORS = "sensors"
EVENT_LOG = "event_log"
LOG_SPACE = "log_space"
CLOCK = "clock"
RACADM = "racadm"
VENDOR_AGENT = "vendor_agent"
DRIVER = "driver"
COLLECTD_FLOW = "collectd_flow"
BASELINE = "baseline"
# In the order in which they are told, with what to do to have one made.
CHECKS: Mapping[str, str] = {
    EVIDENCE: "Have at least one check made: see whether the tasks that ask this host have run.",
    REACHABILITY: "Have the server itself asked.",
    SENSORS: "Have the BMC asked for its sensors: give the host bmc_host, bmc_username and bmc_password.",
    EVENT_LOG: "Have the BMC asked for its event log: give the host bmc_host, bmc_username and bmc_password.",
    LOG_SPACE: "Have the BMC asked for its event log, and see whether it tells its free space.",
    CLOCK: "Have the BMC asked for its event log, and see whether it tells its clock.",
    RACADM: "Have racadm asked, in-band or remotely.",
    VENDOR_AGENT: "Have the vendor's agent verified.",
    DRIVER: "Have the driver's events read: the kernel log, or Windows' System log.",
    COLLECTD_FLOW: "Have collectd checked (collectd_ipmi in check mode).",
    BASELINE: "Have the BMC asked for its sensors, and name a folder for the baseline.",
}


@dataclass(frozen=True)
class Finding:
    """``state``: critical, attention or unknown; ``subject``: the sensor, service or instance, "" for the whole check;
    ``evidence``: a sentence; ``next_step``: what to do."""

    check: str
    state: str
    subject: str
    evidence: str
    next_step: str


@dataclass(frozen=True)
class Hidden:
    """A finding that an exception hides; ``until``: its date as written."""

    finding: Finding
    until: str
    reason: str


@dataclass(frozen=True)
class Check:
    """``told``: what was seen, or why it was not made. ``is_made`` is False where nobody asked, or nothing can tell;
    ``is_needless``: that is known to be right, so that nobody may expect it either."""

    name: str
    told: str
    findings: tuple[Finding, ...] = ()
    hidden: tuple[Hidden, ...] = ()
    is_made: bool = True
    is_needless: bool = False

    @property
    def state(self) -> str:
        if self.findings:
            return worst(finding.state for finding in self.findings)
        # Who accepts that something is not known does not know it.
        was_unknown = any(hidden.finding.state == UNKNOWN for hidden in self.hidden)
        return SKIPPED if was_unknown or not self.is_made else HEALTHY


def worst(states: Iterable[str]) -> str:
    """The worst of some; healthy where there is none."""
    return min(states, key=VERDICTS.index, default=HEALTHY)


def found(check: str, state: str, evidence: str, next_step: str, subject: str = "") -> Check:
    """A check with one finding."""
    return Check(check, evidence, (Finding(check, state, subject, evidence, next_step),))


def not_made(check: str, why: str) -> Check:
    return Check(check, why, is_made=False)
