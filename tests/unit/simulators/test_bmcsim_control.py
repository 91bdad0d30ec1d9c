# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changing simulated BMCs from another process."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from lanprobe import Probe

from bmcsim import read_ledger
from bmcsim.control import ControlError, request

SIMULATORS = Path(__file__).resolve().parents[2] / "simulators"
COMMAND = [sys.executable, str(SIMULATORS / "bmcsim")]


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Path, Path]]:
    """A simulator with one BMC, `one`: its socket and its folder of ledgers."""
    # A socket's path must be short, which pytest's folders are not.
    with tempfile.TemporaryDirectory(prefix="bmcsim") as folder:
        place = Path(folder)
        words = ["serve", "--model", "blade", "--port", "0", "--name", "one", "--control", str(place / "socket")]
        words += ["--ledger", str(place / "ledgers"), "--ready-file", str(place / "ready")]
        with subprocess.Popen([*COMMAND, *words], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process:
            for _try in range(200):
                if (place / "ready").exists():
                    break
                time.sleep(0.05)
            yield place / "socket", place / "ledgers"
            process.send_signal(signal.SIGTERM)
            assert b"Traceback" not in process.communicate(timeout=20)[1]
        assert not (place / "socket").exists()


@pytest.fixture
def ask(served):
    """Function that sends words to the BMC `one`."""
    return lambda *words: request(served[0], ["one", *words])


def test_program_sends_a_command_and_prints_the_result(served):
    socket_path, _ledgers = served

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, "control", str(socket_path), *words], capture_output=True, text=True, timeout=60, check=False
        )

    listed = run("list")
    assert listed.returncode == 0 and list(json.loads(listed.stdout)) == ["one"]
    failed = run("one", "set", "Nope", "reading=1")
    assert failed.returncode == 2 and "no sensor 'Nope'" in failed.stderr and "Traceback" not in failed.stderr


def test_socket_is_the_owners(served):
    assert served[0].stat().st_mode & 0o777 == 0o600


def test_sensor_events_and_ledger(served, ask):
    ask("clear", "by=me")
    ask("set", "CPU1 Temp", "reading=99", "log=true")
    number = ask("event", "CPU1 Temp", "offset=9", "deassert=true")
    raw = ask("sel")
    assert len(raw) >= 2 and int(raw[-1][2:4] + raw[-1][:2], 16) == number
    view = read_ledger(served[1] / "one.jsonl")
    assert view.lines == ask("ledger") and view.clears[0]["by"] == "me"
    assert sorted(view.remaining_raw().elements()) == sorted(raw)


def test_faults_requests_and_reboot(served, ask):
    address, port = request(served[0], ["list"])["one"]
    ask("requests", "clear")
    ask("faults", "commands=[{netfn: 6, cmd: 1, completion_code: 0xC0}]", "delay_ms=1")
    with Probe(address, port) as probe:
        probe.login("admin", b"Sim-Passw0rd")
        assert probe.request(0x06, 0x01) == b"\xc0"
        ask("faults", "clear")
        assert probe.request(0x06, 0x01)[0] == 0 and ask("requests")["06 01"] == 2
        ask("reboot", "silent_s=0")
        ask("clock", "seconds=77")
        with pytest.raises(TimeoutError):
            probe.socket.settimeout(0.1)
            probe.request(0x06, 0x01)


def test_records_and_satellites(ask):
    ask("sdr", "add=[{name: New Fan, type: fan, reading: 900}]", "stamps=false")
    ask("set", "New Fan", "reading=800")
    ask("satellite", "address=0x2c", "on=false")
    ask("reset")


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ([], "a request is"),
        (["one"], "a request is"),
        (["two", "reboot"], "no BMC 'two'"),
        (["one", "fly"], "one of set, faults"),
        (["one", "set"], "sensor is missing"),
        (["one", "set", "CPU1 Temp", "reading"], "no key=value"),
        (["one", "set", "CPU1 Temp", "raeding=1"], "unknown key"),
        (["one", "faults", "drop=[1"], "not valid YAML"),
        (["one", "reboot", "foo=1"], "unexpected keyword"),
        (["one", "event", "Nope"], "no sensor 'Nope'"),
    ],
)
def test_request_that_is_wrong_is_explained(served, words, text):
    with pytest.raises(ControlError, match=text):
        request(served[0], words)


def test_junk_is_answered_with_an_error(served):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(served[0]))
        connection.sendall(b'junk\n{"a": 1}\n')
        with connection.makefile() as stream:
            assert [json.loads(stream.readline())["ok"] for _line in range(2)] == [False, False]


def test_nobody_there_and_a_socket_that_cannot_be_made(tmp_path):
    with pytest.raises(ControlError, match="No such file"):
        request(tmp_path / "none", ["list"])
    words = ["serve", "--model", "rack1u", "--port", "0", "--control", str(tmp_path / "no" / "socket")]
    result = subprocess.run([*COMMAND, *words], capture_output=True, text=True, timeout=60, check=False, env=os.environ)
    assert result.returncode == 2 and "--control" in result.stderr and "Traceback" not in result.stderr
