# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ansible-test sanity of the ansible-core beside this Python, on a real copy of the tree under .build/sanity.

ansible-test keeps its virtual environments in a home of its own in the cache folder. They get pip from ensurepip: the
download that ansible-test would make for it is the only one that does not come from the package index.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from importlib import metadata, util
from pathlib import Path

from tree import ROOT, cache_folder, copy_collection

GET_PIP = "import ensurepip\n\nensurepip.bootstrap()\n"
# pylint takes as long as everything else together, and `make test` has ruff and mypy. Every Python more has its files
# imported once more, and the oldest is the one that says most.
SLOW = ("pylint",)
OLDEST = "3.9"
DEADLINE_S = 1500


def stand_in_for_get_pip(home: Path) -> None:
    """Put what installs pip where this release of ansible-test looks for its download."""
    spec = util.find_spec("ansible_test")
    assert spec and spec.submodule_search_locations, "ansible-core comes with ansible_test"
    source = Path(spec.submodule_search_locations[0]) / "_internal" / "python_requirements.py"
    for version in re.findall(r"\bpip='([\d.]+)'", source.read_text(encoding="utf-8")):
        script = home / ".ansible" / "test" / "cache" / f"get_pip_{version.replace('.', '_')}.py"
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text(GET_PIP, encoding="utf-8")


def interpreters() -> list[str]:
    """Folders of pyenv's interpreters, one a minor version: the newest first, to be beside what PATH has."""
    root = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    newest: dict[tuple[int, ...], tuple[tuple[int, ...], Path]] = {}
    for folder in (root / "versions").glob("3.*.*"):
        if re.fullmatch(r"[\d.]+", folder.name) and (folder / "bin" / "python").exists():
            version = tuple(int(part) for part in folder.name.split("."))
            newest[version[:2]] = max((version, folder / "bin"), newest.get(version[:2], ((), folder)))
    return [str(newest[minor][1]) for minor in sorted(newest, reverse=True)]


def environment(home: Path, quick: bool) -> dict[str, str]:
    """No settings of the user's own Ansible, no pyenv shim (it stands for versions that it does not run)."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "PYTHON"))}
    path = [folder for folder in env.get("PATH", os.defpath).split(os.pathsep) if not folder.endswith("/shims")]
    more = [folder for folder in interpreters() if not quick or f"/{OLDEST}." in folder]
    env["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), *path, *more])
    settings = Path.home() / ".config" / "pip" / "pip.conf"
    if settings.exists():
        env.setdefault("PIP_CONFIG_FILE", str(settings))
    env["HOME"] = str(home)
    env["LC_ALL"] = "C.UTF-8"
    return env


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help=f"leave out {', '.join(SLOW)}")
    parser.add_argument("arguments", nargs="*", help="passed on to ansible-test sanity (after --)")
    options = parser.parse_args()
    core = metadata.version("ansible-core")
    collection = copy_collection(ROOT / ".build" / "sanity" / core)
    home = cache_folder() / "ansible-test"
    stand_in_for_get_pip(home)
    command = [str(Path(sys.executable).with_name("ansible-test")), "sanity", "--local", "--color", "no"]
    if options.quick:
        command += [argument for name in SLOW for argument in ("--skip-test", name)]
    print(
        f"ansible-test sanity of ansible-core {core}{' without ' + ', '.join(SLOW) if options.quick else ''}",
        flush=True,
    )
    done = subprocess.run(
        [*command, *options.arguments],
        cwd=collection,
        env=environment(home, options.quick),
        timeout=DEADLINE_S,
        check=False,
    )
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
