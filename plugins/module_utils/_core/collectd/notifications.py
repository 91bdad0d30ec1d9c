# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notifications of collectd's ipmi plugin, as its exec plugin writes them: lines of headers, an empty one, a message.

What cannot be known from them:

- the event/reading type, which ``openipmi.event_type_of`` finds out as well as it can. An event of a manufacturer's
  event type at an offset that OpenIPMI has no sensor-specific name for is taken for the sensor-specific one;
- the sensor type of a manufacturer's sensor, which OpenIPMI calls "invalid", and that of a sensor of collectd's type
  power, flow or percent that comes or goes;
- the name of an event-only sensor, which OpenIPMI reads at the wrong place of its record (up to 2.0.37);
- event data 2 and 3 of a discrete event, the threshold's value, and whether the BMC's clock shows UTC.

The text has no quoting: a sensor's name with line breaks looks like more headers, or like a message. The name is
therefore taken from the only place where headers and message, which repeats it, agree.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace

from ..sdr.records import THRESHOLD_NAMES
from ..sdr.states import THRESHOLD, state_text
from .names import DEFAULT_OPENIPMI, collectd_name
from .openipmi import (
    UNKNOWN_SENSOR_TYPE,
    event_type_of,
    going_high,
    sensor_type_of,
    sensor_type_of_metric,
    threshold_of,
)

EVENT_THRESHOLD, EVENT_DISCRETE = "threshold", "discrete"
SENSOR_ADDED, SENSOR_REMOVED = "sensor_added", "sensor_removed"
SENSOR_PRESENT, SENSOR_NOT_PRESENT = "sensor_present", "sensor_not_present"
CONNECTION_LOST, CONNECTION_RESTORED = "connection_lost", "connection_restored"
OTHER = "other"

_HEAD = re.compile(
    r"Severity: [A-Z]+\nTime: (?P<time>\d{1,11})(?:\.\d*)?\n(?:Host: (?P<host>[^\n]*)\n)?Plugin: ipmi\n"
    r"(?:PluginInstance: [^\n]*\n)?(?:Type: (?P<type>[^\n]*)\n)?"
)
_SENSOR = re.compile(
    r"TypeInstance: (?:percent-)?(?P<name>(?s:.{0,255}?))\n(?P<meta>(?:[a-z_]+: [^\n]*\n)*)\n"
    r"(?P<message>sensor (?P=name) (?:(?P<change>added|removed|present|not present)|received event: (?P<state>[^\n]*)))"
    r"\n?\Z"
)
_CONNECTION = re.compile(r"\nIPMI connection (lost|restored)\n?\Z")
# OpenIPMI's entity behind a sensor's name: id and instance, in front of them channel and address of what it is part of.
_PLACE = re.compile(r"\((?:r(\d{1,3})\.(\d{1,3})\.)?(\d{1,3})\.(\d{1,3})\)\Z")
_FIRST_DEVICE_RELATIVE = 0x60
_WITH_LONG_TABLE = (2, 0, 37)
_OFFSETS = frozenset(map(str, range(15)))
_BYTES = frozenset(map(str, range(0x100)))

_CHANGES = {
    "added": SENSOR_ADDED,
    "removed": SENSOR_REMOVED,
    "present": SENSOR_PRESENT,
    "not present": SENSOR_NOT_PRESENT,
}


@dataclass(frozen=True)
class Place:
    """A sensor's entity as in its record: instances from 60h on are relative to ``owner`` on ``channel``."""

    entity_id: int
    entity_instance: int
    owner: int = 0x20
    channel: int = 0


@dataclass(frozen=True)
class Notification:
    """What one notification tells; what it does not tell, or what makes no sense, is None.

    ``event``: its kind; ``time``: seconds since 1970, of the BMC's clock for events and of collectd's for the rest.
    ``id_string``: the sensor's name with its blanks; ``event_type`` and ``offset``: as in a record of the event log.
    """

    event: str
    time: int
    host: str
    message: str
    collectd_name: str | None = None
    collectd_type: str | None = None
    sensor_type: int = UNKNOWN_SENSOR_TYPE
    id_string: str | None = None
    place: Place | None = None
    event_type: int | None = None
    offset: int | None = None
    asserted: bool | None = None
    value: float | None = None

    @property
    def name(self) -> str | None:
        return (self.id_string or "").strip() or None

    @property
    def state(self) -> str | None:
        if self.event_type is None or self.offset is None:
            return None if self.event == OTHER else self.event.replace("_", " ")
        return state_text(self.event_type, self.sensor_type, self.offset)


def _printable(text: str) -> str:
    """Without what a terminal or a log could trip over; as the facts have it."""
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def _number(text: str | None) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _named(text: str) -> tuple[str, Place | None]:
    """IPMI's name, and the entity, from collectd's; the name as it stands where it does not end with an entity."""
    found = _PLACE.search(text)
    if found is None:
        return text, None
    channel, owner, entity_id, instance = (None if group is None else int(group) for group in found.groups())
    place = Place(entity_id or 0, instance or 0)
    if channel is not None and owner is not None:
        place = Place(place.entity_id, place.entity_instance + _FIRST_DEVICE_RELATIVE, owner, channel)
    for openipmi in (DEFAULT_OPENIPMI, _WITH_LONG_TABLE):
        end = collectd_name("", place.entity_id, place.entity_instance, place.owner, place.channel, openipmi=openipmi)
        if text.endswith(end):
            return text[: -len(end)], place
    return text, None


def parse_notification(raw: bytes) -> Notification | None:
    """One notification; None where it is no notification, or another plugin's. Of a form that is not known: OTHER."""
    head = _HEAD.match(text := raw.decode("latin-1"))
    if head is None:
        return None
    time, rest = int(head["time"]), text[head.end() :]
    host = _printable((head["host"] or "").encode("latin-1").decode("utf-8", "replace"))
    connection, sensor = _CONNECTION.match(rest), _SENSOR.match(rest)
    if connection is not None:
        event = CONNECTION_LOST if connection[1] == "lost" else CONNECTION_RESTORED
        return Notification(event, time, host, f"IPMI connection {connection[1]}")
    if sensor is None:
        return Notification(OTHER, time, host, _printable(rest.strip("\n")))
    id_string, place = _named(_printable(sensor["name"]))
    told = head["type"] or ""
    of_sensor = Notification(
        event=_CHANGES.get(sensor["change"], OTHER),
        time=time,
        host=host,
        message=_printable(sensor["message"]),
        collectd_name=_printable(sensor["name"]),
        id_string=id_string,
        place=place,
    )
    if sensor["change"]:
        return replace(of_sensor, collectd_type=_printable(told), sensor_type=sensor_type_of_metric(told))
    meta = dict(line.split(": ", 1) for line in sensor["meta"].split("\n") if line)
    return _event(replace(of_sensor, sensor_type=sensor_type_of(told)), meta, sensor["state"])


def _event(notification: Notification, meta: dict[str, str], state: str) -> Notification:
    """The notification with what its meta data tell; OTHER where they do not tell which event it is."""
    known = replace(
        notification,
        place=notification.place or _place(meta),
        asserted={"true": True, "false": False}.get(meta.get("assert", "")),
        value=_number(meta.get("val")),
    )
    threshold, high = threshold_of(meta.get("severity", "")), going_high(meta.get("direction", ""))
    if threshold is not None and high is not None:
        offset = 2 * THRESHOLD_NAMES.index(threshold) + high
        return replace(known, event=EVENT_THRESHOLD, event_type=THRESHOLD, offset=offset)
    if meta.get("offset") not in _OFFSETS:
        return known
    offset = int(meta["offset"])
    event_type = event_type_of(known.sensor_type, offset, state)
    return replace(known, event=EVENT_DISCRETE, event_type=event_type, offset=offset)


def _place(meta: dict[str, str]) -> Place | None:
    """The entity by the meta data, for a name that does not tell it."""
    entity_id, instance = (meta.get(key, "") for key in ("entity_id", "entity_instance"))
    return Place(int(entity_id), int(instance)) if entity_id in _BYTES and instance in _BYTES else None
