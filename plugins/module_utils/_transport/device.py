# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The device of Linux' OpenIPMI driver, and why it cannot be had where it cannot."""

from __future__ import annotations

import grp
import os
import pwd
import stat
from typing import Any, Callable

from .._core.errors import DeviceBusy, DeviceRefused, NoBmc, NoDriver, TransportError

DEVICES = ("/dev/ipmi0", "/dev/ipmi/0", "/dev/ipmidev/0")
_MODULES = ("ipmi_si", "ipmi_devintf")
_HOST = "this machine"


def open_device(devices: tuple[str, ...] = DEVICES, root: str = "/") -> int:
    """A descriptor of the first device that is there; raises NoBmc, NoDriver, DeviceRefused or DeviceBusy."""
    for device in devices:
        try:
            return os.open(device, os.O_RDWR | os.O_CLOEXEC | os.O_NONBLOCK)
        except FileNotFoundError:
            continue
        except PermissionError as error:
            raise DeviceRefused(_permission(device), host=_HOST) from error
        except OSError as error:
            raise DeviceBusy(f"{device} cannot be opened: {error.strerror}", host=_HOST) from error
    raise _nothing_there(devices, root)


def _permission(device: str) -> str:
    """Who may, and who tried."""
    found = os.stat(device)
    owner, group = _name(pwd.getpwuid, found.st_uid), _name(grp.getgrgid, found.st_gid)
    user = _name(pwd.getpwuid, os.geteuid())
    mode = stat.S_IMODE(found.st_mode)
    return f"user {user} may not open {device}, which belongs to user {owner} and group {group} with mode {mode:04o}"


def _name(look_up: Callable[[int], Any], number: int) -> str:
    try:
        return str(look_up(number)[0])
    except KeyError:
        return str(number)


def _nothing_there(devices: tuple[str, ...], root: str) -> TransportError:
    missing = [module for module in _MODULES if not os.path.isdir(os.path.join(root, "sys/module", module))]
    told = firmware_tells_of_bmc(root)
    where = f"there is no {devices[0]}"
    if told is False:
        return NoBmc(f"{where}, and the firmware tells of no BMC (SMBIOS has no record of type 38)", host=_HOST)
    firmware = "the firmware tells of a BMC (SMBIOS type 38)" if told else "whether there is a BMC cannot be told"
    if missing:
        return NoDriver(f"{where}: kernel module {' and '.join(missing)} not loaded; {firmware}", host=_HOST)
    return NoBmc(
        f"{where}, though ipmi_si and ipmi_devintf are loaded: the driver found no BMC; {firmware}", host=_HOST
    )


def firmware_tells_of_bmc(root: str = "/") -> bool | None:
    """Whether SMBIOS has a record of type 38, the IPMI device; None where the kernel shows no records."""
    try:
        return any(name.startswith("38-") for name in os.listdir(os.path.join(root, "sys/firmware/dmi/entries")))
    except OSError:
        return None
