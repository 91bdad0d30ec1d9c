# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The parts of a model file that become records without a sensor: locators, associations, raw records."""

from __future__ import annotations

from . import sdr, tables
from .model import Identity, Record, Satellite
from .reader import Node

_MC_ENTITY = 0x06


def parse_records(root: Node, identity: Identity, satellites: list[tuple[Satellite, str]]) -> tuple[Record, ...]:
    """Return all records of a model besides its sensors, in the order of the repository."""
    records = []
    name = root.text("locator", "BMC")
    if name:
        data = sdr.encode_mc_locator(name, 0x20, 0, identity.support, _MC_ENTITY, 1, "latin1")
        records.append(Record(data, at=0))
    for index, (satellite, title) in enumerate(satellites):
        if title:
            data = sdr.encode_mc_locator(
                title, satellite.address, satellite.channel, satellite.identity.support, _MC_ENTITY, 2 + index, "latin1"
            )
            records.append(Record(data, at=1))
    records += [_locator(node) for node in root.nodes("locators")]
    records += [_fru_locator(node) for node in root.nodes("frus") if node.has("name")]
    records += [_association(node) for node in root.nodes("associations", "container")]
    records += [parse_raw(node) for node in root.nodes("records", "type")]
    return tuple(records)


def _locator(node: Node) -> Record:
    kind = node.choice("kind", ("mc", "fru", "generic"))
    name = node.text("name")
    encoding = node.choice("encoding", ("latin1", "6bit", "bcdplus", "unicode"), "latin1")
    entity = node.code("entity", tables.ENTITIES, _MC_ENTITY)
    instance = node.integer("entity_instance", 1)
    address, channel = node.integer("address", 0x20), node.integer("channel", 0, high=15)
    try:
        if kind == "mc":
            capabilities = node.integer("capabilities", 0x01)
            data = sdr.encode_mc_locator(name, address, channel, capabilities, entity, instance, encoding)
        elif kind == "fru":
            data = sdr.encode_fru_locator(name, node.integer("fru_id"), address, channel, entity, instance, encoding)
        else:
            access, device, modifier = (
                node.integer("access", 0x20),
                node.integer("device_type", 0x0A),
                node.integer("modifier", 0),
            )
            data = sdr.encode_generic_locator(
                name, access, address, channel, device, modifier, entity, instance, encoding
            )
    except (ValueError, UnicodeEncodeError) as error:
        raise node.error(str(error), "name") from error
    node.done()
    return Record(data)


def _fru_locator(node: Node) -> Record:
    entity = node.code("entity", tables.ENTITIES, 7)
    instance = node.integer("entity_instance", 1)
    return Record(sdr.encode_fru_locator(node.text("name"), node.integer("id"), 0x20, 0, entity, instance, "latin1"))


def _association(node: Node) -> Record:
    container = node.code("container", tables.ENTITIES)
    instance = node.integer("container_instance", 1)
    contained = []
    for part in node.nodes("contained", "entity"):
        contained.append((part.code("entity", tables.ENTITIES), part.integer("entity_instance", 1)))
        part.done()
    if not 1 <= len(contained) <= 4:
        raise node.error("must have one to four entries", "contained")
    data = sdr.encode_association(container, instance, node.flag("range"), node.flag("linked"), contained)
    node.done()
    return Record(data)


def parse_raw(node: Node) -> Record:
    """Return the record of one entry of `records`."""
    data = node.hex("hex", None)
    if data is None:
        data = sdr.record(node.integer("type"), node.hex("body"))
    elif len(data) < 2:
        raise node.error("needs a record id at least", "hex")
    record = Record(data, node.flag("keep_id"), node.integer("at", None, high=0xFFFF))
    node.done()
    return record
