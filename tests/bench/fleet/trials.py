# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of a fleet when a part of it is dead."""

from __future__ import annotations

import sys

from clients import Site
from loss import Outcome

from fleet import clients
from fleet.server import FleetServer

# What the others may take longer, on a machine that does much else at the same time.
_SLACK, _SLACK_S = 1.25, 1.0


def dead_addresses(server: FleetServer, site: Site) -> Outcome:
    """One BMC of ten says nothing, and those that do are to be read as soon as without it. The dead ones come first."""
    count, dead = len(site.hosts), len(site.hosts) // 10
    read = clients.play(clients.fleet_task, "fleet")
    server.conditions()
    usual, alive = read(site), server.told()
    server.conditions(silent=dead)
    usage, told = clients.told_by(read, site)
    if told is None:
        print((site.folder / "output").read_text(errors="replace")[-1500:], file=sys.stderr)
    counted, told = server.told(), told or {"read": 0, "unread": 0}
    return Outcome(
        f"{dead} dead addresses among {count:,}, warm: the rest is delayed by nothing but their own deadline",
        f"the last of the others was read after {counted.last_complete_s:.1f} s (with none dead, of all {count:,}:"
        f" {alive.last_complete_s:.1f} s); {told['read']:,} read, {told['unread']:,} given up with a reason, after"
        f" {counted.longest_s:.1f} s at most; the play took {usage.wall_s:.1f} s ({usual.wall_s:.1f} s)",
        counted.complete == told["read"] == count - dead
        and told["unread"] == dead
        and counted.last_complete_s <= alive.last_complete_s * _SLACK + _SLACK_S
        and usage.wall_s <= usual.wall_s * _SLACK + _SLACK_S + counted.longest_s,
    )
