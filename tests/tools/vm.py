# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Print the folder of the guest's image for QEMU; make it first where it is missing (`make vm`).

Images live in the cache folder of venv.sh, one for each recipe. Exit status 3: it cannot be had on this machine, and
the last line of standard error says why. As root, missing system packages are installed with apt.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tree import cache_folder

NOT_TO_BE_HAD = 3
# Program -> Debian package that brings it.
PROGRAMS = {
    "qemu-system-x86_64": "qemu-system-x86",
    "qemu-img": "qemu-utils",
    "mmdebstrap": "mmdebstrap",
    "mke2fs": "e2fsprogs",
    "ipmi_sim": "openipmi",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "setpriv": "util-linux",
}
# For mmdebstrap and the file system without root.
WITHOUT_ROOT = {"fakeroot": "fakeroot", "newuidmap": "uidmap"}
APT_DEADLINE_S = 600


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def missing_packages() -> list[str]:
    programs = PROGRAMS if os.geteuid() == 0 else {**PROGRAMS, **WITHOUT_ROOT}
    return sorted({package for program, package in programs.items() if shutil.which(program) is None})


def install(packages: list[str]) -> None:
    """Install packages as root, where there is apt; what apt says goes to standard error."""
    say(f"apt-get install {' '.join(packages)}")
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", *packages]):
        try:
            subprocess.run(["apt-get", *arguments], env=env, stdout=sys.stderr, timeout=APT_DEADLINE_S, check=False)
        except subprocess.TimeoutExpired:
            say(f"apt-get {arguments[0]} did not end within {APT_DEADLINE_S} s")
            return


def not_to_be_had(why: str) -> int:
    say(f"no guest for QEMU: {why}")
    return NOT_TO_BE_HAD


def build(image: Path) -> str:
    """Make the image beside its place and move it there; why that failed, empty where it did not."""
    import vm_image

    for half_built in image.parent.glob(f"{image.name}.half-*"):
        shutil.rmtree(half_built)
    say(f"making the guest's image {image}: some three minutes, once")
    started = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix=f"{image.name}.half-", dir=image.parent))
    try:
        vm_image.build(folder)
    except (vm_image.BuildError, OSError, RuntimeError, subprocess.SubprocessError) as error:
        return " ".join(str(error).split())
    folder.rename(image)
    say(f"made in {time.monotonic() - started:.0f} s")
    return ""


def main() -> int:
    os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
    if missing_packages() and os.geteuid() == 0 and shutil.which("apt-get"):
        install(missing_packages())
    if missing_packages():
        return not_to_be_had(f"not installed: {', '.join(missing_packages())}")
    import vm_image

    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    image = cache / f"vm-{vm_image.key()}"
    with image.with_name(f"{image.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        why = "" if image.is_dir() else build(image)
    if why:
        return not_to_be_had(why)
    print(image)
    return 0


if __name__ == "__main__":
    sys.exit(main())
