# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The steps of `make test-all`: which program, in which environment."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tree import ROOT, NoInterpreter, environment_python

TOOLS = Path(__file__).resolve().parent
MAIN_PATHS = tuple(
    f"tests/integration/test_{name}.py"
    for name in (
        "both_doors",
        "sensor_facts_playbook",
        "installed_collection",
        "documentation",
        "health_rules",
        "sel_doors",
        "sel_playbook",
    )
)
NETWORK = ("tests/integration", "tests/unit/simulators", "tests/unit/transport")
# A guest's BMC is read through its kernel, and without KVM twenty runs of guests take half a day.
GUESTS = "--ignore-glob=*/test_guest*.py"
SHUFFLED_RUNS = 20
CLOSING = re.compile(r"(\d+) passed, (\d+) failed, (\d+) skipped")
TAIL_MARKS = ("FAILED  ", "SKIPPED ")


@dataclass(frozen=True)
class Step:
    """One program of tests/tools in the environment ``kind``; a program that prints no counts is one check."""

    name: str
    kind: str
    program: str
    arguments: tuple[str, ...] = ()
    variables: dict[str, str] = field(default_factory=dict)


def _tests(*arguments: str) -> tuple[str, ...]:
    return ("--tests-only", "--", *arguments)


def _shuffled(seed: int) -> Step:
    variables = {"PYTHONPATH": str(TOOLS), "SHUFFLE_SEED": str(seed)}
    name = f"network tests, shuffled, {seed} of {SHUFFLED_RUNS}"
    return Step(name, "dev", "run_tests.py", _tests("-p", "shuffled", GUESTS, *NETWORK), variables)


STEPS = (
    Step(
        "linters, everything with the slow tests",
        "dev",
        "run_tests.py",
        ("--no-sanity", "--", "-m", "slow or not slow"),
    ),
    Step("whole suite, newest ansible-core", "core-newest", "run_tests.py", _tests()),
    Step("main paths, oldest ansible-core", "core-2.16", "run_tests.py", _tests(*MAIN_PATHS)),
    Step("ansible-test sanity, newest ansible-core", "core-newest", "sanity.py"),
    Step("ansible-test sanity", "dev", "sanity.py"),
    Step("reference", "release", "docs.py"),
    Step("galaxy-importer", "release", "galaxy.py"),
    Step("molecule", "molecule", "scenarios.py"),
    *(_shuffled(seed) for seed in range(1, SHUFFLED_RUNS + 1)),
)


@dataclass
class Outcome:
    """How a step ended. ``remarks`` are its failures and skips, as it named them."""

    name: str
    versions: str
    passed: int
    failed: int
    skipped: int
    seconds: float
    remarks: list[str]

    def as_data(self) -> dict[str, Any]:
        """For the file that lets a run go on where it was cut off."""
        return asdict(self)


def _versions(python: Path) -> str:
    told = "import platform; from ansible import release; print(release.__version__, platform.python_version())"
    done = subprocess.run([str(python), "-c", told], capture_output=True, text=True, check=True)
    core, version = done.stdout.split()
    return f"ansible-core {core}, Python {version}"


def run(step: Step, env: dict[str, str]) -> Outcome:
    """Run a step, show it as it comes; an environment without its Python is a skip that names it."""
    started = time.monotonic()
    try:
        python = environment_python(step.kind)
    except NoInterpreter as missing:
        return Outcome(step.name, step.kind, 0, 0, 1, 0.0, [f"SKIPPED 1 x {missing}"])
    command = [str(python), str(TOOLS / step.program), *step.arguments]
    tail: list[str] = []
    with subprocess.Popen(
        command, cwd=ROOT, env={**env, **step.variables}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            if line.startswith("== "):
                tail.clear()
            tail.append(line.rstrip())
    sys.stdout.flush()
    counts = CLOSING.search(tail[-1]) if tail else None
    ok = process.returncode == 0
    passed, failed, skipped = (int(number) for number in counts.groups()) if counts else (int(ok), int(not ok), 0)
    remarks = [line for line in tail if line.startswith(TAIL_MARKS)]
    if not ok and not failed:
        failed = 1
    if failed and not remarks:
        remarks = [f"FAILED  {line}" for line in tail[-8:]]
    return Outcome(step.name, _versions(python), passed, failed, skipped, time.monotonic() - started, remarks)
