# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make test` and `make lint` run, step by step; the Makefile gives it the developers' virtual environment.

Every step runs, whatever failed before it. The last lines name what was skipped and why, and count; each linter counts
as one check. With CI=true a skip that tests/allowed_skips.txt does not list is a failure.

`make test-all` runs it with other environments' Python too: --tests-only needs no more than pytest there.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from results import Results, add_junit, allowed_patterns, unlisted
from tree import ROOT, NoInterpreter, environment_python

UTILS = "ansible_collections.baremetal.ipmi.plugins.module_utils"
# Program -> Debian packages that bring it, with the libraries that collectd's plugins only suggest.
SYSTEM_PROGRAMS = {
    "ipmi_sim": ("openipmi",),
    "ipmitool": ("ipmitool",),
    "ipmi-sensors": ("freeipmi-tools",),
    "collectd": ("collectd-core", "libopenipmi0"),
    "rrdtool": ("rrdtool", "libcurl3-gnutls", "libmicrohttpd12", "libprotobuf-c1", "libyajl2"),
    "wine": ("wine", "wine64"),
    "gpg": ("gpg",),
}
# What runs beside the rest: how it is called, and the beginnings of its files' names. The first that fits counts.
BESIDE = {
    "tests that boot machines": ("guest", "node", "vendor_agent_role"),
    "tests of collectd": ("collectd",),
    "tests that run plays": (
        "windows",
        "driver_events",
        "doctor",
        "fleet",
        "hardware_health",
        "racadm",
        "vendor_agent",
    ),
}
SBIN = ("/usr/sbin", "/sbin", "/usr/local/sbin")
APT_DEADLINE_S = 300


def headline(text: str) -> None:
    print(f"== {text}", flush=True)


def environment() -> dict[str, str]:
    """The environment of every step: the virtual environment's programs first, the collection's own Ansible home."""
    path = os.environ.get("PATH", os.defpath).split(os.pathsep)
    path = [str(Path(sys.executable).parent), *path, *(folder for folder in SBIN if folder not in path)]
    build = ROOT / ".build"
    return {
        **os.environ,
        "PATH": os.pathsep.join(path),
        "ANSIBLE_CONFIG": str(ROOT / "tests" / "ansible.cfg"),
        "ANSIBLE_HOME": str(build / "ansible-home"),
        "ANSIBLE_COLLECTIONS_PATH": str(build),
        "NO_COLOR": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def missing_programs(env: dict[str, str]) -> list[str]:
    return [name for name in SYSTEM_PROGRAMS if shutil.which(name, path=env["PATH"]) is None]


def install_system_packages(env: dict[str, str]) -> None:
    """Install what the integration tests talk to, as root and where there is apt; say what stays missing."""
    missing = missing_programs(env)
    if not missing:
        return
    packages = sorted({package for name in missing for package in SYSTEM_PROGRAMS[name]})
    if os.geteuid() == 0 and shutil.which("apt-get"):
        headline(f"system packages: apt-get install {' '.join(packages)}")
        apt_env = {**env, "DEBIAN_FRONTEND": "noninteractive"}
        for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
            try:
                command = ["apt-get", *arguments]
                done = subprocess.run(
                    command, env=apt_env, capture_output=True, text=True, timeout=APT_DEADLINE_S, check=False
                )
            except subprocess.TimeoutExpired:
                print(f"apt-get {arguments[0]} did not end within {APT_DEADLINE_S} s")
                break
            if done.returncode:
                print(f"apt-get {arguments[0]} failed: {(done.stderr or done.stdout).strip()[-400:]}")
        missing = missing_programs(env)
    if missing:
        packages = sorted({package for name in missing for package in SYSTEM_PROGRAMS[name]})
        print(f"missing: {', '.join(missing)} (packages {', '.join(packages)}); the tests that need them are skipped")


def linters() -> list[tuple[str, list[str]]]:
    """Name and command of every linter that has something to look at."""
    layers = [
        f"{UTILS}.{name}"
        for name in ("_core", "_ops", "_transport")
        if any((ROOT / "plugins" / "module_utils" / name).rglob("*.py"))
    ]
    found = [
        ("ruff check", ["ruff", "check", "--quiet", "."]),
        ("ruff format", ["ruff", "format", "--check", "--quiet", "."]),
        ("changelog", ["antsibull-changelog", "lint"]),
    ]
    if layers:
        found.append(("mypy", ["mypy", *(argument for layer in layers for argument in ("-p", layer))]))
    # On an empty tree ansible-lint would vouch for nothing but galaxy.yml.
    if any((ROOT / folder).rglob("*.yml") for folder in ("roles", "playbooks")):
        found.append(("ansible-lint", ["ansible-lint", "--offline", "--profile", "production", "-q", "--nocolor"]))
    return found


def lint(results: Results, env: dict[str, str]) -> None:
    for name, command in linters():
        headline(f"lint: {name}")
        done = subprocess.run(command, cwd=ROOT, env=env, check=False)
        results.add_check(f"lint: {name}", done.returncode == 0)


def sanity(results: Results, env: dict[str, str]) -> None:
    """What the newest ansible-core asks of a collection, but for what takes long."""
    name = "ansible-test sanity"
    headline(name)
    try:
        python = environment_python("core-newest")
    except NoInterpreter as missing:
        results.skipped += 1
        results.skip_reasons[str(missing)] += 1
        return
    done = subprocess.run([str(python), str(ROOT / "tests" / "tools" / "sanity.py"), "--quick"], env=env, check=False)
    results.add_check(name, done.returncode == 0)


def pytest_parts(arguments: list[str]) -> dict[str, list[str]]:
    """The runs of pytest by name, with their arguments. Where these name no tests there are several, side by side,
    since many a test waits for the most part; the last one is the rest."""
    if any((ROOT / argument).exists() for argument in arguments):
        return {"tests": arguments}
    parts: dict[str, list[str]] = {}
    taken: list[str] = []
    for name, beginnings in BESIDE.items():
        found = {path for start in beginnings for path in ROOT.glob(f"tests/integration/test_{start}*.py")}
        files = sorted({str(path.relative_to(ROOT)) for path in found} - set(taken))
        parts[name] = [*arguments, *files]
        taken += files
    parts["the rest"] = [*arguments, *(f"--ignore={path}" for path in taken)]
    return parts


def run_pytest(results: Results, env: dict[str, str], arguments: list[str]) -> None:
    """Everything, counted once; the last part is shown as it runs, the others after it."""
    headline("tests: unit, architecture, integration")
    parts = pytest_parts(arguments)
    shown = list(parts)[-1]
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        running = []
        for number, (part, more) in enumerate(parts.items()):
            command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={folder / f'{number}.xml'}", "--durations=10"]
            output = None if part == shown else stack.enter_context((folder / f"{number}.out").open("w+"))
            process = subprocess.Popen([*command, *more], cwd=ROOT, env=env, stdout=output, stderr=output)
            stack.callback(process.terminate)
            running.append((part, process, output))
        statuses = [process.wait() for _part, process, _output in reversed(running)]
        for part, _process, output in running:
            if output:
                headline(part)
                output.seek(0)
                print(output.read(), end="", flush=True)
        failed_before = results.failed
        for report in sorted(folder.glob("*.xml")):
            add_junit(results, report)
    judge_statuses(results, statuses, failed_before)


def judge_statuses(results: Results, statuses: list[int], failed_before: int) -> None:
    """0: all passed, 1: some failed, 5: a part has none of the tests that were asked for; anything else (interrupted,
    usage, nothing collected at all) is no test result."""
    if len(statuses) > 1 and set(statuses) != {5}:
        statuses = [status for status in statuses if status != 5]
    for status in statuses:
        if status not in (0, 1) or (status == 1 and results.failed == failed_before):
            results.failed += 1
            results.problems.append(f"pytest ended with {status}")


def judge_skips(results: Results) -> None:
    """In CI a skip needs its line in allowed_skips.txt."""
    file = ROOT / "tests" / "allowed_skips.txt"
    try:
        refused = unlisted(results, allowed_patterns(file))
    except (OSError, ValueError) as error:
        results.failed += 1
        results.problems.append(str(error))
        return
    if os.environ.get("CI") == "true":
        for reason in refused:
            results.failed += 1
            results.problems.append(f"skip not listed in tests/allowed_skips.txt: {reason}")


def report(results: Results, started: float) -> int:
    """Print the last lines; the exit status."""
    headline(f"done in {time.monotonic() - started:.0f} s")
    for problem in results.problems:
        print(f"FAILED  {problem}")
    for reason, count in sorted(results.skip_reasons.items()):
        print(f"SKIPPED {count} x {reason}")
    print(results.closing_line(), flush=True)
    return 1 if results.failed else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--lint-only", action="store_true", help="linters only, no tests")
    only.add_argument("--no-sanity", action="store_true", help="without ansible-test sanity")
    only.add_argument("--tests-only", action="store_true", help="no linters, no ansible-test sanity")
    parser.add_argument("pytest_arguments", nargs="*", help="passed on to pytest (after --)")
    options = parser.parse_args()
    started = time.monotonic()
    env = environment()
    results = Results()
    if not options.lint_only:
        install_system_packages(env)
    if not options.tests_only:
        lint(results, env)
    if not (options.lint_only or options.no_sanity or options.tests_only):
        sanity(results, env)
    if not options.lint_only:
        run_pytest(results, env, options.pytest_arguments)
        judge_skips(results)
    return report(results, started)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
