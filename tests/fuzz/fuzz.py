# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Feeds mutated bytes to everything that decodes what a BMC sends.

Nothing but the engine's own errors may come out, no call may hang, and memory must not grow. Each target starts from
bytes that mean something and changes, cuts, repeats and joins them at random; the seed is printed, so that a failure
can be had again.

    python tests/fuzz/fuzz.py --executions 10000000
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import random
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / ".build"), str(ROOT / "tests" / "fuzz")]

import native  # noqa: E402

from ansible_collections.baremetal.ipmi.plugins.module_utils._ansible.facts import sensor_facts  # noqa: E402
from ansible_collections.baremetal.ipmi.plugins.module_utils._core import bmc  # noqa: E402
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.client import OneByOne, Request, Response, complete  # noqa: E402
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.errors import IpmiError  # noqa: E402
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr import decode, reading, stamp  # noqa: E402
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.records import SensorRecord  # noqa: E402
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.sensors import Sensor, expand  # noqa: E402
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sdr.strings import decode_text  # noqa: E402
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.sel import events, records, sensor_index  # noqa: E402
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.sensors import SensorsRequest, run  # noqa: E402
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport import lan_session  # noqa: E402
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.options import LanOptions  # noqa: E402
from ansible_collections.baremetal.ipmi.plugins.module_utils._transport.pace import Clock, Pace  # noqa: E402

FULL = bytes.fromhex(
    "010051013320000107010f680101857a857a3f3f0001000a01000000000007100c080028f600551e4b4641000a0202020000"
    "00cc496e6c65742054656d702031"
)
COMPACT = bytes.fromhex("020051022020000a0a016f40086f0f000f000f00c0000003810000000000000000ca50535520537461747573")
OTHERS = [
    bytes.fromhex(text)
    for text in (
        "03005103112000500501056f01000000c24142",
        "0400510808170180030104010702",
        "050051090f17012000800300030400000301",
        "0600511110200080000010000a0100c5424f415244",
        "070051120f2000000000df000000070100c3424d43",
        "080051c008d97e0001020304",
    )
]
ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "010002502364692000040107015b5055",
        "0200025023646920000423016fc10401",
        "030002ffffffff41000320466fa16174",
        "0400c150236469a20200010203040506",
        "0500f020014b65726e656c2070616e69",
    )
]
Target = Callable[[bytes], object]


def mutate(rng: random.Random, seeds: list[bytes]) -> bytes:
    """Bytes that are nearly one of the seeds, or nothing like it."""
    data = bytearray(rng.choice(seeds))
    for _change in range(rng.randrange(1, 6)):
        kind = rng.randrange(6)
        place = rng.randrange(len(data) + 1)
        if kind == 0 and data:
            data[place % len(data)] = rng.randrange(256)
        elif kind == 1 and data:
            data[place % len(data)] ^= 1 << rng.randrange(8)
        elif kind == 2:
            del data[place:]
        elif kind == 3:
            data[place:place] = rng.randbytes(rng.randrange(1, 9))
        elif kind == 4:
            data += rng.choice(seeds)
        else:
            data = bytearray(rng.randbytes(rng.randrange(64)))
    return bytes(data[:512])


def record(data: bytes) -> None:
    """A record, the sensors that it stands for, their names and units, and every raw value's conversion."""
    decoded = decode.decode_record(data)
    if isinstance(decoded, SensorRecord):
        for sensor in expand(decoded):
            str((sensor.name, sensor.entity_name, sensor.unit, sensor.collectd_name, sensor.collectd_type))
        if decoded.conversion:
            for raw in (0, 1, 127, 128, 255):
                decoded.conversion.value(raw)


def reply(data: bytes) -> None:
    """What may answer one of the commands about a sensor or a BMC."""
    told = reading.decode_reading(data)
    if told and told.bits is not None and data:
        reading.reading_states(bool(data[0] & 1), data[0], data[-1], told.bits)
        reading.threshold_status(told.bits)
    reading.decode_thresholds(data)
    stamp.decode_stamp(data)
    stamp.decode_device_stamp(data)
    bmc.decode_device_id(data)


def text(data: bytes) -> None:
    for encoding in range(4):
        decode_text(encoding, data)


def sensors_of(data: bytes) -> list[Sensor]:
    try:
        decoded = decode.decode_record(data)
    except IpmiError:
        return []
    return expand(decoded) if isinstance(decoded, SensorRecord) else []


def log_entry(data: bytes) -> None:
    """An entry of the event log: 16 bytes as they are, and as an event of each sensor that the bytes after them are."""
    raw, sensors = bytearray(data[:16].ljust(16, b"\0")), sensors_of(data[16:])
    index = sensor_index.SensorIndex(sensors)
    entries = [bytes(raw)]
    for sensor in sensors:
        place = sensor.record
        raw[7:9] = place.owner, place.channel << 4 | place.lun
        raw[2], raw[10], raw[11] = 2, place.sensor_type, sensor.number
        entries.append(bytes(raw))
    for entry in entries:
        told = events.interpret(records.decode_record(entry), index, data[-1] if data else None)
        for value in vars(told).values():
            if isinstance(value, str) and not value.isprintable():
                raise ValueError(f"not printable: {value!r}")


class Liar(OneByOne):
    """A client whose BMC answers everything with bytes of its choice."""

    def __init__(self, data: bytes) -> None:
        self._data, self._asked = data, 0

    async def request(self, request: Request) -> Response:
        self._asked += 1
        place = (self._asked * 7) % (len(self._data) + 1)
        data = self._data[place:] + self._data[:place]
        if request.command == 0x23 and request.netfn == 0x0A:  # Get SDR: a record, and an end after a few
            following = 0xFFFF if self._asked > 12 else self._asked
            return Response(0, following.to_bytes(2, "little") + data)
        return Response(data[0] if data and data[0] > 0xE0 else 0, data[1:])

    async def pause(self) -> None:
        pass

    def expect(self, requests: int) -> None:
        pass


def whole_read(data: bytes) -> None:
    sensor_facts(complete(run(SensorsRequest(), Liar(data))))


class OnePacket:
    """An endpoint, and its socket, at which one packet waits."""

    def __init__(self, packet: bytes) -> None:
        self.socket = self
        self.packet: bytes | None = packet

    def receive(self) -> tuple[bytes, tuple[str, int]]:
        packet, self.packet = self.packet or b"", None
        return packet, ("127.0.0.1", 623)


CONTEXTS = ("ESTABLISHED", "OPENSESSION", "EXPECTINGRAKP2", "EXPECTINGRAKP4", None)
KEY = b"k" * 20


def session(datagram: bytes, context: str | None) -> lan_session.LanSession:
    """A session in the middle of a conversation, with a packet at its door."""
    clock = Clock(lambda: 0.0, lambda one, _seconds: getattr(one, "packet", None) is not None, lambda _s: None)
    options = LanOptions("127.0.0.1")
    made = lan_session.LanSession.__new__(lan_session.LanSession)
    for name in ("sockaddr", "lastpayload"):
        setattr(made, name, None)
    for name in ("_bridging", "_refused_by_bridge", "answered", "heard", "autopriv", "servermode"):
        setattr(made, name, False)
    for name in ("remseqnumber", "sessionid", "_tries_left", "rmcp_status", "logontries", "privilege_code", "seqlun"):
        setattr(made, name, 0)
    made.__dict__.update(
        _options=options, _pace=Pace(options, clock), _endpoint=OnePacket(datagram), sessioncontext=context
    )
    made.__dict__.update(authtype=6, rmcptag=2, localsid=1, logged=0, ipmi15only=0, ipmiversion=2.0)
    made.__dict__.update(k1=KEY, aeskey=b"a" * 16, currhashlen=12, currhashlib=hashlib.sha1, attemptedhash=1)
    made.__dict__.update(userid=b"u", password=b"p", kg=b"p", nameonly=16, privlevel=2, sik=b"s" * 20, remoteguid=b"")
    made.__dict__.update(randombytes=b"r" * 16, pendingsessionid=1, pendingpayloads=[], logging=True)
    made.__dict__.update(request_entry=[(5, 0, 0x2D), (7, 0, 0x34)], ipmicallback=lambda _told: None, iterwaiters=[])
    made.__dict__.update(onlogon=lambda _told: None, send_payload=lambda **_more: None)
    return made


def packet(data: bytes) -> None:
    """A packet from a stranger, at a session that is established or waits for a message of the log-in."""
    for context in CONTEXTS:
        session(data, context).process_pktqueue()


def signed(data: bytes) -> None:
    """A message that a BMC has really signed: as it is, encrypted, and as a bridge's answer."""
    for kind, bridging in ((0x40, False), (0x40, True), (0xC0, False)):
        body = bytes((6, kind)) + b"\x01\0\0\0" + b"\x05\0\0\0" + len(data).to_bytes(2, "little") + data + b"\0\x07"
        made = session(b"\x06\0\xff\x07" + body + hmac.new(KEY, body, hashlib.sha1).digest()[:12], "ESTABLISHED")
        made._bridging = bridging
        made.process_pktqueue()


PACKETS = [bytes.fromhex("0600ff07" + tail) for tail in (
    "06c0010000000200000020000102030405060708090a0b0c0d0e0f10112233445566778899aabbccddeeff00ffff0207a1a2a3a4a5a6a7a8",
    "061100000000000000002400020000000100000002000000000000080100000001000008010000000200000801000000",
    "06130000000000000000280002000000010000001111111111111111111111111111111122222222222222222222222222222222",
    "0615000000000000000014000200000001000000a1a2a3a4a5a6a7a8a9aaabac",
    "00000000000000000010811c6320003800010e1700000000000000")]  # fmt: skip
TARGETS: dict[str, tuple[Target, list[bytes], int]] = {
    # name: target, seeds, share of the executions
    "record": (record, [FULL, COMPACT, *OTHERS], 5),
    "reply": (reply, [b"\x30\xc0\xc0\x80", bytes.fromhex("3f050a0f2d323c"), bytes(range(15))], 6),
    "log entry": (log_entry, [entry + sensor for entry in ENTRIES for sensor in (FULL, COMPACT)], 3),
    "text": (text, [b"Inlet Temp", "Lüfter".encode("latin-1"), "Диск".encode("utf-16-le")], 4),
    "packet": (packet, PACKETS, 2),
    "signed": (signed, [bytes.fromhex("811ccb20002d00304040c0e0"), bytes.fromhex("811c632000340020145e")], 2),
    "native packet": (native.packet, native.SEEDS, 2),
    "native signed": (native.signed, native.MESSAGES, 2),
    "whole read": (whole_read, [FULL, COMPACT, *OTHERS], 1),
}


def fuzz(executions: int, seed: int, word: str = "") -> dict[str, int]:
    """Run the targets with this word in their names; the executions of each by name. What is not the engine's own error
    is raised, its input told."""
    targets = {name: target for name, target in TARGETS.items() if word in name}
    shares = sum(share for _target, _seeds, share in targets.values())
    done = {}
    for name, (target, seeds, share) in targets.items():
        rng = random.Random(f"{seed} {name}")
        done[name] = executions * share // shares + 1
        for _turn in range(done[name]):
            data = mutate(rng, seeds)
            try:
                target(data)
            except IpmiError:
                pass
            except Exception:
                print(f"{name}: seed {seed}: {data.hex()}", file=sys.stderr)
                raise
    return done


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--executions", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--only", default="", metavar="WORD", help="the targets with this word in their names")
    arguments = parser.parse_args()
    fuzz(5_000, arguments.seed + 1, arguments.only)  # everything is imported and warm now
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    done = fuzz(arguments.executions, arguments.seed, arguments.only)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    counts = ", ".join(f"{name} {count}" for name, count in done.items())
    print(f"seed {arguments.seed}: {sum(done.values())} executions in {time.monotonic() - started:.0f} s ({counts});")
    print(f"no exception but the engine's own; peak memory grew by {grown} KiB")


if __name__ == "__main__":
    main()
