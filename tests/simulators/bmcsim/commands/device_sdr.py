# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Device SDR commands (network function 04h): for a BMC without a repository, and for satellites."""

from __future__ import annotations

from ..repository import Repository
from . import registry
from .registry import SENSOR, Context, Refused, command
from .sdr import read_record

_SDR_COUNT = 0x01
_DYNAMIC = 0x80


def _repository(context: Context) -> Repository:
    repository = context.controller.repository
    if repository is None or not context.controller.identity.provides_sdrs:
        raise Refused(registry.INVALID_COMMAND)
    return repository


@command(SENSOR, 0x20, length=(0, 1), satellites=True)
def get_device_sdr_info(context: Context) -> bytes:
    """Section 35.2: sensors of the addressed LUN, or all records; the change indicator of a dynamic population."""
    repository, sensors = _repository(context), context.controller.sensors
    if context.data[:1] == bytes([_SDR_COUNT]):
        count = len(repository.items)
    else:
        count = sum(lun == context.message.rs_lun for lun, _number in sensors)
    flags = sum(1 << lun for lun in {lun for lun, _number in sensors})
    if not context.bmc.model.sdr.dynamic:
        return bytes([min(count, 255), flags])
    indicator = max(repository.added, repository.erased)
    return bytes([min(count, 255), _DYNAMIC | flags]) + indicator.to_bytes(4, "little")


@command(SENSOR, 0x21, length=6, satellites=True)
def get_device_sdr(context: Context) -> bytes:
    """Section 35.3."""
    return read_record(context, _repository(context))


@command(SENSOR, 0x22, satellites=True)
def reserve_device_sdr_repository(context: Context) -> bytes:
    """Section 35.4."""
    return _repository(context).reserve().to_bytes(2, "little")
