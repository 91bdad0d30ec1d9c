# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Signs of the operating system's IPMI driver: its time-outs, what else it says, how it is set, who errs beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..plain import Asked, asked, brief, count, items, mapping, number, text, time
from ..timeouts.linux import PARAMETERS
from ..timeouts.windows import NAMES
from .signs import SIGNS, UNKNOWN, Sign, Value, sign

_CLASSES = SIGNS["timeouts"].values
# The rate counts as another one from half of it down and from twice as much up: it is never the same two days running.
_FEWER, _MORE = 0.5, 2.0
# What the driver says of itself, the worst first: event id on Windows, kind on Linux.
_DRIVER: tuple[tuple[str, str, str], ...] = (
    ("error_state", "1000", "the BMC was in an error state that the driver could not end"),
    ("error_state", "error_state", "the BMC was busy, stuck or given up"),
    ("start_timed_out", "1003", "time-out while the device was created"),
    ("no_bmc_found", "1001", "the firmware's tables (SMBIOS type 38) tell of no BMC"),
    ("no_bmc_found", "no_bmc", "nothing answered when the driver started"),
)
# Linux tells of most interfaces' time-outs with debugging alone; answers that come too late show without. Some are
# usual after a start, and more than so many a day are what time-outs are called elevated for.
_ODD_ANSWERS, _ODD_PER_DAY = "incorrect_response", 10.0
# What is told, and decides nothing.
_REMARKS = (
    ("queue_full", "events that nobody fetches"),
    ("bmc_reset", "the BMC has restarted"),
)
_WINDOWS_TIMEOUTS = [name for name in NAMES if name != "slave_address_detection_method"]
_NAMED = 3


def _label(told: Mapping[str, Any]) -> str:
    return "time-outs" if told.get("system") == "linux" else "1004"


def _class(told: Mapping[str, Any]) -> str:
    found = text(told.get("class"))
    if found not in _CLASSES:
        return UNKNOWN
    # The log had more than was read: what was not read may be full of them.
    return UNKNOWN if found == "none" and told.get("truncated") else found


def _window(told: Mapping[str, Any]) -> str:
    hours = number(mapping(told.get("window")).get("hours"))
    return f" in {brief(hours)} h" if hours is not None else ""


def _timeouts(events: Asked) -> Sign:
    told, found = events.told, _class(events.told)
    if not told:
        return sign("timeouts", UNKNOWN, f"time-outs: {events.why}")
    if found == UNKNOWN:
        why = "the log was not read to its end" if told.get("truncated") else "no class is told"
        return sign("timeouts", UNKNOWN, f"{_label(told)}: unknown, {why}")
    if found == "none":
        return sign("timeouts", found, f"{_label(told)}: none{_window(told)}")
    rate, last = number(told.get("rate_per_day")), text(told.get("last"))
    details = [found, *([f"{brief(rate)} a day"] if rate is not None else [])]
    bursts = len(items(told.get("bursts")))
    details += [f"{bursts} {'burst' if bursts == 1 else 'bursts'}"] if bursts else []
    until = f", last {last}" if last else ""
    told_of = f"{_label(told)}: {count(told.get('count'))}{_window(told)} ({', '.join(details)}){until}"
    return sign("timeouts", found, told_of)


def _only_in_maintenance(events: Asked) -> Sign:
    if _class(events.told) == UNKNOWN:
        return sign("only_in_maintenance", UNKNOWN)
    # What else the driver said meanwhile is counted with them.
    within = count(events.told.get("in_maintenance"))
    sentence = f"in maintenance windows, where they do not count: {within} events" if within else ""
    flashed = "flash_window" in items(events.told.get("findings"))
    return sign("only_in_maintenance", flashed and not count(events.told.get("count")), sentence)


def _setting_rejected(events: Asked) -> Sign:
    told = events.told
    if not told:
        return sign("setting_rejected", UNKNOWN)
    rejected = count(mapping(told.get("counts")).get("1002"))
    if rejected or "rejected_setting" in items(told.get("findings")):
        times = f"{rejected} times" if rejected > 1 else "once"
        return sign("setting_rejected", True, f"1002: the driver refused a value that it was given, {times}")
    return sign("setting_rejected", False)


def _driver(events: Asked) -> Sign:
    if not events.told:
        return sign("driver", UNKNOWN)
    counts = mapping(events.told.get("counts"))
    said = [(value, name, words) for value, name, words in _DRIVER if count(counts.get(name))]
    remarks = [("", name, words) for name, words in _REMARKS if count(counts.get(name))]
    odd = count(counts.get(_ODD_ANSWERS))
    if odd:
        hours = number(mapping(events.told.get("window")).get("hours")) or 24.0
        many = odd * 24.0 / hours > _ODD_PER_DAY
        (said if many else remarks).append(("odd_answers", _ODD_ANSWERS, "answers to another command than was asked"))
    sentence = "; ".join(f"{name}: {count(counts.get(name))} ({words})" for _value, name, words in [*said, *remarks])
    return sign("driver", said[0][0] if said else "works", sentence)


def _since_before(events: Asked, before: Mapping[str, Any]) -> Sign:
    now, then = number(events.told.get("rate_per_day")), number(before.get("rate_per_day"))
    if _class(events.told) == UNKNOWN or now is None or then is None:
        return sign("since_before", UNKNOWN)
    value = "same"
    if then > 0 and _class(events.told) == "none":
        value = "gone"
    elif now < _FEWER * then:
        value = "fewer"
    elif now > _MORE * then:
        value = "more"
    when = text(before.get("rate_read_at")) or "before"
    return sign("since_before", value, f"at the last run ({when}): {brief(then)} a day")


def _other_errors(events: Asked) -> Sign:
    told = events.told.get("other_errors")
    if not isinstance(told, (list, tuple)):
        return sign("other_errors", UNKNOWN)
    found = {"storage": 0, "network": 0}
    sources: list[str] = []
    for entry in items(told):
        kind = text(mapping(entry).get("kind"))
        if kind in found:
            found[kind] += count(mapping(entry).get("count"))
            sources.append(text(mapping(entry).get("source")))
    kinds = [kind for kind, number_of in found.items() if number_of]
    if not kinds:
        return sign("other_errors", "none")
    named = ", ".join(source for source in dict.fromkeys(sources[:_NAMED]) if source)
    totals = " and ".join(f"{found[kind]} of {kind}" for kind in kinds)
    value = kinds[0] if len(kinds) == 1 else "both"
    return sign("other_errors", value, f"errors in the same window: {totals}{f' ({named})' if named else ''}")


def event_signs(evidence: Mapping[str, Any], before: Mapping[str, Any]) -> list[Sign]:
    """timeouts, only_in_maintenance, setting_rejected, driver, since_before, other_errors."""
    events = asked(evidence, "events", "class")
    return [
        _timeouts(events),
        _only_in_maintenance(events),
        _setting_rejected(events),
        _driver(events),
        _since_before(events, before),
        _other_errors(events),
    ]


def _linux_values(runtime: Mapping[str, Any]) -> tuple[Value, str]:
    """Raised or lowered by how long the driver goes on with one message: the tries, times the time for each."""
    patience = {}
    for name in ("default_retry_ms", "default_max_retries"):
        try:
            patience[name] = int(runtime.get(name) or "")
        except (TypeError, ValueError):
            patience[name] = PARAMETERS[name].default
    retry_ms, retries = patience["default_retry_ms"], patience["default_max_retries"]
    ours = retry_ms * (retries + 1)
    normal = PARAMETERS["default_retry_ms"].default * (PARAMETERS["default_max_retries"].default + 1)
    value = "default" if ours == normal else "raised" if ours > normal else "lowered"
    return value, f"{value} ({retries} tries again, {retry_ms} ms each)"


def _windows_values(values: Mapping[str, Any]) -> tuple[Value, str]:
    """The driver's own values are documented nowhere: what stands in the registry is taken for raised."""
    found = [(name, values.get(name)) for name in _WINDOWS_TIMEOUTS if values.get(name) is not None]
    told = ", ".join(f"{name} {value:.0f}" for name, value in found if number(value) is not None)
    if told:
        return "raised", f"set in the registry ({told})"
    wrong = ", ".join(f"{name} {text(value)}" for name, value in found)
    return "default", f"set with a wrong type in the registry ({wrong})" if wrong else "not set in the registry"


def _is_lately(evidence: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    """Whether the values were raised within the window, or since the last run: what was counted is of the time before,
    too."""
    if before.get("driver_values") in ("default", "lowered"):
        return True
    window = mapping(asked(evidence, "events", "class").told.get("window"))
    hours, end, since = number(window.get("hours")), time(window.get("end")), time(before.get("raised_since"))
    return hours is not None and end is not None and since is not None and (end - since).total_seconds() < hours * 3600


def driver_values_sign(evidence: Mapping[str, Any], before: Mapping[str, Any]) -> Sign:
    """How the driver is set, by what ipmi_timeouts found (its ``before``), and whether it was set so lately."""
    timeouts = asked(evidence, "timeouts", "before")
    values = mapping(timeouts.told.get("before"))
    if not values:
        return sign("driver_values", UNKNOWN, f"driver's values: {timeouts.why or 'not told'}")
    if "runtime" in values or "persistent" in values:
        value, words = _linux_values(mapping(values.get("runtime")) or mapping(values.get("persistent")))
    else:
        value, words = _windows_values(values)
    if value == "raised" and _is_lately(evidence, before):
        return sign("driver_values", "raised_lately", f"driver's values: {words}, since part of the window only")
    return sign("driver_values", value, f"driver's values: {words}")
