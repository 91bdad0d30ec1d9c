# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults of one BMC at run time: where the server asks what goes wrong.

Faults of one sensor (`completion_code`, `no_reply`) can be part of the sensor's state, too.
"""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from .fault_plan import FaultPlan, Refuse, Rule, Trigger, parse_changes, parse_faults
from .link import Link

__all__ = ["FaultPlan", "Faults", "parse_faults"]


class Faults:
    """The faults of one running BMC; `plan` can be replaced while it runs."""

    def __init__(self, plan: FaultPlan | None = None) -> None:
        self.plan = plan or FaultPlan()
        self._start()

    def _start(self) -> None:
        self.link = Link(self.plan)
        self._heard = self._requests = self._partial_reads = self._losses = 0
        self._quiet_since = time.monotonic() if self.plan.silent else None
        self._quiet_for = self.plan.silent_for_s
        self._fired = False
        self._hits: dict[Rule | Trigger, int] = {}
        self._refusals = 0
        self.delay_ms, self.reply_lost = 0.0, False

    def change(self, **changes: Any) -> None:
        """Replace fields of the plan (keys as in a file), and count anew."""
        self.plan = replace(self.plan, **parse_changes(changes))
        hits = self._hits
        self._start()
        # Rules and triggers that stay go on counting.
        kept = {*self.plan.commands, *self.plan.no_reply, *self.plan.sensors, *self.plan.triggers}
        self._hits = {item: count for item, count in hits.items() if item in kept}

    def clear(self) -> None:
        """End all faults."""
        self.plan = FaultPlan()
        self._start()

    def go_silent(self, seconds: float | None) -> None:
        """Answer nothing from now on, for a time or for good."""
        self._quiet_since, self._quiet_for = time.monotonic(), seconds

    def _quiet(self) -> bool:
        if self._quiet_since is None:
            return False
        if self._quiet_for is not None and time.monotonic() - self._quiet_since >= self._quiet_for:
            self._quiet_since = None
            return False
        return True

    def hears(self) -> bool:
        """Say whether the BMC takes note of a datagram that has come in."""
        self._heard += 1
        self.delay_ms, self.reply_lost = 0.0, False
        after, requests = self.plan.silent_after, self.plan.silent_after_requests
        due = (after is not None and self._heard > after) or (requests is not None and self._requests >= requests)
        if due and not self._fired:
            self._fired = True
            self.go_silent(self.plan.silent_for_s)
        return not self._quiet()

    def counts_request(self) -> bool:
        """Count a request; say whether the BMC (not silent meanwhile) goes on with it."""
        self._requests += 1
        return not self._quiet()

    def rule(self, netfn: int, cmd: int, data: bytes, sensor: str, own: bool) -> Rule | None:
        """Return what goes wrong with a request, and note the delay and the loss of its reply.

        The rules for commands concern the BMC's `own` ones, those for sensors the satellites', too.
        """
        rules = (*self.plan.commands, *self.plan.no_reply) if own else ()
        for rule in (*rules, *self.plan.sensors):
            if not rule.match.fits(netfn, cmd, data, sensor):
                continue
            hits = self._hits[rule] = self._hits.get(rule, 0) + 1
            if hits <= rule.after or (rule.times is not None and hits > rule.after + rule.times):
                continue
            self.delay_ms += rule.delay_ms
            self.reply_lost = self.reply_lost or rule.lose_reply
            if rule.completion_code or rule.no_reply:
                return rule
        return None

    def due(self, before: bool, netfn: int, cmd: int, data: bytes, sensor: str) -> list[Trigger]:
        """Return the triggers that go off at a request: before it is carried out, or after."""
        result = []
        for trigger in self.plan.triggers:
            if trigger.before != before or not trigger.match.fits(netfn, cmd, data, sensor):
                continue
            hits = self._hits[trigger] = self._hits.get(trigger, 0) + 1
            if hits >= trigger.nth and (trigger.times is None or hits < trigger.nth + trigger.times):
                result.append(trigger)
        return result

    def refusal(self, what: str, user: str = "", usual: int = 0) -> int:
        """Return the status that refuses `password`, `user`, `privilege` or `session`; 0 when it is granted."""
        refuse: Refuse = self.plan.refuse
        value = getattr(refuse, what)
        if not value or (what == "user" and refuse.users and user not in refuse.users):
            return 0
        if refuse.times is not None and self._refusals >= refuse.times:
            return 0
        self._refusals += 1
        return usual if value is True else int(value)

    def sdr_read_limit(self, limit: int | None) -> int | None:
        return self.plan.max_sdr_read or limit

    def loses_reservation(self) -> bool:
        """Say, at every partial SDR read, whether the reservation has got lost before it."""
        after, times = self.plan.lose_reservation_after, self.plan.lose_reservation_times
        if after is None or (times is not None and self._losses >= times):
            return False
        self._partial_reads += 1
        if self._partial_reads <= after:
            return False
        self._partial_reads = 0
        self._losses += 1
        return True
