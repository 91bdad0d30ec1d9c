# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Application commands (network function 06h): identity, sessions, authentication, bridging."""

from __future__ import annotations

from .. import crypto, ipmb
from ..journal import Request
from ..sessions15 import AUTH_TYPES
from ..system_interface import CHANNEL as _SYSTEM_CHANNEL
from ..system_interface import SystemInterface
from . import registry
from .registry import ADMIN, APP, CALLBACK, USER, Context, Refused, Reply, command

_CHANNEL = 1
_PRESENT_CHANNEL = 0x0E
_NAK = 0x83
_VERSION_15 = 0x51


@command(APP, 0x01, satellites=True, privilege=USER)
def get_device_id(context: Context) -> bytes:
    """Section 20.1."""
    ident = context.controller.identity
    version = ident.ipmi_version if "2.0" in context.bmc.versions() else _VERSION_15
    return (
        bytes([ident.device_id, ident.device_revision | (0x80 if ident.provides_sdrs else 0)])
        + bytes([ident.firmware[0] | (0x80 if ident.updating else 0), ident.firmware[1], version])
        + bytes([ident.support])
        + ident.manufacturer_id.to_bytes(3, "little")
        + ident.product_id.to_bytes(2, "little")
        + ident.aux
    )


@command(APP, 0x02, privilege=ADMIN)
@command(APP, 0x03, privilege=ADMIN)
def reset(context: Context) -> bytes:
    """Cold and Warm Reset, sections 20.2 and 20.3: the answer still goes out, the session is gone."""
    context.bmc.reset(context.user)
    return b""


@command(APP, 0x04, satellites=True)
def get_self_test_results(context: Context) -> bytes:
    """Section 20.4."""
    return bytes(context.controller.identity.self_test)


@command(APP, 0x08)
def get_device_guid(context: Context) -> bytes:
    """Section 20.8."""
    return context.controller.identity.guid_bytes()


@command(APP, 0x37, anonymous=True)
def get_system_guid(context: Context) -> bytes:
    """Section 22.14."""
    if context.controller.identity.system_guid_code:
        raise Refused(context.controller.identity.system_guid_code)
    return context.controller.identity.guid_bytes()


@command(APP, 0x38, length=2, anonymous=True, privilege=CALLBACK)
def get_channel_authentication_capabilities(context: Context) -> bytes:
    """Section 22.13: the IPMI v2.0 bits only for a request that asks for them, and where there are such sessions."""
    channel, bmc = context.data[0] & 0x0F, context.bmc
    if channel not in (_CHANNEL, _PRESENT_CHANNEL):
        raise Refused(registry.INVALID_DATA)
    lan, versions = bmc.model.lan, bmc.versions()
    if context.data[0] & 0x80 and "2.0" not in versions and lan.extended_code:
        raise Refused(lan.extended_code)
    extended = context.data[0] & 0x80 and "2.0" in versions
    names = [user.name for user in bmc.users]
    status = (0x20 if bmc.kg and "2.0" in versions else 0) | (0x04 if any(names) else 0)
    for user in bmc.users:
        if not user.name:
            status |= 0x02 if user.password else 0x01
    types, sessions = 0x80 if extended else 0, 0x02 if extended else 0
    if "1.5" in versions:
        types |= sum(1 << AUTH_TYPES[name] for name in lan.auth)
        sessions |= 0x01 if extended else 0
        status |= 0 if lan.per_message else 0x10
    return bytes([_CHANNEL, types, status, sessions, 0, 0, 0, 0])


@command(APP, 0x54, length=3, anonymous=True, privilege=CALLBACK)
def get_channel_cipher_suites(context: Context) -> bytes:
    """Section 22.15: sixteen bytes of the list for each index."""
    if context.data[0] & 0x0F not in (_CHANNEL, _PRESENT_CHANNEL):
        raise Refused(registry.INVALID_DATA)
    if "2.0" not in context.bmc.versions():
        raise Refused(registry.INVALID_COMMAND)
    suites = [crypto.SUITES[number] for number in context.bmc.model.limits.suites]
    if context.data[2] & 0x80:
        records = [(0xC0, s.number, s.authentication, 0x40 | s.integrity, 0x80 | s.confidentiality) for s in suites]
        listed = b"".join(map(bytes, records))
    else:
        listed = bytes(
            sorted({s.authentication for s in suites})
            + sorted({0x40 | s.integrity for s in suites})
            + sorted({0x80 | s.confidentiality for s in suites})
        )
    index = context.data[2] & 0x3F
    return bytes([_CHANNEL]) + listed[16 * index : 16 * index + 16]


@command(APP, 0x42, length=1)
def get_channel_info(context: Context) -> bytes:
    """Section 22.24: the IPMB on channel 0, 802.3 LAN with sessions on channel 1, the system interface on 15."""
    channel = context.data[0] & 0x0F
    if channel == _PRESENT_CHANNEL:
        channel = _SYSTEM_CHANNEL if isinstance(context.session, SystemInterface) else _CHANNEL
    known = {
        0: (0x01, 0x01, 0x00),
        _CHANNEL: (0x04, 0x01, 0x80 | context.bmc.sessions.active()),
        _SYSTEM_CHANNEL: (0x0C, 0x05, 0x00),
    }
    if channel not in known:
        raise Refused(registry.INVALID_DATA)
    return bytes([channel, *known[channel], 0xF2, 0x1B, 0x00, 0x00, 0x00])


@command(APP, 0x3B, length=1, privilege=CALLBACK)
def set_session_privilege_level(context: Context) -> bytes:
    """Section 22.18."""
    session, wanted = context.session, context.data[0] & 0x0F
    assert session is not None
    if wanted > 5 or wanted == 1:
        raise Refused(registry.INVALID_DATA)
    if wanted > session.limit:
        raise Refused(0x81)
    session.privilege = wanted or session.privilege
    return bytes([session.privilege])


@command(APP, 0x3C, length=(4, 5), privilege=CALLBACK)
def close_session(context: Context) -> bytes:
    """Section 22.19: one's own session, or that of another as administrator."""
    assert context.session is not None
    wanted = int.from_bytes(context.data[:4], "little")
    table = context.bmc.sessions
    if wanted == context.session.bmc_id:
        table.close(context.session)
        return b""
    if context.session.privilege < ADMIN:
        raise Refused(registry.NO_PRIVILEGE)
    other = table.get(wanted, context.session.last_seen)
    if other is None:
        raise Refused(0x87)
    table.close(other)
    return b""


@command(APP, 0x34, length=(8, 255))
def send_message(context: Context) -> Reply:
    """Section 22.7: hand a request to a satellite; its reply follows as a message of its own, or waits for the host."""
    bmc = context.bmc
    channel = context.data[0] & 0x0F
    try:
        inner = ipmb.parse(context.data[1:])
    except ValueError:
        raise Refused(registry.INVALID_DATA) from None
    user = context.session.user.name if context.session and context.session.user else None
    bmc.requests.add(Request(inner.netfn, inner.cmd, inner.data, inner.rs_addr, inner.rs_lun, user))
    satellite = bmc.satellites.get((inner.rs_addr, channel))
    if satellite is None and inner.rs_addr == bmc.main.address and channel == 0:
        satellite = bmc.main
    if satellite is None or satellite.off:
        raise Refused(_NAK)
    replies = registry.dispatch(bmc, satellite, inner, context.session)
    if isinstance(context.session, SystemInterface):
        # Section 22.6: the requester's address, the host's own, is left out.
        context.session.queue.extend(bytes([channel]) + reply[1:] for reply in replies)
        return Reply()
    if bmc.model.limits.bridge_style == "embedded":
        if not replies:
            raise registry.Swallowed
        return Reply(replies[0])
    return Reply(b"", tuple(replies))
