# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make molecule` runs: Molecule's whole test of every scenario in extensions/molecule, or of the named ones.

With -c, one of Molecule's other commands instead: `scenarios.py -c converge ipmi_driver`, then login, verify, destroy.
A scenario whose machines cannot be had here is skipped, with the reason; the last lines count.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time

import yaml
from image_cache import NOT_TO_BE_HAD
from results import Results
from run_tests import environment, headline, report
from tree import ROOT

SCENARIOS = ROOT / "extensions" / "molecule"
TOOLS = ROOT / "tests" / "tools"


def why_not(scenario: str, env: dict[str, str]) -> str:
    """Why the scenario's machines cannot be had on this machine, empty where they can; makes their images."""
    platforms = yaml.safe_load((SCENARIOS / scenario / "molecule.yml").read_text())["platforms"]
    releases = sorted({platform["release"] for platform in platforms if "release" in platform})
    commands = [["node_image.py", *releases]] if releases else []
    if not all("release" in platform for platform in platforms):
        commands.append(["vm.py"])
    for program, *arguments in commands:
        command = [sys.executable, str(TOOLS / program), *arguments]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        if done.returncode == NOT_TO_BE_HAD:
            return done.stderr.strip().splitlines()[-1]
        if done.returncode:
            return f"{program} ended with {done.returncode}: {done.stderr[-400:]}"
    return ""


def molecule(command: str, scenario: str, env: dict[str, str]) -> int:
    """Exit status of a command of Molecule's for a scenario."""
    arguments = ["molecule", "--base-config", str(SCENARIOS / "config.yml"), command, "--scenario-name", scenario]
    return subprocess.run(arguments, cwd=ROOT, env=env, check=False).returncode


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("-c", "--command", default="test", help="one of Molecule's commands")
    parser.add_argument("scenarios", nargs="*", help="their folders' names (default: all)")
    options = parser.parse_args()
    started = time.monotonic()
    env = environment()
    results = Results()
    for scenario in options.scenarios or sorted(file.parent.name for file in SCENARIOS.glob("*/molecule.yml")):
        headline(f"molecule {options.command}: {scenario}")
        why = why_not(scenario, env)
        if why:
            results.skipped += 1
            results.skip_reasons[why] += 1
            continue
        results.add_check(f"molecule {options.command}: {scenario}", molecule(options.command, scenario, env) == 0)
    return report(results, started)


if __name__ == "__main__":
    sys.exit(main())
