# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print where promtool is, Prometheus' checker of rules; exit status 3 where it cannot be had (image_cache.py).

Debian's package prometheus brings it together with a server, which nobody wants started: the program alone is taken
out of the package, into the cache folder. That takes no root.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from image_cache import NOT_TO_BE_HAD, BuildError, have_image, say

DEADLINE_S = 300


def build(folder: Path) -> None:
    """promtool alone, into an empty folder; BuildError."""
    _run(folder, "apt-get", "download", "--quiet", "prometheus")
    (package,) = folder.glob("*.deb")
    _run(folder, "dpkg-deb", "--extract", package.name, "package")
    (folder / "package" / "usr" / "bin" / "promtool").rename(folder / "promtool")
    shutil.rmtree(folder / "package")
    package.unlink()


def _run(folder: Path, *command: str) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or ["without a word"]
        raise BuildError(f"{command[0]} ended with {done.returncode}: {said[-1]}")


def main() -> int:
    found = shutil.which("promtool")
    if found is None:
        image, why = have_image("promtool", "the program promtool of Debian's package prometheus", build)
        if why:
            say(f"no promtool: {why}")
            return NOT_TO_BE_HAD
        found = str(image / "promtool")
    print(found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
