# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long an answer is waited for: losses are told from slowness."""

from __future__ import annotations

from ansible_collections.baremetal.ipmi.plugins.module_utils._transport import wire


def test_losses_do_not_make_a_quick_bmc_look_slow() -> None:
    """20 % lost each way leave 36 of 100 tries without an answer: eight tries must fit into the patience."""
    round_trip = wire.RoundTrip(2.0)
    round_trip.learn(0.005)
    round_trip.learn_from_a_later_try(0.63, careful=False)
    assert len(list(round_trip.waits(8.0, 0.0, None))) >= 8


def test_answer_that_comes_twice_shows_a_slow_bmc() -> None:
    round_trip = wire.RoundTrip(2.0)
    round_trip.learn(0.1)
    round_trip.learn_from_a_later_try(1.2, careful=False)
    round_trip.learn_of_haste()
    assert next(round_trip.waits(8.0, 0.0, None)) >= 1.2
