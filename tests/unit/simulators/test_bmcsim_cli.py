# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The simulator as a program."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from lanprobe import Probe

SIMULATORS = Path(__file__).resolve().parents[2] / "simulators"
COMMAND = [sys.executable, str(SIMULATORS / "bmcsim")]


def run(*options: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *options], env={**os.environ, **env}, capture_output=True, text=True, timeout=60, check=False
    )


def wait_for(path: Path) -> list[str]:
    for _try in range(200):
        if path.exists():
            return path.read_text(encoding="utf-8").split()
        time.sleep(0.05)
    raise AssertionError(f"{path} did not come")


def fleet_file(tmp_path: Path, port: int = 0, address: str = "127.0.0.1") -> str:
    path = tmp_path / "fleet.yml"
    path.write_text(
        "defaults: {user: monitor, password: fleet-secret, model: rack1u}\n"
        f"bmcs: [{{name: one, address: '{address}', port: {port}}}, {{name: two}}]\n",
        encoding="utf-8",
    )
    return str(path)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serves_a_fleet_until_a_signal(tmp_path, number):
    ready = tmp_path / "ready"
    words = [*COMMAND, "serve", "--fleet", fleet_file(tmp_path), "--ready-file", str(ready)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        name, address, port = wait_for(ready)[:3]
        with Probe(address, int(port)) as probe:
            probe.login("monitor", b"fleet-secret", suite=17)
            assert probe.request(0x04, 0x2D, b"\1")[0] == 0
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 0
    assert name == "one" and out.splitlines()[0].startswith("one 127.0.0.1:") and out.splitlines()[-1] == "ready"
    assert "fleet-secret" not in out + err and "Traceback" not in err
    assert not ready.exists()


@pytest.mark.parametrize("source", ["file", "env"])
def test_password_of_one_bmc_from_a_file_or_the_environment(tmp_path, source):
    ready, secret = tmp_path / "ready", tmp_path / "secret"
    secret.write_text("one-secret\n", encoding="utf-8")
    option = ["--password-file", str(secret)] if source == "file" else ["--password-env", "SIM_PASSWORD"]
    words = [*COMMAND, "serve", "--model", "rack1u", "--port", "0", "--user", "u", *option, "--ready-file", str(ready)]
    env = {**os.environ, "SIM_PASSWORD": "one-secret"}
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env) as process:
        try:
            _name, address, port = wait_for(ready)
            with Probe(address, int(port)) as probe:
                probe.login("u", b"one-secret")
        finally:
            process.terminate()


def test_port_in_use_names_the_bmc(tmp_path, serve):
    port = serve().port
    result = run("serve", "--fleet", fleet_file(tmp_path, port=port))
    assert result.returncode == 2
    assert result.stderr == f"bmcsim: one: cannot listen on 127.0.0.1:{port}: the port is in use\n"


def test_address_of_another_machine_names_the_bmc(tmp_path):
    result = run("serve", "--fleet", fleet_file(tmp_path, port=9, address="192.0.2.1"))
    assert result.returncode == 2
    assert "one: cannot listen on 192.0.2.1:9: the address is not one of this machine" in result.stderr


def test_invalid_fleet_is_status_1(tmp_path):
    path = tmp_path / "bad.yml"
    path.write_text("bmcs: [{name: a, model: rack1u, colour: red}]", encoding="utf-8")
    result = run("serve", "--fleet", str(path))
    assert result.returncode == 1
    assert (
        result.stderr.startswith(f"bmcsim: {path}: bmcs[0] 'a'.colour: unknown key") and result.stderr.count("\n") == 1
    )


def test_check_lists_the_sensors():
    result = run("serve", "--model", "storage", "--check")
    assert result.returncode == 0
    assert "Lüfter Gehäuse" in result.stdout and "completion code CCh" in result.stdout


def test_user_without_a_password_is_refused():
    result = run("serve", "--model", "rack1u", "--user", "u")
    assert result.returncode == 2 and "--password-file or --password-env" in result.stderr


def test_missing_environment_variable_is_named():
    result = run("serve", "--model", "rack1u", "--user", "u", "--password-env", "NOT_THERE")
    assert result.returncode == 2 and "NOT_THERE" in result.stderr


def test_help_shows_examples():
    assert "--password-env BMC_PASSWORD" in run("--help").stdout


def test_ends_with_its_parent(tmp_path):
    ready = tmp_path / "ready"
    words = [*COMMAND, "serve", "--fleet", fleet_file(tmp_path), "--exit-with-parent", "--ready-file", str(ready)]
    # A parent that starts the simulator and waits: it is killed, so that it can stop nothing itself.
    script = "import subprocess, sys; p = subprocess.Popen(sys.argv[1:]); print(p.pid, flush=True); p.wait()"
    parent = subprocess.Popen([sys.executable, "-c", script, *words], stdout=subprocess.PIPE, text=True)
    try:
        assert parent.stdout is not None
        wait_for(ready)
    finally:
        parent.kill()
        parent.communicate(timeout=20)
    for _try in range(100):
        if not ready.exists():  # removed at a clean end
            return
        time.sleep(0.1)
    raise AssertionError("the simulator outlived its parent")


def test_package_runs_by_name_too():
    result = subprocess.run(
        [sys.executable, "-m", "bmcsim", "serve", "--model", "gpu", "--check"],
        cwd=SIMULATORS, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert "Chiller Ones" in result.stdout
