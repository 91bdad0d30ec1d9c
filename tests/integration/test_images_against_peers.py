# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real BMCs: what the collection, ipmitool and FreeIPMI make of one and the same server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from comparing.differences import freeipmi_differences, ipmitool_differences
from comparing.images import image_paths
from comparing.known import unexplained
from comparing.readers import Look, Readers

from harness.ipmi_sim import IpmiSim

pytestmark = [pytest.mark.needs_bmc_images, pytest.mark.needs_command("ipmi_sim", "ipmitool", "ipmi-sensors")]


@pytest.fixture(scope="module", params=image_paths(), ids=lambda path: path.stem)
def look(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Look]:
    """One read of one image by each."""
    folder = tmp_path_factory.mktemp("image")
    with IpmiSim(request.param, folder) as bmc:
        yield Readers(bmc, folder).look()


def test_as_many_sensors_as_freeipmi_lists(look: Look) -> None:
    assert len(look.ours) == len(look.freeipmi)
    assert [sensor.record_id for sensor in look.ours] == [line.record_id for line in look.freeipmi]


def test_every_record_says_what_ipmitool_says(look: Look) -> None:
    assert look.ipmitool
    differences = unexplained(ipmitool_differences(look.ours, look.ipmitool))
    assert not differences, "\n".join(map(str, differences))


def test_every_sensor_says_what_freeipmi_says(look: Look) -> None:
    differences = unexplained(freeipmi_differences(look.ours, look.freeipmi))
    assert not differences, "\n".join(map(str, differences))
