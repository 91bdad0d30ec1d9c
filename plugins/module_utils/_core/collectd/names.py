# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What collectd's ipmi plugin calls a sensor and which collectd type it reports.

The plugin reads through OpenIPMI. OpenIPMI builds ``instance(entity).name``; the plugin turns that round and puts the
entity's name between: ``CPU1 Temp processor (3.1)``. That is what its options Sensor and SELSensor are compared with,
and, save for slashes and percentages, the type instance of the metric.

The type is found in this order: only a threshold sensor (event/reading type 01h) becomes a metric; the sensor type
decides for temperature, voltage, current, fan and memory, whatever the unit; for any other sensor type the base unit
does, if it is watts or CFM with no modifier and no rate; at last a percentage turns a type that was found into
``percent``. So a percentage of another sensor type with no unit, such as Dell's ``CPU Usage``, is no metric.

By version:

- collectd up to 5.7: the local BMC only; no power, flow, memory and percent. Names are cut at 63 characters up to 5.5.
- collectd 5.8.0 to 5.12.0, and its main branch as of 2026-05: as above. No name reaches the limit of 127 characters.
- OpenIPMI up to 2.0.36 knows entity ids 0 to 52 and calls the rest ``invalid``; 2.0.37 knows those up to 66.
- OpenIPMI from 2.0.35 on has 63 characters for ``instance(entity).name`` and cuts the name, not the rest.
- All of them write ``unkown``, refuse an instance name with an opening parenthesis and use 30 characters of it, and do
  not count up the entity instance of the sensors that share one record.
"""

from __future__ import annotations

DEFAULT_INSTANCE = "main"
# What Debian 12 ships.
DEFAULT_OPENIPMI = (2, 0, 33)

_LONG_TABLE_SINCE = (2, 0, 37)
_SHORT_BUFFER_SINCE = (2, 0, 35)
_BUFFER = 63
_INSTANCE_LIMIT = 30
_FIRST_DEVICE_RELATIVE = 0x60
_INSTANCE_MASK = 0x7F

_ENTITIES: tuple[str, ...] = (
    "unspecified",
    "other",
    "unkown",
    "processor",
    "disk",
    "peripheral",
    "system_management_module",
    "system_board",
    "memory_module",
    "processor_module",
    "power_supply",
    "add_in_card",
    "front_panel_board",
    "back_panel_board",
    "power_system_board",
    "drive_backplane",
    "system_internal_expansion_board",
    "other_system_board",
    "processor_board",
    "power_unit",
    "power_module",
    "power_management_board",
    "chassis_back_panel_board",
    "system_chassis",
    "sub_chassis",
    "other_chassis_board",
    "disk_drive_bay",
    "peripheral_bay",
    "device_bay",
    "fan_cooling",
    "cooling_unit",
    "cable_interconnect",
    "memory_device",
    "system_management_software",
    "bios",
    "operating_system",
    "system_bus",
    "group",
    "remote_mgmt_comm_device",
    "external_environment",
    "battery",
    "processing blade",
    "connectivity switch",
    "processor/memory module",
    "I/O module",
    "processor I/O module",
    "management controller firmware",
    "ipmi channel",
    "pci bus",
    "pci express bus",
    "scsi bus",
    "sata/sas bus",
    "processor front side bus",
)

_MORE_ENTITIES: dict[int, str] = {
    53: "real time clock",
    55: "air inlet",
    64: "air inlet",
    65: "processor / CPU",
    66: "baseboard / main system board",
}
_MORE_ENTITIES.update({54: "reserved 1", **{entity_id: f"reserved {entity_id - 54}" for entity_id in range(56, 64)}})

_THRESHOLD = 0x01
_TYPE_BY_SENSOR_TYPE = {0x01: "temperature", 0x02: "voltage", 0x03: "current", 0x04: "fanspeed", 0x0C: "memory"}
# Base unit codes of table 43-15: watts and cubic feet per minute.
_TYPE_BY_BASE_UNIT = {6: "power", 17: "flow"}


def _entity(entity_id: int, openipmi: tuple[int, ...]) -> str:
    if 0 <= entity_id < len(_ENTITIES):
        return _ENTITIES[entity_id]
    if openipmi >= _LONG_TABLE_SINCE:
        return _MORE_ENTITIES.get(entity_id, "invalid")
    return "invalid"


def _place(entity_id: int, entity_instance: int, owner: int, channel: int) -> str:
    """Return OpenIPMI's entity: id and instance; a device-relative one has channel and address in front."""
    instance = entity_instance & _INSTANCE_MASK
    if instance >= _FIRST_DEVICE_RELATIVE:
        return f"r{channel}.{owner}.{entity_id}.{instance - _FIRST_DEVICE_RELATIVE}"
    return f"{entity_id}.{instance}"


def collectd_name(
    name: str,
    entity_id: int,
    entity_instance: int,
    owner: int = 0x20,
    channel: int = 0,
    instance: str = DEFAULT_INSTANCE,
    openipmi: tuple[int, ...] = DEFAULT_OPENIPMI,
) -> str:
    """Return the plugin's name of a sensor, as its options Sensor and SELSensor want it.

    `name` is the id string of the sensor's record with its blanks, `entity_instance` the record's byte (bit 7, logical,
    does not count), `owner` the record's owner id with eight bits, `channel` its channel, `instance` the name of the
    plugin's Instance block and `openipmi` the library's version.
    """
    place = _place(entity_id, entity_instance, owner, channel)
    if openipmi >= _SHORT_BUFFER_SINCE:
        name = _cut(name, place, instance)
    return f"{name} {_entity(entity_id, openipmi)} ({place})"


def names_by_version(name: str, entity_id: int, instance: str = DEFAULT_INSTANCE) -> tuple[str, ...]:
    """Return what each known version of OpenIPMI makes of a name that ``collectd_name`` gave for DEFAULT_OPENIPMI."""
    head, _bracket, place = name.rpartition(" (")
    bare, found = head[: len(head) - len(_entity(entity_id, DEFAULT_OPENIPMI)) - 1], []
    for version in (DEFAULT_OPENIPMI, _SHORT_BUFFER_SINCE, _LONG_TABLE_SINCE):
        kept = _cut(bare, place[:-1], instance) if version >= _SHORT_BUFFER_SINCE else bare
        found.append(f"{kept} {_entity(entity_id, version)} ({place}")
    return tuple(dict.fromkeys(found))


def _cut(name: str, place: str, instance: str) -> str:
    """What OpenIPMI's short buffer keeps of a sensor's name."""
    return name[: max(0, _BUFFER - len(f"{instance[:_INSTANCE_LIMIT]}({place})."))]


def collectd_type(
    event_type: int,
    sensor_type: int,
    base_unit: int = 0,
    modifier_use: int = 0,
    rate_unit: int = 0,
    percentage: bool = False,
    has_reading: bool = True,
) -> str | None:
    """Return the collectd type of a sensor, None where the plugin reports none.

    Codes are those of the sensor's record: event/reading type, sensor type, and of the units `base_unit`,
    `modifier_use` (0 none, 1 divide, 2 multiply), `rate_unit` (0 none) and the percentage bit. `has_reading` is false
    for an event-only record, for the analog format "none" and for a linearization that OpenIPMI cannot do (71h and
    up). A compact record has no factors: the plugin reports its threshold sensors as 0.
    """
    if event_type != _THRESHOLD or not has_reading:
        return None
    found = _TYPE_BY_SENSOR_TYPE.get(sensor_type)
    if found is None and not modifier_use and not rate_unit:
        found = _TYPE_BY_BASE_UNIT.get(base_unit)
    if found is not None and percentage:
        return "percent"
    return found


def collectd_type_instance(name: str, collectd_type_name: str) -> str:
    """Return the type instance of the metric of a sensor that `collectd_name` names.

    A percentage has a prefix; collectd drops a slash in front and writes the others as underscores.
    """
    text = f"percent-{name}" if collectd_type_name == "percent" else name
    return text[text.startswith("/") :].replace("/", "_")
