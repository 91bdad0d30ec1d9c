# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a repository: what the BMC tells of it, and whether that proves anything."""

from __future__ import annotations

import pytest
from fakes import no, ok

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.client import Request, complete
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import DeadlineExceeded, NoReply, SessionLost
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.repository import DEVICE_SDRS, REPOSITORY
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.stamp import (
    Stamp,
    decode_device_stamp,
    decode_stamp,
    read_stamp,
)

INFO = bytes.fromhex("51 2c01 0010 40302064 44332265 21")
DEVICE_INFO = bytes.fromhex("0c 81 40302064")
ASK, ASK_DEVICE = Request(0x0A, 0x20), Request(0x04, 0x20)
ADDED, ERASED = 0x64203040, 0x65223344


def test_repository_tells_count_and_times():
    assert decode_stamp(INFO) == Stamp("repository", 300, ADDED, ERASED)


def test_repository_may_leave_out_its_last_byte():
    assert decode_stamp(INFO[:13]) == decode_stamp(INFO)


@pytest.mark.parametrize("size", range(13))
def test_repository_information_cut_short_tells_nothing(size):
    assert decode_stamp(INFO[:size]) is None


def test_device_sdrs_tell_count_and_indicator():
    assert decode_device_stamp(DEVICE_INFO) == Stamp("device", 12, ADDED, 0)


@pytest.mark.parametrize("size", range(6))
def test_device_sdrs_of_a_static_population_tell_nothing(size):
    assert decode_device_stamp(DEVICE_INFO[:size]) is None


@pytest.mark.parametrize(
    ("added_at", "proves"),
    [
        (0, False),
        (1, False),
        (0x20000000, False),  # seconds since the BMC started
        (0x20000001, True),
        (ADDED, True),
        (0xFFFFFFFE, True),
        (0xFFFFFFFF, False),  # unspecified
    ],
)
def test_only_a_time_of_day_proves_anything(added_at, proves):
    assert Stamp("repository", 5, added_at, ERASED).proves_content is proves


def test_repository_is_asked(play):
    assert complete(read_stamp(play((ASK, ok(*INFO))), REPOSITORY)) == decode_stamp(INFO)


def test_device_sdrs_are_asked(play):
    assert complete(read_stamp(play((ASK_DEVICE, ok(*DEVICE_INFO))), DEVICE_SDRS)) == decode_device_stamp(DEVICE_INFO)


@pytest.mark.parametrize("answer", [no(0xC1), no(0xD4), ok(), ok(0x51), NoReply("no answer")])
@pytest.mark.parametrize(("source", "request_"), [(REPOSITORY, ASK), (DEVICE_SDRS, ASK_DEVICE)])
def test_bmc_that_does_not_tell_has_none(play, answer, source, request_):
    assert complete(read_stamp(play((request_, answer)), source)) is None


@pytest.mark.parametrize("error", [SessionLost("gone"), DeadlineExceeded("over")])
def test_end_of_the_conversation_is_handed_on(play, error):
    with pytest.raises(type(error)):
        complete(read_stamp(play((ASK, error)), REPOSITORY))
