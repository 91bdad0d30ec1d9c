# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program for collectd's notifications as one file: collectd_notify.py and the engine, which Python runs as they
stand in a zip archive."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

_PACKAGE = "baremetal_ipmi"
_PROGRAM = "_ansible/collectd_notify.py"
_START = f"import sys\n\nfrom {_PACKAGE}._ansible.collectd_notify import main\n\nsys.exit(main(sys.argv[1:]))\n"
# The earliest that a zip archive knows.
_TIME = (1980, 1, 1, 0, 0, 0)
_MODE = 0o644 << 16


def build_handler() -> bytes:
    """The archive, byte for byte the same for the same release, whatever built it; so it is not compressed.

    To be called where the collection's files are: on the controller.
    """
    utils = Path(__file__).resolve().parent.parent
    contents = {f"{_PACKAGE}/{_PROGRAM}": (utils / _PROGRAM).read_bytes(), "__main__.py": _START.encode()}
    for path in (utils / "_core").rglob("*.py"):
        contents[f"{_PACKAGE}/{path.relative_to(utils).as_posix()}"] = path.read_bytes()
    # Older Pythons find no package in an archive without it.
    for folder in {parent for name in contents for parent in Path(name).parents if parent.name}:
        contents[f"{folder.as_posix()}/__init__.py"] = b""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in sorted(contents):
            entry = zipfile.ZipInfo(name, _TIME)
            entry.external_attr = _MODE
            entry.create_system = 3
            archive.writestr(entry, contents[name])
    return buffer.getvalue()
