# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-ins for the vendors' agents: packages with the real names, units and programs, a signed apt repository with
faults on loopback, and a racadm in a node.

    with Repository() as repository:
        repository.offer(dcism("5.4.0.0-3646"), dcism_osc())   # what it offers from now on
        repository.url, repository.key, repository.wrong_key   # the keys are files, armored
        with repository.fault(CUT, "dcism_"): ...              # such packages' downloads end in the middle
    racadm = NodeRacadm(machine, tmp_path)                     # one whose iDRAC hears of the agent
    racadm.answer("gethostnetworkinterfaces", "ERROR: ...", status=1)

Nothing of the vendors' is in the packages: a daemon is the node's own program sleep under the daemon's name.
"""

from .packages import Daemon, Package, amsd, dcism, dcism_osc, second_daemon
from .racadm import NodeRacadm
from .repository import CUT, MISSING, Repository

__all__ = [
    "CUT",
    "MISSING",
    "Daemon",
    "NodeRacadm",
    "Package",
    "Repository",
    "amsd",
    "dcism",
    "dcism_osc",
    "second_daemon",
]
