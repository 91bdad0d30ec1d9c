# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The layers hold, and the check that says so can fail."""

from __future__ import annotations

from pathlib import Path

import layers
import pytest

CORE = "plugins/module_utils/_core/sdr/decode.py"
TRANSPORT = "plugins/module_utils/_transport/lan.py"
OPS = "plugins/module_utils/_ops/sensors.py"
ANSIBLE = "plugins/module_utils/_ansible/facts.py"
MODULE = "plugins/modules/ipmi_sensor_facts.py"
ACTION = "plugins/action/ipmi_sensor_facts.py"
FULL = "ansible_collections.baremetal.ipmi.plugins.module_utils"


def test_layer_rules_hold(repo_root: Path) -> None:
    assert layers.violations(repo_root) == []


def check(root: Path, file: str, source: str) -> list[str]:
    path = root / file
    path.parent.mkdir(parents=True)
    path.write_text(source)
    return layers.violations(root)


@pytest.mark.parametrize(
    ("file", "source"),
    [
        (CORE, "import socket"),
        (CORE, "import os"),
        (CORE, "from os import environ"),
        (CORE, "import os.path"),
        (CORE, "import time"),
        (CORE, "def f():\n    import time"),
        (CORE, "from datetime import datetime\nstarted = datetime.now()"),
        (CORE, "import datetime\nday = datetime.date.today()"),
        (CORE, "data = open('sdr').read()"),
        (CORE, "socket = __import__('socket')"),
        (CORE, "import importlib"),
        (CORE, "import pyghmi.ipmi.command"),
        (CORE, "import yaml"),
        (CORE, "from ansible.module_utils.basic import AnsibleModule"),
        (CORE, "from ..._transport import lan"),
        (CORE, "from ..._ops.sensors import run"),
        (CORE, "from ... import _transport"),
        (CORE, "import tests.conftest"),
        (CORE, f"from {FULL}._transport.lan import connect"),
        (CORE, f"import {FULL}._ansible.facts"),
        (
            CORE,
            "from __future__ import annotations\nfrom typing import TYPE_CHECKING\n"
            "if TYPE_CHECKING:\n    from ..._ops.sensors import Result",
        ),
        (CORE, "def run(module):\n    module.fail_json(msg='no')"),
        (TRANSPORT, "from .._ops import sensors"),
        (TRANSPORT, "from .._ansible.facts import plain"),
        (TRANSPORT, "from ansible.errors import AnsibleError"),
        (OPS, "import pyghmi"),
        (OPS, "from .._transport.lan import connect"),
        (OPS, "from .._ansible import facts"),
        (OPS, "import socket"),
        (OPS, "def run(request, client, task_vars):\n    return task_vars"),
        (ANSIBLE, "from pyghmi.exceptions import IpmiException"),
        (MODULE, "import pyghmi"),
        (MODULE, f"from {FULL}._core.sdr.decode import decode_record"),
        (MODULE, f"from {FULL}._core.health import rate"),
        (ACTION, f"from {FULL} import _core"),
        ("plugins/module_utils/helpers.py", "x = 1"),
        ("plugins/doc_fragments/bmc.py", "from ..module_utils._core import errors"),
    ],
)
def test_break_of_a_rule_is_found(tmp_path: Path, file: str, source: str) -> None:
    found = check(tmp_path, file, source)
    assert found and all(one.startswith(file) for one in found)


@pytest.mark.parametrize(
    ("file", "source"),
    [
        (CORE, "import struct\nfrom ..errors import DecodeError\nfrom . import units"),
        (CORE, "from datetime import datetime, timezone\nx = datetime.fromtimestamp(0, timezone.utc)"),
        (CORE, f"from {FULL}._core.errors import DecodeError"),
        (TRANSPORT, "import socket, time\nfrom pyghmi.ipmi.private import session\nfrom .._core.client import Request"),
        (OPS, "from .._core.sdr import decode\nfrom .sensor_reader import SensorReader"),
        (ANSIBLE, "import os\nfrom ansible.module_utils.basic import env_fallback\nfrom .._ops import sensors"),
        (MODULE, f"from ansible.module_utils.basic import AnsibleModule\nfrom {FULL}._ansible import facts"),
        (MODULE, f"from {FULL}._core.errors import IpmiError"),
        (ACTION, f"from ansible.plugins.action import ActionBase\nfrom {FULL}._ops.sensors import run"),
    ],
)
def test_what_the_rules_allow_passes(tmp_path: Path, file: str, source: str) -> None:
    assert check(tmp_path, file, source) == []
