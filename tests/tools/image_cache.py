# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Images of machines for tests in the cache folder of venv.sh: one for each recipe, made by whoever asks first.

A tool that prints an image's folder ends with exit status 3 where the image cannot be had on this machine, and the last
line of standard error says why. As root, missing system packages are installed with apt.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from tree import cache_folder

NOT_TO_BE_HAD = 3
APT_DEADLINE_S = 600
# Program -> Debian package that brings it: what every recipe wants.
PROGRAMS = {
    "mmdebstrap": "mmdebstrap",
    "ssh": "openssh-client",
    "ssh-keygen": "openssh-client",
    "setpriv": "util-linux",
}


class BuildError(Exception):
    """The image cannot be made here; the text says why."""


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def missing_packages(programs: Mapping[str, str]) -> list[str]:
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


def have_programs(programs: Mapping[str, str]) -> str:
    """Install what is missing of them, as root; why they cannot be had, empty where they can."""
    os.environ["PATH"] = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])
    if missing_packages(programs) and os.geteuid() == 0 and shutil.which("apt-get"):
        install(missing_packages(programs))
    missing = missing_packages(programs)
    return f"not installed: {', '.join(missing)}" if missing else ""


def have_image(name: str, what: str, build: Callable[[Path], None]) -> tuple[Path, str]:
    """The folder of the image ``name``, made by ``build`` where it is missing, and why that failed, empty where it did
    not. ``build`` gets an empty folder that only this user may enter."""
    cache = cache_folder()
    cache.mkdir(parents=True, exist_ok=True)
    image = cache / name
    with image.with_name(f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return image, "" if image.is_dir() else _make(image, what, build)


def _make(image: Path, what: str, build: Callable[[Path], None]) -> str:
    """Make the image beside its place and move it there; why that failed, empty where it did not."""
    for half_built in image.parent.glob(f"{image.name}.half-*"):
        shutil.rmtree(half_built)
    say(f"making {image}: {what}, once")
    started = time.monotonic()
    folder = Path(tempfile.mkdtemp(prefix=f"{image.name}.half-", dir=image.parent))
    try:
        build(folder)
    except (BuildError, OSError, RuntimeError, subprocess.SubprocessError) as error:
        return " ".join(str(error).split())
    folder.rename(image)
    say(f"made in {time.monotonic() - started:.0f} s")
    return ""


def make_key(folder: Path, comment: str) -> str:
    """A key pair for ssh, ``key`` and ``key.pub``; the public one's line."""
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", str(folder / "key")]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=30)
    return (folder / "key.pub").read_text()


def logged(command: list[str], log: Path, deadline_s: float, output: object = None) -> None:
    """Run a program with its messages in ``log``; BuildError ends with the last of them."""
    with log.open("wb") as told:
        try:
            done = subprocess.run(
                ["setpriv", "--pdeathsig", "TERM", "nice", "-n", "5", *command],
                stdin=subprocess.DEVNULL,
                stdout=output or told,
                stderr=told,
                timeout=deadline_s,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise BuildError(f"{command[0]} did not end within {deadline_s} s") from None
    if done.returncode:
        last = (log.read_text(errors="replace").strip().splitlines() or ["without a word"])[-1]
        raise BuildError(f"{command[0]} ended with {done.returncode}: {last}")
