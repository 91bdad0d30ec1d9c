# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Build the artifact from a clean copy of the tree and let galaxy-importer judge it; a warning of its is a failure."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tree import ROOT, copy_collection

WORK = ROOT / ".build" / "galaxy"
DEADLINE_S = 600
COMPLAINTS = ("ERROR", "WARNING", "CRITICAL", "FATAL")


def main() -> int:
    shutil.rmtree(WORK, ignore_errors=True)
    collection = copy_collection(WORK)
    programs = Path(sys.executable).parent
    env = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    env["PATH"] = os.pathsep.join([str(programs), env.get("PATH", os.defpath)])
    env["ANSIBLE_HOME"] = str(WORK / "ansible-home")
    env["GALAXY_IMPORTER_CONFIG"] = str(ROOT / "tests" / "sanity" / "galaxy-importer.cfg")
    build = [str(programs / "ansible-galaxy"), "collection", "build", str(collection), "--output-path", str(WORK)]
    subprocess.run(build, env=env, check=True, timeout=DEADLINE_S)
    (artifact,) = WORK.glob("*.tar.gz")
    # It writes its findings beside itself, thus the folder of its own.
    done = subprocess.run(
        [sys.executable, "-m", "galaxy_importer.main", artifact.name],
        cwd=WORK,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=DEADLINE_S,
        check=False,
    )
    lines = done.stdout.splitlines()
    complaints = [line for line in lines if line.startswith(COMPLAINTS)]
    print("\n".join(lines if done.returncode else complaints))
    print(f"galaxy-importer: {artifact.name}: {len(complaints)} complaints, exit status {done.returncode}")
    return 1 if done.returncode or complaints else 0


if __name__ == "__main__":
    sys.exit(main())
