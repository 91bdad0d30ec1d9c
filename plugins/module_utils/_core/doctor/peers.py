# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosts that suffer together: of one model and firmware, or in one chassis. Counted once for the whole fleet.

Peers of the same model are counted outside of the host's own chassis, so that a chassis whose management is sick is
told from a firmware that is: a chassis full of one model would else look like both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..plain import mapping
from .hardware import chassis, firmware, model
from .signs import UNKNOWN, Sign, sign

# Two are a coincidence less often than one; half of them is more than a fault of one server explains.
_MOST_SHARE, _MOST_AT_LEAST = 0.5, 2


@dataclass(frozen=True)
class Place:
    """What a host shares with others: model and firmware, and chassis; "" for what is not known."""

    model: str = ""
    firmware: str = ""
    chassis: str = ""

    @property
    def kind(self) -> tuple[str, str]:
        return (self.model, self.firmware)


def place_of(evidence: Any) -> Place:
    told = mapping(evidence)
    return Place(model(told), firmware(told), chassis(told))


class Peers:
    """Counts over the fleet, of those whose time-outs are known and of those that have some."""

    def __init__(self, hosts: Mapping[str, tuple[Place, Mapping[str, Sign]]]) -> None:
        self._known: Counter[tuple[Any, ...]] = Counter()
        self._suffering: Counter[tuple[Any, ...]] = Counter()
        for place, signs in hosts.values():
            timeouts = signs["timeouts"].value
            if timeouts != UNKNOWN:
                groups = self._groups(place)
                self._known.update(groups)
                self._suffering.update(groups if timeouts != "none" else ())

    @staticmethod
    def _groups(place: Place) -> list[tuple[Any, ...]]:
        return [("kind", place.kind), ("chassis", place.chassis), ("both", place.kind, place.chassis)]

    def signs(self, place: Place, own: Mapping[str, Sign]) -> list[Sign]:
        """model_peers and chassis_peers of one host."""
        timeouts = own["timeouts"].value
        me = (int(timeouts != UNKNOWN), int(timeouts not in (UNKNOWN, "none")))
        kind, here, both = self._groups(place)
        inside = self._count(both) if place.chassis else me
        elsewhere = tuple(whole - part for whole, part in zip(self._count(kind), inside))
        beside = tuple(whole - part for whole, part in zip(self._count(here), me))
        named = f"of {place.model}, firmware {place.firmware or 'unknown'}"
        where = ", in other chassis" if place.chassis else ""
        return [
            _peers("model_peers", place.model, elsewhere, f"{named}{where}"),
            _peers("chassis_peers", place.chassis, beside, f"in chassis {place.chassis}"),
        ]

    def _count(self, group: tuple[Any, ...]) -> tuple[int, int]:
        return self._known[group], self._suffering[group]


def _peers(name: str, shared: str, counts: tuple[int, ...], where: str) -> Sign:
    known, suffering = counts
    if not shared or not known:
        return sign(name, UNKNOWN)
    value = "some" if suffering else "none"
    if suffering >= _MOST_AT_LEAST and suffering >= _MOST_SHARE * known:
        value = "most"
    return sign(name, value, f"peers: {suffering} of {known} others {where} have time-outs")
