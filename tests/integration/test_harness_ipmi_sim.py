# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ipmi_sim is started, driven and stopped as the comparisons expect, and both peers read it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from harness import peers
from harness.ipmi_sim import IpmiSim, SimulatorError

pytestmark = pytest.mark.needs_command("ipmi_sim")

# One temperature (number 1, unsigned, 1 degree C a step) and one drive bay (number 2).
TEMPERATURE = (
    "0x01 0x00 0x51 0x01 0x34 0x20 0x00 0x01 0x37 0x01 0x7f 0x68 0x01 0x01 0x00 0x02 0x00 0x02 0x20 0x20 0x00 0x01"
    " 0x00 0x00 0x01 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0xff 0x00 0x00 0x2a 0x00 0x00 0x00 0x00 0x02 0x02"
    " 0x00 0x00 0x00 0xc9 0x41 0x69 0x72 0x20 0x49 0x6e 0x6c 0x65 0x74"
)
BAY = (
    "0x02 0x00 0x51 0x02 0x1e 0x20 0x00 0x02 0x04 0x01 0x63 0x40 0x0d 0x6f 0x05 0x01 0x05 0x01 0x05 0x01 0xc0 0x00"
    " 0x00 0x01 0x00 0x00 0x00 0x00 0x00 0x00 0x00 0xc3 0x42 0x61 0x79"
)
NONE = "0" * 15
EMU = f"""\
mc_setbmc 0x20
mc_add 0x20 0x20 no-device-sdrs 0x01 2 0x30 0x9f 0x1234 0x0100
main_sdr_add 0x20 {TEMPERATURE}
main_sdr_add 0x20 {BAY}
sensor_add 0x20 0 1 0x01 0x01
sensor_set_value 0x20 0 1 23 0
sensor_set_threshold 0x20 0 1 settable 010000 0x00 0x2a 0x00 0x00 0x00 0x00
sensor_set_event_support 0x20 0 1 enable scanning per-state 000001000000000 {NONE} {NONE} {NONE}
sensor_add 0x20 0 2 0x0d 0x6f
sensor_set_event_support 0x20 0 2 enable scanning per-state 000000100000101 {NONE} {NONE} {NONE}
mc_enable 0x20
"""


@pytest.fixture
def emu(tmp_path: Path) -> Path:
    path = tmp_path / "invented.emu"
    path.write_text(EMU)
    return path


def answers(bmc: IpmiSim) -> bool:
    try:
        bmc.console("sensor_set_value 0x20 0 1 23 0")
    except OSError:
        return False
    return True


@pytest.mark.needs_command("ipmitool", "ipmi-sensors")
def test_console_changes_what_both_peers_read(serve: Callable[..., IpmiSim], emu: Path) -> None:
    bmc = serve(emu)
    bmc.console("sensor_set_value 0x20 0 1 43 0")
    bmc.console("sensor_set_bit 0x20 0 2 0 1 0")
    bmc.console("sensor_set_bit 0x20 0 2 8 1 0")

    temperature, bay = peers.ipmitool_sensors(bmc)
    assert (temperature.name, temperature.reading, temperature.unit) == ("Air Inlet", 43.0, "degrees C")
    assert temperature.thresholds["upper_critical"] == 42.0
    assert (bay.name, bay.state_bits, len(bay.states)) == ("Bay", 0x0101, 2)

    temperature_too, bay_too = peers.freeipmi_sensors(bmc)
    assert (temperature_too.key, temperature_too.reading) == (temperature.key, 43.0)
    assert temperature_too.thresholds["upper_critical"] == 42.0
    assert (bay_too.key, bay_too.event_bits, len(bay_too.events)) == (bay.key, 0x0101, 2)


def test_line_that_ipmi_sim_refuses_is_named(serve: Callable[..., IpmiSim], emu: Path) -> None:
    emu.write_text(EMU.replace("mc_enable 0x20", "sensor_set_value 0x20 0 99 1 0\nmc_enable 0x20"))
    with pytest.raises(SimulatorError, match="refused 'sensor_set_value 0x20 0 99 1 0'"):
        serve(emu)


def test_line_refused_after_the_port_opened_is_named_too(serve: Callable[..., IpmiSim], emu: Path) -> None:
    emu.write_text(EMU + "no_such_command\n")
    with pytest.raises(SimulatorError, match="refused 'no_such_command'"):
        serve(emu)


def test_console_refusal_is_an_error(serve: Callable[..., IpmiSim], emu: Path) -> None:
    bmc = serve(emu)
    with pytest.raises(SimulatorError, match="Unknown command"):
        bmc.console("no_such_command")
    assert answers(bmc)


def test_simulators_side_by_side_do_not_meet(serve: Callable[..., IpmiSim], emu: Path, tmp_path: Path) -> None:
    first = serve(emu)
    with IpmiSim(emu, tmp_path / "second") as second:
        assert first.port != second.port and first.console_port != second.console_port
        assert answers(first) and answers(second)
    assert answers(first)


def test_stop_ends_the_process(emu: Path, tmp_path: Path) -> None:
    with IpmiSim(emu, tmp_path) as bmc:
        pid = bmc.pid
    assert not Path(f"/proc/{pid}").exists()


def test_simulator_ends_with_a_test_run_that_is_killed(emu: Path, tmp_path: Path) -> None:
    program = (
        "import os, pathlib, signal, sys\n"
        "from harness.ipmi_sim import IpmiSim\n"
        "bmc = IpmiSim(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]))\n"
        "bmc.start()\n"
        "print(bmc.pid, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    command = [sys.executable, "-c", program, str(emu), str(tmp_path)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    pid = int(done.stdout)
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not Path(f"/proc/{pid}").exists()


@pytest.mark.needs_command("ipmitool", "ipmi-sensors")
def test_password_is_in_no_argument_of_a_peer(
    serve: Callable[..., IpmiSim], emu: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bmc = serve(emu)
    seen: list[list[str]] = []
    really_run = subprocess.run

    def run(command: list[str], *, check: bool, **options: object) -> object:
        seen.append(command)
        return really_run(command, check=check, **options)

    monkeypatch.setattr(subprocess, "run", run)
    peers.ipmitool_sensors(bmc)
    peers.freeipmi_sensors(bmc)
    assert len(seen) == 5
    assert not [part for command in seen for part in command if bmc.password in part]
