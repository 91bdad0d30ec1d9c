# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Why the device of the machine's own BMC cannot be had, told by the machine's files."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import (
    DeviceBusy,
    DeviceRefused,
    NoBmc,
    NoDriver,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport import device
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.device import open_device


def machine(root: Path, *loaded: str, smbios: tuple[str, ...] | None = ("0-0", "38-0")) -> tuple[tuple[str, ...], str]:
    """A machine without a device: its modules, and its SMBIOS records (None: the kernel shows none)."""
    for module in loaded:
        (root / "sys" / "module" / module).mkdir(parents=True)
    if smbios is not None:
        for entry in smbios:
            (root / "sys" / "firmware" / "dmi" / "entries" / entry).mkdir(parents=True)
    return (str(root / "dev" / "ipmi0"), str(root / "dev" / "ipmi" / "0")), str(root)


def test_first_device_that_is_there_is_opened(tmp_path: Path) -> None:
    (tmp_path / "second").touch()
    descriptor = open_device((str(tmp_path / "first"), str(tmp_path / "second")))
    try:
        assert os.path.samestat(os.fstat(descriptor), os.stat(tmp_path / "second"))
        assert not os.get_inheritable(descriptor)
    finally:
        os.close(descriptor)


@pytest.mark.parametrize(
    ("loaded", "missing"),
    [
        ((), "ipmi_si and ipmi_devintf"),
        (("ipmi_si",), "ipmi_devintf"),
        (("ipmi_devintf",), "ipmi_si"),
    ],
)
def test_missing_modules_are_named(tmp_path: Path, loaded: tuple[str, ...], missing: str) -> None:
    with pytest.raises(NoDriver, match=f"module {missing} not loaded.*tells of a BMC"):
        open_device(*machine(tmp_path, *loaded))


def test_no_driver_is_missed_where_the_firmware_tells_of_no_bmc(tmp_path: Path) -> None:
    with pytest.raises(NoBmc, match="no record of type 38"):
        open_device(*machine(tmp_path, smbios=("0-0", "3-0")))


def test_firmware_that_cannot_be_asked_proves_nothing(tmp_path: Path) -> None:
    with pytest.raises(NoDriver, match="cannot be told"):
        open_device(*machine(tmp_path, smbios=None))


def test_driver_that_found_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(NoBmc, match="found no BMC"):
        open_device(*machine(tmp_path, "ipmi_si", "ipmi_devintf"))


def test_refused_device_names_its_owner_group_and_mode(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ipmi0"
    path.touch()
    path.chmod(0o640)

    def refuse(*_arguments: object) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(device.os, "open", refuse)
    with pytest.raises(DeviceRefused, match=rf"may not open {path}, which belongs to user .+ and group .+ mode 0640"):
        open_device((str(path),))


def test_device_that_cannot_be_opened_now_is_busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_arguments: object) -> int:
        raise OSError(errno.EBUSY, "Device or resource busy")

    monkeypatch.setattr(device.os, "open", refuse)
    with pytest.raises(DeviceBusy, match="Device or resource busy"):
        open_device((str(tmp_path / "ipmi0"),))
