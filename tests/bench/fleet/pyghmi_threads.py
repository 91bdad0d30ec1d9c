# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""pyghmi's own reading of many BMCs, in threads of one process: python -m fleet.pyghmi_threads PORT THREADS <HOSTS."""

from __future__ import annotations

import os
import sys
from concurrent.futures import ThreadPoolExecutor

from pyghmi.ipmi.command import Command
from server_model import USER

PORT, THREADS = map(int, sys.argv[1:])


def read(host: str) -> None:
    try:
        # Where a process opens more than one session, pyghmi wants the name and the password as bytes.
        bmc = Command(host, USER.encode(), os.environ["IPMI_PASSWORD"].encode(), port=PORT)
        for sensor in bmc.get_sensor_data():
            print(host, sensor)
        bmc.ipmi_session.logout()
    except Exception as error:  # of whatever kind: one BMC's failure ends no other's read
        print(f"{host}: {error!r}")


with ThreadPoolExecutor(THREADS) as pool:
    list(pool.map(read, sys.stdin.read().split()))
# pyghmi's own threads would keep the process.
sys.stdout.flush()
os._exit(0)
