# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands behind collectd_ipmi: from options to collectd's files, and from what became of them to a result."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from .._core.collectd.instances import Instance, check
from .._core.collectd.options import Version, version_text
from .._core.collectd.outputs import check_outputs, output_blocks
from .._core.collectd.render import HEADING, Block, for_trial, ipmi_blocks, text_of, without_passwords
from .._core.collectd.sensors import collectd_sensors
from .._core.collectd.surroundings import look_around
from .._core.errors import CollectdError, NoBmc, NoDriver, OptionError
from .._ops.collectd import Enforced, EnforceRequest, ManagedFile, enforce
from .._transport.device import firmware_tells_of_bmc, open_device
from .collectd_machine import CollectdMachine, Paths, installed_version, other_texts
from .collectd_notifications import notification_blocks, notification_files
from .collectd_spec import ABSENT, LISTS

FILE = "00-baremetal-ipmi.conf"
_RUNTIME_FOLDER = "collectd-baremetal-ipmi"
_SOCKET = f"/run/{_RUNTIME_FOLDER}/socket"
# OpenIPMI looks at its files with select(2), which ends at this number.
_FILES_LIMIT = 1024
_FILES_MANY = 900


@dataclass(frozen=True)
class _Plan:
    """What is to be: instances that are read, those that are left out, the text of our file, and collectd's socket."""

    instances: tuple[Instance, ...]
    left_out: tuple[str, ...]
    text: str
    socket: str
    warnings: tuple[str, ...]


def enforce_collectd(params: Mapping[str, Any], checking: bool, diff: bool) -> tuple[dict[str, Any], list[str]]:
    """What collectd_ipmi returns, and what the user should be warned of. Raises an IpmiError."""
    path = os.path.join(params["config_dir"], FILE)
    drop_in = f"/etc/systemd/system/{params['service']}.service.d/baremetal-ipmi.conf"
    version = installed_version(params["program"])
    try:
        if params["state"] == ABSENT:
            return _remove(params, path, drop_in, checking, diff)
        if version is None:
            raise CollectdError(f"there is no {params['program']}", "Install collectd; the role does so.")
        return _set_up(params, version, path, drop_in, checking, diff)
    except OSError as error:
        raise CollectdError(f"{error.filename}: {error.strerror}", "Run it as root (become).") from error


def _set_up(
    params: Mapping[str, Any], version: Version, path: str, drop_in: str, checking: bool, diff: bool
) -> tuple[dict[str, Any], list[str]]:
    plan = _plan(params, version, path)
    hosts = {instance.name: instance.value_host for instance in plan.instances}
    paths = Paths(params["program"], params["service"], plan.socket)
    machine = CollectdMachine(paths, frozenset(host for host in hosts.values() if host))
    warnings = [*plan.warnings, *_files_warnings(plan.instances, machine)]
    request = EnforceRequest(
        files=(
            *notification_files(params["notifications"], params["health_rules"], params["_handler"]),
            ManagedFile(path, plan.text.encode()),
            ManagedFile(drop_in, _drop_in(plan.instances).encode(), 0o644),
        ),
        expected=hosts,
        trial=ipmi_blocks(for_trial(plan.instances), params["interval_s"], version),
        interval_s=params["interval_s"],
        timeout_s=params["timeout_s"],
        check=checking,
        mark=_mark(params["service"]),
    )
    result = enforce(request, machine)
    told = _told(result, request, version, plan)
    if diff:
        told["diff"] = _diff(request, result)
    return told, warnings


def _remove(
    params: Mapping[str, Any], path: str, drop_in: str, checking: bool, diff: bool
) -> tuple[dict[str, Any], list[str]]:
    files = (ManagedFile(path, None), ManagedFile(drop_in, None, 0o644), *notification_files(None, (), None))
    request = EnforceRequest(
        files=files,
        expected={},
        trial=(),
        interval_s=params["interval_s"],
        timeout_s=params["timeout_s"],
        running=False,
        check=checking,
        mark=_mark(params["service"]),
    )
    machine = CollectdMachine(Paths(params["program"], params["service"], ""), frozenset())
    result = enforce(request, machine)
    if result.drift and not checking:
        _remove_folders(os.path.dirname(drop_in), os.path.dirname(_SOCKET))
    told: dict[str, Any] = {"changed": bool(result.drift), "drift": list(result.drift)}
    told.update(version=None, instances=[], left_out=[])
    if diff:
        told["diff"] = _diff(request, result)
    return told, []


def _mark(service: str) -> ManagedFile:
    """Where a start of the machine, which starts the service anew, takes it away."""
    return ManagedFile(f"/run/{service}-baremetal-ipmi.unfinished", b"")


def _remove_folders(*folders: str) -> None:
    """What the files of ours lay in, where nothing of others is left there."""
    for folder in folders:
        with suppress(OSError):
            os.rmdir(folder)


def _plan(params: Mapping[str, Any], version: Version, path: str) -> _Plan:
    foreign = _foreign_socket(params, path)
    wanted = [_instance(given, params["sensors_of"].get(given["name"])) for given in params["instances"]]
    warnings = check(wanted, params["interval_s"], version, frozenset(params["archived_bmcs"]))
    check_outputs(params["outputs"], wanted, version)
    left_out, doubts = _left_out(wanted)
    instances = tuple(instance for instance in wanted if instance.name not in left_out)
    blocks = ipmi_blocks(instances, params["interval_s"], version)
    blocks += (*_socket_blocks(foreign), *output_blocks(params["outputs"]))
    text = HEADING + text_of((*blocks, *notification_blocks(params["notifications"])))
    if params["extra_config"]:
        text += params["extra_config"].rstrip("\n") + "\n"
    return _Plan(instances, left_out, text, foreign or _SOCKET, (*warnings, *doubts))


def _foreign_socket(params: Mapping[str, Any], path: str) -> str | None:
    """The socket that another file has collectd answer at, None where none does; raises where the others' files do not
    let ours work."""
    texts = other_texts(params["config_file"], path)
    if params["config_file"] not in texts:
        raise CollectdError(f"there is no {params['config_file']}", "Install collectd's own configuration.")
    around = look_around(texts, params["config_file"], path)
    if not around.included:
        raise CollectdError(
            f"{params['config_file']} does not include {params['config_dir']}",
            f'Add <Include "{params["config_dir"]}"> with Filter "*.conf" to it, or name the folder that it includes.',
        )
    if around.ipmi_in:
        raise CollectdError(
            f"{around.ipmi_in} sets up the ipmi plugin, too", "Take it out of there; both together would be mixed up."
        )
    return around.socket


def _instance(given: Mapping[str, Any], sensors: Sequence[Mapping[str, Any]] | None) -> Instance:
    values = dict(given)
    for option in LISTS:
        values[option] = collectd_sensors(given[option], sensors, given["name"], option)
    return Instance(**values)


def _left_out(instances: Sequence[Instance]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The instance of the machine's own BMC where it has none, and what is to be warned of; raises where it has one
    that cannot be reached."""
    local = tuple(instance.name for instance in instances if instance.is_local)
    if local:
        try:
            os.close(open_device())
        except NoBmc:
            return local, ()
        except NoDriver as error:
            if firmware_tells_of_bmc():
                raise
            return local, (f"instance {local[0]} is left out: {error.message}",)
    return (), ()


def _socket_blocks(foreign: str | None) -> tuple[Block, ...]:
    if foreign:
        return ()
    settings = (("SocketFile", _SOCKET), ("SocketGroup", "root"), ("SocketPerms", "0600"), ("DeleteSocket", True))
    return Block("LoadPlugin", "unixsock"), Block("Plugin", "unixsock", settings)


def _drop_in(instances: Sequence[Instance]) -> str:
    lines = ["# Written by Ansible, baremetal.ipmi.collectd_ipmi", "[Service]", f"RuntimeDirectory={_RUNTIME_FOLDER}"]
    if any(instance.is_local for instance in instances):
        lines += ["# OpenIPMI overflows with a file of a higher number.", f"LimitNOFILE={_FILES_LIMIT}"]
    return "\n".join(lines) + "\n"


def _files_warnings(instances: Sequence[Instance], machine: CollectdMachine) -> list[str]:
    """collectd is only capped where it reads the machine's own BMC alone; a central one has to be watched."""
    count = machine.open_files() or 0
    if not any(instance.is_local for instance in instances):
        if count + 2 * len(instances) > _FILES_MANY:
            return [f"collectd has {count} files open, and OpenIPMI overflows past {_FILES_LIMIT}: use fewer plugins"]
        return []
    if count > _FILES_MANY:
        raise OptionError(
            f"collectd has {count} files open, and would be capped at {_FILES_LIMIT} for OpenIPMI's sake",
            "Read the machine's own BMC with a collectd that does less, or by LAN.",
        )
    return []


def _told(result: Enforced, request: EnforceRequest, version: Version, plan: _Plan) -> dict[str, Any]:
    return {
        "changed": bool(result.drift),
        "drift": list(result.drift),
        "version": version_text(version),
        "instances": [
            {"name": name, "host": host, "sensors": result.flowing.get(name)} for name, host in request.expected.items()
        ],
        "left_out": list(plan.left_out),
    }


def _shown(content: bytes | None) -> str:
    """A file as it may be shown."""
    if content is None:
        return ""
    if b"\0" in content:
        return f"a program, SHA-256 {hashlib.sha256(content).hexdigest()}\n"
    return without_passwords(content.decode(errors="replace"))


def _diff(request: EnforceRequest, result: Enforced) -> list[dict[str, str]]:
    told = []
    for file in request.files:
        found = result.before[file.path].content
        before, after = _shown(found), _shown(file.content)
        if found != file.content and before == after:
            after += "# a password differs\n"
        told.append({"before_header": file.path, "after_header": file.path, "before": before, "after": after})
    # Texts show neither a mode nor how the service is.
    drift = "".join(f"{line}\n" for line in result.drift)
    told.append({"before_header": "drift", "after_header": "drift", "before": drift, "after": ""})
    return told
