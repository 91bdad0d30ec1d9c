# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""collectd's answers at the socket of its unixsock plugin (collectd-unixsock(5))."""

from __future__ import annotations

import socket

_DEADLINE_S = 10.0


def ipmi_values(path: str) -> dict[str, dict[str, float]]:
    """What collectd has from its ipmi plugin: host -> name of the value -> its time. Raises OSError where it does not
    answer."""
    found: dict[str, dict[str, float]] = {}
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(_DEADLINE_S)
        connection.connect(path)
        connection.sendall(b"LISTVAL\n")
        with connection.makefile("r", encoding="utf-8", errors="replace") as stream:
            status = stream.readline().split(" ", 1)[0]
            for _line in range(int(status) if status.isdigit() else 0):
                time, _blank, identifier = stream.readline().rstrip("\n").partition(" ")
                host, plugin, name = (identifier.split("/", 2) + ["", ""])[:3]
                if plugin == "ipmi":
                    found.setdefault(host, {})[name] = float(time)
    return found
