# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every test stands on: the tree importable as a collection, no user's settings, skips with a reason."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BUILD = ROOT / ".build"
COLLECTION = BUILD / "ansible_collections" / "baremetal" / "ipmi"
# ipmi-sensors and its like live in sbin, which a plain user's PATH may leave out.
SBIN = ("/usr/sbin", "/sbin", "/usr/local/sbin")


def _link_collection() -> None:
    """Make the tree importable as ansible_collections.baremetal.ipmi, as the Makefile does (safe in parallel)."""
    COLLECTION.parent.mkdir(parents=True, exist_ok=True)
    try:
        COLLECTION.symlink_to("../../..", target_is_directory=True)
    except FileExistsError:
        if COLLECTION.resolve() != ROOT:
            raise RuntimeError(f"{COLLECTION} is not a link to {ROOT}: remove it") from None


def _forget_users_settings() -> None:
    """Take away what would let one user's tests pass and another's fail."""
    for name in [name for name in os.environ if name.startswith(("ANSIBLE_", "IPMI_", "IPMITOOL_"))]:
        del os.environ[name]
    os.environ["ANSIBLE_HOME"] = str(BUILD / "ansible-home")
    os.environ["ANSIBLE_COLLECTIONS_PATH"] = str(BUILD)
    os.environ["ANSIBLE_CONFIG"] = str(ROOT / "tests" / "ansible.cfg")
    os.environ["ANSIBLE_NOCOLOR"] = "1"
    os.environ["LC_ALL"] = "C.UTF-8"
    path = os.environ.get("PATH", os.defpath).split(os.pathsep)
    # Programs of the environment that runs the tests (ansible-playbook) come before the user's own.
    wanted = [str(Path(sys.executable).parent), *path, *(folder for folder in SBIN if folder not in path)]
    os.environ["PATH"] = os.pathsep.join(wanted)


_link_collection()
_forget_users_settings()
for folder in (*(ROOT / "tests" / name for name in ("architecture", "fuzz", "integration", "simulators")), BUILD):
    sys.path.insert(0, str(folder))


def bmc_images_folder() -> Path:
    """Where the captures of real BMCs are looked for; they are no part of the project."""
    return Path(os.environ.get("BMC_IMAGES") or ROOT.parent / "shared" / "bmc-images")


def _bmc_images_or_skip() -> Path:
    folder = bmc_images_folder()
    if not any(folder.glob("*.emu")):
        pytest.skip("the folder of BMC images is absent (BMC_IMAGES names it)")
    return folder


def pytest_runtest_setup(item: pytest.Item) -> None:
    for mark in item.iter_markers("needs_command"):
        missing = [name for name in mark.args if shutil.which(name) is None]
        if missing:
            pytest.skip(f"not installed: {', '.join(missing)}")
    if item.get_closest_marker("needs_bmc_images"):
        _bmc_images_or_skip()


@pytest.fixture(scope="session")
def repo_root() -> Path:
    """Root of the source tree."""
    return ROOT


@pytest.fixture(scope="session")
def bmc_images() -> Path:
    """Folder of the real BMC images; skips where it is absent."""
    return _bmc_images_or_skip()


@pytest.fixture
def ansible_env(tmp_path: Path) -> dict[str, str]:
    """Environment for one test's ansible commands: this collection, a home of its own, this Python for local hosts."""
    env = dict(os.environ)
    env["ANSIBLE_HOME"] = str(tmp_path / "ansible-home")
    env["ANSIBLE_PYTHON_INTERPRETER"] = sys.executable
    return env
