# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notifications of collectd's ipmi plugin, rated by the rules of sensors and events.

The plugin's own severity misleads: a threshold is told one step too good, every discrete event as OKAY, and the end of
a state as its beginning. So it is not looked at.

A sensor that is gone, or that the BMC calls absent, is a warning: something was pulled, or the BMC forgot it. Rules
that name the state "unavailable", "sensor_removed" or "sensor_not_present" say otherwise. A lost connection is
critical, since from then on nothing is told about that BMC; a rule with the state "connection_lost" alone may say
otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..health.default_rules import CRITICAL, NOMINAL, UNKNOWN, WARNING
from ..health.events import rate_event
from ..health.overrides import UNAVAILABLE, UserRule
from ..health.rate import Rating
from ..sdr.entities import entity_name
from ..sdr.records import COMPACT, THRESHOLD_NAMES, SensorRecord, SensorUnits, Sharing
from ..sdr.sensor_types import sensor_type_name
from ..sdr.sensors import Sensor
from ..sdr.states import THRESHOLD
from ..sel.records import SYSTEM_EVENT, VERSION_2_0, EventRecord
from ..sel.times import timestamp
from .notifications import (
    CONNECTION_LOST,
    EVENT_THRESHOLD,
    OTHER,
    SENSOR_NOT_PRESENT,
    SENSOR_REMOVED,
    Notification,
)
from .openipmi import UNKNOWN_SENSOR_TYPE

_BY_CHANGE = {
    SENSOR_REMOVED: Rating(WARNING, "collectd.sensor_removed", "sensor removed"),
    SENSOR_NOT_PRESENT: Rating(WARNING, "collectd.sensor_not_present", "sensor not present"),
    CONNECTION_LOST: Rating(CRITICAL, "collectd.connection_lost", "connection lost"),
}
_ASSERTION = {True: "assertion", False: "deassertion", None: None}


def _sensor(notification: Notification) -> Sensor | None:
    """The sensor as the user's rules want it, None where its entity is not known."""
    place = notification.place
    if notification.id_string is None or place is None:
        return None
    record = SensorRecord(
        record_id=0,
        record_type=COMPACT,
        owner=place.owner,
        channel=place.channel,
        lun=0,
        number=0,
        entity_id=place.entity_id,
        entity_instance=place.entity_instance,
        sensor_type=notification.sensor_type,
        event_type=notification.event_type or THRESHOLD,
        name=notification.id_string,
        units=SensorUnits(0, 0, 0, 0, False),
        sharing=Sharing(1, False, 0, False),
    )
    return Sensor(record, notification.id_string, 0, place.entity_instance)


def _record(notification: Notification, event_type: int, offset: int) -> EventRecord:
    """The event as a record of the event log, without the bytes that collectd does not tell."""
    return EventRecord(
        record_id=0,
        record_type=SYSTEM_EVENT,
        timecode=notification.time,
        raw=b"",
        problem=None,
        generator=bytes((0x20, 0)),
        event_version=VERSION_2_0,
        sensor_type=notification.sensor_type,
        sensor_number=0,
        event_type=event_type,
        deasserted=notification.asserted is False,
        data=bytes((offset, 0xFF, 0xFF)),
    )


def rate_notification(notification: Notification, rules: Sequence[UserRule] = ()) -> Rating:
    """The severity: of an event as in the event log, of what comes and goes by the rules above.

    What is not told to be a deassertion is rated as an assertion.
    """
    sensor = _sensor(notification)
    if notification.event_type is not None and notification.offset is not None:
        record = _record(notification, notification.event_type, notification.offset)
        return rate_event(record, sensor, notification.value, rules)
    if notification.event == OTHER:
        return Rating(UNKNOWN, None, notification.message)
    words = [notification.event, notification.state or ""]
    if notification.event in (SENSOR_REMOVED, SENSOR_NOT_PRESENT):
        words.append(UNAVAILABLE)
    for rule in rules:
        names_it = rule.state is not None and not rule.is_about_value and rule.names_state(*words)
        if names_it and rule.fits(notification.sensor_type, sensor):
            return Rating(rule.health, rule.name, words[1])
    return _BY_CHANGE.get(notification.event, Rating(NOMINAL))


def report(notification: Notification, rating: Rating, received: int) -> dict[str, Any]:
    """Plain data, the same keys for every kind. ``received``: seconds since 1970, since a BMC's clock may be wrong.

    ``value`` is the reading that went with the event; ``event_time`` is None where the BMC's clock was not set.
    """
    place, offset = notification.place, notification.offset
    threshold = direction = None
    if notification.event == EVENT_THRESHOLD and offset is not None:
        threshold, direction = THRESHOLD_NAMES[offset // 2], "going high" if offset % 2 else "going low"
    known_type = notification.sensor_type != UNKNOWN_SENSOR_TYPE
    return {
        "severity": rating.health,
        "rule": rating.rule,
        "event": notification.event,
        "assertion": _ASSERTION[notification.asserted],
        "state": notification.state,
        "host": notification.host,
        "name": notification.name,
        "collectd_name": notification.collectd_name,
        "collectd_type": notification.collectd_type,
        "sensor_type": sensor_type_name(notification.sensor_type) if known_type else None,
        "entity": f"{place.entity_id}.{place.entity_instance}" if place else None,
        "entity_id": place.entity_id if place else None,
        "entity_instance": place.entity_instance if place else None,
        "entity_name": entity_name(place.entity_id) if place else None,
        "value": notification.value,
        "threshold": threshold,
        "direction": direction,
        "event_time": timestamp(notification.time, None)[0],
        "received": timestamp(received, None)[0],
        "message": notification.message,
    }


def sentence(told: dict[str, Any]) -> str:
    """One line for people, of what ``report`` gives: ``critical: web01: PSU1 Status (Power Supply 10.1): ...``."""
    what = told["state"] or told["message"]
    parts = [told["severity"], told["host"]]
    name = told["name"] or told["sensor_type"] or "sensor"
    if told["entity"]:
        parts.append(f"{name} ({told['entity_name']} {told['entity']})")
    elif told["collectd_name"]:
        parts.append(name)
    if told["value"] is not None:
        what += f" at {told['value']:g}"
    if told["assertion"] == "deassertion":
        what += ", deasserted"
    if told["rule"]:
        what += f" [{told['rule']}]"
    return ": ".join((*parts, what))
