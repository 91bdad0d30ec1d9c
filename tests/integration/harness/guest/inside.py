# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection's engine inside of a guest, with nothing but the guest's Python, and the same read by LAN."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.facts import sensor_facts
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.sensors import SensorsRequest, run
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.options import LanOptions

from ..reading import run_with
from .running import Guest

MODULE_UTILS = Path(__file__).resolve().parents[4] / "plugins" / "module_utils"
PACKAGE = "ansible_collections/baremetal/ipmi/plugins"
# Prints the facts, or the kind of the error and its sentence. With a number of sensors as second argument it waits,
# once these are read, until somebody removes /root/halfway.
SCRIPT = """\
import json, os, sys, time
sys.path.insert(0, "/root")
from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.facts import sensor_facts
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.client import complete
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import IpmiError
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.sensors import SensorsRequest, run
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.local import LocalClient, LocalOptions
def wait(done, total):
    if len(sys.argv) > 2 and done == int(sys.argv[2]):
        os.mkdir("/root/halfway")
        while os.path.exists("/root/halfway"):
            time.sleep(0.05)
async def read():
    async with LocalClient(LocalOptions(**json.loads(sys.argv[1]))) as client:
        return await run(SensorsRequest(), client, wait)
try:
    result = complete(read())
    print(json.dumps({**sensor_facts(result), "warnings": list(result.warnings)}))
except IpmiError as error:
    print(json.dumps({"error": type(error).__name__, "message": error.sentence()}))
"""


def install_engine(vm: Guest) -> None:
    """Copy the tree's module_utils into the guest."""
    vm.copy(MODULE_UTILS, f"/root/{PACKAGE}")


def read_inside(vm: Guest, user: str = "root", halfway: int | None = None, **options: Any) -> dict[str, Any]:
    """The facts of one read through /dev/ipmi0 with ``warnings``, or ``error`` and ``message``. ``options`` are
    LocalOptions'. With ``halfway`` the read waits after so many sensors, until /root/halfway is removed."""
    become = "" if user == "root" else f"runuser -u {user} -- "
    done = vm.ssh(f"{become}python3 -c '{SCRIPT}' '{json.dumps(options)}' {halfway or ''}")
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def read_outside(vm: Guest) -> dict[str, Any]:
    """The facts of one read of the same BMC by LAN with ``warnings``, as JSON would carry them; without the GUID, which
    ipmi_sim has for its LAN channel only."""
    bmc = vm.bmc
    options = LanOptions(bmc.host, bmc.username, bmc.password, bmc.port, request_timeout_s=1.0)
    result = run_with(options, lambda client: run(SensorsRequest(), client))
    facts = json.loads(json.dumps({**sensor_facts(result), "warnings": list(result.warnings)}))
    return {**facts, "ipmi_bmc": {**facts["ipmi_bmc"], "guid": None}}
