# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible as a user runs it, in a folder that is its home, with plays of one task."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from server_model import PASSWORD, USER

ROOT = Path(__file__).resolve().parent.parent.parent
PLUGINS = Path(__file__).resolve().parent / "plugins"
SBIN = ("/usr/sbin", "/sbin", "/usr/local/sbin")


def prepare(work: Path) -> dict[str, str]:
    """Lay out ``work`` as a home with the collection in it; the environment for every client.

    Python keeps its compiled files, as at a user's, but not in the tree.
    """
    collection = work / "collections" / "ansible_collections" / "baremetal" / "ipmi"
    collection.parent.mkdir(parents=True)
    collection.symlink_to(ROOT, target_is_directory=True)
    (work / "ansible.cfg").touch()
    path = [str(Path(sys.executable).parent), *os.environ.get("PATH", os.defpath).split(os.pathsep), *SBIN]
    return {
        "PATH": os.pathsep.join(path),
        "HOME": str(work),
        "LC_ALL": "C.UTF-8",
        "PYTHONPYCACHEPREFIX": str(work / "compiled"),
        "ANSIBLE_CONFIG": str(work / "ansible.cfg"),
        "ANSIBLE_HOME": str(work / ".ansible"),
        "ANSIBLE_COLLECTIONS_PATH": str(work / "collections"),
        "ANSIBLE_CONNECTION_PLUGINS": str(PLUGINS / "connection"),
        "ANSIBLE_CALLBACK_PLUGINS": str(PLUGINS / "callback"),
        "ANSIBLE_RETRY_FILES_ENABLED": "false",
        "IPMITOOL_PASSWORD": PASSWORD,
        "IPMI_PASSWORD": PASSWORD,
        **{name: os.environ[name] for name in ("PYENV_ROOT", "LD_LIBRARY_PATH") if name in os.environ},
    }


def write_inventory(file: Path, hosts: list[str], ports: list[int]) -> None:
    """An inventory of BMCs by their addresses (JSON is YAML)."""
    entries = {f"{host}-{port}": {"bmc_host": host, "bmc_port": port} for host, port in zip(hosts, ports, strict=True)}
    file.write_text(json.dumps({"all": {"hosts": entries, "vars": {"bmc_username": USER, "bmc_password": PASSWORD}}}))


def sensor_facts(**options: Any) -> dict[str, Any]:
    """The task of this collection."""
    connection = {name: "{{ bmc_" + name + " }}" for name in ("host", "port", "username", "password")}
    return {"baremetal.ipmi.ipmi_sensor_facts": {**connection, **options}}


def here(task: dict[str, Any]) -> dict[str, Any]:
    """The task as it is written for BMCs that are reached from the controller."""
    return {**task, "delegate_to": "localhost"}


def elsewhere(task: dict[str, Any]) -> dict[str, Any]:
    """The task on a connection that is not `local`, and for the rest is: no cost of SSH, but the module's."""
    return {**task, "vars": {"ansible_connection": "elsewhere", "ansible_python_interpreter": sys.executable}}


def command_task() -> dict[str, Any]:
    """What is in use without a collection."""
    session = ["-C", "3", "-H", "{{ bmc_host }}", "-p", "{{ bmc_port }}", "-U", "{{ bmc_username }}", "-E"]
    return {
        "ansible.builtin.command": {"argv": ["ipmitool", "-I", "lanplus", *session, "sensor"]},
        "changed_when": False,
    }


def write_play(file: Path, task: dict[str, Any], *more: dict[str, Any], hosts: str = "all") -> None:
    file.write_text(json.dumps([{"hosts": hosts, "gather_facts": False, "tasks": [{"name": "Read", **task}, *more]}]))


def ansible_playbook(inventory: Path, play: Path, forks: int) -> list[str]:
    return [str(Path(sys.executable).parent / "ansible-playbook"), "-i", str(inventory), "-f", str(forks), str(play)]
