# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two commands that open an IPMI v1.5 session."""

from __future__ import annotations

import os
import time

from ..sessions15 import AUTH_TYPES, Session15, new_challenge
from . import registry
from .registry import APP, USER, Context, Refused, command

_UNKNOWN_USER, _NO_NULL_USER = 0x81, 0x82
_NO_SLOT, _NO_SUCH_SESSION, _TOO_HIGH = 0x81, 0x85, 0x86
_SESSION_START = USER


def _offered(context: Context, auth_type: int) -> bool:
    bmc = context.bmc
    return "1.5" in bmc.versions() and auth_type in {AUTH_TYPES[name] for name in bmc.model.lan.auth}


@command(APP, 0x39, length=17, anonymous=True, privilege=0)
def get_session_challenge(context: Context) -> bytes:
    """Section 22.16: the user must be known, a temporary session id and a challenge come back."""
    bmc, auth_type = context.bmc, context.data[0] & 0x0F
    if "1.5" not in bmc.versions():
        raise Refused(registry.INVALID_COMMAND)
    if not _offered(context, auth_type):
        raise Refused(registry.INVALID_DATA)
    name = context.data[1:].rstrip(b"\0")
    user = next((user for user in bmc.users if user.name.encode() == name), None)
    refused = bmc.faults.refusal("user", name.decode(errors="replace"), _UNKNOWN_USER)
    if user is None or refused:
        raise Refused(refused or (_UNKNOWN_USER if name else _NO_NULL_USER))
    session = Session15(
        bmc_id=bmc.sessions.new_id(),
        last_seen=time.monotonic(),
        user=user,
        challenge=new_challenge(),
        auth_type=auth_type,
        per_message=bmc.model.lan.per_message,
    )
    bmc.challenges.add(session)
    return session.bmc_id.to_bytes(4, "little") + session.challenge


@command(APP, 0x3A, length=22, privilege=0)
def activate_session(context: Context) -> bytes:
    """Section 22.17: the code of the packet has been found right when this is reached."""
    bmc, session, data = context.bmc, context.session, context.data
    if not isinstance(session, Session15) or session.active:
        raise Refused(_NO_SUCH_SESSION)
    wanted = data[1] & 0x0F
    if data[0] & 0x0F != session.auth_type or data[2:18] != session.challenge or not 1 <= wanted <= 5:
        raise Refused(registry.INVALID_DATA)
    assert session.user is not None
    refused = bmc.faults.refusal("privilege", context.user, _TOO_HIGH)
    if wanted > session.user.privilege or refused:
        raise Refused(refused or _TOO_HIGH)
    refused = bmc.faults.refusal("session", context.user, _NO_SLOT)
    if refused or not bmc.challenges.activate(session, time.monotonic(), bmc.faults.plan.session_limit):
        raise Refused(refused or _NO_SLOT)
    session.active, session.limit, session.privilege = True, wanted, min(wanted, _SESSION_START)
    session.sent = int.from_bytes(data[18:22], "little")
    first = int.from_bytes(os.urandom(3), "little") + 1
    session.highest = first - 1
    auth_type = session.auth_type if session.per_message else 0
    return bytes([auth_type]) + session.bmc_id.to_bytes(4, "little") + first.to_bytes(4, "little") + bytes([wanted])
