# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make demo` runs: a simulated fleet on loopback, the playbooks on the example inventory, the outcome's check.

Exits 0 when the fleet's health is what the fleet was set up to show, and stops the simulator on every way out.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / ".build" / "demo"
FACTS = WORK / "sensor_facts"
SIMULATOR = ROOT / "tests" / "simulators" / "bmcsim"
FLEET = ROOT / "tests" / "simulators" / "fleets" / "demo.yml"
INVENTORY = ROOT / "docs" / "examples" / "inventory.yml"
START_DEADLINE_S = 20
STOP_DEADLINE_S = 5
# Ansible's exit status when a task failed on some hosts: for the sensors those that are critical or do not answer.
HOSTS_FAILED = 2
OUTCOMES = [HOSTS_FAILED, 0]

STARTED: dict[str, subprocess.Popen[bytes]] = {}
EXPECTED = {
    "web01": ("nominal", ""),
    "web02": ("critical", "PSU2 Status"),
    "db01": ("critical", "Fan2A"),
    "db02": ("nominal", ""),
    "storage01": ("critical", "chassis intrusion"),
    "blade01": ("nominal", ""),
    "gpu01": ("nominal", ""),
    "slow01": ("nominal", ""),
    "dead01": ("unknown", "no BMC answers"),
}


def environment() -> dict[str, str]:
    """Ansible as this tree wants it, whatever the user's own settings are; only what is worth seeing is shown."""
    settings = {
        "ANSIBLE_CONFIG": str(WORK / "ansible.cfg"),
        "ANSIBLE_HOME": str(ROOT / ".build" / "ansible-home"),
        "ANSIBLE_COLLECTIONS_PATH": str(ROOT / ".build"),
        "ANSIBLE_DISPLAY_OK_HOSTS": "false",
        "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false",
        "ANSIBLE_FORKS": "10",
        "ANSIBLE_LOCALHOST_WARNING": "false",
        "ANSIBLE_NOCOWS": "true",
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    return {**inherited, **settings}


def start(name: str, command: list[object], **options: object) -> subprocess.Popen[bytes]:
    """A process in a group of its own, which `stop` ends whole, with all that it has started."""
    words = [str(word) for word in command]
    process = subprocess.Popen(words, start_new_session=True, stdin=subprocess.DEVNULL, **options)  # type: ignore[call-overload]
    STARTED[name] = process
    return process


def stop(*names: str) -> None:
    for process in [STARTED.pop(name) for name in names if name in STARTED]:
        for number in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_DEADLINE_S)


def start_simulator() -> None:
    ready = WORK / f"ready-{os.getpid()}"
    ends = ["--exit-with-parent", os.getpid()]
    command = [sys.executable, SIMULATOR, "serve", "--fleet", FLEET, "--ready-file", ready, *ends]
    log = WORK / f"simulator-{os.getpid()}.log"
    with log.open("wb") as stream:
        process = start("simulator", command, stdout=stream, stderr=subprocess.STDOUT)
    deadline = time.monotonic() + START_DEADLINE_S
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > deadline:
            sys.exit(f"The simulated fleet did not start:\n{log.read_text()}")
        time.sleep(0.05)
    log.unlink()


def run_playbook(name: str, *settings: str) -> int:
    program = Path(sys.executable).with_name("ansible-playbook")
    command = [program, "-i", INVENTORY, ROOT / "playbooks" / name, *settings]
    return start("playbook", command, cwd=WORK, env=environment()).wait()


def run_playbooks() -> list[int]:
    """Sensors, then event logs: these are shown only, and the silent BMC has failed already."""
    sensors = run_playbook("sensor_facts.yml")
    quick = {"sel_archive": False, "sel_fail_on": "never", "sel_request_timeout_s": 1, "sel_retries": 1}
    return [sensors, run_playbook("sel.yml", "--extra-vars", json.dumps(quick))]


def differences() -> list[str]:
    """What the facts say otherwise than the fleet was set up to show."""
    found = []
    for host, (status, worst) in EXPECTED.items():
        path = FACTS / f"{host}.json"
        if not path.exists():
            found.append(f"{host}: no facts were written")
            continue
        snapshot = json.loads(path.read_text())
        health = snapshot["ipmi_health"]
        remarks = " ".join([*(finding["message"] for finding in health["findings"]), snapshot.get("msg", "")])
        if health["status"] != status or worst not in remarks:
            found.append(f"{host}: {health['status']} ({remarks.strip()}) instead of {status} ({worst})")
    return found


def main() -> int:
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupted)
    WORK.mkdir(parents=True, exist_ok=True)
    (WORK / "ansible.cfg").touch()
    print(f"Starting {len(EXPECTED)} simulated BMCs on 127.77.0.x, port 9623; one of them is slow, one never answers.")
    try:
        start_simulator()
        shutil.rmtree(FACTS, ignore_errors=True)
        outcomes = run_playbooks()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        stop("playbook", "simulator")
    found = differences()
    if found or outcomes != OUTCOMES:
        ended = f"ansible-playbook ended with {', '.join(map(str, outcomes))}."
        print("\n".join([f"{ended} This is not what the demo is to show:", *found]))
        return 1
    print(
        "\nThis is what the demo was set up to show: a failed fan, a power supply without input, an open case, a BMC\n"
        "that does not answer, and a playbook that fails for these hosts; then what their event logs tell, where an\n"
        "event that has recovered makes no host critical. The facts of each host:\n"
        f"  {FACTS.relative_to(ROOT)}/<host>.json"
    )
    return 0


def interrupted(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("Interrupted; what was started is stopped.")
