# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fleet files: which BMCs to serve, where, from which model, with which differences."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from . import load, parse_options, parse_sel
from .bmc import Bmc, Settings
from .fault_plan import parse_faults
from .model import ServerModel, User
from .reader import ModelError, Node, load_yaml


@dataclass(frozen=True)
class BmcSpec:
    """One BMC to serve; port 0 is any free port. `vm` is where it waits for QEMU, if it does."""

    name: str
    model: ServerModel
    address: str = "127.0.0.1"
    port: int = 0
    settings: Settings = field(default_factory=Settings)
    overrides: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    where: str = ""
    vm: tuple[str, int] | None = None

    def build(self, ledger: str | Path | None = None) -> Bmc:
        """Return the BMC in its first state; ModelError for an override that fits no sensor."""
        bmc = Bmc(self.name, self.model, self.settings, ledger)
        for sensor, changes in self.overrides.items():
            bmc.override(str(sensor), dict(changes or {}), f"{self.where}: overrides")
        return bmc


def _users(node: Node, defaults: Mapping[str, Any]) -> tuple[User, ...]:
    users = load.parse_users(node)
    name = node.text("user", None)
    if name is not None:
        users += (User(name, load.parse_key(node, "password")),)
    if not users and defaults:
        return _users(Node(defaults, node.file, "defaults"), {})
    return users


def parse_bmc(node: Node, defaults: Mapping[str, Any], base: Path | None) -> BmcSpec:
    """Return the BMC of one entry of a fleet file."""
    name = node.text("name")
    model = _model(node, name, node.any("model", defaults.get("model")), base)
    overrides = node.any("overrides", {})
    if not isinstance(overrides, Mapping):
        raise node.error("must be a mapping of sensor names", "overrides")
    spec = BmcSpec(
        name=name,
        model=model,
        address=node.text("address", defaults.get("address", "127.0.0.1")),
        port=node.integer("port", defaults.get("port", 0), high=0xFFFF),
        settings=Settings(
            users=_users(node, {key: defaults[key] for key in ("user", "password", "users") if key in defaults}),
            kg=load.parse_key(node, "kg") if node.has("kg") else None,
            faults=parse_faults(node.node("faults")) if node.has("faults") else None,
            chassis=load.parse_chassis(node.node("chassis"), model.chassis),
            events=node.flag("events") if node.has("events") else None,
            ledger=node.text("ledger", None),
            sel=tuple(parse_sel.parse_entry(entry, model.sensors) for entry in node.nodes("sel", "sensor")),
        ),
        overrides=overrides,
        where=f"{node.file}: {node.where}",
        vm=_vm(node.node("vm")) if node.has("vm") else None,
    )
    for key in ("kg", "faults", "events", "vm"):
        node.any(key, None)
    node.done()
    return spec


def _vm(node: Node) -> tuple[str, int]:
    place = node.text("address", "127.0.0.1"), node.integer("port", 0, high=0xFFFF)
    node.done()
    return place


def _model(node: Node, name: str, source: Any, base: Path | None) -> ServerModel:
    """Return the model of an entry, with the entry's GUID, limits and behaviour of the event log."""
    if isinstance(source, Mapping):
        model = load.parse_model(source, f"{node.file}: {node.where}.model")
    elif isinstance(source, str):
        model = load.load_model(load.find_model(source, base))
    elif isinstance(source, ServerModel):
        model = source
    else:
        raise node.error("is missing, or is neither a file nor a mapping", "model")
    guid = node.text("guid", None)
    try:
        # Every BMC of a fleet has its own GUID, the same one at every start.
        identity = uuid.UUID(guid) if guid else uuid.uuid5(model.identity.guid, name)
    except ValueError:
        raise node.error("must be a UUID", "guid") from None
    return replace(
        model,
        identity=replace(model.identity, guid=identity),
        limits=parse_options.parse_limits(node.node("limits"), model.limits),
        lan=parse_options.parse_lan(node.node("lan"), model.lan),
        sdr=parse_options.parse_sdr_options(node.node("sdr"), model.sdr),
        sel_options=parse_options.parse_sel_options(node.node("sel_options"), model.sel_options),
    )


def parse_fleet(data: Any, file: str, base: Path | None = None) -> list[BmcSpec]:
    """Return the BMCs of a parsed fleet document; ModelError when it is not a valid one."""
    root = Node(data, file)
    part = root.node("defaults")
    defaults = {
        key: part.any(key) for key in ("user", "password", "users", "port", "address", "model") if part.has(key)
    }
    part.done()
    specs = [parse_bmc(node, defaults, base) for node in root.nodes("bmcs")]
    root.any("description", None)
    root.done()
    if not specs:
        raise root.error("has no entry", "bmcs")
    _check_unique(specs, file)
    return specs


def load_fleet(path: str | Path) -> list[BmcSpec]:
    """Return the BMCs of a fleet file; its models are looked up beside it and in `models/`."""
    path = Path(path)
    return parse_fleet(load_yaml(path), str(path), path.parent)


def _check_unique(specs: Iterable[BmcSpec], file: str) -> None:
    names: set[str] = set()
    places: dict[tuple[str, int], str] = {}
    for spec in specs:
        if spec.name in names:
            raise ModelError(f"{file}: two BMCs have the name {spec.name!r}")
        names.add(spec.name)
        place = (spec.address, spec.port)
        if spec.port and place in places:
            raise ModelError(f"{file}: {spec.name} and {places[place]} have the same address and port")
        places[place] = spec.name


def collect(source: Any) -> list[BmcSpec]:
    """Return BMCs from what a test finds handy.

    A fleet file's path (or one in `fleets/` by name), a `BmcSpec`, a mapping as in a fleet file, or a list of the
    latter two.
    """
    if isinstance(source, (str, Path)):
        path = Path(source)
        if not path.suffix and not path.exists():
            path = load.MODELS.parent / "fleets" / f"{source}.yml"
        return load_fleet(path)
    if isinstance(source, BmcSpec):
        return [source]
    if isinstance(source, Mapping):
        return parse_fleet(source if "bmcs" in source else {"bmcs": [source]}, "<fleet>")
    specs: list[BmcSpec] = []
    for item in source:
        specs += collect(item)
    _check_unique(specs, "<fleet>")
    return specs
