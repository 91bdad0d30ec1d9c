# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Both transports against ipmi_sim, which is not ours: log-in and its refusals, and the same sensors of real BMCs by
each of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from comparing.images import image_paths

from ansible_collections.baremetal.ipmi.plugins.module_utils._core import errors
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.client import Request
from bmcsim import running
from harness import reading
from harness.ipmi_sim import IpmiSim
from harness.reading import opened, options, read, run_here

pytestmark = pytest.mark.needs_command("ipmi_sim")

GET_DEVICE_ID = Request(0x06, 0x01)
SMALL = """\
mc_setbmc 0x20
mc_add 0x20 0 no-device-sdrs 0x23 9 8 0x9f 0x1291 0xf02 persist_sdr
mc_enable 0x20
"""


class Reached:
    """An ipmi_sim as harness.reading wants a BMC."""

    def __init__(self, bmc: IpmiSim) -> None:
        self.address, self.port, self.user, self.password = bmc.host, bmc.port, bmc.username, bmc.password


@pytest.fixture
def small(serve: Callable[..., IpmiSim], tmp_path: Path) -> Callable[..., Reached]:
    emu = tmp_path / "small.emu"
    emu.write_text(SMALL)
    return lambda *lan_lines: Reached(serve(emu, lan_lines=lan_lines))


def log_in(bmc: Reached, **changes: Any) -> None:
    async def conversation() -> None:
        async with opened(options(bmc, **{"request_timeout_s": 1.0, "retries": 2, **changes})) as client:
            assert (await client.request(GET_DEVICE_ID)).code == 0

    run_here(conversation())


@pytest.mark.usefixtures("each_transport")
@pytest.mark.parametrize("privilege", ["user", "operator", "administrator"])
def test_bmc_without_suite_17_is_spoken_to_with_each_privilege(small: Callable[..., Reached], privilege: str) -> None:
    log_in(small(), privilege=privilege)


@pytest.mark.usefixtures("each_transport")
def test_bmc_key_is_used_and_a_wrong_one_told(small: Callable[..., Reached]) -> None:
    bmc = small('bmc_key "a-key-of-the-BMC"')
    log_in(bmc, kg="a-key-of-the-BMC")
    with pytest.raises(errors.WrongKg):
        log_in(bmc, kg="another-key")
    with pytest.raises(errors.WrongKg):
        log_in(bmc)


@pytest.mark.usefixtures("each_transport")
def test_wrong_password_and_unknown_user_are_told_apart(small: Callable[..., Reached]) -> None:
    bmc = small()
    with pytest.raises(errors.WrongPassword):
        log_in(bmc, password="Gu3ss")
    with pytest.raises(errors.UnknownUser):
        log_in(bmc, username="nobody")


def test_suite_that_is_named_and_not_there_is_told(small: Callable[..., Reached]) -> None:
    bmc = small()
    log_in(bmc, cipher_suite=3)
    with pytest.raises(errors.LoginRefused, match="refuses the log-in"):
        log_in(bmc, cipher_suite=17)


@pytest.mark.usefixtures("each_transport")
def test_no_session_of_many_log_ins_is_left_open(small: Callable[..., Reached]) -> None:
    """ipmi_sim has place for 63, bmcsim here for one."""
    bmc = small()
    for _log_in in range(70):
        log_in(bmc)
    with running({"name": "one", "model": "rack1u", "limits": {"sessions": 1}}) as fleet:
        for _log_in in range(10):
            log_in(fleet["one"])


@pytest.mark.needs_bmc_images
@pytest.mark.parametrize("path", image_paths(), ids=lambda path: path.stem)
def test_no_sensor_of_a_real_bmc_differs_between_the_transports(
    path: Path, serve: Callable[..., IpmiSim], monkeypatch: pytest.MonkeyPatch
) -> None:
    bmc, facts = Reached(serve(path)), {}
    for transport in ("native", "pyghmi"):
        monkeypatch.setattr(reading, "transport", transport)
        facts[transport] = read(bmc, request_timeout_s=1.0, retries=2)
    assert facts["native"]["ipmi_sensors"]
    assert facts["native"] == facts["pyghmi"]
