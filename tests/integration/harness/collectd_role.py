# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A node with collectd, simulated BMCs on port 623, and module collectd_ipmi inside of the node.

What stands behind the module runs there by itself, its options checked and filled up here: a tenth of what the same
costs through ansible-playbook.
"""

from __future__ import annotations

import copy
import json
import os
import shlex
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ansible.module_utils
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.collectd_spec import COLLECTD_SPEC
from bmcsim.emu import emu
from bmcsim.fleet import collect

from .collectd import wait_for
from .ipmi_sim import IpmiSim
from .node import Node
from .peers import run_ipmitool

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = "ansible_collections/baremetal/ipmi/plugins"
CONFIG = "/etc/collectd/collectd.conf.d/00-baremetal-ipmi.conf"
DROP_IN = "/etc/systemd/system/collectd.service.d/baremetal-ipmi.conf"
SOCKET = "/run/collectd-baremetal-ipmi/socket"
PORT = 623
INSTALL = "apt-get update -qq && apt-get install --yes -qq --no-install-recommends collectd libopenipmi0"
# Prints what the module would return, with its warnings, or how it would fail.
SCRIPT = """\
import json, sys
sys.path.insert(0, "/root")
from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.collectd import enforce_collectd
from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.failure import failure
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import IpmiError
job = json.load(sys.stdin)
try:
    result, warnings = enforce_collectd(job["params"], job["check"], job["diff"])
    print(json.dumps({**result, "failed": False, "warnings": warnings}))
except IpmiError as error:
    print(json.dumps({**failure(error), "failed": True}))
"""
# Prints host -> name -> [time, value] of what collectd has from its ipmi plugin.
VALUES = """\
import json, socket, sys
found = {}
with socket.socket(socket.AF_UNIX) as connection:
    connection.connect(sys.argv[1])
    stream = connection.makefile("rw", encoding="latin-1", newline="\\n")
    def ask(command):
        stream.write(command + "\\n")
        stream.flush()
        return [stream.readline().rstrip("\\n") for _line in range(max(0, int(stream.readline().split(" ", 1)[0])))]
    for line in ask("LISTVAL"):
        time, identifier = line.split(" ", 1)
        host, plugin, name = identifier.split("/", 2)
        if plugin == "ipmi":
            quoted = identifier.replace("\\\\", "\\\\\\\\").replace('"', '\\\\"')
            (answer,) = ask(f'GETVAL "{quoted}"')
            found.setdefault(host, {})[name] = [float(time), float(answer.split("=")[1])]
print(json.dumps(found))
"""
# Found before systemd's: the module is killed in the place of its restart of the service, or, with ``first``, after it.
SYSTEMCTL = "/usr/local/sbin/systemctl"
DEADLY_SYSTEMCTL = """\
#!/bin/sh
test "$1" != restart && exec /usr/bin/systemctl "$@"
{first}
kill -9 $PPID
"""
FOLDERS = "/etc/collectd /etc/systemd/system"
STATE = f"""\
find {FOLDERS} -type f -printf '%p\\t%m\\t%U:%G\\t%i %T@\\n'
echo --
find {FOLDERS} -type f -exec sha256sum {{}} +
echo --
systemctl show collectd --property=ActiveState,UnitFileState
echo --
systemctl show collectd --property=MainPID,NRestarts,ExecMainStartTimestampMonotonic
"""

# Of every kind of sensor that collectd has a type for, and what looks like one and is none.
METRICS = {
    "name": "metrics",
    "sensors": [
        {"name": "Inlet Temp", "type": "temperature", "entity": "air inlet", "number": 1, "reading": 22},
        {"name": "CPU Margin", "type": "temperature", "entity": "processor", "reading": -32},
        {"name": "P12V", "type": "voltage", "reading": 12.1, "m": 55, "r_exp": -3},
        {"name": "PSU Current", "type": "current", "entity": "power supply", "reading": 1.4, "m": 2, "r_exp": -1},
        {"name": "Fan1", "type": "fan", "reading": 6000, "m": 60},
        {"name": "Fan1 Duty", "type": "fan", "unit": "none", "percentage": True, "reading": 37},
        {"name": "Airflow", "type": "other", "unit": "cfm", "entity": "system chassis", "reading": 64, "m": 2},
        {"name": "Board Power", "type": "other", "unit": "watts", "reading": 180, "m": 2},
        {"name": "Memory Errors", "type": "memory", "unit": "correctable errors", "event_type": 1, "reading": 3},
        {"name": "CPU Usage", "type": "processor", "unit": "none", "percentage": True, "reading": 12},
        {"name": "Exhaust State", "type": "temperature", "event_type": "severity", "states": [2]},
        {"name": "Fan Redundancy", "type": "fan", "event_type": "redundancy", "states": [0]},
    ],
}
# Names that have to be written, asked for and told apart with care.
ODD_NAMES = (
    *("/in front", "a/b", "50% $HOME", 'with "quotes"', "back\\slash\\", "#no comment", "two  blanks", "it's; a, b"),
    *("(1) [x] {y}", "<Plugin ipmi>"),
)
ODD = {
    "name": "odd",
    "sensors": [
        *(
            {"name": name, "type": "temperature", "number": number, "entity_instance": number, "reading": 20 + number}
            for number, name in enumerate(ODD_NAMES, 1)
        ),
        {"name": "/in percent", "type": "fan", "unit": "none", "percentage": True, "reading": 50},
    ],
}


def set_password(bmc: IpmiSim, password: str) -> None:
    """Set User Password (IPMI v2.0 rev 1.1, section 22.30): ipmi_sim's configuration cannot quote every character."""
    data = [0x02, 0x02, *password.encode().ljust(16, b"\0")]
    run_ipmitool(bmc, "raw", "0x06", "0x47", *(f"0x{byte:02x}" for byte in data))
    bmc.password = password


def address(number: int) -> str:
    """Loopback addresses of this process's own for BMCs on port 623, beside harness.ipmi_sim.own_address()."""
    pid = os.getpid()
    return f"127.{128 + 64 * (number % 2) + (pid >> 16 & 0x3F)}.{pid >> 8 & 0xFF}.{pid & 0xFF}"


def write_emu(model: Mapping[str, Any], folder: Path) -> Path:
    """A model of bmcsim's as an .emu file for ipmi_sim."""
    path = folder / f"{model['name']}.emu"
    path.write_text(emu(collect({"name": model["name"], "model": model})[0].build(), "test"), encoding="utf-8")
    return path


def instance(name: str, bmc: IpmiSim, **options: Any) -> dict[str, Any]:
    """What collectd_ipmi wants to know of a simulated BMC."""
    return {"name": name, "address": bmc.host, "username": bmc.username, "password": bmc.password, **options}


@dataclass(frozen=True)
class State:
    """What must not change where nothing is to. ``contents``: path, mode, owner and digest of each file; ``written``:
    when each was last; ``service``: whether it runs and starts with the machine; ``process``: which one it is."""

    contents: frozenset[str]
    written: frozenset[str]
    service: str
    process: str


class Collector:
    """collectd in a node, and the module that enforces it."""

    def __init__(self, machine: Node) -> None:
        self.machine = machine

    def prepare(self) -> None:
        """Copy what the module is made of."""
        self.machine.copy(ROOT / "plugins" / "module_utils", f"/root/{PACKAGE}")
        self.machine.copy(Path(ansible.module_utils.__file__).parent, "/root/ansible")
        self.machine.must("touch /root/ansible/__init__.py")

    def command(self, params: Mapping[str, Any], *, check: bool = False, diff: bool = True) -> tuple[str, bytes]:
        """The shell command that enforces, and its standard input."""
        # A copy: the validator writes the defaults of suboptions into the specification's own defaults.
        checked = ArgumentSpecValidator(copy.deepcopy(COLLECTD_SPEC)).validate(dict(params))
        assert not checked.error_messages, checked.error_messages
        job = {"params": checked.validated_parameters, "check": check, "diff": diff}
        return f"python3 -c {shlex.quote(SCRIPT)}", json.dumps(job).encode()

    def enforce(self, *instances: dict[str, Any], check: bool = False, **params: Any) -> dict[str, Any]:
        """What the module returns, ``failed`` among it. Interval and patience are short where not given."""
        params = {"interval_s": 1.0, "timeout_s": 20.0, **params, "instances": list(instances)}
        command, job = self.command(params, check=check)
        done = self.machine.ssh(command, stdin=job)
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout))

    def must(self, *instances: dict[str, Any], **params: Any) -> dict[str, Any]:
        """As enforce, of what has to succeed."""
        result = self.enforce(*instances, **params)
        assert not result["failed"], result["msg"]
        return result

    def values(self, socket: str = SOCKET) -> dict[str, dict[str, tuple[float, float]]]:
        """Host -> ``type-type instance`` -> time and value, of what the running collectd has."""
        told = json.loads(self.machine.must(f"python3 -c {shlex.quote(VALUES)} {socket}"))
        return {host: {name: (when, value) for name, (when, value) in one.items()} for host, one in told.items()}

    def flows(self, *hosts: str, deadline_s: float = 90.0) -> float:
        """Wait for values of each host that are newer than this call; the seconds that took."""
        began = time.time()

        def look() -> bool:
            found = self.values() if self.machine.ssh(f"test -S {SOCKET}").returncode == 0 else {}
            return all(max((t for t, _value in found.get(host, {}).values()), default=0) > began for host in hosts)

        wait_for(look, deadline_s)
        return time.time() - began

    def state(self) -> State:
        """As it is now."""
        told = self.machine.must(STATE).split("--\n")
        digests = {path: digest for digest, path in (line.split("  ", 1) for line in told[1].splitlines())}
        files = [line.split("\t") for line in told[0].splitlines()]
        return State(
            contents=frozenset(f"{path} {mode} {owner} {digests[path]}" for path, mode, owner, _when in files),
            written=frozenset(f"{path} {when}" for path, _mode, _owner, when in files),
            service=told[2],
            process=told[3],
        )

    @contextmanager
    def with_file(self, path: str, text: str) -> Iterator[None]:
        """A file of others, for a while."""
        self.machine.must(f"mkdir -p $(dirname {path}) && cat > {path}", stdin=text.encode())
        try:
            yield
        finally:
            self.machine.must(f"rm {path}")

    @contextmanager
    def untouched(self, *hosts: str) -> Iterator[None]:
        """What is done inside leaves files, service and the flow of these hosts' values as they are."""
        before = self.state()
        yield
        assert self.state() == before
        self.flows(*hosts)
