# Copyright: (c) 2026, baremetal.ipmi contributors
# GNU General Public License v3.0 or later (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever a host sends: one of them must not take the others' verdicts away, and what it sends stays short."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Any

import yaml

from ansible_collections.baremetal.ipmi.plugins.module_utils._core.hardware_health.baseline import Known
from ansible_collections.baremetal.ipmi.plugins.module_utils._core.hardware_health.checks import VERDICTS
from ansible_collections.baremetal.ipmi.plugins.module_utils._ops.hardware_health import Wish, examine, table

PARTS = yaml.safe_load((Path(__file__).parent / "parts.yml").read_text())
WISH = Wish((), False, datetime(2026, 1, 31, 12, tzinfo=UTC))
# Every part of the evidence in each of its shapes.
SHAPES = [(key, told) for key, parts in PARTS.items() for told in parts.values()]
LONG = "\x1b[31m\n\ud800" + "x" * 5000
JUNK = (None, "", LONG, 0, -1, 1e308, float("nan"), 10**400, True, [], {}, [[]], {"a": {}}, [None, 7], [{}])
BEGUN = {"firmware": "3.00", "sensors": [{"key": "a|Fan|29.1", "kind": "fan", "label": "a", "says": "reads"}]}


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    entries = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(place for key, value in entries for place in places(value, (*path, key)))]


def replaced(node: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    found = deepcopy(node)
    inner = found
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = value
    return found


def check(evidence: dict[str, Any]) -> None:
    (found,) = examine({"a": evidence}, {"a": Known(BEGUN)}, WISH)
    assert found.verdict in VERDICTS
    for finding in found.findings:
        assert finding.evidence and finding.next_step
        assert all(text.isprintable() for text in (finding.subject, finding.evidence, finding.next_step))
        assert len(finding.subject) < 100 and len(finding.evidence) < 800 and len(finding.next_step) < 800
    assert all(check.told.isprintable() and len(check.told) < 1200 for check in found.checks)
    assert all(line.isprintable() and len(line) < 600 for line in table([found]))


def test_no_shape_of_a_part_ends_in_an_error() -> None:
    """Each place of each result, with one thing that does not belong there; which one changes from place to place."""
    junk = cycle(JUNK)
    for key, told in SHAPES:
        for path in places(told):
            check({key: replaced(told, path, next(junk))})


def test_no_shape_of_a_baseline_ends_in_an_error_or_is_written_over() -> None:
    sensors = {"sensors": PARTS["sensors"]["all is well"]}
    for path in places(BEGUN):
        for value in JUNK:
            known = Known(replaced(BEGUN, path, value))
            (found,) = examine({"a": sensors}, {"a": known}, WISH)
            assert found.baseline is None or known.content is None
