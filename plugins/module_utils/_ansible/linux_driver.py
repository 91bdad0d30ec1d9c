# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The OpenIPMI driver of a Linux machine as files: /sys/module and /etc/modprobe.d."""

from __future__ import annotations

import os
import platform

from .files import replace_file

FILE = "baremetal-ipmi.conf"


class LinuxMachine:
    """A Machine, whose files are below ``root``."""

    def __init__(self, root: str = "/") -> None:
        self._root = root
        self._folder = os.path.join(root, "etc/modprobe.d")

    @property
    def path(self) -> str:
        """The file that is ours."""
        return os.path.join(self._folder, FILE)

    def parameter(self, module: str, name: str) -> str | None:
        try:
            return _read(self._parameter(module, name)).strip()
        except FileNotFoundError:
            return None

    def set_parameter(self, module: str, name: str, value: str) -> None:
        with open(self._parameter(module, name), "w", encoding="ascii") as stream:
            stream.write(f"{value}\n")

    def is_present(self, module: str) -> bool:
        return os.path.isdir(os.path.join(self._root, "sys/module", module))

    def is_built_in(self, module: str) -> bool:
        try:
            listed = _read(os.path.join(self._root, "lib/modules", platform.release(), "modules.builtin"))
        except OSError:
            return False
        return any(os.path.basename(line).startswith(f"{module}.ko") for line in listed.split())

    def options_file(self) -> str:
        try:
            return _read(self.path)
        except FileNotFoundError:
            return ""

    def write_options_file(self, text: str) -> None:
        if not text:
            os.unlink(self.path)
            return
        os.makedirs(self._folder, mode=0o755, exist_ok=True)
        mode = os.stat(self.path).st_mode & 0o777 if os.path.exists(self.path) else 0o644
        replace_file(self.path, text.encode("utf-8", "surrogateescape"), mode)

    def other_files(self) -> dict[str, str]:
        found = {}
        for name in sorted(os.listdir(self._folder)) if os.path.isdir(self._folder) else []:
            path = os.path.join(self._folder, name)
            if name.endswith(".conf") and name != FILE and os.path.isfile(path):
                found[path] = _read(path)
        return found

    def _parameter(self, module: str, name: str) -> str:
        return os.path.join(self._root, "sys/module", module, "parameters", name)


def _read(path: str) -> str:
    with open(path, encoding="utf-8", errors="surrogateescape") as stream:
        return stream.read()
