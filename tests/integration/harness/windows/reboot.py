# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the action ansible.windows.win_reboot sends over the connection, and its answers.

It asks for the boot time until that has changed, and then for the key that Windows makes when it shows the log-in.
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from .payload import Outcome
from .understanding import Misunderstood

if TYPE_CHECKING:
    from .host import WindowsHost

_FILETIME_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_BOOT_TIME = "-Property LastBootUpTime).LastBootUpTime.ToFileTime()"
_SHUT_DOWN = re.compile(r"shutdown\.exe /r /t \d+ /c ")
_LOGGED_IN = re.compile(r"Get-Item -LiteralPath '[^']*AutoLogonChecked' -ErrorAction Stop; '(success-[0-9a-f-]+)'")


def run_script(host: WindowsHost, script: str) -> Outcome:
    """How a script of the connection's ends; Misunderstood."""
    canned = host.canned_outcome("raw", script)
    if canned is not None:
        return canned
    if _BOOT_TIME in script:
        since = host.booted - _FILETIME_EPOCH
        return Outcome(0, f"{(since.days * 86400 + since.seconds) * 10_000_000 + since.microseconds * 10}\r\n")
    logged_in = _LOGGED_IN.search(script)
    if logged_in:
        return Outcome(0, f"{logged_in[1]}\r\n")
    if _SHUT_DOWN.search(script):
        host.reboot()
        return Outcome(0, json.dumps({"stdout": "", "stderr": "", "rc": 0}))
    raise Misunderstood(f"the command {script}")
