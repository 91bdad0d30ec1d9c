# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who a BMC says that it is: Get Device ID (section 20.1) and Get System GUID (section 22.14)."""

from __future__ import annotations

from dataclasses import dataclass

from .client import BUSY_CODES, NETFN_APP, Client, Request, ask
from .errors import CommandError, DecodeError, NoReply

_SDR_REPOSITORY_DEVICE = 0x02
_SENSOR_DEVICE = 0x01


@dataclass(frozen=True)
class DeviceId:
    """The answer to Get Device ID, ``raw`` and decoded. ``manufacturer_id`` is an IANA enterprise number of 20 bits;
    None, as ``product_id``, where the answer ends before it."""

    device_id: int
    device_revision: int
    provides_device_sdrs: bool
    firmware_version: str
    ipmi_version: str
    support: int
    manufacturer_id: int | None
    product_id: int | None
    raw: bytes = b""

    @property
    def has_sdr_repository(self) -> bool:
        return bool(self.support & _SDR_REPOSITORY_DEVICE)

    @property
    def is_sensor_device(self) -> bool:
        return bool(self.support & _SENSOR_DEVICE)


def decode_device_id(data: bytes) -> DeviceId:
    """11 or 15 bytes (section 20.1); the firmware's minor revision is BCD, IPMI 1.0 devices end after 6 bytes."""
    if len(data) < 6:
        raise DecodeError(f"Get Device ID was answered with {len(data)} bytes, 6 are needed")
    return DeviceId(
        device_id=data[0],
        device_revision=data[1] & 0x0F,
        provides_device_sdrs=bool(data[1] & 0x80),
        firmware_version=f"{data[2] & 0x7F}.{data[3]:02x}",
        ipmi_version=f"{data[4] & 0x0F}.{data[4] >> 4}",
        support=data[5],
        manufacturer_id=int.from_bytes(data[6:9], "little") & 0x0FFFFF if len(data) >= 9 else None,
        product_id=int.from_bytes(data[9:11], "little") if len(data) >= 11 else None,
        raw=data,
    )


async def read_device_id(client: Client) -> DeviceId:
    return decode_device_id(await ask(client, "Get Device ID", Request(NETFN_APP, 0x01)))


async def read_guid(client: Client, certain: bool = False) -> str | None:
    """The system's GUID as 32 hex digits in the order in which the BMC sends them; None where it has none to tell.

    BMCs disagree about the byte order (section 20.8 against SMBIOS), so none is guessed. With ``certain``, silence and
    "busy" are errors: they do not tell that there is none.
    """
    try:
        data = await ask(client, "Get System GUID", Request(NETFN_APP, 0x37), 16)
    except (CommandError, DecodeError, NoReply) as error:
        if certain and (isinstance(error, NoReply) or getattr(error, "code", None) in BUSY_CODES):
            raise
        return None
    return data[:16].hex() if any(data[:16]) else None
