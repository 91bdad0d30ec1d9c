# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From IPMI's names and types of sensors to collectd's names, which its options Sensor and SELSensor want."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from ..errors import OptionError
from .names import names_by_version

# ``CPU1 Temp processor (3.1)``, ``Fan r0.32.29.1``: an entity in parentheses ends it.
_COLLECTD_NAME = re.compile(r".* \((?:r\d+\.\d+\.)?\d+\.\d+\)\Z")


def is_collectds(text: str) -> bool:
    """Whether it is collectd's own name of a sensor, or a regular expression for such names."""
    return bool(_COLLECTD_NAME.match(text)) or (len(text) > 1 and text[0] == text[-1] == "/")


def collectd_sensors(
    wanted: Sequence[str], sensors: Sequence[Mapping[str, Any]] | None, instance: str, option: str
) -> tuple[str, ...]:
    """The collectd names of sensors that are given by IPMI name or type, in the order of the facts ``ipmi_sensors``;
    what is collectd's already stays. A sensor has the names of every version of OpenIPMI, since one that fits nothing
    does no harm. Raises OptionError for what no sensor goes by."""
    where = f"instance {instance}: {option}"
    found: dict[str, None] = {}
    for text in wanted:
        if is_collectds(text):
            found[text] = None
            continue
        if sensors is None:
            raise OptionError(
                f"{where}: {text!r} is no name of collectd's, and the BMC's sensors are not known",
                "Write it as collectd_name in the facts of ipmi_sensor_facts, as /regular expression/, or let the role"
                " gather them.",
            )
        meant = [s for s in sensors if text == s["name"] or text.lower() == s["type"].lower()]
        if not meant:
            raise OptionError(f"{where}: no sensor has the name or type {text!r}", _hint(text, sensors))
        for sensor in meant:
            names = names_by_version(sensor["collectd_name"], sensor["entity_id"], instance)
            found.update(dict.fromkeys(names))
    return tuple(found)


def _hint(text: str, sensors: Sequence[Mapping[str, Any]]) -> str:
    known = dict.fromkeys(str(sensor[key]) for sensor in sensors for key in ("name", "type"))
    close = get_close_matches(text, known, n=3)
    return f"Did you mean {' or '.join(close)}?" if close else "See name and type in the facts of ipmi_sensor_facts."
