# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A model file to `ServerModel`."""

from __future__ import annotations

import uuid
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from . import fru, parse_records, parse_sel, tables
from .fault_plan import parse_faults
from .model import Chassis, Identity, Satellite, SensorModel, ServerModel, User
from .parse_options import parse_lan, parse_limits, parse_sdr_options, parse_sel_options
from .parse_sensor import parse_sensor
from .reader import ModelError, Node, load_yaml

MODELS = Path(__file__).resolve().parent.parent / "models"
DEFAULT_USER = User("admin", b"Sim-Passw0rd", 4)


def find_model(name: str, base: Path | None = None) -> Path:
    """Return the file of a model given as a path (also relative to `base`) or as the name of one in `models/`."""
    for candidate in (Path(name), (base or Path()) / name, MODELS / name, MODELS / f"{name}.yml"):
        if candidate.is_file():
            return candidate.resolve()
    known = ", ".join(sorted(path.stem for path in MODELS.glob("*.yml")))
    raise ModelError(f"model {name!r} not found as a file, nor among {known} in {MODELS}")


@lru_cache(maxsize=64)
def _cached(path: Path, _stamp: int) -> ServerModel:
    return parse_model(load_yaml(path), str(path))


def load_model(path: str | Path) -> ServerModel:
    """Return the model of a file; ModelError when it is not a valid one."""
    path = find_model(str(path))
    return _cached(path, path.stat().st_mtime_ns)


def parse_model(data: Any, file: str) -> ServerModel:
    """Return the model of a parsed YAML document."""
    root = Node(data, file)
    identity = parse_identity(root.node("identity"))
    sensors = _sensors(root)
    satellites = _satellites(root, sensors, identity)
    frus = _frus(root)
    model = ServerModel(
        name=root.text("name", Path(file).stem),
        file=file,
        identity=identity,
        users=parse_users(root) or (DEFAULT_USER,),
        kg=parse_key(root, "kg"),
        sensors=sensors,
        records=parse_records.parse_records(root, identity, satellites),
        satellites=tuple(satellite for satellite, _name in satellites),
        frus=frus,
        chassis=parse_chassis(root.node("chassis")),
        sel=tuple(parse_sel.parse_entry(node, sensors) for node in root.nodes("sel", "sensor")),
        sel_options=parse_sel_options(root.node("sel_options")),
        limits=parse_limits(root.node("limits")),
        faults=parse_faults(root.node("faults")),
        events=root.flag("events"),
        lan=parse_lan(root.node("lan")),
        sdr=parse_sdr_options(root.node("sdr")),
    )
    root.any("description", None)
    root.done()
    return model


def parse_identity(node: Node, base: Identity | None = None) -> Identity:
    base = base or Identity()
    firmware = node.text("firmware", f"{base.firmware[0]}.{base.firmware[1]:02x}")
    version = node.text("ipmi_version", f"{base.ipmi_version & 0x0F}.{base.ipmi_version >> 4}")
    try:
        major, minor = firmware.split(".")
        revision = int(major), int(minor, 16)
        high, low = (int(part) for part in version.split("."))
    except ValueError:
        raise node.error(f"must look like '2.30' (firmware {firmware!r}, version {version!r})", "firmware") from None
    if not (0 <= revision[0] <= 127 and 0 <= revision[1] <= 0x99):
        raise node.error("goes from 0.00 to 127.99", "firmware")
    try:
        guid = uuid.UUID(node.text("guid", str(base.guid)))
    except ValueError:
        raise node.error("must be a UUID", "guid") from None
    test = node.ints("self_test", list(base.self_test))
    identity = Identity(
        device_id=node.integer("device_id", base.device_id),
        device_revision=node.integer("device_revision", base.device_revision, high=15),
        provides_sdrs=node.flag("provides_sdrs", base.provides_sdrs),
        firmware=revision,
        updating=node.flag("updating", base.updating),
        ipmi_version=low << 4 | high,
        support=node.integer("support", base.support),
        manufacturer_id=node.integer("manufacturer_id", base.manufacturer_id, high=0xFFFFF),
        product_id=node.integer("product_id", base.product_id, high=0xFFFF),
        aux=node.hex("aux", base.aux),
        self_test=(test[0], test[1] if len(test) > 1 else 0),
        guid=guid,
        guid_encoding=node.choice("guid_encoding", ("ipmi", "smbios", "rfc4122"), base.guid_encoding),
        system_guid_code=node.integer("system_guid_code", base.system_guid_code),
    )
    node.done()
    return identity


def parse_key(node: Node, key: str) -> bytes:
    """Return a password or BMC key of at most 20 bytes; text, or hexadecimal after `0x`."""
    text = str(node.any(key, ""))
    try:
        secret = bytes.fromhex(text[2:]) if text.startswith("0x") else text.encode()
    except ValueError:
        raise node.error("is not hexadecimal after 0x", key) from None
    if len(secret) > 20:
        raise node.error(f"has {len(secret)} bytes, 20 at most", key)
    return secret


def parse_users(node: Node) -> tuple[User, ...]:
    users = []
    for item in node.nodes("users"):
        name = item.text("name")
        if len(name.encode()) > 16:
            raise item.error("has more than 16 bytes", "name")
        users.append(User(name, parse_key(item, "password"), item.code("privilege", tables.PRIVILEGES, 4, high=5)))
        item.done()
    return tuple(users)


def parse_chassis(node: Node, base: Chassis | None = None) -> Chassis:
    base = base or Chassis()
    changes: dict[str, Any] = {
        key: node.flag(key, getattr(base, key))
        for key in ("power", "power_fault", "intrusion", "drive_fault", "cooling_fault")
    }
    changes["restore_policy"] = node.integer("restore_policy", base.restore_policy, high=3)
    changes["last_event"] = node.integer("last_event", base.last_event)
    node.done()
    return replace(base, **changes)


def _sensors(root: Node) -> tuple[SensorModel, ...]:
    sensors: list[SensorModel] = []
    following: dict[tuple[int, int, int], int] = {}
    for node in root.nodes("sensors"):
        owner = node.integer("owner", 0x20), node.integer("channel", 0, high=15), node.integer("lun", 0, high=3)
        sensor = parse_sensor(node, following.get(owner, 1))
        following[owner] = sensor.number + sensor.share.count
        if following[owner] > 256:
            raise node.error("numbers end at 255", "number")
        sensors.append(sensor)
    return tuple(sensors)


def _satellites(root: Node, sensors: tuple[SensorModel, ...], bmc: Identity) -> list[tuple[Satellite, str]]:
    result, known = [], set()
    base = replace(bmc, support=0x01, provides_sdrs=False, product_id=bmc.product_id + 1 & 0xFFFF)
    for node in root.nodes("satellites"):
        address, channel = node.integer("address"), node.integer("channel", 0, high=15)
        known.add((address, channel))
        identity = parse_identity(node.node("identity"), base)
        result.append((Satellite(address, channel, identity, not node.flag("powered", True)), node.text("name", "")))
        node.done()
    for sensor in sensors:
        where = sensor.owner, sensor.channel
        if sensor.owner != 0x20 and where not in known:
            known.add(where)
            result.append((Satellite(*where, base), ""))
    return result


def _frus(root: Node) -> dict[int, bytes]:
    frus = {}
    if root.has("fru"):
        node = root.node("fru")
        frus[0] = fru.build(node)
        node.done()
    for node in root.nodes("frus"):
        frus[node.integer("id")] = fru.build(node)
        for key in ("name", "entity", "entity_instance"):
            node.any(key, None)  # read by parse_records
        node.done()
    return frus
