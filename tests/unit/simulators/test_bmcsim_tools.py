# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What ipmitool, FreeIPMI, pyghmi and ipmi_sim make of simulated BMCs."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from pathlib import Path

import pytest

from bmcsim import RunningBmc
from bmcsim.load import MODELS

SUITES = pytest.mark.parametrize("suite", [3, 17])
MODEL_NAMES = pytest.mark.parametrize("model", ["rack1u", "blade", "storage", "gpu", "satellite"])
PRINTABLE = {"storage": {"SHELF TEMP 1", "BAY#2", "12-34.5", "Диск 1", "Lüfter Gehäuse", "Temp. °µ±"}}


def ipmitool(bmc: RunningBmc, *command: str, suite: int = 3, kg: str = "", status: int = 0) -> str:
    """Run ipmitool, the password in its environment; return its output."""
    env = {**os.environ, "IPMI_PASSWORD": bmc.password, "IPMI_KGKEY": kg}
    words = ["ipmitool", "-I", "lanplus", "-C", str(suite)]
    words += ["-H", bmc.address, "-p", str(bmc.port), "-U", bmc.user, "-E", *(["-K"] if kg else [])]
    result = subprocess.run([*words, *command], env=env, capture_output=True, timeout=60, check=False)
    assert result.returncode == status, result.stderr.decode(errors="replace")
    return result.stdout.decode("latin-1")


def freeipmi_config(tmp_path: Path, user: str, password: str, suite: int, kg: str = "", level: str = "USER") -> Path:
    config = tmp_path / "freeipmi.conf"
    lines = [f"username {user}", f"password {password}", "driver-type LAN_2_0", f"cipher-suite-id {suite}"]
    lines += [f"privilege-level {level}", *([f"k_g {kg}"] if kg else [])]
    config.write_text("\n".join([*lines, ""]))
    config.chmod(0o600)
    return config


def freeipmi(
    program: str, bmc: RunningBmc, tmp_path: Path, *options: str, suite: int = 3, kg: str = "", level: str = "USER"
) -> str:
    """Run a FreeIPMI tool, the password in a configuration file; return its output."""
    config = freeipmi_config(tmp_path, bmc.user, bmc.password, suite, kg, level)
    host = f"[{bmc.address}]:{bmc.port}" if ":" in bmc.address else f"{bmc.address}:{bmc.port}"
    words = [program, "-h", host, "--config-file", str(config)]
    words += ["--sdr-cache-directory", str(tmp_path), "--quiet-cache"] if program != "bmc-info" else []
    result = subprocess.run([*words, *options], capture_output=True, timeout=60, check=False)
    assert result.returncode == 0, result.stderr.decode(errors="replace")
    return result.stdout.decode("latin-1")


def rows(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")] for line in text.split("\n") if "|" in line]


def analog(bmc: RunningBmc) -> list[tuple[str, float]]:
    """Names and readings that a client can show of threshold sensors, in the order of the model."""
    odd = PRINTABLE.get(bmc.spec.model.name, set())
    result = []
    for sensor in bmc.bmc.sensors():
        state, model = sensor.state, sensor.model
        value = model.scale.value(state.raw)
        readable = state.scanning and not (state.unavailable or state.completion_code or state.absent)
        if model.kind == "full" and model.threshold_based and readable and value is not None and sensor.name not in odd:
            result.append((sensor.name, value))
    return result


def assert_readings(bmc: RunningBmc, printed: list[tuple[str, str]], places: int, leave_out: set[str]) -> None:
    known = dict(printed)
    assert analog(bmc)
    for name, value in analog(bmc):
        if name not in leave_out | {"Temp"}:
            assert float(known[name]) == pytest.approx(value, abs=10**-places), name


@pytest.mark.needs_command("ipmitool")
@SUITES
@MODEL_NAMES
def test_ipmitool_prints_the_readings_of_the_model(serve, model, suite):
    bmc = serve(model)
    table = rows(ipmitool(bmc, "sensor", suite=suite))
    assert_readings(
        bmc, [(row[0], row[1]) for row in table if row[1] not in ("na", "") and row[2] != "discrete"], 3, set()
    )


@pytest.mark.needs_command("ipmi-sensors")
@SUITES
@MODEL_NAMES
def test_freeipmi_prints_the_readings_of_the_model(serve, tmp_path, model, suite):
    bmc = serve(model)
    text = freeipmi("ipmi-sensors", bmc, tmp_path, "--bridge-sensors", "--no-header-output", suite=suite)
    # FreeIPMI 1.6.10 takes the cube root as a power of 1/3 in whole numbers, and does not read non-linear sensors;
    # an owner with an odd address (B1h) is software for it, which it does not bridge to.
    leave_out = {"Lin CUBE-1", "Flow NonLin", "Exp Volt"}
    assert_readings(bmc, [(row[1], row[3]) for row in rows(text) if row[3] != "N/A"], 2, leave_out)


@pytest.mark.needs_command("ipmitool")
@SUITES
def test_ipmitool_commands(serve, suite):
    bmc = serve()
    assert "Firmware Revision         : 2.30" in ipmitool(bmc, "mc", "info", suite=suite)
    assert "Chassis Intrusion    : inactive" in ipmitool(bmc, "chassis", "status", suite=suite)
    assert "Product Serial        : SN0000001" in ipmitool(bmc, "fru", suite=suite)
    assert str(bmc.spec.model.identity.guid) in ipmitool(bmc, "mc", "guid", suite=suite)
    sdr = ipmitool(bmc, "sdr", "elist", "all", suite=suite)
    assert "P12V             | 0Ch | ok  |  7.1 | 12.02 Volts" in sdr and "Event-Only" in sdr
    sel = ipmitool(bmc, "sel", "elist", suite=suite)
    assert "Lower Critical going low" in sel and "Reading 420 < Threshold 480 RPM" in sel and "Pre-Init" in sel


@pytest.mark.needs_command("ipmitool")
def test_ipmitool_speaks_suite_8_where_the_limits_name_it(serve):
    bmc = serve(limits={"suites": [8]})
    assert "Firmware Revision         : 2.30" in ipmitool(bmc, "mc", "info", suite=8)


@pytest.mark.needs_command("ipmitool")
def test_ipmitool_without_a_suite_is_quick(serve):
    bmc = serve()
    begin = time.monotonic()
    env = {**os.environ, "IPMI_PASSWORD": bmc.password}
    words = ["ipmitool", "-I", "lanplus", "-H", bmc.address, "-p", str(bmc.port), "-U", bmc.user, "-E", "mc", "info"]
    subprocess.run(words, env=env, check=True, capture_output=True, timeout=30)
    assert time.monotonic() - begin < 10


@pytest.mark.needs_command("ipmitool")
def test_ipmitool_clears_the_log_and_deletes_from_it(serve):
    bmc = serve(sel_options={"erase_polls": 1})
    ipmitool(bmc, "sel", "delete", "2", "3")
    assert [number for number, _entry in bmc.bmc.sel.entries] == [1, 4, 5]
    ipmitool(bmc, "sel", "clear")
    ipmitool(bmc, "sel", "info", status=1)  # 81h: the erasure is under way
    assert "Entries          : 0" in ipmitool(bmc, "sel", "info")


@pytest.mark.needs_command("ipmitool")
def test_ipmitool_shows_what_is_wrong(serve):
    bmc = serve(overrides={"Fan2A": {"reading": 360}, "PSU2 Status": {"states": [0, 3]}})
    table = {row[0]: row for row in rows(ipmitool(bmc, "sensor"))}
    assert table["Fan2A"][1:4] == ["360.000", "RPM", "cr"]
    assert table["PSU2 Status"][3] == "0x0980"


@pytest.mark.needs_command("ipmi-sensors", "ipmi-sel", "bmc-info", "ipmi-fru")
@SUITES
def test_freeipmi_commands(serve, tmp_path, suite):
    bmc = serve(overrides={"Fan2A": {"reading": 360}})
    sensors = freeipmi("ipmi-sensors", bmc, tmp_path, "--output-sensor-state", suite=suite)
    states = {row[1]: row[3] for row in rows(sensors)}
    assert (states["Fan2A"], states["Fan1A"]) == ("Critical", "Nominal")
    assert "Power Supply input lost" in freeipmi("ipmi-sel", bmc, tmp_path, suite=suite)
    assert "Firmware Revision     : 2.30" in freeipmi("bmc-info", bmc, tmp_path, suite=suite)
    assert "FRU Product Serial Number: SN0000001" in freeipmi("ipmi-fru", bmc, tmp_path, suite=suite)


@pytest.mark.needs_command("ipmi-sensors")
def test_freeipmi_prints_every_sensor_of_a_shared_record(serve, tmp_path):
    text = freeipmi("ipmi-sensors", serve("blade"), tmp_path, "--shared-sensors")
    assert sum(row[1].startswith("DIMM") for row in rows(text)) == 8


@pytest.mark.needs_command("ipmitool", "ipmi-sensors")
@SUITES
def test_longest_password_and_bmc_key(serve, tmp_path, suite):
    bmc = serve(users=[{"name": "sixteen-byte-usr", "password": "0123456789abcdefghij"}], kg="key-of-twenty-bytes!")
    assert "2.30" in ipmitool(bmc, "mc", "info", suite=suite, kg="key-of-twenty-bytes!")
    assert "Inlet Temp" in freeipmi("ipmi-sensors", bmc, tmp_path, suite=suite, kg="key-of-twenty-bytes!")


@pytest.mark.needs_command("ipmi-sensors")
def test_freeipmi_says_why_it_is_refused(serve, tmp_path):
    bmc = serve(users=[{"name": "guest", "password": "right", "privilege": "user"}])
    for user, password, level, expected in (
        ("guest", "wrong", "USER", "password invalid"),
        ("nobody", "right", "USER", "username invalid"),
        ("guest", "right", "ADMIN", "privilege level cannot be obtained for this user"),
    ):
        config = freeipmi_config(tmp_path, user, password, 3, level=level)
        words = ["ipmi-sensors", "-h", f"127.0.0.1:{bmc.port}", "--config-file", str(config)]
        result = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
        assert (result.returncode, result.stderr) == (1, f"ipmi-sensors: {expected}\n")


def _ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.needs_command("ipmitool", "ipmi-sensors")
@pytest.mark.skipif(not _ipv6(), reason="this machine has no ::1")
def test_ipv6(serve, tmp_path):
    bmc = serve(address="::1")
    assert "2.30" in ipmitool(bmc, "mc", "info", suite=17)
    assert "Inlet Temp" in freeipmi("ipmi-sensors", bmc, tmp_path, suite=17)


@pytest.mark.needs_command("ipmitool")
@pytest.mark.parametrize("style", ["message", "embedded"])
def test_ipmitool_bridges_by_itself(serve, style):
    bmc = serve("satellite", limits={"bridge_style": style})
    table = {row[0]: row for row in rows(ipmitool(bmc, "sensor"))}
    assert table["Sat Fan 1"][1] == "7200.000" and table["Sat Fan 2"][3] == "cr"
    assert {request.address for request in bmc.requests if request.netfn == 0x04} == {0x20, 0x2C, 0x30}


def test_pyghmi_reads_and_bridges(serve):
    command = pytest.importorskip("pyghmi.ipmi.command", reason="pyghmi is not installed")
    bmc = serve("blade")
    client = command.Command(bmc=bmc.address, port=bmc.port, userid=bmc.user, password=bmc.password)
    try:
        assert client.get_power() == {"powerstate": "on"}
        reply = client.raw_command(netfn=4, command=0x2D, data=(1,), bridge_request={"addr": 0x2C, "channel": 0})
        assert bytes(reply["data"]) == b"\x9c\xc0\xc0"
    finally:
        client.ipmi_session.logout()


LAN_CONF = """name "satellite"
set_working_mc 0x20
  startlan 1
    addr 127.0.0.1 {port}
    priv_limit admin
    allowed_auths_callback none md2 md5 straight
    allowed_auths_user none md2 md5 straight
    allowed_auths_operator none md2 md5 straight
    allowed_auths_admin none md2 md5 straight
    guid a123456789abcdefa123456789abcdef
  endlan
  user 2 true "root" "t0p-secret" admin 10 none md2 md5 straight
"""


@pytest.mark.needs_command("ipmi_sim", "ipmi-sensors")
def test_ipmi_sim_shows_the_same_readings_of_satellites(serve, tmp_path):
    bmc = serve("satellite")
    here = freeipmi("ipmi-sensors", bmc, tmp_path, "--bridge-sensors", "--output-sensor-state")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        bmc.port = free.getsockname()[1]
    (tmp_path / "lan.conf").write_text(LAN_CONF.format(port=bmc.port))
    words = ["ipmi_sim", "-c", "lan.conf", "-f", str(MODELS / "satellite.emu"), "-s", "state", "-n", "-p"]
    process = subprocess.Popen(words, cwd=tmp_path, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        time.sleep(1)
        options = ("--bridge-sensors", "--output-sensor-state", "-W", "opensesspriv")
        there = freeipmi("ipmi-sensors", bmc, tmp_path, *options, level="ADMIN")
    finally:
        process.terminate()
        process.wait(10)
    assert there == here
    assert "Sat Fan 2" in there and "Critical" in there
