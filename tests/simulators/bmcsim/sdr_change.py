# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes of a running BMC's sensors and records."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from .controller import Controller
from .model import SensorModel
from .parse_records import parse_raw
from .parse_sensor import parse_sensor
from .reader import ModelError, Node
from .repository import Item, Repository, sensor_item

if TYPE_CHECKING:
    from .bmc import Bmc


def change_sdr(
    bmc: Bmc,
    add: Iterable[Mapping[str, Any]] = (),
    remove: Iterable[str | int] = (),
    replace: Mapping[str | int, Mapping[str, Any]] | None = None,
    *,
    stamps: bool = True,
    renumber: bool = False,
    cancel: bool = True,
) -> None:
    """Add, remove and replace sensors and their records; ModelError when that is not possible.

    `add` and the values of `replace` are sensors as in a model file, or records as in its `records`. A record is
    named by its sensor (`Temp#2` is the second one) or by its id; the new one takes the id of the one it replaces.
    Without `stamps` the time stamps of the repository stay, with `renumber` the ids are given anew, without `cancel`
    the reservation survives.
    """
    repository = bmc.repository
    # Everything is parsed before anything changes.
    additions = [_parse(bmc, dict(entry)) for entry in add]
    removals = [(repository, _locate(repository, name)) for name in remove]
    pairs = [
        (_locate(repository, name), _parse(bmc, dict(entry), _locate(repository, name)))
        for name, entry in (replace or {}).items()
    ]
    for _repository, item in removals:
        _detach(bmc, item)
        repository.items.remove(item)
    for old, new in pairs:
        _detach(bmc, old)
        new.number(old.record_id)
        repository.items[repository.items.index(old)] = new
        _attach(bmc, new)
    for item in additions:
        repository.append(item)
        _attach(bmc, item)
    _finish(bmc, bool(additions or pairs), bool(removals or pairs), stamps, renumber, cancel)


def _finish(bmc: Bmc, added: bool, erased: bool, stamps: bool, renumber: bool, cancel: bool) -> None:
    for controller in bmc.controllers():
        repository = controller.repository
        if repository is None:
            continue
        if repository is not bmc.repository:
            repository.items = [sensor_item(model) for model in _models(bmc, controller)]
            repository.renumber()
        elif renumber:
            repository.renumber()
        if stamps:
            repository.changed(added, erased, bmc.clock())
        if cancel:
            repository.cancel()
    bmc.note_moving()


def _models(bmc: Bmc, controller: Controller) -> list[SensorModel]:
    models = [item.sensor for item in bmc.repository.items if item.sensor]
    return [m for m in models if (m.owner, m.channel) == (controller.address, controller.channel)]


def _locate(repository: Repository, name: str | int) -> Item:
    if isinstance(name, int):
        matches = [item for item in repository.items if item.record_id == name]
        wanted = 0
    else:
        plain, _mark, count = name.rpartition("#")
        matches, wanted = _named(repository, name), 0
        if not matches and count.isdigit():
            matches, wanted = _named(repository, plain), int(count) - 1
    if not 0 <= wanted < len(matches):
        raise ModelError(f"the repository has no record {name!r}")
    return matches[wanted]


def _named(repository: Repository, name: str) -> list[Item]:
    return [item for item in repository.items if item.sensor and item.sensor.name == name]


def _parse(bmc: Bmc, entry: dict[str, Any], old: Item | None = None) -> Item:
    node = Node(entry, "change_sdr", str(entry.get("name", "")))
    if "hex" in entry or "body" in entry:
        record = parse_raw(node)
        return Item(record.data, None, record.keep_id)
    number = 1
    if old and old.sensor:
        number = old.sensor.number
        entry = {"name": old.sensor.name, **entry}
    else:
        controller = _controller(bmc, entry.get("owner", 0x20), entry.get("channel", 0))
        number = max((n for lun, n in controller.sensors if lun == entry.get("lun", 0)), default=0) + 1
    sensor = parse_sensor(Node(entry, "change_sdr", str(entry.get("name", ""))), number)
    _controller(bmc, sensor.owner, sensor.channel)
    return sensor_item(sensor)


def _controller(bmc: Bmc, owner: int, channel: int) -> Controller:
    for controller in bmc.controllers():
        if controller.address == owner and (controller is bmc.main or controller.channel == channel):
            return controller
    raise ModelError(f"{bmc.name} has no controller {owner:#x} on channel {channel}")


def _detach(bmc: Bmc, item: Item) -> None:
    if item.sensor is None:
        return
    sensors = _controller(bmc, item.sensor.owner, item.sensor.channel).sensors
    for place in [key for key, sensor in sensors.items() if sensor.model is item.sensor]:
        del sensors[place]


def _attach(bmc: Bmc, item: Item) -> None:
    if item.sensor is not None:
        _controller(bmc, item.sensor.owner, item.sensor.channel).add([item.sensor])
