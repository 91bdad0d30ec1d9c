# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What `make test-all` runs: `make test` with the slow tests as well; the outcome is added to docs/test-all.md."""

from __future__ import annotations

import datetime
import platform
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
LOG = ROOT / "docs" / "test-all.md"
COMMAND = "make test-all"
TAIL_MARKS = ("FAILED  ", "SKIPPED ")
HEADER = f"""\
# Results of `{COMMAND}`

Everything of `make test` and what takes too long for it: matrices, soaks, repetitions. The newest run stands last.
"""


def revision() -> str:
    """The commit that was tested, marked where the tree had changes."""
    commands = (["git", "rev-parse", "--short", "HEAD"], ["git", "status", "--porcelain"])
    try:
        head, changes = (subprocess.run(one, cwd=ROOT, capture_output=True, text=True) for one in commands)
    except OSError:
        return "unknown"
    if head.returncode:
        return "unknown"
    return head.stdout.strip() + (" with uncommitted changes" if changes.stdout.strip() else "")


def run() -> tuple[int, list[str]]:
    """Run everything, show it as it comes, keep the last lines."""
    command = [sys.executable, str(Path(__file__).with_name("run_tests.py")), "--", "-m", "slow or not slow"]
    tail: list[str] = []
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, bufsize=1) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            if line.startswith("== "):
                tail.clear()
            tail.append(line.rstrip())
    return process.returncode, [line for line in tail if line.startswith(TAIL_MARKS) or line == tail[-1]]


def entry(status: int, tail: list[str], seconds: float) -> str:
    """One run as a section of the log."""
    when = datetime.datetime.now(datetime.UTC)
    machine = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    lines = [
        "",
        f"## {when:%Y-%m-%d %H:%M} UTC: {'passed' if status == 0 else 'failed'}",
        "",
        f"- command: `{COMMAND}`",
        f"- commit: {revision()}",
        f"- machine: {machine}",
        f"- time: {seconds / 60:.1f} min",
        "",
        "```text",
        *tail,
        "```",
        "",
    ]
    return "\n".join(lines)


def main() -> int:
    started = time.monotonic()
    status, tail = run()
    LOG.parent.mkdir(exist_ok=True)
    if not LOG.exists():
        LOG.write_text(HEADER, encoding="utf-8")
    with LOG.open("a", encoding="utf-8") as log:
        log.write(entry(status, tail, time.monotonic() - started))
    return status


if __name__ == "__main__":
    sys.exit(main())
