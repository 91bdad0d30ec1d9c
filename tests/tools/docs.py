# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lint the collection's documentation and build the reference into .build/docs/html; a warning is a failure."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tree import ROOT, copy_collection

WORK = ROOT / ".build" / "docs"
NAME = "baremetal.ipmi"
DEADLINE_S = 600


def main() -> int:
    shutil.rmtree(WORK, ignore_errors=True)
    collection = copy_collection(WORK)
    sources = WORK / "rst"
    sources.mkdir(mode=0o755)
    programs = Path(sys.executable).parent
    env = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    env["PATH"] = os.pathsep.join([str(programs), env.get("PATH", os.defpath)])
    env["ANSIBLE_HOME"] = str(WORK / "ansible-home")
    env["ANSIBLE_COLLECTIONS_PATH"] = str(WORK)
    lint = ["lint-collection-docs", "--plugin-docs", "--check-extra-docs-refs", "--validate-collection-refs", "self"]
    generate = ["collection", "--use-current", "--squash-hierarchy", "--cleanup", "everything", "--dest-dir"]
    html = ["--fail-on-warning", "--keep-going", "--quiet", "-c", str(collection / "docs" / "docsite")]
    commands = [
        ["antsibull-docs", *lint, str(collection)],
        ["antsibull-docs", *generate, str(sources), NAME],
        ["sphinx-build", *html, str(sources), str(WORK / "html")],
    ]
    failed = False
    for program, *arguments in commands:
        command = [str(programs / program), *arguments]
        done = subprocess.run(command, env=env, cwd=WORK, timeout=DEADLINE_S, check=False)
        print(f"{program} {arguments[0]}: {'no complaint' if done.returncode == 0 else 'failed'}", flush=True)
        failed = failed or done.returncode != 0
    print(f"the reference: {WORK / 'html' / 'index.html'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
