# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The instances of collectd's ipmi plugin, one for each BMC: what is wrong with them, before collectd finds out.

The rules are those of src/ipmi.c of collectd 5.8 to 5.12, and of OpenIPMI, which it reads with: what they do not check
crashes the daemon (an address without user or password), is cut without a word (long names and passwords), or mixes up
the values of two BMCs (one host for both).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ..errors import OptionError
from .options import BROKEN_FILTER, OPTIONS, Version, version_text

MD5, RMCP_PLUS = "md5", "rmcp+"
AUTH_TYPES = (MD5, RMCP_PLUS)
LOCAL = "local"
MIN_INTERVAL_S, SHORT_INTERVAL_S = 1.0, 10.0

# OpenIPMI's name of a domain, of which a sensor's name has this much.
_LONGEST_NAME = 30
_LONGEST_USERNAME = 16
_LONGEST_PASSWORD = {MD5: 16, RMCP_PLUS: 20, None: 20}
_ADDRESS_WITH_PORT = re.compile(r"(?:[^:]+|\[.*\]):\d+\Z|\[.*\]\Z")
_FOR_OTHERS = ("username", "password", "auth_type")
_FOR_EVENTS = ("sel_sensors", "sel_ignore_selected", "sel_clear_event")


@dataclass(frozen=True)
class Instance:
    """One instance; the fields are the variables of ``options.OPTIONS``. No ``address``: the machine's own BMC."""

    name: str
    address: str | None = None
    username: str | None = None
    password: str | None = None
    auth_type: str | None = None
    host: str | None = None
    sensors: tuple[str, ...] = ()
    ignore_selected: bool = False
    notify_sensor_add: bool = False
    notify_sensor_remove: bool = False
    notify_sensor_not_present: bool = False
    notify_ipmi_connection_state: bool = False
    sel_enabled: bool = False
    sel_sensors: tuple[str, ...] = ()
    sel_ignore_selected: bool = False
    sel_clear_event: bool = False

    @property
    def is_local(self) -> bool:
        return self.address is None

    @property
    def value_host(self) -> str | None:
        """The host that its values are told under; None for collectd's own name. Another BMC's values are told under
        the instance's name where the user names no host: under collectd's own they would pass for this machine's."""
        return self.host or (None if self.is_local else self.name)


def check(
    instances: Sequence[Instance], interval_s: float, version: Version, archived: frozenset[str] = frozenset()
) -> list[str]:
    """What is to be warned of; raises OptionError for what the installed collectd cannot do, or should not.

    ``archived``: the BMCs whose event logs are archived by others, as addresses, and ``local`` for the machine's own.
    """
    warnings = _check_interval(interval_s)
    _check_unlike(instances)
    for instance in instances:
        _check_texts(instance)
        if instance.is_local:
            _check_local(instance)
        else:
            _check_address(instance)
        _check_known(instance, version)
        if instance.sel_clear_event and (instance.address or LOCAL) in archived:
            raise _refusal(
                instance,
                "sel_clear_event",
                "role sel archives the event log of this BMC, and would never see the events that collectd deletes",
                "Leave it out; role sel clears what it has archived.",
            )
        in_vain = [name for name in _FOR_EVENTS if getattr(instance, name)]
        if in_vain and not instance.sel_enabled:
            warnings.append(f"instance {instance.name}: {', '.join(in_vain)} without sel_enabled: no event is read")
    return warnings


def _refusal(instance: Instance, option: str, message: str, next_step: str) -> OptionError:
    return OptionError(f"instance {instance.name}: {option}: {message}", next_step)


def _check_interval(interval_s: float) -> list[str]:
    if interval_s < MIN_INTERVAL_S:
        raise OptionError(
            f"interval: {interval_s:g} s is under {MIN_INTERVAL_S:g} s, and no BMC can be read so often",
            f"Choose {SHORT_INTERVAL_S:g} s or more.",
        )
    if interval_s < SHORT_INTERVAL_S:
        return [f"interval: {interval_s:g} s is short: many a BMC takes longer for a read, and misses intervals"]
    return []


def _check_unlike(instances: Sequence[Instance]) -> None:
    names: set[str] = set()
    hosts: dict[str | None, str] = {}
    local = ""
    for instance in instances:
        if instance.name in names:
            raise _refusal(instance, "name", "there are two of that name", "Give each instance its own.")
        if instance.is_local and local:
            raise _refusal(
                instance, "address", f"{local} is the machine's own BMC, too", "Give one of them an address."
            )
        host = instance.value_host and instance.value_host.lower()
        if host in hosts:
            raise _refusal(
                instance,
                "host",
                f"{hosts[host]} has the same, {instance.value_host}, and their values could not be told apart",
                "Give each instance its own host.",
            )
        names.add(instance.name)
        hosts[host] = instance.name
        local = instance.name if instance.is_local else local


def _texts(instance: Instance) -> Iterator[tuple[str, str]]:
    for option in ("name", "address", "username", "password", "host"):
        text = getattr(instance, option)
        if text is not None:
            yield option, text
    for option in ("sensors", "sel_sensors"):
        for text in getattr(instance, option):
            yield option, text


def _check_texts(instance: Instance) -> None:
    for option, text in _texts(instance):
        if not text:
            raise _refusal(instance, option, "it is empty", "Leave it out, or give it a value.")
        if not text.isprintable():
            raise _refusal(instance, option, "it has a character that cannot be printed", "Take that out.")
    if "(" in instance.name or len(instance.name.encode()) > _LONGEST_NAME:
        raise _refusal(
            instance,
            "name",
            f"OpenIPMI takes {_LONGEST_NAME} bytes, and no opening parenthesis",
            "Choose another name; host is what the values are told under.",
        )
    if "/" in (instance.value_host or ""):
        raise _refusal(instance, "host", "a slash ends the host in collectd's names", "Choose another host.")


def _check_local(instance: Instance) -> None:
    for option in _FOR_OTHERS:
        if getattr(instance, option) is not None:
            raise _refusal(instance, option, "the machine's own BMC asks for none", "Give an address, or leave it out.")


def _check_address(instance: Instance) -> None:
    if _ADDRESS_WITH_PORT.match(instance.address or ""):
        raise _refusal(
            instance, "address", "collectd knows no other port than 623", "Give the name or the address alone."
        )
    for option, longest in (("username", _LONGEST_USERNAME), ("password", _LONGEST_PASSWORD[instance.auth_type])):
        value = getattr(instance, option)
        if value is None:
            raise _refusal(
                instance,
                option,
                "it is missing, and collectd would crash on an address without it",
                "Give username and password with every address.",
            )
        if len(value.encode()) > longest:
            raise _refusal(instance, option, f"OpenIPMI cuts it after {longest} bytes", "Set a shorter one on the BMC.")


def _check_known(instance: Instance, version: Version) -> None:
    for option in OPTIONS:
        if getattr(instance, option.variable) and version < option.since:
            raise _refusal(
                instance,
                option.variable,
                f"collectd {version_text(version)} does not know {option.name}, which came with"
                f" {version_text(option.since)}",
                "Install a newer collectd, or leave it out for this host.",
            )
    if instance.sensors and version == BROKEN_FILTER:
        raise _refusal(
            instance,
            "sensors",
            f"collectd {version_text(version)} filters wrongly by Sensor",
            "Install 5.8.1 or later, or leave it out for this host.",
        )
