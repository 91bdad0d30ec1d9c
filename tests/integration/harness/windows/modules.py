# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules of ansible.windows that the stand-in has, after the sources of release 3.3.0."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from .facts import gather
from .options import ModuleFailed, Options
from .payload import Outcome, Request
from .reg_modules import Edit, reg_stat
from .understanding import Misunderstood
from .wevtutil import arguments_of, is_wevtutil, wevtutil

if TYPE_CHECKING:
    from .host import WindowsHost

_COMMON = {"chdir": None, "creates": None, "removes": None, "stdin": None, "output_encoding_override": None}
_COMMAND = Options(
    {"_raw_params": None, "cmd": None, "argv": None, **_COMMON},
    one_of=("_raw_params", "argv", "cmd"),
)
_SHELL = Options({"_raw_params": None, "cmd": None, "executable": None, "no_profile": False, **_COMMON})
_POWERSHELL = Options(
    {
        "script": None,
        "arguments": None,
        "chdir": None,
        "depth": 2,
        "error_action": "continue",
        "executable": None,
        "parameters": None,
    },
    choices={"error_action": ("silently_continue", "continue", "stop")},
    required=("script",),
)
_SERVICE = Options({"name": None})
_PACKAGE = Options({"path": None, "creates_service": None, "expected_return_code": None, "state": "present"})
_PING = Options({"data": "pong"})
_SUPPORTS_SHOULD_PROCESS = re.compile(r"\[CmdletBinding\([^)]*SupportsShouldProcess")


def run(host: WindowsHost, request: Request) -> dict[str, Any]:
    """A module's result; ModuleFailed, Misunderstood."""
    module = _MODULES.get(request.module)
    if module is None:
        raise Misunderstood(f"the module ansible.windows.{request.module}")
    return module(host, request)


def _command(host: WindowsHost, request: Request) -> dict[str, Any]:
    if request.check_mode:
        message = "remote module (win_command) does not support check mode"
        return {"changed": False, "skipped": True, "msg": message}
    asked = _COMMAND.read(request)
    _no_files(asked)
    line = asked["cmd"] or asked["_raw_params"] or " ".join(_escaped(argument) for argument in asked["argv"])
    line = line.strip()
    outcome = host.canned_outcome("win_command", line) or _program(host, line)
    outcome = Outcome(outcome.rc, host.damaged(line, outcome.stdout), outcome.stderr)
    return _ended({"cmd": line, "invocation": {"module_args": asked}}, outcome, host.clock())


def _program(host: WindowsHost, line: str) -> Outcome:
    program, *arguments = arguments_of(line)
    if not is_wevtutil(program):
        raise Misunderstood(f"the command {line}")
    return wevtutil(arguments, host.events, host.clock())


def _shell(host: WindowsHost, request: Request) -> dict[str, Any]:
    if request.check_mode:
        return {"changed": False, "skipped": True, "msg": "remote module does not support check mode"}
    asked = _SHELL.read(request)
    _no_files(asked)
    line = (asked["_raw_params"] or asked["cmd"] or "").strip()
    outcome = host.canned_outcome("win_shell", line)
    if outcome is None:
        raise Misunderstood(f"win_shell's command {line}")
    return _ended({"cmd": line}, outcome, host.clock())


def _powershell(host: WindowsHost, request: Request) -> dict[str, Any]:
    asked = _POWERSHELL.read(request)
    script = asked["script"]
    result: dict[str, Any] = {
        "changed": True,
        "result": {},
        "host_out": "",
        "host_err": "",
        "output": [],
        **{stream: [] for stream in ("error", "warning", "verbose", "debug", "information")},
        "invocation": {"module_args": asked},
    }
    if request.check_mode and not _SUPPORTS_SHOULD_PROCESS.search(script):
        return {**result, "msg": "skipped, running in check mode"}
    canned = host.canned("win_powershell", script)
    if canned is None:
        raise Misunderstood(f"win_powershell's script {script}")
    result.update(host_out=canned.stdout, host_err=canned.stderr, output=list(canned.output))
    if canned.rc:
        raise ModuleFailed(canned.stderr, **result)
    return result


def _no_files(asked: dict[str, Any]) -> None:
    if asked["creates"] or asked["removes"]:
        raise Misunderstood("creates and removes: there are no files here")


def _escaped(argument: str) -> str:
    """An argument of argv as the module quotes it."""
    if argument and not re.search(r'[\s"]', argument):
        return argument
    argument = re.sub(r'(\\*)"', r"\1\1\"", argument)
    return '"' + re.sub(r"(\\+)$", r"\1\1", argument) + '"'


def _ended(told: dict[str, Any], outcome: Outcome, now: datetime) -> dict[str, Any]:
    time = f"{now:%Y-%m-%d %H:%M:%S.%f}"
    result = {
        **told,
        "changed": True,
        "rc": outcome.rc,
        "stdout": outcome.stdout,
        "stderr": outcome.stderr,
        "start": time,
        "end": time,
        "delta": "0:00:00.000000",
    }
    if outcome.rc:
        raise ModuleFailed("non-zero return code", **result)
    return result


def _services(host: WindowsHost, request: Request) -> dict[str, Any]:
    name = _SERVICE.read(request)["name"]
    found = [
        service
        for known, service in sorted(host.services.items())
        if name is None or fnmatchcase(known.casefold(), name.casefold())
    ]
    return {"changed": False, "exists": bool(found), "services": found}


def _package(host: WindowsHost, request: Request) -> dict[str, Any]:
    """An installer is a canned answer by its path. With a code that is expected its service is there, or gone."""
    asked = _PACKAGE.read(request)
    service, wanted = asked["creates_service"], asked["state"] == "present"
    if service is None:
        raise Misunderstood("win_package without creates_service: there is no list of products here")
    if (service in host.services) == wanted:
        return {"changed": False, "rc": 0, "reboot_required": False}
    if request.check_mode:
        return {"changed": True, "rc": 0, "reboot_required": False}
    outcome = host.canned_outcome("win_package", asked["path"] or "")
    if outcome is None:
        raise ModuleFailed(f"the file at the path '{asked['path']}' cannot be reached")
    if outcome.rc not in asked["expected_return_code"]:
        raise ModuleFailed(f"unexpected rc from installer: {outcome.rc}", rc=outcome.rc, stderr=outcome.stderr)
    if wanted:
        host.add_service(service, service)
    else:
        del host.services[service]
    return {"changed": True, "failed": False, "rc": outcome.rc, "reboot_required": outcome.rc == 3010}


_MODULES: dict[str, Callable[[WindowsHost, Request], dict[str, Any]]] = {
    "setup": lambda host, request: {"changed": False, "ansible_facts": gather(host.all_facts(), request.arguments)},
    "win_command": _command,
    "win_package": _package,
    "win_ping": lambda host, request: {"changed": False, "ping": _PING.read(request)["data"]},
    "win_powershell": _powershell,
    "win_reg_stat": lambda host, request: reg_stat(host.registry, request),
    "win_regedit": lambda host, request: Edit(host.registry, request).result(),
    "win_service_info": _services,
    "win_shell": _shell,
}
