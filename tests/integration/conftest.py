# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of the integration tests: real BMC images served by ipmi_sim."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._transport import over_lan
from harness import reading
from harness.ipmi_sim import IpmiSim


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., IpmiSim]]:
    """Start ipmi_sim for an .emu file; all that a test started is stopped at its end."""
    with ExitStack() as running:

        def start(emu: Path, **options: object) -> IpmiSim:
            return running.enter_context(IpmiSim(emu, tmp_path, **options))

        yield start


@pytest.fixture
def serve_image(serve: Callable[..., IpmiSim], bmc_images: Path) -> Callable[..., IpmiSim]:
    """Start ipmi_sim for a real image by its name ("dell_r730")."""

    def start(name: str, **options: object) -> IpmiSim:
        return serve(bmc_images / f"{name}.emu", **options)

    return start


@pytest.fixture
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """No long waits for a simulated BMC that is busy, or erases its log."""
    monkeypatch.setattr(over_lan, "BUSY_PAUSE_S", 0.005)


@pytest.fixture(params=["native", "pyghmi"])
def each_transport(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """What goes through harness.reading goes through one transport, and then through the other."""
    monkeypatch.setattr(reading, "transport", request.param)
    return str(request.param)
