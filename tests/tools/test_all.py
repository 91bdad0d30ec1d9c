# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make test-all` runs: every step of steps.py; the outcome is added to docs/test-all.md.

A run that was cut off goes on where it was, as long as no file of the tree changed: the steps that had ended are not
repeated. A step that failed counts as ended, so that no second try hides it.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import json
import os
import platform
import subprocess
import sys
from pathlib import Path

from steps import STEPS, Outcome, Step, run
from tree import ROOT, source_files

LOG = ROOT / "docs" / "test-all.md"
STATE = ROOT / ".build" / "test-all.json"
COMMAND = "make test-all"
# What runs write themselves.
WRITTEN = {Path("docs/test-all.md"), Path("docs/bench.md"), Path("docs/bench-fleet.svg")}
HEADER = f"""\
# Results of `{COMMAND}`

Everything of `make test` and what takes too long for it: matrices, soaks, repetitions. The newest run stands last.
"""


def revision() -> str:
    """The commit that was tested, marked where the tree had changes."""
    commands = (["git", "rev-parse", "--short", "HEAD"], ["git", "status", "--porcelain"])
    try:
        head, changes = (subprocess.run(one, cwd=ROOT, capture_output=True, text=True, check=False) for one in commands)
    except OSError:
        return "unknown"
    if head.returncode:
        return "unknown"
    return head.stdout.strip() + (" with uncommitted changes" if changes.stdout.strip() else "")


def fingerprint() -> str:
    """Changes whenever a file of the tree does."""
    digest = hashlib.sha256()
    for name in source_files():
        if name not in WRITTEN:
            digest.update(f"{name}\0".encode() + hashlib.sha256((ROOT / name).read_bytes()).digest())
    return digest.hexdigest()


def earlier(tree: str) -> list[Outcome]:
    """Steps that ended in a run of the same tree that was cut off."""
    try:
        state = json.loads(STATE.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [Outcome(**data) for data in state["outcomes"]] if state.get("tree") == tree else []


def keep(tree: str, outcomes: list[Outcome]) -> None:
    STATE.parent.mkdir(exist_ok=True)
    waiting = STATE.with_suffix(".new")
    waiting.write_text(json.dumps({"tree": tree, "outcomes": [one.as_data() for one in outcomes]}), encoding="utf-8")
    waiting.replace(STATE)


def entry(outcomes: list[Outcome], command: str, resumed: int) -> str:
    """One run as a section of the log."""
    when = datetime.datetime.now(datetime.UTC)
    failed = any(one.failed for one in outcomes)
    rows = [
        f"| {one.name} | {one.versions} | {one.passed} | {one.failed} | {one.skipped} | {one.seconds / 60:.1f} |"
        for one in outcomes
    ]
    remarks = [f"{one.name}: {remark}" for one in outcomes for remark in one.remarks]
    lines = [
        "",
        f"## {when:%Y-%m-%d %H:%M} UTC: {'failed' if failed else 'passed'}",
        "",
        f"- command: `{command}`",
        f"- commit: {revision()}",
        f"- machine: {platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        f"- time: {sum(one.seconds for one in outcomes) / 60:.0f} min"
        + (f"; cut off and taken up again after {resumed} steps" if resumed else ""),
        "",
        "| step | with | passed | failed | skipped | minutes |",
        "|---|---|---|---|---|---|",
        *rows,
        "",
    ]
    if remarks:
        lines += ["```text", *remarks, "```", ""]
    return "\n".join(lines)


def chosen(words: list[str]) -> list[Step]:
    """Steps whose names hold one of the words; all without words."""
    return [step for step in STEPS if not words or any(word in step.name for word in words)]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--list", action="store_true", help="name the steps")
    parser.add_argument("words", nargs="*", help="run the steps with one of these words in their names")
    parser.add_argument(
        "--log", action="store_true", help="log a run of some steps, too, and go on where it was cut off"
    )
    options = parser.parse_args()
    steps = chosen(options.words)
    if options.list or not steps:
        print("\n".join(step.name for step in STEPS))
        return 0 if options.list else 2
    tree = fingerprint()
    logged = options.log or not options.words
    outcomes = [one for one in earlier(tree) if one.name in {step.name for step in steps}] if logged else []
    resumed = len(outcomes)
    done = {one.name for one in outcomes}
    for step in steps:
        if step.name in done:
            continue
        print(f"=== {step.name}", flush=True)
        outcomes.append(run(step, dict(os.environ)))
        if logged:
            keep(tree, outcomes)
    for one in outcomes:
        print(f"{one.name}: {one.passed} passed, {one.failed} failed, {one.skipped} skipped ({one.versions})")
        print("".join(f"  {remark}\n" for remark in one.remarks), end="")
    if logged:
        words = " ".join(["--log", *options.words])
        command = f"{COMMAND} STEPS='{words}'" if options.words else COMMAND
        text = "" if LOG.exists() else HEADER
        with LOG.open("a", encoding="utf-8") as log:
            log.write(text + entry(outcomes, command, resumed))
        STATE.unlink()
    failed = sum(one.failed for one in outcomes)
    passed, skipped = sum(one.passed for one in outcomes), sum(one.skipped for one in outcomes)
    print(f"{passed} passed, {failed} failed, {skipped} skipped", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
