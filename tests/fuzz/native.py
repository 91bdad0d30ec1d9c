# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the fuzzer does to the native transport: packets in each phase of a session, and messages that a BMC has really
signed. Besides what raises, what is believed without a signature is a failure."""

from __future__ import annotations

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.client import Response
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport import ciphers, rmcp
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.handshake import (
    OPEN_RESPONSE,
    RAKP1,
    RAKP2,
    RAKP4,
    Handshake,
)
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.native_session import NativeSession
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.options import LanOptions

SUITES = (17, 3, 8)
TAG, CONSOLE_ID, BMC_ID = 2, 1, 7
OPTIONS = LanOptions("127.0.0.1", username="u", password="p", privilege="user")
SIK = b"s" * 20
IDS = CONSOLE_ID.to_bytes(4, "little"), BMC_ID.to_bytes(4, "little")
CONSOLE_RANDOM, BMC_RANDOM, GUID, NAME = b"r" * 16, b"R" * 16, b"g" * 16, b"\x12\x01u"
BEGINNING = bytes.fromhex("0600ff0700000000000000000010811c6320003800010e1702000000000035")
REQUEST = (0x05, 9, 0x2D)  # the answer that an established session waits for


def open_response(suite: ciphers.Suite) -> bytes:
    numbers = enumerate((suite.authentication, suite.integrity, 1))
    algorithms = b"".join(bytes((kind, 0, 0, 8, number, 0, 0, 0)) for kind, number in numbers)
    return bytes((TAG, 0, 2, 0)) + IDS[0] + IDS[1] + algorithms


def rakp2(suite: ciphers.Suite) -> bytes:
    covered = IDS[0] + IDS[1] + CONSOLE_RANDOM + BMC_RANDOM + GUID + NAME
    return bytes((TAG, 0, 0, 0)) + IDS[0] + BMC_RANDOM + GUID + suite.hmac(b"p", covered)


def rakp4(suite: ciphers.Suite) -> bytes:
    session_key = suite.hmac(b"p", CONSOLE_RANDOM + BMC_RANDOM + NAME)
    return bytes((TAG, 0, 0, 0)) + IDS[0] + suite.code(session_key, CONSOLE_RANDOM + IDS[1] + GUID)


PROOFS = {RAKP2: rakp2, RAKP4: rakp4}


def session(suite: ciphers.Suite, awaited: int = 0, established: bool = False) -> NativeSession:
    """A session without a socket: awaiting this message of the log-in, established, or before both."""
    made = NativeSession.__new__(NativeSession)
    made._bridged, made._awaited = {}, awaited
    made._handshake = made._seal = None
    if established:
        made._seal = ciphers.Seal(suite, SIK, BMC_ID, CONSOLE_ID)
    elif awaited:
        made._handshake = shaking = Handshake(OPTIONS, suite, TAG, by_name=True)
        shaking._console_id, shaking._console_random = CONSOLE_ID, CONSOLE_RANDOM
        for kind, message in ((OPEN_RESPONSE, open_response), (RAKP2, rakp2)):
            if kind < awaited:
                shaking.take(kind, message(suite))
    return made


def from_bmc(suite: ciphers.Suite, message: bytes) -> bytes:
    return ciphers.Seal(suite, SIK, CONSOLE_ID, BMC_ID).seal(message)


def packet(data: bytes) -> None:
    """A packet from a stranger in each phase: what is no proof, and no seal, must not be believed."""
    for number in SUITES:
        suite = ciphers.SUITES[number]
        session(suite)._judge(data)
        for awaited in (OPEN_RESPONSE, RAKP2, RAKP4):
            if believed(suite, awaited, data) and awaited in PROOFS:
                parsed = rmcp.parse_packet(data)
                if parsed is None or parsed.payload[4:] != PROOFS[awaited](suite)[4:]:
                    raise ValueError(f"RAKP message {awaited - RAKP1 + 1} is believed")
        if session(suite, established=True)._judge(data) and data[3:] not in SEALED:
            raise ValueError("a packet is believed")


def believed(suite: ciphers.Suite, awaited: int, data: bytes) -> bool:
    """Whether this packet counts as the message of the log-in that is awaited."""
    told = session(suite, awaited)._judge(data)
    return told is not None and told[0] == awaited and told[1] is True


def signed(data: bytes) -> None:
    """A message that a BMC has really signed and encrypted, as an answer and as a bridge's; then bytes of which only
    the signature is right."""
    suite = ciphers.SUITES[SUITES[len(data) % 3]]
    vector_and_blocks = data[: len(data) // 16 * 16]
    raw = rmcp.build_packet(ciphers.SEALED, vector_and_blocks, CONSOLE_ID, 1)
    for sealed in (from_bmc(suite, data), raw + ciphers.Seal(suite, SIK, 0, 0)._suite.code(KEYS[suite], raw[4:])):
        for bridging in (False, True):
            made = session(suite, established=True)
            made._bridged = {REQUEST[1]: REQUEST} if bridging else {}
            told = made._judge(sealed)
            if told and told[1] is not None and not isinstance(told[1], Response):
                raise ValueError(f"no response: {told!r}")
            if made._judge(sealed):
                raise ValueError("a packet is believed twice")


KEYS = {suite: suite.hmac(SIK, b"\x01" * 20) for suite in ciphers.SUITES.values()}
MESSAGES = [
    bytes.fromhex(text)
    for text in (
        "81146320242d0030c0c000",
        "811c63202434c300",
        "811c6320243400811463202c242d0030c0c0005500",
    )
]
SEEDS = [BEGINNING]
SEALED = set()
for one in SUITES:
    made_of = ciphers.SUITES[one]
    SEEDS += [
        rmcp.build_packet(kind, message(made_of))
        for kind, message in ((OPEN_RESPONSE, open_response), (RAKP2, rakp2), (RAKP4, rakp4))
    ]
    sealed_packet = from_bmc(made_of, MESSAGES[0])
    SEEDS.append(sealed_packet)
    SEALED.add(sealed_packet[3:])
