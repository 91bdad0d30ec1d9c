# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The `sensors` of a model file: YAML to `SensorModel`."""

from __future__ import annotations

from typing import Any

from . import sdr, tables
from .model import Initial, SensorModel, Share
from .over_time import OverTime, Ramp, Series, parse_over_time
from .reader import Node
from .scale import Factors, Scale, fit
from .typelen import ENCODINGS

_ANALOG_KEYS = ("reading", "raw", "unit", "thresholds", "m", "linearization", "factors", "format", "percentage", "rate")
_UNIT_TYPES = {1: 0x01, 2: 0x01, 3: 0x01, 4: 0x02, 5: 0x03, 6: 0x0B, 18: 0x04}
_ACCESS = {"none": 0, "readable": 1, "settable": 2, "fixed": 3}
STATE_KEYS = (
    "reading", "raw", "states", "status", "scanning", "unavailable", "absent", "completion_code", "no_reply",
    "over_time",
)  # fmt: skip


def parse_sensor(node: Node, number: int) -> SensorModel:
    """Return the sensor of one list entry; `number` is the one it gets when it names none."""
    kind, sensor_type, event_type, analog = _nature(node)
    thresholds = _thresholds(node)
    scale = _scale(node, thresholds)
    share = _share(node)
    sensor = SensorModel(
        name=node.text("name"),
        kind=kind,
        number=node.integer("number", number),
        sensor_type=sensor_type,
        event_type=event_type,
        encoding=node.choice("encoding", tuple(ENCODINGS), "latin1"),
        analog=analog,
        scale=scale,
        thresholds=tuple(_raw(node, scale, f"thresholds.{key}", value) for key, value in thresholds.items()),
        threshold_access=_threshold_access(node, thresholds),
        hysteresis=_hysteresis(node, scale),
        hysteresis_access=_hysteresis_access(node),
        supported=_supported(node, event_type, sensor_type),
        nominal=_nominal(node, scale),
        initialization=node.integer("initialization", 0x7F if event_type == 0x01 else 0x63),
        capabilities=node.integer("capabilities", None),
        oem=node.integer("oem", 0),
        share=share,
        initial=_initials(node, scale, share, analog),
        **_place(node, sensor_type),
        **_units(node, sensor_type, analog),
    )
    node.done()
    _check(node, sensor)
    return sensor


def _nature(node: Node) -> tuple[str, int, int, bool]:
    """Return kind, sensor type, event type, and whether the reading is analog."""
    analog_keys = any(node.has(key) for key in _ANALOG_KEYS)
    kind = node.choice("kind", ("full", "compact", "event_only"), "full" if analog_keys else "compact")
    default = 0x01 if kind == "full" and analog_keys else 0x6F
    event_type = node.code("event_type", tables.EVENT_TYPES, default, high=0x7F)
    unit = node.code("unit", tables.UNITS, None)
    sensor_type = node.code("type", tables.SENSOR_TYPES, _UNIT_TYPES.get(unit) if unit is not None else None)
    if sensor_type is None:
        raise node.error("is missing (and the unit tells none)", "type")
    return kind, sensor_type, event_type, kind == "full" and (event_type == 0x01 or analog_keys)


def _place(node: Node, sensor_type: int) -> dict[str, Any]:
    return {
        "owner": node.integer("owner", 0x20),
        "lun": node.integer("lun", 0, high=3),
        "channel": node.integer("channel", 0, high=15),
        "entity": node.code("entity", tables.ENTITIES, tables.DEFAULT_ENTITY.get(sensor_type, 0x07)),
        "entity_instance": node.integer("entity_instance", 1),
    }


def _units(node: Node, sensor_type: int, analog: bool) -> dict[str, Any]:
    percentage = node.flag("percentage")
    default = tables.DEFAULT_UNIT.get(sensor_type, 0) if analog and not percentage else 0
    return {
        "unit": node.code("unit", tables.UNITS, default),
        "modifier_unit": node.code("modifier_unit", tables.UNITS, 0),
        "modifier_relation": node.code("modifier_relation", tables.MODIFIER_RELATIONS, 0, high=2),
        "rate": node.code("rate", tables.RATES, 0, high=6),
        "percentage": percentage,
    }


def _check(node: Node, sensor: SensorModel) -> None:
    try:
        sdr.encode_sensor(sensor)
    except (ValueError, UnicodeEncodeError) as error:
        raise node.error(str(error), "name") from error
    if sensor.kind == "event_only" and any(initial.states for initial in sensor.initial):
        raise node.error("an event-only sensor has no state", "states")
    if sensor.share.count > 1 and sensor.kind == "full":
        raise node.error("a full record cannot be shared", "share")


def _thresholds(node: Node) -> dict[str, float | None]:
    part = node.node("thresholds")
    result: dict[str, float | None] = dict.fromkeys(tables.THRESHOLDS)
    for short, long in tables.THRESHOLD_SHORT.items():
        result[long] = part.number(long, part.number(short, None))
    part.done()
    return result


def _threshold_access(node: Node, thresholds: dict[str, float | None]) -> int:
    default = "readable" if any(value is not None for value in thresholds.values()) else "none"
    return _ACCESS[node.choice("threshold_access", tuple(_ACCESS), default)]


def _factors(node: Node) -> Factors:
    accuracy_exp = node.integer("accuracy_exp", 0, 0, 3)
    return Factors(
        node.integer("m", 1, -512, 511), node.integer("b", 0, -512, 511), node.integer("b_exp", 0, -8, 7),
        node.integer("r_exp", 0, -8, 7), node.integer("tolerance", 0, 0, 63), node.integer("accuracy", 0, 0, 1023),
        accuracy_exp,
    )  # fmt: skip


def _scale(node: Node, thresholds: dict[str, float | None]) -> Scale:
    linearization = node.code("linearization", tables.LINEARIZATIONS, 0, high=0x7F)
    factors = _factors(node)
    given = [value for value in thresholds.values() if value is not None]
    given += [node.number(key) for key in ("reading", "nominal", "normal_max", "normal_min") if node.has(key)]
    negative = linearization == 0 and any(value < 0 for value in given)
    form = node.any("format", "twos" if negative and not node.has("b") else "unsigned")
    if form not in tables.FORMATS:
        raise node.error(f"must be one of {', '.join(tables.FORMATS)}, not {form!r}", "format")
    bands = []
    for band in node.nodes("factors"):
        bands.append((band.integer("from"), band.integer("to"), _factors(band)))
        band.done()
    if bands:
        linearization = linearization or 0x70
    elif linearization == 0 and not any(node.has(key) for key in ("m", "b", "b_exp", "r_exp")):
        factors = fit(given, form in ("ones", "twos"))
    return Scale(factors, linearization, tables.FORMATS[form], tuple(bands))


def _raw(node: Node, scale: Scale, key: str, value: float | None) -> int | None:
    if value is None:
        return None
    try:
        return scale.raw(value)
    except ValueError as error:
        raise node.error(str(error), key) from error


def _nominal(node: Node, scale: Scale) -> tuple[int | None, int | None, int | None]:
    nominal, high, low = (
        _raw(node, scale, key, node.number(key, None)) for key in ("nominal", "normal_max", "normal_min")
    )
    return nominal, high, low


def _hysteresis(node: Node, scale: Scale) -> tuple[int, int]:
    value = node.any("hysteresis", 0)
    pair = value if isinstance(value, list) else [value, value]
    if len(pair) != 2 or not all(isinstance(item, (int, float)) for item in pair):
        raise node.error("must be a number, or a list of the positive and the negative one", "hysteresis")
    positive, negative = (scale.hysteresis_raw(float(item)) for item in pair)
    if not (0 <= positive <= 255 and 0 <= negative <= 255):
        raise node.error("does not fit a byte with these factors", "hysteresis")
    return positive, negative


def _hysteresis_access(node: Node) -> int:
    return _ACCESS[node.choice("hysteresis_access", tuple(_ACCESS), "readable" if node.has("hysteresis") else "none")]


def _share(node: Node) -> Share:
    part = node.node("share")
    share = Share(
        part.integer("count", 1, 1, 15),
        part.choice("modifier", ("numeric", "alpha"), "numeric"),
        part.integer("offset", 0, 0, 127),
        part.flag("entity_increments"),
    )
    part.done()
    return share


def _supported(node: Node, event_type: int, sensor_type: int) -> tuple[int, ...]:
    if event_type == 0x6F:
        count = tables.STATE_COUNT.get(sensor_type, 8)
    else:
        count = tables.GENERIC_STATE_COUNT.get(event_type, 8)
    default = list(range(0 if event_type == 0x01 else count))
    return tuple(node.ints("supported", default, high=14))


def _initials(node: Node, scale: Scale, share: Share, analog: bool) -> tuple[Initial, ...]:
    base = parse_state(node, Initial(), scale, analog)
    members = node.nodes("members")
    if members and len(members) != share.count:
        raise node.error(f"must have {share.count} entries, one for each sensor of the record", "members")
    result = []
    for member in members:
        result.append(parse_state(member, base, scale, analog))
        member.done()
    return tuple(result) or (base,) * share.count


def _over_time(node: Node, scale: Scale, analog: bool) -> OverTime:
    course = parse_over_time(node.node("over_time"), analog)
    ends = (
        course.values if isinstance(course, Series) else (course.first, course.last) if isinstance(course, Ramp) else ()
    )
    for value in ends:
        if isinstance(value, float):
            _raw(node, scale, "over_time", value)
    return course


def parse_state(node: Node, base: Initial, scale: Scale, analog: bool) -> Initial:
    """Return `base` with the state that `node` gives (the keys of `STATE_KEYS`)."""
    changes: dict[str, Any] = {}
    if (reading := node.number("reading", None)) is not None:
        if not analog:
            raise node.error("a discrete sensor has states, not a reading", "reading")
        changes["raw"] = _raw(node, scale, "reading", reading)
    if (raw := node.integer("raw", None)) is not None:
        changes["raw"] = raw
    if (states := node.ints("states", None, high=14)) is not None:
        changes["states"] = tuple(states)
    if node.has("over_time"):
        changes["over_time"] = _over_time(node, scale, analog)
    elif changes:
        changes["over_time"] = None
    for key in ("status", "completion_code"):
        if (value := node.integer(key, None)) is not None:
            changes[key] = value
    for key in ("scanning", "unavailable", "absent", "no_reply"):
        if node.has(key) or node.any(key, None) is not None:
            changes[key] = node.flag(key)
    return Initial(**{**{key: getattr(base, key) for key in Initial.__dataclass_fields__}, **changes})
