# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""pyghmi's own reading of one BMC, as a script of its user's would do it: pyghmi_read.py ADDRESS PORT."""

from __future__ import annotations

import os
import sys

from pyghmi.exceptions import PyghmiException
from pyghmi.ipmi.command import Command
from server_model import USER

try:
    bmc = Command(sys.argv[1], USER, os.environ["IPMI_PASSWORD"], port=int(sys.argv[2]))
    for sensor in bmc.get_sensor_data():
        print(sensor)
except PyghmiException as error:
    sys.exit(f"{sys.argv[1]}: {error}")
