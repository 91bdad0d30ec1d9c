# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Other hardware's errors by who reports them."""

from __future__ import annotations

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.driver_events.kernel import KernelLine
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.driver_events.neighbours import (
    MAX_SOURCES,
    Neighbours,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.driver_events.windows import LogEvent


def lines(*messages: str, priority: int = 3) -> list[tuple[str, str, int]]:
    found = Neighbours()
    for number, message in enumerate(messages):
        found.add_line(KernelLine(float(number), priority, message))
    return [(row.source, row.kind, row.count) for row in found.rows()]


def providers(*names: str) -> list[tuple[str, str, int]]:
    found = Neighbours()
    for number, name in enumerate(names):
        found.add_event(LogEvent(name, "11", 2, float(number)))
    return [(row.source, row.kind, row.count) for row in found.rows()]


@pytest.mark.parametrize(
    ("message", "source", "kind"),
    [
        ("megaraid_sas 0000:03:00.0: 2351 (1s/0x0020/CRIT) - Controller cache pinned", "megaraid_sas", "storage"),
        ("mpt3sas_cm0: log_info(0x31110e05): originator(PL), code(0x11), sub_code(0x0e05)", "mpt3sas", "storage"),
        ("ata1.00: failed command: READ FPDMA QUEUED", "ata", "storage"),
        ("sd 0:2:0:0: [sda] tag#3 FAILED Result: hostbyte=DID_OK", "sd", "storage"),
        ("nvme nvme0: I/O 23 QID 4 timeout, aborting", "nvme", "storage"),
        ("tg3 0000:02:00.0 eth0: transmit timed out, resetting", "tg3", "network"),
        ("mlx5_core 0000:3b:00.0: poll_health:795: Fatal error 1 detected", "mlx5_core", "network"),
        ("EXT4-fs error (device sda1): ext4_find_entry:1455", "EXT4-fs", "other"),
        ("\ufffd\ufffd", "kernel", "other"),
    ],
)
def test_error_of_the_kernel_has_a_source(message, source, kind):
    assert lines(message) == [(source, kind, 1)]


@pytest.mark.parametrize(
    ("message", "source", "kind"),
    [
        ("tg3 0000:02:00.0 eno1: Link is down", "tg3", "network"),
        ("ixgbe 0000:04:00.0 eth2: NIC Link is Down", "ixgbe", "network"),
        ("bond0: (slave eno1): link status definitely down, disabling slave", "bond", "network"),
        ("qla2xxx [0000:05:00.0]-500b:1: LOOP DOWN detected (2 3 0 0).", "qla2xxx", "storage"),
    ],
)
def test_link_that_goes_down_counts_whatever_its_priority(message, source, kind):
    assert lines(message, priority=6) == [(source, kind, 1)]


def test_what_is_no_error_does_not_count():
    assert lines("tg3 0000:02:00.0 eno1: Link is up at 1000 Mbps", "sd 0:0:0:0: [sda] Attached", priority=6) == []
    assert lines("mce: link down the road", priority=6) == []


def test_ipmi_drivers_are_no_neighbours():
    assert lines("ipmi_si IPI0001:00: There appears to be no BMC at this location") == []
    assert providers("IPMIDRV") == []


def test_storage_and_network_come_before_what_is_more_frequent():
    assert providers("Service Control Manager", "Service Control Manager", "percsas2i", "b57nd60a", "disk", "disk") == [
        ("disk", "storage", 2),
        ("b57nd60a", "network", 1),
        ("percsas2i", "storage", 1),
        ("Service Control Manager", "other", 2),
    ]


def test_first_and_last_are_told_of_each_source():
    found = Neighbours()
    for time in (5.0, 2.0, 9.0):
        found.add_event(LogEvent("disk", "11", 2, time))
    (row,) = found.rows()
    assert (row.first, row.last, row.count) == (2.0, 9.0, 3)


def test_sources_are_bounded_and_clean():
    names = [f"provider{number}\x1b[0m" + "x" * 500 for number in range(MAX_SOURCES + 10)]
    found = providers(*names, names[0])
    assert len(found) == MAX_SOURCES
    assert max(count for _source, _kind, count in found) == 2
    assert all(source.isprintable() and len(source) == 60 for source, _kind, _count in found)
