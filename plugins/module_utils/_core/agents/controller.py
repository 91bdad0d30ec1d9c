# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What an iDRAC knows of the agent in its operating system, from what racadm prints.

Three things are filled in by the iDRAC Service Module alone: the list of the host's network interfaces, Host Name, and
OS Name. An iDRAC that answers and lacks one of them is blind. One that does not answer, is stuck, or whose racadm lacks
a part, says nothing about the agent.
"""

from __future__ import annotations

import re

from ..racadm.messages import TABLE
from ..racadm.output import Output, is_error, parse
from ..racadm.verdict import DEGRADED, EXITED, Ended, Verdict, is_nothing
from ..racadm.verdict import OK as WELL
from .checks import FAILED, PASSED, UNKNOWN, Check

INTERFACES = ("gethostnetworkinterfaces",)
SERVICE_MODULE = ("get", "iDRAC.ServiceModule")
PASS_THROUGH = ("get", "iDRAC.OS-BMC.AdminState")
OPEN_PASS_THROUGH = ("set", "iDRAC.OS-BMC.AdminState", "1")

_ON, _OFF = ("enabled", "1", "true", "on"), ("disabled", "0", "false", "off")
_INTERFACE = re.compile(r"(?:Description|Interface Type|MAC Address|Status)\s*[:=]", re.IGNORECASE)
_UNKNOWN_COMMAND = re.compile(r"invalid (?:sub ?command|object|command)|not supported|not recognized", re.IGNORECASE)
_SHOWN = 200
_BLIND = (
    "Restart the agent's service, see that OS-to-iDRAC pass-through is on, and where that does not help restart the"
    " iDRAC (racadm racreset)."
)
_NO_ANSWER = "Run the same racadm command by hand, and look at what it prints."
OPEN_IT = "Set pass_through to enable, or run: racadm set iDRAC.OS-BMC.AdminState 1"


def is_askable(told: Verdict) -> bool:
    """Whether racadm reaches a controller at all, by getsysinfo."""
    return told.verdict in (WELL, DEGRADED)


def check_controller(told: Verdict) -> Check:
    """Whether the controller is one that can be believed."""
    if told.verdict == WELL:
        return Check("controller", PASSED, told.reason)
    # One whose other fields are filled in is not stuck, whatever else is the matter with it.
    state = (
        PASSED if told.verdict == DEGRADED and not any(_names(told)[key] for key in ("empty", "missing")) else UNKNOWN
    )
    return Check("controller", state, told.reason, told.next_step)


def check_names(told: Verdict, host_name: str) -> Check:
    """Host Name and OS Name. ``host_name``: what the controller should show, "" where anything will do."""
    names, label = _names(told), "host_name"
    if names["missing"]:
        return Check(label, UNKNOWN, f"racadm getsysinfo tells no {' and no '.join(names['missing'])}", _NO_ANSWER)
    if names["empty"]:
        state = FAILED if told.verdict == WELL else UNKNOWN
        return Check(label, state, f"the controller shows no {' and no '.join(names['empty'])}", _BLIND)
    shown, system = names["told"]
    if host_name and _short(shown) != _short(host_name):
        return Check(
            label, FAILED, f"the controller shows the host name {shown[:60]}, and not {host_name[:60]}", _BLIND
        )
    return Check(label, PASSED, f"the controller shows {shown[:60]} with {system[:60]}")


def check_interfaces(ended: Ended) -> Check:
    """The answer to gethostnetworkinterfaces, of a controller that answers getsysinfo."""
    label, output = "host_interfaces", parse(ended.output)
    said = _said(ended, output)
    if ended.how != EXITED or _is_no_answer(output):
        return Check(label, UNKNOWN, f"racadm gethostnetworkinterfaces: {said}", _NO_ANSWER)
    errs = any(map(is_error, output.messages)) or ended.status != 0
    listed = any(map(_INTERFACE.match, output.messages)) or bool(output.sections)
    if listed and not errs:
        return Check(label, PASSED, "the controller lists the host's network interfaces")
    return Check(label, FAILED, f"the controller does not list the host's network interfaces: {said}", _BLIND)


def check_service_module(ended: Ended) -> Check:
    """The answer to get iDRAC.ServiceModule: whether the controller wants to hear of the agent."""
    label, is_on = "service_module", read_switch(ended, "ServiceModuleEnable")
    if is_on is None:
        return Check(label, UNKNOWN, f"racadm get iDRAC.ServiceModule: {_said(ended)}", _NO_ANSWER)
    if is_on:
        return Check(label, PASSED, "iDRAC.ServiceModule is enabled")
    step = "Enable it: racadm set iDRAC.ServiceModule.ServiceModuleEnable 1"
    return Check(label, FAILED, "iDRAC.ServiceModule is disabled: the controller does not listen to the agent", step)


def check_pass_through(ended: Ended) -> Check:
    """The answer to get iDRAC.OS-BMC.AdminState: whether the agent has a way to its controller."""
    label, is_on = "pass_through", read_switch(ended, "AdminState")
    if is_on is None:
        return Check(label, UNKNOWN, f"racadm get iDRAC.OS-BMC.AdminState: {_said(ended)}", _NO_ANSWER)
    if is_on:
        return Check(label, PASSED, "OS-to-iDRAC pass-through is on")
    return Check(label, FAILED, "OS-to-iDRAC pass-through is off: the agent does not reach its controller", OPEN_IT)


def read_switch(ended: Ended, key: str) -> bool | None:
    """An attribute that is on or off, None where racadm does not tell."""
    output = parse(ended.output)
    if ended.how != EXITED or any(map(is_error, output.messages)):
        return None
    fields = [pair for section in output.sections.values() for pair in section.items()]
    value = next((value.lower() for name, value in fields if name.lower() == key.lower()), "")
    return True if value in _ON else False if value in _OFF else None


def is_done(ended: Ended) -> bool:
    """Whether racadm has set what it was asked to."""
    return ended.how == EXITED and ended.status == 0 and not any(map(is_error, parse(ended.output).messages))


def _names(told: Verdict) -> dict[str, list[str]]:
    """Host Name and OS Name: what is told of them, and which of them is empty or not told of."""
    fields = {
        key.lower(): value
        for name, section in told.sections.items()
        if name.lower() == "system information"
        for key, value in section.items()
    }
    keys = ("Host Name", "OS Name")
    values = [fields.get(key.lower()) for key in keys]
    return {
        "told": [value or "" for value in values],
        "missing": [key for key, value in zip(keys, values) if value is None],
        "empty": [key for key, value in zip(keys, values) if value is not None and is_nothing(value)],
    }


def _is_no_answer(output: Output) -> bool:
    """Whether what is said is about racadm, and not about the agent."""
    about_tool = [known.pattern for known in TABLE if known.verdict != "failed"]
    return any(
        _UNKNOWN_COMMAND.search(said) or any(pattern.search(said) for pattern in about_tool) for said in output.messages
    )


def _said(ended: Ended, output: Output | None = None) -> str:
    if ended.how != EXITED:
        return ended.problem or f"it did not end by itself ({ended.how.replace('_', ' ')})"
    said = " ".join((output or parse(ended.output)).messages)
    return said[:_SHOWN] or f"it tells nothing of it (exit status {ended.status})"


def _short(name: str) -> str:
    return name.partition(".")[0].strip().lower()
